"""``crowdmon bench --profile``: where the time of one picture goes, for a goal that was missed."""

from __future__ import annotations

from collections.abc import Iterator

from crowdmon import resources
from crowdmon.bench.harness import SIZES
from crowdmon.bench.inference import PUBLISHED, picture
from crowdmon.counting import backends
from crowdmon.counting.profiling import Layer, openvino_layers, torch_layers
from crowdmon.counting.weights import DEFAULT, load

HEAD = ("layer", "ran as", "ms", "share")

_MOST = 25


def profiles(size: str = PUBLISHED) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield for each back end that can tell a title and lines under :data:`HEAD`."""
    weights = load(resources.path(DEFAULT))
    batch = weights.preprocess.prepare(picture(*SIZES[size]).rgb)
    there = backends.installed()
    if "openvino" in there:
        native, layers = openvino_layers(weights, batch)
        yield f"openvino {native}, {size}", lines(layers)
        if native != "f32":
            yield f"openvino f32, {size}", lines(openvino_layers(weights, batch, precision="f32")[1])
    if "torch" in there:
        precision, layers = torch_layers(weights, batch)
        yield f"torch {precision}, {size}", lines(layers)


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
