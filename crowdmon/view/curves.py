"""The readings of one camera as curves that can be drawn: bounded, in order, with gaps as gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from crowdmon.values import Reading, ReadingState

KEEP_S = 3600.0
"""Readings older than this are forgotten."""

MOST_ROWS = 120_000
"""The most readings that are kept, at any rate."""

LEAST_GAP_S = 2.0
"""A pause shorter than this is never a gap."""

BACKWARDS_S = 5.0
"""A step back in time by more than this drops what came later: a clock was set, or a recording moved in."""


class Curves:
    """Counts of every ROI over time, by what the ROI is kept by: one that is renamed goes on.

    A reading whose state is not ok leaves a NaN, and so does a pause of more than three usual intervals.
    A plot breaks its line there, because nothing was counted.
    """

    def __init__(self, *, keep: float = KEEP_S, backwards: float = BACKWARDS_S) -> None:
        """Keep so many seconds; a step back by more than ``backwards`` seconds drops what came later."""
        self._keep, self._backwards = keep, backwards
        self._rows = 0
        self._times: NDArray[np.float64] = np.empty(256)
        self._columns: dict[str, NDArray[np.float64]] = {}
        self._interval = 0.0

    def __len__(self) -> int:
        return self._rows

    def add(self, reading: Reading) -> None:
        """Take a reading; one that is not newer than the last is ignored.

        If time jumps back by more than a few seconds (somebody set the clock), later readings are dropped.
        """
        if self._rows:
            step = reading.time - self._times[self._rows - 1]
            if step < -self._backwards:
                self._rows = int(np.searchsorted(self._times[: self._rows], reading.time))
            elif step <= 0:
                return
            else:
                self._mark_gap(step)
        known = reading.state is ReadingState.OK
        counts = {r.key: r.count for r in reading.rois if known and r.count is not None}
        self._append(reading.time, counts)

    def forget(self, rois: Iterable[str]) -> None:
        """Drop the past of ROIs that changed their shape: their old counts belong to another place."""
        for roi in rois:
            self._columns.pop(roi, None)

    @property
    def newest(self) -> float:
        """The time of the last reading, epoch seconds; 0 before the first."""
        return float(self._times[self._rows - 1]) if self._rows else 0.0

    @property
    def oldest(self) -> float:
        """The time of the first reading, epoch seconds; 0 before it."""
        return float(self._times[0]) if self._rows else 0.0

    def curve(self, roi: str, *, since: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (times, counts) of a ROI by its key: epoch seconds from ``since`` on, people or NaN."""
        start = int(np.searchsorted(self._times[: self._rows], since))
        times = self._times[start : self._rows].copy()
        column = self._columns.get(roi)
        counts = np.full(len(times), np.nan) if column is None else column[start : self._rows].copy()
        return times, counts

    def _mark_gap(self, step: float) -> None:
        if step > max(LEAST_GAP_S, 3 * self._interval):
            self._append(float(self._times[self._rows - 1]) + step / 2, {})
            # If a camera is counted less often from now on, that must not look like gaps.
            self._interval = min(step, 2 * self._interval) if self._interval else step
        else:
            self._interval = step if not self._interval else 0.8 * self._interval + 0.2 * step

    def _append(self, time: float, counts: dict[str, float]) -> None:
        if self._rows == len(self._times):
            self._make_room(time)
        for roi in counts.keys() - self._columns.keys():
            self._columns[roi] = np.full(len(self._times), np.nan)
        self._times[self._rows] = time
        for roi, column in self._columns.items():
            column[self._rows] = counts.get(roi, np.nan)
        self._rows += 1

    def _make_room(self, now: float) -> None:
        first = int(np.searchsorted(self._times[: self._rows], now - self._keep))
        if self._rows - first > 3 * MOST_ROWS // 4:
            first = self._rows // 2
        kept = self._rows - first
        size = min(max(256, 2 * kept), MOST_ROWS)
        self._times = _moved(self._times, first, self._rows, size)
        self._columns = {n: _moved(c, first, self._rows, size) for n, c in self._columns.items()}
        self._rows = kept


def _moved(old: NDArray[np.float64], first: int, end: int, size: int) -> NDArray[np.float64]:
    new = np.full(size, np.nan)
    new[: end - first] = old[first:end]
    return new


def thinned(
    times: NDArray[np.float64], counts: NDArray[np.float64], *, start: float, end: float, buckets: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points to draw between ``start`` and ``end``.

    Time is divided into buckets at fixed places, so that peaks do not flicker as time goes on. For each
    bucket, the minimum and the maximum are drawn, and a gap if something in it is unknown.

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
