"""What runs the network. One seam: a normalised batch in, scaled people per cell out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, CountingError, WeightsError


class Backend(Protocol):
    """Runs the network on one device.

    Attributes:
        name: as ``--backend`` takes it.
        device: for people, such as ``cpu`` or the name of the card.
        precision: ``f32``, ``bf16`` or ``f16``.
    """

    name: str
    device: str
    precision: str

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch; CountingError if it fails."""
        ...


def make(name: str, weights: Weights, *, threads: int | None = None) -> Backend:
    """Build a back end by name, ``auto`` for the best one.

    Raises:
        ConfigError: there is no back end of that name.
        WeightsError: the weights do not fit the network.
        CountingError: the back end cannot start.
    """
    if name not in NAMES:
        raise ConfigError(f"unknown back end {name!r}", f"Choose one of {', '.join(NAMES)}")
    return _MAKERS[name](weights, threads)


def _torch(weights: Weights, threads: int | None) -> Backend:
    from crowdmon.counting.torch_backend import TorchBackend

    return TorchBackend(weights, threads=threads)


_MAKERS: dict[str, Callable[[Weights, int | None], Backend]] = {"auto": _torch, "torch": _torch}
NAMES = tuple(_MAKERS)
"""The back ends ``--backend`` takes."""

__all__ = ["NAMES", "Backend", "CountingError", "WeightsError", "make"]
