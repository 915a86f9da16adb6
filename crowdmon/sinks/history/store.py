"""One open history file for writing: connection, identity, and the one transaction that adds facts."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from crowdmon.facts import Event, Fact
from crowdmon.sinks.history.schema import migrate
from crowdmon.values import Reading

LOCK_WAIT = 0.2
"""Seconds to wait for another program's lock: short, for other sinks wait meanwhile."""

Connect = Callable[[Path], sqlite3.Connection]

_WAL_LIMIT = 16 * 1024 * 1024


def connect(path: Path) -> sqlite3.Connection:
    """Open or create a SQLite file for the sink thread; transactions are begun by hand."""
    # Made in one thread, used in another and closed in a third, never at the same time.
    connection = sqlite3.connect(path, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False)
    try:
        # Without shared memory (some network disks) SQLite keeps its other journal, which is as safe.
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL, for NORMAL may lose the last minutes in a power cut; one fsync a second costs little.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
    except BaseException:
        connection.close()
        raise
    return connection


class Store:
    """An open history file. For one thread at a time."""

    def __init__(self, path: Path, connect: Connect) -> None:
        """Open, create or bring up to date; raises what SQLite raises, or SinkError."""
        self._path = path
        self._connection = connect(path)
        try:
            migrate(self._connection, where=str(path))
            self._identity = path.stat()
        except BaseException:
            self.close()
            raise
        self._series: dict[tuple[str, str], int] = {}

    def is_there(self) -> bool:
        """Whether the path still leads to the open file; what goes to a deleted one is lost unseen."""
        try:
            return os.path.samestat(self._path.stat(), self._identity)
        except OSError:
            return False

    def add(self, run: int, first: int, facts: Sequence[Fact]) -> None:
        """Add facts in one transaction, wholly or not at all; those that are in the file are skipped.

        After an exception the store is of no more use: close it.

        Args:
            run: this run of the program.
            first: the number of ``facts[0]`` among all facts of the run, from 1 without holes.
            facts: in order.
        """
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            known = execute("SELECT written FROM run WHERE id = ?", (run,)).fetchone()
            if known is None:
                execute("INSERT INTO run VALUES (?, ?, 0)", (run, time.time()))
            missing = facts[max(0, known[0] + 1 - first) if known else 0 :]
            (last,) = execute("SELECT last FROM sequence").fetchone()
            self._insert(missing, last + 1)
            execute("UPDATE sequence SET last = ?", (last + len(missing),))
            execute("UPDATE run SET written = max(written, ?) WHERE id = ?", (first + len(facts) - 1, run))
            execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file; never raises."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _insert(self, facts: Sequence[Fact], seq: int) -> None:
        readings: list[tuple[object, ...]] = []
        for number, fact in enumerate(facts, seq):
            if isinstance(fact, Reading):
                readings.extend(self._rows(fact, number))
            elif isinstance(fact, Event):
                row = (
                    number,
                    fact.time,
                    *map(_text, (fact.kind, fact.camera, fact.roi, fact.who, fact.detail)),
                )
                self._connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._connection.executemany("INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", readings)

    def _rows(self, reading: Reading, seq: int) -> list[tuple[object, ...]]:
        return [
            (
                self._id(reading.camera, roi.roi),
                reading.time,
                seq,
                place,
                roi.count,
                roi.count_smoothed,
                roi.density_per_m2,
                roi.level.value if roi.level is not None else None,
                reading.state.value,
                reading.frame,
                reading.pts,
            )
            for place, roi in enumerate(reading.rois)
        ]

    def _id(self, camera: str, roi: str) -> int:
        key = camera, roi
        if (known := self._series.get(key)) is not None:
            return known
        names = _text(camera), _text(roi)
        execute = self._connection.execute
        execute("INSERT OR IGNORE INTO series (camera, roi) VALUES (?, ?)", names)
        (found,) = execute("SELECT id FROM series WHERE camera = ? AND roi = ?", names).fetchone()
        self._series[key] = int(found)
        return int(found)


def _text(value: str | None) -> str | None:
    """Return text that SQLite takes: a name with broken characters must not stop all recording."""
    return None if value is None else value.encode("utf-8", "replace").decode()
