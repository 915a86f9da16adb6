"""Puts readings into the minutes and hours of a history file, each exactly once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from crowdmon.sinks.history.sql import marks
from crowdmon.sinks.history.sums import HOUR, MINUTE, Row, Sum, summed
from crowdmon.values import ReadingState

ROWS = """SELECT time, seq, CASE WHEN state = 'ok' THEN count END, per_m2, local_per_m2 FROM reading
    WHERE series = ? AND time >= ? AND time < ? ORDER BY time"""
"""The readings of a series in a time, as a :data:`~crowdmon.sinks.history.sums.Row` each."""

SUMS = "start, n, missed, total, least, most, last, seq, per_m2, local_per_m2"
"""The columns of ``minute`` and ``hour`` that make a :class:`Sum`."""

_INTO = f"""INSERT INTO {{}} VALUES ({marks(11)}) ON CONFLICT DO UPDATE SET
    n = n + excluded.n,
    missed = missed + excluded.missed,
    total = total + excluded.total,
    least = coalesce(min(least, excluded.least), least, excluded.least),
    most = coalesce(max(most, excluded.most), most, excluded.most),
    last = CASE WHEN excluded.n AND (seq IS NULL OR excluded.seq >= seq) THEN excluded.last ELSE last END,
    seq = coalesce(max(seq, excluded.seq), seq, excluded.seq),
    per_m2 = coalesce(max(per_m2, excluded.per_m2), per_m2, excluded.per_m2),
    local_per_m2 = coalesce(max(local_per_m2, excluded.local_per_m2), local_per_m2, excluded.local_per_m2)"""


def put(connection: sqlite3.Connection, table: str, sums: Iterable[tuple[int, Sum]]) -> None:
    """Add sums, each with the number of its series, to ``minute`` or ``hour``."""
    rows = (
        (number, s.start, s.n, s.missed, s.total, s.least, s.most, s.last, s.seq, s.per_m2, s.local_per_m2)
        for number, s in sums
    )
    connection.executemany(_INTO.format(table), rows)


class Late:
    """Readings whose minute is summed up already: the clock was set back, or they waited for the disk.

    For the transaction that adds them.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        row = connection.execute("SELECT minutes_until, hours_until FROM summed").fetchone()
        self._minutes_until, self._hours_until = map(int, row)
        self._rows: dict[int, list[Row]] = {}

    def is_late(self, time: float) -> bool:
        """Whether a reading of that time belongs to a minute that is summed up."""
        return time < self._minutes_until

    def take(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Take the rows of a late reading, as they go into the table ``reading``."""
        for series, time, seq, _, count, _, per_m2, _, state, _, _, local, _ in rows:
            counted = count if state == ReadingState.OK.value else None
            self._rows.setdefault(series, []).append((time, seq, counted, per_m2, local))

    def write(self) -> None:
        """Add what was taken to its minutes, and to its hours where those are summed up too."""
        for series, rows in self._rows.items():
            rows.sort(key=lambda row: row[:2])
            put(self._connection, "minute", ((series, one) for one in summed(rows, MINUTE)))
            old = [row for row in rows if row[0] < self._hours_until]
            put(self._connection, "hour", ((series, one) for one in summed(old, HOUR)))
