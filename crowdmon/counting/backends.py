"""What runs the network, and which of them does. One seam: a normalised batch in, people per cell out.

==================  ==============================================================
``auto``            torch if there is a CUDA card, else the first that is installed:
``openvino``        the quickest on CPUs; bfloat16 where the processor computes in it
``openvino-f32``    the same in float32 on any processor
``onnxruntime``     float32 on any CPU
``torch``           CUDA in half precision, else the CPU in float32
==================  ==============================================================

A back end is imported when it is made: torch alone takes seconds and hundreds of megabytes, and on a
CPU nothing needs it.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, CountingError

log = logging.getLogger(__name__)

_PACKAGES = {
    "openvino": "openvino",
    "openvino-f32": "openvino",
    "onnxruntime": "onnxruntime",
    "torch": "torch",
}  # in the order in which ``auto`` takes them on a CPU
NAMES = ("auto", *_PACKAGES)
"""The back ends ``--backend`` takes."""


class Backend(Protocol):
    """Runs the network on one device.

    Attributes:
        name: of the library, such as ``openvino``.
        device: for people, such as ``cpu`` or the name of the card.
        precision: ``f32``, ``bf16`` or ``f16``.
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


def make(name: str, weights: Weights | bytes, *, threads: int | None = None) -> Backend:
    """Build a back end by name, ``auto`` for the best one.

    What was chosen is logged, and stands in the back end's name, device and precision. Nothing is
    tried in turn: a back end that is there and cannot start is an error.

    Args:
        name: one of :data:`NAMES`.
        weights: what it runs; or, for measurements, another network as an ONNX file whose input and
            output are named as ours, which torch cannot run.
        threads: CPU threads for the network; the back end's own choice if None.

    Raises:
        ConfigError: there is no back end of that name, or it is not installed.
        WeightsError: the weights do not fit the network.
        CountingError: the back end cannot start.
    """
    if name not in NAMES:
        raise ConfigError(f"unknown back end {name!r}", f"Choose one of {', '.join(NAMES)}")
    if name != "auto" and name not in installed():
        raise ConfigError(f"back end {name} is not installed", f"pip install {_PACKAGES[name]}")
    chosen = _best() if name == "auto" else name
    try:
        made = _made(chosen, weights, threads)
    except (ImportError, OSError) as error:
        raise CountingError(
            f"back end {chosen} cannot be loaded: {reason(error)}",
            f"Install {_PACKAGES[chosen]} again, or choose another back end",
        ) from error
    log.info("counting with %s on %s in %s", made.name, made.device, made.precision)
    return made


def installed() -> tuple[str, ...]:
    """Return the names, ``auto`` left out, of the back ends whose packages are installed."""
    return tuple(name for name, package in _PACKAGES.items() if find_spec(package) is not None)


def failure(backend: Backend, error: BaseException) -> CountingError:
    """Return what went wrong in a back end as the error everybody else knows, on one line."""
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


def _made(name: str, weights: Weights | bytes, threads: int | None) -> Backend:
    if name == "torch":
        from crowdmon.counting.torch_backend import TorchBackend

        if isinstance(weights, bytes):
            raise ConfigError("torch cannot run an ONNX file", "Choose openvino or onnxruntime")
        return TorchBackend(weights, threads=threads)
    if name == "onnxruntime":
        from crowdmon.counting.onnx_backend import OnnxRuntimeBackend

        return OnnxRuntimeBackend(weights, threads=threads)
    from crowdmon.counting.openvino_backend import OpenVinoBackend

    return OpenVinoBackend(weights, precision="f32" if name == "openvino-f32" else None, threads=threads)


def _best() -> str:
    there = installed()
    if not there:
        raise ConfigError("no back end is installed", "pip install openvino")
    if "torch" in there and _has_card():
        import torch

        if torch.cuda.is_available():
            return "torch"
        log.warning("there is a CUDA card, but this build of torch cannot use it")
    return there[0]


def _has_card() -> bool:
    """Return whether there is a CUDA card: the driver is asked, for asking torch takes seconds."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        cards = ctypes.c_int(0)
        return not driver.cuInit(0) and not driver.cuDeviceGetCount(ctypes.byref(cards)) and cards.value > 0
    except (OSError, AttributeError):
        return False
