"""Which back ends there are, and which of them runs the network. A new one is one file and one line here.

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
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from crowdmon.counting.backend import Backend, reason
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, CountingError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """One back end that ``--backend`` takes.

    Attributes:
        package: what has to be installed for it.
        made_by: ``module:Class``; called with the weights and ``threads``.
        settings: further keyword arguments of the class.
    """

    package: str
    made_by: str
    settings: Mapping[str, Any] = field(default_factory=dict)


BACKENDS: dict[str, BackendEntry] = {
    "openvino": BackendEntry("openvino", "crowdmon.counting.openvino_backend:OpenVinoBackend"),
    "openvino-f32": BackendEntry(
        "openvino", "crowdmon.counting.openvino_backend:OpenVinoBackend", {"precision": "f32"}
    ),
    "onnxruntime": BackendEntry("onnxruntime", "crowdmon.counting.onnx_backend:OnnxRuntimeBackend"),
    "torch": BackendEntry("torch", "crowdmon.counting.torch_backend:TorchBackend"),
}
"""The back ends by name, in the order in which ``auto`` takes them on a CPU."""

NAMES = ("auto", *BACKENDS)
"""The names ``--backend`` takes."""


def make(name: str, weights: Weights | bytes, *, threads: int | None = None) -> Backend:
    """Build a back end by name, ``auto`` for the best one.

    What was chosen is logged, and stands in the back end's name, device and precision. No other is tried
    instead: a back end that is there and cannot start is an error.

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
    check_name(name)
    chosen = _best() if name == "auto" else name
    entry = BACKENDS[chosen]
    module, _, class_name = entry.made_by.partition(":")
    try:
        made: Backend = getattr(import_module(module), class_name)(weights, threads=threads, **entry.settings)
    except (ImportError, OSError) as error:
        raise CountingError(
            f"back end {chosen} cannot be loaded: {reason(error)}",
            f"Install {entry.package} again, or choose another back end",
        ) from error
    log.info("counting with %s on %s in %s", made.name, made.device, made.precision)
    return made


def check_name(name: str) -> None:
    """Raise ConfigError unless ``name`` is one of :data:`NAMES` and its package is installed."""
    if name not in NAMES:
        raise ConfigError(f"unknown back end {name!r}", f"Choose one of {', '.join(NAMES)}")
    if name != "auto" and name not in installed():
        raise ConfigError(f"back end {name} is not installed", f"pip install {BACKENDS[name].package}")


def installed() -> tuple[str, ...]:
    """Return the names, ``auto`` left out, of the back ends whose packages are installed."""
    return tuple(name for name, entry in BACKENDS.items() if find_spec(entry.package) is not None)


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


def card_counts() -> bool:
    """Return whether ``auto`` counts on a CUDA card here."""
    return "torch" in installed() and _best() == "torch"
