"""Which back ends there are, and which of them runs the network. A new one is one file and one line here.

==================  ==============================================================
``auto``            torch if there is a CUDA card, else the first that is installed:
``openvino``        the quickest on CPUs, in the form that is quickest on this one (``forms.py``)
``openvino:GPU``    the same on another device that OpenVINO finds, such as ``GPU`` or ``NPU``
``openvino-f32``    float32 on any processor
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
        precisions: that may be asked for by name; the class then takes ``precision``.
    """

    package: str
    made_by: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    precisions: tuple[str, ...] = ("f32",)


BACKENDS: dict[str, BackendEntry] = {
    "openvino": BackendEntry("openvino", "crowdmon.counting.forms:best", precisions=("f32", "bf16", "int8")),
    "openvino-f32": BackendEntry("openvino", "crowdmon.counting.forms:best", {"precision": "f32"}),
    "onnxruntime": BackendEntry("onnxruntime", "crowdmon.counting.onnx_backend:OnnxRuntimeBackend"),
    "torch": BackendEntry("torch", "crowdmon.counting.torch_backend:TorchBackend", precisions=("f16", "f32")),
}
"""The back ends by name, in the order in which ``auto`` takes them on a CPU."""

NAMES = ("auto", *BACKENDS)
"""The names ``--backend`` takes."""


PRECISIONS = ("auto", "f32", "bf16", "f16", "int8")
"""The names ``--precision`` takes. Not every back end has every one."""


def make(
    name: str, weights: Weights | bytes, *, precision: str = "auto", threads: int | None = None
) -> Backend:
    """Build a back end by name, ``auto`` for the best one.

    What was chosen is logged, and stands in the back end's name, device and precision. No other is tried
    instead: a back end that is there and cannot start is an error. One that does not run on the CPU first
    counts built-in pictures as the CPU does, see :func:`compare.check`.

    Args:
        name: one of :data:`NAMES`, or ``openvino:`` and the name of a device.
        weights: what it runs; or, for measurements, another network as an ONNX file whose input and
            output are named as ours, which torch cannot run.
        precision: one of :data:`PRECISIONS`.
        threads: CPU threads for the network; the back end's own choice if None.

    Raises:
        ConfigError: there is no back end of that name, or it is not installed, or has no such precision.
        WeightsError: the weights do not fit the network.
        CountingError: the back end cannot start, or does not count as the CPU does.
    """
    check_name(name)
    kind, _, device = name.partition(":")
    chosen = _best() if kind == "auto" else kind
    check_precision(chosen, precision)
    entry = BACKENDS[chosen]
    settings = dict(entry.settings) if precision == "auto" else {**entry.settings, "precision": precision}
    module, _, maker = entry.made_by.partition(":")
    try:
        if device:
            settings["device"] = _device(device)
        made: Backend = getattr(import_module(module), maker)(weights, threads=threads, **settings)
    except (ImportError, OSError) as error:
        raise CountingError(
            f"back end {chosen} cannot be loaded: {reason(error)}",
            f"Install {entry.package} again, or choose another back end",
        ) from error
    if made.device != "cpu" and isinstance(weights, Weights):
        _compare(made, weights)
    log.info("counting with %s on %s in %s", made.name, made.device, made.precision)
    return made


def check_name(name: str) -> None:
    """Raise ConfigError unless ``name`` is one of :data:`NAMES` and its package is installed."""
    kind, colon, device = name.partition(":")
    if kind not in NAMES or (colon and (kind != "openvino" or not device)):
        raise ConfigError(
            f"unknown back end {name!r}",
            f"Choose one of {', '.join(NAMES)}, or openvino:GPU for a device of that name",
        )
    if kind != "auto" and kind not in installed():
        raise ConfigError(f"back end {kind} is not installed", f"pip install {BACKENDS[kind].package}")


def check_precision(name: str, precision: str) -> None:
    """Raise ConfigError unless a back end may be asked for a precision; of ``auto`` any may."""
    kind = name.partition(":")[0]
    allowed = PRECISIONS if kind == "auto" else ("auto", *BACKENDS[kind].precisions)
    if precision not in allowed:
        raise ConfigError(
            f"back end {kind} has no precision {precision!r}", f"Choose one of {', '.join(allowed)}"
        )


def _device(name: str) -> str:
    """Return a device's name as OpenVINO has it; ConfigError if this machine has none of that name."""
    from crowdmon.counting.openvino_backend import devices

    found = {one.upper(): one for one in devices()}
    # A machine with one card calls it GPU, one with several GPU.0, GPU.1; GPU is the first then.
    if name.upper() not in {*found, *(one.partition(".")[0] for one in found)}:
        there = ", ".join(found.values()) or "none"
        raise ConfigError(f"OpenVINO finds no device {name} here", f"It finds {there}")
    return found.get(name.upper(), name.upper())


def _compare(made: Backend, weights: Weights) -> None:
    """Raise CountingError unless a back end on another device counts as the CPU does in float32."""
    from crowdmon.counting.compare import check

    there = installed()
    if "openvino" in there:
        from crowdmon.counting.openvino_backend import OpenVinoBackend

        on_cpu: Backend = OpenVinoBackend(weights, precision="f32")
    elif "onnxruntime" in there:
        from crowdmon.counting.onnx_backend import OnnxRuntimeBackend

        on_cpu = OnnxRuntimeBackend(weights)
    else:
        log.info("nothing is installed that %s could be compared with", made.device)
        return
    check(made, on_cpu, weights.preprocess)


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
