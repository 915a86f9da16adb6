"""The torch back end: CUDA in half precision when there is a card, else the CPU in float32."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from crowdmon.counting.backend import failure
from crowdmon.counting.network import SSRHEF, NetworkConfig
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError, WeightsError


def network_of(weights: Weights) -> SSRHEF:
    """Build the network a weights file describes and fill it; WeightsError if they do not fit."""
    where = weights.path or weights.name
    try:
        network = SSRHEF(NetworkConfig.from_header(weights.network))
        # Copies, because the arrays of a weights file are read-only and shared.
        state = {key: torch.from_numpy(value.copy()) for key, value in weights.tensors.items()}
        network.load_state_dict(state)
    except (TypeError, ValueError, KeyError) as error:
        raise WeightsError(f"{where} describes a network this version does not know ({error})") from error
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1].strip()
        raise WeightsError(f"{where} does not fit its own network: {first}") from error
    return network.eval()


_TOGETHER = 16
"""Pictures a card counts in one call; a single one leaves most of it idle."""


class TorchBackend:
    """Runs SSR-HEF with torch."""

    name = "torch"

    def __init__(
        self, weights: Weights | bytes, *, precision: str | None = None, threads: int | None = None
    ) -> None:
        """Load the network onto the device.

        Args:
            weights: what to run.
            precision: ``f16`` or ``f32``; f16 on a CUDA card and else f32 if None.
            threads: CPU threads; torch's own choice if None.

        Raises:
            WeightsError: the weights do not fit their network.
            ConfigError: what is given is an ONNX file, which torch cannot run; or f16 without a card.
        """
        if isinstance(weights, bytes):
            raise ConfigError("torch cannot run an ONNX file", "Choose openvino or onnxruntime")
        if threads:
            torch.set_num_threads(threads)
        cuda = torch.cuda.is_available()
        self._device = torch.device("cuda" if cuda else "cpu")
        if precision == "f16" and not cuda:
            raise ConfigError("torch counts in f16 on a CUDA card only", "Leave --precision out")
        self.precision = precision or ("f16" if cuda else "f32")
        self._dtype = torch.float16 if self.precision == "f16" else torch.float32
        self.batch = _TOGETHER if cuda else 1
        self.device = torch.cuda.get_device_name() if cuda else "cpu"
        # Channels-last more than halves the time of these convolutions on CPUs.
        network = network_of(weights).to(device=self._device, dtype=self._dtype)
        self._network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return NxHxW scaled people per cell of an Nx3xHxW batch; CountingError if it fails."""
        try:
            tensor = torch.from_numpy(batch).to(
                device=self._device, dtype=self._dtype, memory_format=torch.channels_last
            )
            output: NDArray[np.float32] = self._network(tensor)[:, 0].float().cpu().numpy()
        except (RuntimeError, MemoryError) as error:
            raise failure(self, error) from error
        return output

    def layers(self, batch: NDArray[np.float32], *, rounds: int = 5) -> list[tuple[str, str, float]]:
        """Return name, how often it ran and milliseconds of each operation a batch, longest first."""
        kinds = [torch.profiler.ProfilerActivity.CPU]
        if self._device.type == "cuda":
            kinds.append(torch.profiler.ProfilerActivity.CUDA)
        spent = "self_device_time_total" if self._device.type == "cuda" else "self_cpu_time_total"
        self.run(batch)
        with torch.profiler.profile(activities=kinds) as profile:
            for _ in range(rounds):
                self.run(batch)
        found = [
            (one.key, f"{one.count // rounds} times", float(getattr(one, spent)) / 1000 / rounds)
            for one in profile.key_averages()
        ]
        return sorted((one for one in found if one[2] > 0), key=lambda one: -one[2])

    def resident(self, shape: tuple[int, int, int, int]) -> Callable[[], None]:
        """Return a run over a batch that lies on the device already; it returns when it is done."""
        batch = torch.randn(shape, dtype=self._dtype, device=self._device)
        batch = batch.to(memory_format=torch.channels_last)

        def run() -> None:
            with torch.inference_mode():
                self._network(batch)
            if self._device.type == "cuda":
                torch.cuda.synchronize()

        return run
