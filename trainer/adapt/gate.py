"""What must not get worse, whatever the camera: pictures without people, and the demo square."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import Weights
from crowdmon.scene import Plaza
from crowdmon.values import Frame
from trainer.data.empty_pictures import PATTERNS

HEIGHT, WIDTH = 720, 1280
NEARLY_NOBODY = 2.0
"""People seen in one picture without any that are no reason to refuse, if there are fewer in most."""
MEDIAN = 0.5
"""People that may be seen in most of them."""
A_LITTLE = 0.5
DEMO_OFF = 0.09
"""How far off the demo square may be counted, as a share."""
SECONDS = (0.0, 20.0, 40.0)
KINDS = ("_flat", "_gradient", "_noise", "_bars", "_snow", "_grass", "_bricks", "_outlines")
"""Empty pictures that a camera may show: no signal, a test card, a wall, the ground."""
PICTURES = len(KINDS) + 3 + len(SECONDS)
"""How many pictures are counted."""


@dataclass(frozen=True)
class Sanity:
    """What weights count where the truth is known beforehand.

    Attributes:
        empty: people in each picture without any.
        demo: by which share the demo square is off.
    """

    empty: tuple[float, ...]
    demo: float


def look(weights: Weights, *, told: Callable[[], None] | None = None) -> Sanity:
    """Count the built-in pictures."""
    counter = Counter(weights, precision="f32")
    found = []
    for rgb in _empty():
        found.append(counter.count(Frame(rgb)).count)
        if told:
            told()
    truth, counted = 0.0, 0.0
    for second in SECONDS:
        frame = Plaza(people=40, seed=1).render(second)
        truth += len(frame.heads)
        counted += counter.count(Frame(frame.rgb.copy())).count
        if told:
            told()
    return Sanity(tuple(found), counted / truth - 1)


def worse(after: Sanity, before: Sanity) -> str:
    """Return what got worse, empty if nothing did."""
    for seen, former in zip(after.empty, before.empty, strict=True):
        if seen > max(NEARLY_NOBODY, former + A_LITTLE):
            return f"it sees {seen:.1f} people in a picture without any, where there were {former:.1f}"
    middle, former = float(np.median(after.empty)), float(np.median(before.empty))
    if middle > max(MEDIAN, former):
        return f"it sees {middle:.1f} people in most pictures without any, where there were {former:.1f}"
    if abs(after.demo) > max(DEMO_OFF, abs(before.demo)):
        return f"the demo camera is counted {100 * after.demo:+.0f} % off"
    return ""


@lru_cache(maxsize=1)
def _empty() -> Sequence[NDArray[np.uint8]]:
    kinds = {pattern.__name__: pattern for pattern in PATTERNS}
    made = [
        np.clip(draw(np.random.default_rng([24, number]), HEIGHT, WIDTH), 0, 255).astype(np.uint8)
        for number, draw in enumerate(kinds[name] for name in KINDS)
    ]
    rng = np.random.default_rng(24)
    made.append(np.repeat(rng.integers(0, 256, (HEIGHT, WIDTH, 1), np.uint8), 3, axis=2))
    made.append(np.clip(rng.normal(128, 60, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8))
    made.append(Plaza(people=0, seed=900).render(0.0).rgb.copy())
    return made
