"""The past of the plot, before what the window remembers: what to ask the history for, and how it is joined.

No Qt, no disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crowdmon.view.curves import LEAST_GAP_S

DAY_S = 86_400.0

Line = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Times in epoch seconds, rising; people, NaN where unknown."""

EMPTY: Line = (np.empty(0), np.empty(0))

BACK = {"Nothing": 0.0, "The day before": DAY_S, "The week before": 7 * DAY_S}
"""What the plot can be compared with, in seconds back."""


class BinLike(Protocol):
    """What is read of a bin."""

    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def roi(self) -> str: ...  # noqa: D102
    @property
    def mean(self) -> float | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Wish:
    """What to read of one camera: its name, from and until when in epoch seconds, and seconds of a bin."""

    camera: str
    since: float
    until: float
    width: int

    def covers(self, other: Wish) -> bool:
        """Whether what was read for this one answers the other too."""
        same = (self.camera, self.width) == (other.camera, other.width)
        return same and self.since <= other.since and self.until >= other.until - 2 * self.width


def wish_for(
    camera: str, shown: tuple[float, float], oldest: float | None, *, width: int, back: float = 0.0
) -> Wish | None:
    """Return what to read for a plot from ``start`` to ``end``; None if the window remembers all of it.

    Args:
        camera: its name.
        shown: from and until when, epoch seconds.
        oldest: the time of the first reading that is remembered; None without one.
        width: seconds of a bin.
        back: how far back another time is shown too.
    """
    start, end = shown
    margin = 0.5 * (end - start)
    until = end if oldest is None else min(end, oldest)
    if start >= until and not back:
        return None
    if back:
        return Wish(camera, _whole(start - margin - back, width), end, width)
    return Wish(camera, _whole(start - margin, width), until, width)


def _whole(time: float, width: int) -> float:
    return float(time // width * width)


@dataclass(frozen=True, eq=False, slots=True)
class Past:
    """What was read: one line for each ROI, by its name."""

    wish: Wish
    lines: Mapping[str, Line] = field(default_factory=dict)

    def line(self, roi: str) -> Line:
        """Return the line of a ROI; an empty one if there is none."""
        return self.lines.get(roi, EMPTY)


def past_of(wish: Wish, bins: Iterable[BinLike]) -> Past:
    """Return the lines of some bins of one camera: their means at their middles, gaps as gaps."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in bins:
        mean = np.nan if one.mean is None else one.mean
        found.setdefault(one.roi, []).append((one.start + wish.width / 2, mean))
    return Past(wish, {roi: _with_gaps(np.array(points), wish.width) for roi, points in found.items()})


def _with_gaps(points: NDArray[np.float64], width: int) -> Line:
    """Return a line that breaks where nothing was counted for much longer than usual."""
    times, counts = points[:, 0], points[:, 1]
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    at = np.nonzero(steps > max(1.5 * width, 3.0 * usual, LEAST_GAP_S))[0]
    middle = times[at] + steps[at] / 2
    return np.insert(times, at + 1, middle), np.insert(counts, at + 1, np.nan)


def joined(past: Line, recent: Line) -> Line:
    """Return one line: the past as far as the recent part does not have it."""
    times, counts = recent
    before = past[0] < times[0] if len(times) else np.ones(len(past[0]), bool)
    return np.concatenate([past[0][before], times]), np.concatenate([past[1][before], counts])


def moved(line: Line, seconds: float, *, start: float, end: float) -> Line:
    """Return the part of a line that lies ``seconds`` before ``start..end``, as if it were there."""
    times = line[0] + seconds
    inside = (times >= start) & (times <= end)
    return times[inside], line[1][inside]
