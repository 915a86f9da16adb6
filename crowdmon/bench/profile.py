"""``crowdmon bench --profile``: where the time of one picture goes, for a goal that was missed."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import numpy as np
from numpy.typing import NDArray

from crowdmon import resources
from crowdmon.bench.harness import SIZES
from crowdmon.bench.inference import PUBLISHED, picture
from crowdmon.counting import backends
from crowdmon.counting.weights import DEFAULT, Weights, load

HEAD = ("layer", "ran as", "ms", "share")

_MOST = 25
_ROUNDS = 20

Layer = tuple[str, str, float]
"""Name, what it ran as, milliseconds."""


def profiles(size: str = PUBLISHED) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield for each back end that can tell a title and lines under :data:`HEAD`."""
    weights = load(resources.path(DEFAULT))
    batch = weights.preprocess.prepare(picture(*SIZES[size]).rgb)
    there = backends.installed()
    if "openvino" in there:
        native, layers = _openvino_layers(weights, batch)
        yield f"openvino {native}, {size}", lines(layers)
        if native != "f32":
            yield f"openvino f32, {size}", lines(_openvino_layers(weights, batch, precision="f32")[1])
        if weights.scales is not None:
            yield f"openvino int8, {size}", lines(_openvino_layers(weights, batch, precision="int8")[1])
    if "torch" in there:
        from crowdmon.counting.torch_backend import TorchBackend

        made = TorchBackend(weights)
        yield f"torch {made.precision}, {size}", lines(made.layers(batch))


def lines(layers: list[Layer]) -> list[tuple[str, ...]]:
    """Return the longest layers in their order, what the others come to, and the sum."""
    total = sum(ms for _, _, ms in layers) or 1.0
    kept = sorted(layers, key=lambda one: -one[2])[:_MOST]
    shown = [one for one in layers if one in kept]
    rest = len(layers) - len(shown)
    if rest:
        shown.append((f"{rest} others", "", total - sum(ms for _, _, ms in shown)))
    shown.append(("all", "", total))
    return [(name, kind, f"{ms:.3f}", f"{100 * ms / total:.1f} %") for name, kind, ms in shown]


def _openvino_layers(
    weights: Weights, batch: NDArray[np.float32], *, precision: str | None = None
) -> tuple[str, list[Layer]]:
    """Return the precision, and the median time of each layer of OpenVINO's network in its order."""
    from crowdmon.counting.openvino_backend import OpenVinoBackend

    made = OpenVinoBackend(weights, precision=precision, profile=True)
    for _ in range(made.steady + 1):
        made.run(batch)
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(_ROUNDS):
        made.run(batch)
        for name, kind, ms in made.layers(batch.shape):
            taken.setdefault((name, kind), []).append(ms)
    return made.precision, [(name, kind, median(times)) for (name, kind), times in taken.items()]
