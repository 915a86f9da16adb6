"""Whether int8 counts as float32 does: the bounds, and what is compared. Pure but for the counters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.counter import Counter
from crowdmon.scene import Plaza
from crowdmon.values import Frame
from trainer.data.datasets import Dataset
from trainer.evaluate import frame_of

SIGNED = 0.005
"""Difference of the total count, as a share."""

ERROR = 0.01
"""How much larger the mean absolute error may be, as a share."""

PER_PICTURE = 0.05
"""People a picture that these two may differ by in any case: of nearly empty pictures a share says little."""

FEW = 20
"""Pictures below which the mean absolute error is chance: there it may differ by the share of the total."""

EMPTY = 0.5
"""People that may be seen in a picture without any, beyond those that float32 sees."""

_HEIGHT, _WIDTH = 720, 1280


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What two counters counted in the same pictures.

    Attributes:
        name: of the dataset.
        truth: people in each picture.
        exact, rough: counts in float32 and in int8.
    """

    name: str
    truth: tuple[int, ...]
    exact: tuple[float, ...]
    rough: tuple[float, ...]

    @property
    def signed(self) -> float:
        """Difference of the total count, as a share of that in float32."""
        return (sum(self.rough) - sum(self.exact)) / max(sum(self.exact), 1e-9)

    @property
    def errors(self) -> tuple[float, float]:
        """Mean absolute errors in float32 and in int8."""
        truth = np.asarray(self.truth)
        exact, rough = (float(np.abs(np.asarray(one) - truth).mean()) for one in (self.exact, self.rough))
        return exact, rough

    def outside(self) -> str:
        """Return what is outside the bounds, for people; empty if nothing is."""
        slack = PER_PICTURE * len(self.truth)
        if abs(sum(self.rough) - sum(self.exact)) > max(SIGNED * sum(self.exact), slack):
            return f"the total count of {self.name} differs by {100 * self.signed:+.2f} %"
        exact, rough = self.errors
        allowed = max(ERROR * exact, PER_PICTURE)
        if len(self.truth) < FEW:
            allowed = max(allowed, SIGNED * sum(self.exact) / len(self.truth))
        if rough - exact > allowed:
            return f"the mean absolute error on {self.name} is {rough:.2f} instead of {exact:.2f}"
        return ""

    def header(self) -> dict[str, float]:
        """Return the figures as the weights' header holds them."""
        exact, rough = self.errors
        return {
            "pictures": len(self.truth),
            "difference_percent": round(100 * self.signed, 2),
            "mae_f32": round(exact, 2),
            "mae_int8": round(rough, 2),
        }


def compare(
    dataset: Dataset, exact: Counter, rough: Counter, *, done: Callable[[], object] = lambda: None
) -> Compared:
    """Count every picture of a dataset in both forms; DatasetError if one cannot be read."""
    truth, counts = [], []
    for sample in dataset.samples:
        frame = frame_of(sample)
        counts.append((exact.count(frame).count, rough.count(frame).count))
        truth.append(sample.count)
        done()
    first, second = zip(*counts, strict=True)
    return Compared(name=dataset.name, truth=tuple(truth), exact=first, rough=second)


def empty_pictures() -> Mapping[str, NDArray[np.uint8]]:
    """Return pictures without people that a step too many would fill: flat, nearly flat, a bare square."""
    flat = {f"grey {level}": _flat(level) for level in (0, 32, 64, 96, 128, 160, 192, 224, 255)}
    noise = np.random.default_rng(1).normal(128, 4, (_HEIGHT, _WIDTH, 3))
    ramp = np.broadcast_to(np.linspace(20, 230, _WIDTH)[None, :, None], (_HEIGHT, _WIDTH, 3))
    return {
        **flat,
        "faint noise": np.clip(noise, 0, 255).astype(np.uint8),
        "a gradient": ramp.astype(np.uint8),
        "an empty square": np.asarray(Plaza(people=0, seed=900).render(0.0).rgb, np.uint8),
    }


def _flat(level: int) -> NDArray[np.uint8]:
    return np.full((_HEIGHT, _WIDTH, 3), level, np.uint8)


def ghosts(exact: Counter, rough: Counter) -> tuple[str, float]:
    """Return the empty picture in which int8 sees the most people that float32 does not, and how many."""
    seen = {
        name: max(0.0, rough.count(Frame(rgb)).count - exact.count(Frame(rgb)).count)
        for name, rgb in empty_pictures().items()
    }
    worst = max(seen, key=lambda name: seen[name])
    return worst, seen[worst]


def outside(compared: Sequence[Compared], worst: tuple[str, float]) -> list[str]:
    """Return all that is outside the bounds, for people."""
    found = [said for one in compared if (said := one.outside())]
    if worst[1] >= EMPTY:
        found.append(f"{worst[1]:.2f} people more are seen in {worst[0]}")
    return found
