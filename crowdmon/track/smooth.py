"""Exponential smoothing of counts over media time. No clock, no thread."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import dataclass, replace

from crowdmon.values import Reading, ReadingState

TIME_CONSTANT = 5.0
"""Seconds of media time after which 63 % of a step shows."""

SHORTEST_GAP = 2.0
"""Seconds without a count that always count as ordinary."""


@dataclass(slots=True)
class _Mean:
    value: float
    time: float


class Smoother:
    """Smooths every ROI of one camera by itself.

    ``s += (1 - exp(-dt / time_constant)) * (value - s)``: the weight follows the time between two
    counts, so the result does not depend on how often is counted. It stays between the smallest and
    the largest value seen since it started again, which it does after a gap: when more than three
    usual intervals (at least 2 s) passed, when time went backwards, or when :meth:`reset` says so.
    """

    def __init__(self, time_constant: float = TIME_CONSTANT, *, interval: float = 0.0) -> None:
        """Start without a past.

        Args:
            time_constant: seconds.
            interval: usual seconds between two counts.
        """
        self._time_constant = time_constant
        self.interval = interval
        self._means: dict[str, _Mean] = {}

    def update(self, roi: str, value: float, t: float) -> float:
        """Return the smoothed value of ``roi`` after ``value`` at ``t`` seconds."""
        mean = self._means.get(roi)
        if mean is None or not 0.0 <= t - mean.time <= max(SHORTEST_GAP, 3.0 * self.interval):
            self._means[roi] = _Mean(value, t)
            return value
        before = mean.value
        weight = -math.expm1(-(t - mean.time) / self._time_constant)
        # Rounding could step just outside of [before, value]; smoothing never invents a new extreme.
        low, high = min(before, value), max(before, value)
        mean.value = min(high, max(low, before + weight * (value - before)))
        mean.time = t
        return mean.value

    def apply(self, reading: Reading, *, t: float | None = None) -> Reading:
        """Return ``reading`` with its smoothed counts.

        Args:
            reading: a measured one; one that is not ok comes back unchanged and starts a gap.
            t: seconds on a clock that fits the source; its media time, else its epoch time, if None.
        """
        if reading.state is not ReadingState.OK:
            self.reset()
            return reading
        moment = t if t is not None else reading.time if reading.pts is None else reading.pts
        rois = tuple(
            one if one.count is None else replace(one, count_smoothed=self.update(one.key, one.count, moment))
            for one in reading.rois
        )
        return replace(reading, rois=rois)

    def reset(self) -> None:
        """Forget the past of every ROI."""
        self._means.clear()

    def forget(self, rois: Container[str]) -> None:
        """Forget the past of some ROIs by their keys, for example of those that were redrawn."""
        self._means = {name: mean for name, mean in self._means.items() if name not in rois}
