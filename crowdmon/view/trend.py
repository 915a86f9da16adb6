"""Whether a count rises or falls. Pure."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

RECENT_S, BEFORE_S = 10.0, 40.0
"""The last seconds, and the seconds before, with which they are compared."""

_LEAST_PEOPLE, _LEAST_SHARE, _LEAST_READINGS = 1.0, 0.1, 3


class Trend(StrEnum):
    """The direction of a count, as a word."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"

    @property
    def arrow(self) -> str:
        """Return its arrow; a dash if it is unknown."""
        return {"rising": "↑", "falling": "↓", "steady": "→"}.get(self.value, "–")


def trend(times: NDArray[np.float64], counts: NDArray[np.float64], now: float) -> Trend:
    """Compare the mean of the last 10 s with that of the 30 s before.

    A difference below one person or below a tenth does not count, because counts are noisy estimates.

    Args:
        times: epoch seconds, rising.
        counts: people, NaN where unknown; of the same length.
        now: epoch seconds.
    """
    known = np.isfinite(counts)
    recent = counts[known & (times > now - RECENT_S)]
    before = counts[known & (times > now - BEFORE_S) & (times <= now - RECENT_S)]
    if min(len(recent), len(before)) < _LEAST_READINGS:
        return Trend.UNKNOWN
    change = float(recent.mean() - before.mean())
    if abs(change) < max(_LEAST_PEOPLE, _LEAST_SHARE * float(before.mean())):
        return Trend.STEADY
    return Trend.RISING if change > 0 else Trend.FALLING
