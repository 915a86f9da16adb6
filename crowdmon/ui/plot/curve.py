"""One line of the plot, and what it says at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NEAR_S = 5.0
"""For how many seconds a reading is valid, at least."""


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """One line to draw.

    Attributes:
        name: the ROI's.
        colour: ``#rrggbb``.
        times: epoch seconds, rising; counts: people, NaN where unknown. Of the same length.
        now: the newest count, None while it is not known.
        scale: how many times as high it is drawn, on the axis at the right.
        past: of another time, drawn as dashes and without a value at its end.
        whole: of the whole picture.
    """

    name: str
    colour: str
    times: NDArray[np.float64]
    counts: NDArray[np.float64]
    now: float | None = None
    scale: float = 1.0
    past: bool = False
    whole: bool = False


def value_at(curve: Curve, time: float) -> float | None:
    """Return the count at a moment: that of the last reading before it; None in a gap."""
    index = int(np.searchsorted(curve.times, time, side="right")) - 1
    if index < 0:
        return None
    # Where readings are far apart each one is valid until the next.
    around = np.diff(curve.times[max(index - 3, 0) : index + 4])
    usual = float(np.median(around)) if len(around) else 0.0
    old = time - curve.times[index] > max(_NEAR_S, 2.0 * usual)
    value = float(curve.counts[index])
    return None if old or np.isnan(value) else value


def highest(curves: Sequence[Curve], start: float, end: float) -> float:
    """Return the most people of any line in a time; 0 where there is none."""
    ends = ((c.counts, np.searchsorted(c.times, [start, end])) for c in curves)
    return max((float(np.fmax.reduce(n[i : j + 1], initial=0.0)) for n, (i, j) in ends), default=0.0)


def last(counts: NDArray[np.float64]) -> float:
    """Return the newest count that is known; 0 if none is."""
    for first in range(len(counts) - 64, -64, -64):
        known = counts[max(first, 0) : first + 64]
        known = known[np.isfinite(known)]
        if len(known):
            return float(known[-1])
    return 0.0
