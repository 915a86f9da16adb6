"""Keeps a history file small: readings become minutes and hours, and old ones go. In small steps.

Each step is one transaction of some ten milliseconds, so that it never blocks what is recorded for long, and
a kill in the middle of one undoes it wholly. A reading is deleted only after its minute holds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from crowdmon.sinks.history.schema import YEAR_1
from crowdmon.sinks.history.sql import transaction
from crowdmon.sinks.history.summing import ROWS, SUMS, put
from crowdmon.sinks.history.sums import HOUR, MINUTE, Sum, combined, summed

DAY = 86_400.0

SETTLED = 15.0
"""Seconds after which a minute is summed up; a reading that comes later is added to it."""

STEADY = 600.0
"""Seconds for which the clock must have run evenly before anything is deleted: a machine that starts with a
wrong date gets the right one within that time."""

A_STEP = 20_000
"""Rows in one step, about."""

_NO_READING = """NOT EXISTS (SELECT 1 FROM reading
    WHERE series = {0}.series AND time >= {0}.start AND time < {0}.start + ?)"""
"""What lets a minute or an hour go: bins are made of them, and what is kept must stay in its bins."""

_LONGEST = 1 << 16
"""The most minutes, or hours, that one step looks at."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept.

    Attributes:
        raw: seconds for which each reading is kept.
        minutes: seconds for which minutes and hours are kept, at least ``raw``.
        pictures: seconds for which the pictures of spot checks are kept.
        older: whether ``raw`` also goes for what an older version recorded, which kept everything.
    """

    raw: float = 2 * DAY
    minutes: float = 400 * DAY
    pictures: float = 30 * DAY
    older: bool = False


USUAL = Keep()


class Thinning:
    """Sums up and deletes in one open history file. For one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, keep: Keep) -> None:
        self._connection, self._keep = connection, keep
        self._clock: tuple[float, float] | None = None
        self._swept = dict.fromkeys(("reading", "minute", "hour"), YEAR_1)
        self._strides = dict.fromkeys(("minute", "hour", "reading", "old minute", "old hour"), 1)

    def step(self, *, now: float, ticks: float) -> bool:
        """Do one small step.

        Args:
            now: epoch seconds.
            ticks: seconds on a clock that nobody sets.

        Returns:
            Whether something was done; then there may be more to do.
        """
        minutes_until, hours_until = self._state()
        steady = self._is_steady(now, ticks)
        end = _floor(now - SETTLED, MINUTE)
        if minutes_until < end:
            self._sum_up("minute", minutes_until, end)
            return True
        if hours_until < _floor(minutes_until, HOUR):
            self._sum_up("hour", hours_until, _floor(minutes_until, HOUR))
            return True
        if not steady:
            return False
        raw, old = _floor(now - self._keep.raw, MINUTE), _floor(now - self._keep.minutes, HOUR)
        return (
            self._delete("reading", min(raw, minutes_until))
            or self._delete("minute", min(old, hours_until))
            or self._delete("hour", min(old, hours_until))
        )

    def _state(self) -> tuple[int, int]:
        row = self._connection.execute("SELECT minutes_until, hours_until FROM summed").fetchone()
        return int(row[0]), int(row[1])

    def _is_steady(self, now: float, ticks: float) -> bool:
        """Whether the clock has run evenly for long enough; what a wrong one deletes is gone for ever."""
        if self._clock is None or abs((now - self._clock[0]) - (ticks - self._clock[1])) > MINUTE:
            self._clock = (now, ticks)
        return ticks - self._clock[1] >= STEADY

    def _sum_up(self, table: str, since: int, end: int) -> None:
        """Fill ``minute`` from the readings, or ``hour`` from the minutes, from ``since`` on."""
        width, source, when = (MINUTE, "reading", "time") if table == "minute" else (HOUR, "minute", "start")
        with transaction(self._connection):
            if since != self._state()[table == "hour"]:
                return  # another program was quicker
            series = self._series()
            first = self._first(source, when, since, end, series)
            start = end if first is None else max(since, _floor(first, width))
            stop = self._stop(table, source, when, start, end, series)
            for number in series if start < stop else ():
                put(
                    self._connection,
                    table,
                    ((number, one) for one in self._sums(source, number, start, stop)),
                )
            if stop < end and self._first(source, when, stop, end, series) is None:
                stop = end
            self._connection.execute(f"UPDATE summed SET {table}s_until = ?", (stop,))

    def _sums(self, source: str, series: int, start: int, stop: int) -> Iterator[Sum]:
        values = series, start, stop
        if source == "reading":
            return summed(self._connection.execute(ROWS, values).fetchall(), MINUTE)
        sql = f"SELECT {SUMS} FROM minute WHERE series = ? AND start >= ? AND start < ? ORDER BY start"
        return combined((Sum(*row) for row in self._connection.execute(sql, values).fetchall()), HOUR)

    def _stop(self, step: str, table: str, when: str, start: int, end: int, series: list[int]) -> int:
        """Return how far a step may go from ``start``; ``step`` is what it is called."""
        width = MINUTE if table == "reading" else HOUR
        some = f"SELECT 1 FROM {table} WHERE series = ? AND {when} >= ? AND {when} < ? LIMIT ?"
        sql = f"SELECT count(*) FROM ({some})"
        stride = self._strides[step]
        while True:
            stop, rows = min(end, start + stride * width), 0
            for number in series:
                rows += self._connection.execute(sql, (number, start, stop, A_STEP)).fetchone()[0]
                if rows > A_STEP:
                    break
            if rows <= A_STEP or stride == 1:
                break
            stride //= 2
        self._strides[step] = min(_LONGEST, 2 * stride) if rows < A_STEP // 2 else stride
        return stop

    def _delete(self, table: str, end: int) -> bool:
        """Delete what lies before ``end``, one step of it; return whether there was something to look at."""
        since = self._swept[table]
        if since >= end:
            return False
        name, width = (table, MINUTE) if table == "reading" else (f"old {table}", HOUR)
        when, also = ("time", "seq > ?") if table == "reading" else ("start", _NO_READING.format(table))
        with transaction(self._connection):
            series = self._series()
            first = self._first(table, when, since, end, series)
            start = end if first is None else max(since, _floor(first, width))
            stop = self._stop(name, table, when, start, end, series)
            last = self._older() if table == "reading" else {"minute": MINUTE, "hour": HOUR}[table]
            sql = f"DELETE FROM {table} WHERE series = ? AND {when} >= ? AND {when} < ? AND {also}"
            for number in series:
                self._connection.execute(sql, (number, start, stop, last))
            if table == "reading":
                self._connection.execute("UPDATE summed SET thinned_until = max(thinned_until, ?)", (stop,))
        self._swept[table] = stop
        return True

    def _older(self) -> int:
        """Return the last fact that is not deleted whatever its age."""
        if self._keep.older:
            return 0
        (last,) = self._connection.execute("SELECT older FROM summed").fetchone()
        return int(last)

    def _series(self) -> list[int]:
        return [number for (number,) in self._connection.execute("SELECT id FROM series")]

    def _first(self, table: str, when: str, since: int, end: int, series: list[int]) -> float | None:
        """Return the first time in ``table`` within a range; None if there is none."""
        sql = f"SELECT min({when}) FROM {table} WHERE series = ? AND {when} >= ? AND {when} < ?"
        found = (self._connection.execute(sql, (number, since, end)).fetchone()[0] for number in series)
        return min((time for time in found if time is not None), default=None)


def _floor(time: float, width: int) -> int:
    return int(time // width) * width
