"""What a back end is: a normalised batch in, people per cell out; and how its failures are told."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import CountingError


class Backend(Protocol):
    """Runs the network on one device.

    Attributes:
        name: of the library, such as ``openvino``.
        device: for people, such as ``cpu`` or the name of the card.
        precision: ``f32``, ``bf16``, ``f16`` or ``int8``.
        batch: pictures of one size that are counted in one call, because that is quicker than one by one;
            1 where it is not.
    """

    name: str
    device: str
    precision: str
    batch: int

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch; CountingError if it fails."""
        ...


def failure(backend: Backend, error: BaseException) -> CountingError:
    """Return what went wrong in a back end as a CountingError of one line."""
    return CountingError(f"{backend.name} on {backend.device} failed: {reason(error)}")


def reason(error: BaseException) -> str:
    """Return the line of a library's message that says what happened."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # OpenVINO leads with the places in its own sources that an exception came through.
    said = [line for line in lines if not line.startswith(("Exception from ", "Check '"))]
    if isinstance(error, MemoryError) or not lines:
        return "out of memory" if isinstance(error, MemoryError) else type(error).__name__
    return (said or lines)[0]
