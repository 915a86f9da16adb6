"""The axes of the plot: round local times with the date where it changes, and round counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyqtgraph as pg

from crowdmon.view.wording import media_clock

_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_LABEL_PX = 96


def step_for(span: float, most: int) -> int:
    """Return the smallest round step, in seconds, that puts at most ``most`` ticks on ``span`` seconds."""
    return next((step for step in _STEPS if span / step <= max(most, 1)), _STEPS[-1])


def ticks(start: float, end: float, step: int) -> list[float]:
    """Return the epoch times of the ticks in ``start..end``, round in local time."""
    midnight = datetime.fromtimestamp(start).replace(hour=0, minute=0, second=0, microsecond=0)
    first = int((start - midnight.timestamp()) // step)
    found: list[float] = []
    for n in range(first, first + int((end - start) // step) + 3):
        # In local time, so that ticks stay round when daylight saving time begins or ends.
        at = (midnight + timedelta(seconds=n * step)).timestamp()
        if start <= at <= end and (not found or at > found[-1]):
            found.append(at)
    return found


def media_ticks(start: float, end: float, step: int) -> list[float]:
    """Return the media seconds of the ticks in ``start..end``, from 0 on."""
    first = max(math.ceil(start / step), 0)
    return [float(n * step) for n in range(first, int(end // step) + 1)]


def labels(times: Sequence[float], step: int) -> list[str]:
    """Return one label a tick: the time of day, with the date at the first tick of a new day."""
    pattern = "%H:%M:%S" if step < 60 else "%H:%M"
    texts: list[str] = []
    before: datetime | None = None
    for time in times:
        at = datetime.fromtimestamp(time)
        new_day = (before is not None and at.date() != before.date()) or step >= 86400
        texts.append(f"{at.day} {at:%b} {at.strftime(pattern)}" if new_day else at.strftime(pattern))
        before = at
    return texts


def nice_top(highest: float, current: float) -> float:
    """Return the top of the count axis: a round number above ``highest`` that changes rarely.

    It grows at once, and shrinks only when less than 40 % of it is used.
    """
    need = max(highest * 1.1, 4.0)
    if need <= current and highest > 0.4 * current:
        return current
    scale = 10.0 ** math.floor(math.log10(need))
    return float(next(step * scale for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * scale >= need))


_LEAST_PX = 15.0


def count_ticks(top: float, *, height: float = 200.0) -> list[float]:
    """Return up to five round, evenly spaced counts from 0 to at most ``top``, fewer on a low plot.

    Args:
        top: the end of the axis.
        height: of the axis, in pixels.
    """
    found = _count_ticks(top)
    while len(found) > 2 and height / len(found) < _LEAST_PX:
        found = found[::2]
    return found


def _count_ticks(top: float) -> list[float]:
    scale = 10.0 ** math.floor(math.log10(max(top, 1.0)))
    steps = (k * scale for k in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5))
    step = max(next(s for s in steps if top / s <= 4.0), 1.0)
    return [i * step for i in range(int(top // step) + 1)]


class TimeAxis(pg.AxisItem):  # type: ignore[misc]
    """The bottom axis of a plot whose x values are epoch seconds, or those of a recording."""

    def __init__(self) -> None:
        super().__init__(orientation="bottom")
        self.enableAutoSIPrefix(False)
        self.media = False
        """Whether x values are media seconds of a recording."""

    def tickValues(  # noqa: N802 - pyqtgraph's name
        self,
        minVal: float,  # noqa: N803
        maxVal: float,  # noqa: N803
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return one level of ticks."""
        step = step_for(maxVal - minVal, int(size // _LABEL_PX))
        return [(float(step), (media_ticks if self.media else ticks)(minVal, maxVal, step))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        """Return the labels of the ticks."""
        return [media_clock(one) for one in values] if self.media else labels(values, int(spacing))
