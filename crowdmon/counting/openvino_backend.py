"""The OpenVINO back end: the quickest on CPUs, in float32, in bfloat16 or in int8."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
from collections import Counter, OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.backend import failure
from crowdmon.counting.graph import JOINED, onnx_of
from crowdmon.counting.instruction_limit import allows_bf16, limit
from crowdmon.counting.openvino_runtime import core, openvino
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError

Shape = tuple[int, ...]


class OpenVinoBackend:
    """Runs SSR-HEF with OpenVINO, on the CPU unless told.

    One compiled network takes pictures of any size. A size that comes again and again, as a camera's
    does, gets a network of its own: the same values, a little sooner.
    """

    name = "openvino"
    batch = 1
    steady = 16
    """Pictures of one size until a network is compiled for it; fewer would not pay for the compiling."""
    kept = 4
    """Sizes whose own networks are kept; each takes tens of megabytes."""
    recent = 256
    """Pictures within which a size with its own network must come again, or another one may take its place.
    More sizes than are kept that take turns, as the strips of many cameras, would push out each other."""
    sizes = 16
    """Sizes until the network for any size is compiled afresh: it keeps some megabytes for each, for ever."""

    def __init__(
        self,
        weights: Weights | bytes,
        *,
        precision: str | None = None,
        stem: str = JOINED,
        device: str = "CPU",
        threads: int | None = None,
        profile: bool = False,
    ) -> None:
        """Compile the network.

        Args:
            weights: what to run; or another network as an ONNX file with our names of input and output.
            precision: ``f32``, ``bf16`` or ``int8``; the device's own choice if None.
            stem: the form of the stem, see :mod:`crowdmon.counting.graph`.
            device: as OpenVINO names it.
            threads: CPU threads; OpenVINO's own choice if None.
            profile: take the time of each layer, see :meth:`layers`; costs a little itself.

        Raises:
            WeightsError: the weights do not fit their network.
            ConfigError: int8 is asked for and the weights have no scales.
            CountingError: OpenVINO cannot start.
        """
        self.device = device.lower()
        self._on = device
        model = weights if isinstance(weights, bytes) else _model_of(weights, precision=precision, stem=stem)
        try:
            self._core = core()
            self.precision = precision or native(device)
            # What is not int8 in the int8 form is float32, so that it counts the same on every processor.
            rest = "f32" if self.precision == "int8" else self.precision
            self._settings: dict[str, Any] = {
                "INFERENCE_PRECISION_HINT": rest,
                "PERFORMANCE_HINT": "LATENCY",
            }
            if device == "CPU":
                # The cores are shared with the threads that decode; a thread tied to a core waits for them.
                self._settings["ENABLE_CPU_PINNING"] = False
                if threads:
                    self._settings["INFERENCE_NUM_THREADS"] = threads
            if profile:
                self._settings["PERF_COUNT"] = True
            self._model = self._core.read_model(io.BytesIO(model))
            with _without_second_cache():
                self._any: openvino.InferRequest | None = self._compile(self._model)
                self._any.infer([np.zeros((1, 3, 32, 32), np.float32)])
        except RuntimeError as error:
            raise failure(self, error) from error
        self._seen: Counter[Shape] = Counter()
        self._own: OrderedDict[Shape, openvino.InferRequest] = OrderedDict()
        self._used: dict[Shape, int] = {}
        self._freed = False
        self._runs = 0

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch; CountingError if it fails."""
        try:
            results = self._request(batch.shape).infer([batch], share_inputs=True, share_outputs=True)
        except (RuntimeError, MemoryError) as error:
            raise failure(self, error) from error
        # The next picture overwrites what the result lies in.
        output: NDArray[np.float32] = results[0][:, 0].copy()
        return output

    def layers(self, shape: Shape) -> list[tuple[str, str, float]]:
        """Return name, kind and milliseconds of what ran for the last batch of this shape, in its order."""
        return [
            (one.node_name, one.exec_type, 1000 * one.real_time.total_seconds())
            for one in self._request(shape).get_profiling_info()
            if one.real_time.total_seconds() > 0
        ]

    def _request(self, shape: Shape) -> openvino.InferRequest:
        self._runs += 1
        if self._freed:
            # Only now: the first picture of a new network frees what it was compiled from.
            self._freed = False
            give_back()
        if shape in self._own:
            self._own.move_to_end(shape)
            self._used[shape] = self._runs
            return self._own[shape]
        if shape not in self._seen and len(self._seen) == self.sizes:
            self._seen.clear()
            self._any = None
        self._seen[shape] += 1
        if self._seen[shape] < self.steady or not self._room():
            if self._any is None:
                self._any = self._compile(self._model)
            return self._any
        self._seen[shape] = 0
        model = self._model.clone()
        model.reshape(list(shape))
        self._own[shape] = self._compile(model)
        self._used[shape] = self._runs
        # The network for any size holds as much memory as this one, for the last picture it saw. Compiling it
        # again, for another size, takes less time than a picture.
        self._any = None
        self._freed = True
        return self._own[shape]

    def _room(self) -> bool:
        """Make room for one more network, if there is none; return whether there is now."""
        if len(self._own) < self.kept:
            return True
        oldest = next(iter(self._own))
        if self._runs - self._used[oldest] <= self.recent:
            return False
        del self._own[oldest], self._used[oldest]
        return True

    def _compile(self, model: openvino.Model) -> openvino.InferRequest:
        return self._core.compile_model(model, self._on, self._settings).create_infer_request()


@contextlib.contextmanager
def _without_second_cache() -> Iterator[None]:
    """Let OpenVINO's own copy of oneDNN start without its cache of compiled primitives.

    OpenVINO caches them too, a network's together with the network; oneDNN's cache is the whole
    process's and would keep those of every size of picture, some hundred megabytes, for ever. Its
    capacity is read from the environment once, at the first primitive; torch's oneDNN keeps its own.

    Nothing is done beside other threads, which may be reading the environment at this moment: the
    cameras of a monitor have few sizes.
    """
    name = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
    if name in os.environ or len(sys._current_frames()) > 1:
        yield
        return
    os.environ[name] = "0"
    try:
        yield
    finally:
        del os.environ[name]


def give_back() -> None:
    """Have the C library give freed memory back to the system; glibc keeps some tens of megabytes of it."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


def _model_of(weights: Weights, *, precision: str | None, stem: str) -> bytes:
    if precision != "int8":
        return onnx_of(weights, stem=stem)
    if weights.scales is None:
        raise ConfigError(
            f"{weights.path or weights.name} has no scales for int8",
            "Measure them with crowdmon-train --quantise, or choose another --precision",
        )
    return onnx_of(weights, stem=stem, scales=weights.scales)


def native(device: str = "CPU") -> str:
    """Return what a device computes in: of a CPU ``bf16`` with AMX or AVX512-BF16, else ``f32``.

    Asked for as what OpenVINO itself would take: its list of capabilities names bfloat16 on
    processors that only emulate it, too. Its half precision on ARM is not taken, for its counts have
    not been compared. On other devices the counts are compared when it starts (``compare.py``).
    """
    taken = core().get_property(device, "INFERENCE_PRECISION_HINT")
    if taken == openvino.Type.bf16:
        return "bf16" if device != "CPU" or allows_bf16(limit()) else "f32"
    return "f16" if taken == openvino.Type.f16 and device != "CPU" else "f32"


def devices() -> tuple[str, ...]:
    """Return the devices that OpenVINO finds on this machine, as it names them."""
    return tuple(core().available_devices)
