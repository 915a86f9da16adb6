"""Readings and minutes of a history file joined, so that none counts twice and none is missed.

A minute belongs to a range where it starts in it. Where all readings of a minute are still there they are
taken, so that the ends of a range are exact; where one is gone the minute stands for all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import chain
from math import isinf

from crowdmon.sinks.history.schema import YEAR_1
from crowdmon.sinks.history.summing import SUMS
from crowdmon.sinks.history.sums import HOUR, MINUTE, Row, Sum, combined, summed

_LAST = 253_402_300_800
"""Epoch seconds: a whole hour behind every reading."""

_RAW = """SELECT time, seq, CASE WHEN state = 'ok' THEN count END, NULL, NULL FROM reading
    WHERE series = ? AND time >= ? AND time < ? ORDER BY time"""

_GONE = f"""SELECT raw, {SUMS} FROM (
        SELECT *, (SELECT count(*) FROM reading
            WHERE series = minute.series AND time >= minute.start AND time < minute.start + {MINUTE}) AS raw
        FROM minute WHERE series = ? AND start >= ? AND start < ?)
    WHERE raw < n + missed ORDER BY start"""


@dataclass(frozen=True, slots=True)
class State:
    """How far a file is summed up; see the table ``summed``."""

    minutes_until: int
    hours_until: int
    thinned_until: int


def state_of(connection: sqlite3.Connection) -> State:
    """Return how far a file is summed up."""
    sql = "SELECT minutes_until, hours_until, thinned_until FROM summed"
    return State(*map(int, connection.execute(sql).fetchone()))


@dataclass(frozen=True, slots=True)
class Joined:
    """The readings of one series, from a connection that sees one moment of the file."""

    connection: sqlite3.Connection
    state: State
    series: int

    def sums(self, width: int, since: float, until: float) -> Iterator[Sum]:
        """Yield a sum for every ``width`` seconds of ``since <= time < until`` with a reading."""
        low, high = _whole(since), _whole(until)
        if width % MINUTE:
            return combined(self._fine(width, since, until), width)
        first = _ceil(low, MINUTE)
        end = min(_floor(high, MINUTE), self.state.minutes_until)
        if first >= end:
            return combined(self._fine(width, since, until), width)
        parts = [
            *([self._fine(width, since, first)] if since < first and not isinf(since) else []),
            self._stored(width, first, end),
            *([self._fine(width, float(end), until)] if end < until else []),
        ]
        return combined(chain.from_iterable(parts), width)

    def gone(self, since: float, until: float) -> Iterator[tuple[int, Sum]]:
        """Yield the minutes of which a reading is gone, each with how many readings are still there."""
        low, high = _ceil(_whole(since), MINUTE), min(_whole(until), self._thinned())
        for raw, *cells in self.connection.execute(_GONE, (self.series, low, high)):
            yield raw, Sum(*cells)

    def _fine(self, width: int, since: float, until: float) -> Iterator[Sum]:
        """Sum up readings, and minutes where readings are gone."""
        thinned = self._thinned()
        if since >= thinned:
            yield from summed(self._raw(since, until), width)
            return
        gone = list(self.gone(since, until))
        partly = {one.start for raw, one in gone if raw} | set(self.first_partly(since))
        raw = self._raw(since, until)
        if partly:
            raw = (row for row in raw if _floor(row[0], MINUTE) not in partly)
        minutes = (one for _, one in gone)
        # Both rise; a bin with some of each is put together by who combines them.
        yield from merge(summed(raw, width), minutes, key=lambda one: one.start)

    def first_partly(self, since: float) -> Iterator[int]:
        """Yield the minute that ``since`` lies in if a reading of it is gone: it lies before."""
        if isinf(since) or since % MINUTE == 0:
            return
        start = _floor(since, MINUTE)
        for _ in self.connection.execute(_GONE, (self.series, start, start + 1)).fetchall():
            yield start

    def _thinned(self) -> int:
        return min(self.state.thinned_until, self.state.minutes_until)

    def _raw(self, since: float, until: float) -> Iterator[Row]:
        return iter(self.connection.execute(_RAW, (self.series, since, until)))

    def _stored(self, width: int, first: int, end: int) -> Iterator[Sum]:
        """Yield the minutes of ``first <= start < end``; hours where they will do."""
        from_hour = _ceil(first, HOUR)
        to_hour = min(_floor(end, HOUR), self.state.hours_until)
        if width % HOUR or from_hour >= to_hour:
            yield from self._table("minute", first, end)
            return
        yield from self._table("minute", first, from_hour)
        yield from self._table("hour", from_hour, to_hour)
        yield from self._table("minute", to_hour, end)

    def _table(self, table: str, first: int, end: int) -> Iterator[Sum]:
        sql = f"SELECT {SUMS} FROM {table} WHERE series = ? AND start >= ? AND start < ? ORDER BY start"
        return (Sum(*row) for row in self.connection.execute(sql, (self.series, first, end)))


def _whole(time: float) -> float:
    """Hold a time to the calendar; an end that is open becomes one."""
    return min(max(time, float(YEAR_1)), float(_LAST))


def _floor(time: float, width: int) -> int:
    return int(time // width) * width


def _ceil(time: float, width: int) -> int:
    return -int(-time // width) * width
