"""Fewer points for a plot that has more readings than pixels: what a person sees of it stays. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def thinned(
    times: Values, counts: Values, *, start: float, end: float, buckets: int
) -> tuple[Values, Values]:
    """Return the points to draw between ``start`` and ``end``.

    Time is cut into buckets, at the same places whatever is shown, so that peaks do not flicker as time
    goes on. Of each one the least and the most are drawn, and a gap where something in it is not known.

    Args:
        times: epoch seconds, rising; counts: people, NaN where unknown. Of the same length.
        start, end: what is shown, epoch seconds.
        buckets: how many there are in that time, at least 1.

    Returns:
        (times, counts), at most three points a bucket; as they were where there are no more than that.
    """
    first = max(int(np.searchsorted(times, start)) - 1, 0)
    last = int(np.searchsorted(times, end, side="right")) + 1
    times, counts = times[first:last], counts[first:last]
    if len(times) <= 2 * buckets or end <= start:
        return times, counts
    bucket = np.floor(times * (buckets / (end - start)))
    at = np.concatenate([[0], np.flatnonzero(np.diff(bucket)) + 1])
    low, high = np.fmin.reduceat(counts, at), np.fmax.reduceat(counts, at)
    gap = np.add.reduceat(np.isnan(counts), at) > 0
    middle = (times[at] + times[np.append(at[1:], len(times)) - 1]) / 2
    drawn = np.column_stack([np.ones((len(at), 2), bool), gap]).ravel()
    values = np.column_stack([low, high, np.full(len(at), np.nan)]).ravel()
    return np.repeat(middle, 3)[drawn], values[drawn]
