"""Where the time of one picture goes, layer by layer: for a goal that was missed."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.weights import Weights

Layer = tuple[str, str, float]
"""Name, what it ran as, milliseconds."""


def openvino_layers(
    weights: Weights, batch: NDArray[np.float32], *, precision: str | None = None, rounds: int = 20
) -> tuple[str, list[Layer]]:
    """Return the precision, and the median time of each layer of OpenVINO's network in its order."""
    from crowdmon.counting.openvino_backend import OpenVinoBackend

    made = OpenVinoBackend(weights, precision=precision, profile=True)
    for _ in range(made.steady + 1):
        made.run(batch)
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        made.run(batch)
        for name, kind, ms in made.layers(batch.shape):
            taken.setdefault((name, kind), []).append(ms)
    return made.precision, [(name, kind, median(times)) for (name, kind), times in taken.items()]


def torch_layers(weights: Weights, batch: NDArray[np.float32], *, rounds: int = 5) -> tuple[str, list[Layer]]:
    """Return the precision, and the time of each operation of torch's network a picture, longest first."""
    import torch

    from crowdmon.counting.torch_backend import TorchBackend

    made = TorchBackend(weights)
    kinds = [torch.profiler.ProfilerActivity.CPU]
    if made.precision != "f32":
        kinds.append(torch.profiler.ProfilerActivity.CUDA)
    time_of: Callable[[object], float] = _on_card if len(kinds) > 1 else _on_cpu
    made.run(batch)
    with torch.profiler.profile(activities=kinds) as profile:
        for _ in range(rounds):
            made.run(batch)
    found = [
        (one.key, f"{one.count // rounds} times", time_of(one) / 1000 / rounds)
        for one in profile.key_averages()
    ]
    return made.precision, sorted((one for one in found if one[2] > 0), key=lambda one: -one[2])


def _on_cpu(event: object) -> float:
    return float(event.self_cpu_time_total)  # type: ignore[attr-defined]


def _on_card(event: object) -> float:
    return float(event.self_device_time_total)  # type: ignore[attr-defined]
