"""Readings of one ROI summed up over minutes and hours: what is stored, and how two become one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MINUTE, HOUR = 60, 3600
"""Seconds."""

Row = tuple[float, int, float | None, float | None, float | None]
"""A reading: time, number in the order of recording, people (None: not counted), per m2, local per m2."""


@dataclass(slots=True)
class Sum:
    """The readings of a stretch of time.

    Attributes:
        start: epoch seconds.
        n, missed: readings with a count, and without.
        total, least, most, last: of the counts; None where there was none, but the total.
        seq: of the reading that is ``last``: the one recorded last, whatever the clock said.
        per_m2, local_per_m2: the highest; None where none was known.
    """

    start: int
    n: int = 0
    missed: int = 0
    total: float = 0.0
    least: float | None = None
    most: float | None = None
    last: float | None = None
    seq: int | None = None
    per_m2: float | None = None
    local_per_m2: float | None = None

    @property
    def mean(self) -> float | None:
        """People on average; None where nothing was counted."""
        if not self.n or self.least is None or self.most is None:
            return None
        # Rounding of the sum must not leave the mean outside of its own bounds.
        return min(max(self.total / self.n, self.least), self.most)

    def add(self, other: Sum) -> None:
        """Take in another stretch; no reading is in both."""
        if other.n and (self.seq is None or other.seq is None or other.seq >= self.seq):
            self.last, self.seq = other.last, other.seq
        self.n += other.n
        self.missed += other.missed
        self.total += other.total
        self.least = _lower(self.least, other.least)
        self.most = _higher(self.most, other.most)
        self.per_m2 = _higher(self.per_m2, other.per_m2)
        self.local_per_m2 = _higher(self.local_per_m2, other.local_per_m2)


def summed(rows: Iterable[Row], width: int) -> Iterator[Sum]:
    """Yield a sum for every ``width`` seconds in which there was a reading; ``rows`` rise in time."""
    one: Sum | None = None
    end = float("-inf")
    for time, seq, count, per_m2, local in rows:
        if one is None or time >= end:
            if one is not None:
                yield one
            start = int(time // width) * width
            one, end = Sum(start), start + width
        if count is None:
            one.missed += 1
            continue
        one.n += 1
        one.total += count
        if one.least is None or count < one.least:
            one.least = count
        if one.most is None or count > one.most:
            one.most = count
        if one.seq is None or seq >= one.seq:
            one.seq, one.last = seq, count
        if per_m2 is not None:
            one.per_m2 = _higher(one.per_m2, per_m2)
        if local is not None:
            one.local_per_m2 = _higher(one.local_per_m2, local)
    if one is not None:
        yield one


def combined(sums: Iterable[Sum], width: int) -> Iterator[Sum]:
    """Yield a sum for every ``width`` seconds; ``sums`` rise in time, and one belongs to where it starts."""
    whole: Sum | None = None
    for one in sums:
        start = one.start // width * width
        if whole is None or start != whole.start:
            if whole is not None:
                yield whole
            whole = Sum(start)
        whole.add(one)
    if whole is not None:
        yield whole


def _lower(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else min(one, other)


def _higher(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else max(one, other)
