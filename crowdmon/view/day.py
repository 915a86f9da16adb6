"""The level of a ROI over a day, in quarters of an hour. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from crowdmon.values import Level

QUARTERS = 96
QUARTER_S = 900.0


@dataclass(frozen=True, slots=True)
class Day:
    """What one ROI was like on one day.

    Attributes:
        start: epoch seconds of its midnight.
        levels: for each quarter of an hour the highest level; None where nothing was counted.
        peak: the most people, None if nothing was counted; at: when, epoch seconds.
    """

    start: float
    levels: tuple[Level | None, ...] = (None,) * QUARTERS
    peak: float | None = None
    at: float = 0.0


def midnight(now: float) -> float:
    """Return the start of the day of ``now``, by the local clock."""
    day = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.timestamp()


def day_of(
    times: NDArray[np.float64], counts: NDArray[np.float64], bands: Sequence[tuple[Level, float]], now: float
) -> Day:
    """Return the day of ``now`` from one line of counts.

    Args:
        times: epoch seconds, rising; counts: people, NaN where unknown.
        bands: where the levels begin, in people, in rising order; see :func:`crowdmon.view.bands.bands_of`.
        now: epoch seconds.
    """
    start = midnight(now)
    end = (datetime.fromtimestamp(start) + timedelta(days=1)).timestamp()
    known = (times >= start) & (times < end) & np.isfinite(counts)
    times, counts = times[known], counts[known]
    if not len(times):
        return Day(start)
    quarter = np.minimum(((times - start) // QUARTER_S).astype(int), QUARTERS - 1)
    most = np.full(QUARTERS, -np.inf)
    np.maximum.at(most, quarter, counts)
    top = int(np.argmax(counts))
    levels = tuple(level_at(float(one), bands) if np.isfinite(one) else None for one in most)
    return Day(start, levels, float(counts[top]), float(times[top]))


def level_at(count: float, bands: Sequence[tuple[Level, float]]) -> Level:
    """Return the level of a count."""
    return next((level for level, low in reversed(bands) if count >= low), Level.NONE)
