"""One open history file for writing: connection, identity, and the one transaction that adds facts."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from crowdmon.facts import Event, Fact, SpotCheck
from crowdmon.sinks.history.names import Names
from crowdmon.sinks.history.schema import migrate
from crowdmon.sinks.history.sql import marks, text, transaction
from crowdmon.sinks.history.summing import Late
from crowdmon.sinks.history.thinning import Keep, Thinning
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

    def __init__(self, path: Path, connect: Connect, *, keep: Keep) -> None:
        """Open, create or bring up to date; raises what SQLite raises, or SinkError."""
        self._path = path
        self._connection = connect(path)
        try:
            migrate(self._connection, where=str(path))
            self._identity = path.stat()
            self._names = Names(self._connection)
            self._thinning = Thinning(self._connection, keep)
        except BaseException:
            self.close()
            raise
        self._weights: dict[str, int] = {}

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
        with transaction(self._connection):
            known = execute("SELECT written FROM run WHERE id = ?", (run,)).fetchone()
            if known is None:
                execute("INSERT INTO run VALUES (?, ?, 0)", (run, time.time()))
            missing = facts[max(0, known[0] + 1 - first) if known else 0 :]
            (last,) = execute("SELECT last FROM sequence").fetchone()
            self._insert(missing, last + 1)
            execute("UPDATE sequence SET last = ?", (last + len(missing),))
            execute("UPDATE run SET written = max(written, ?) WHERE id = ?", (first + len(facts) - 1, run))

    def tend(self, *, now: float, ticks: float) -> bool:
        """Do one small step of summing up or thinning; see :meth:`Thinning.step`."""
        return self._thinning.step(now=now, ticks=ticks)

    def close(self) -> None:
        """Close the file; never raises."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _insert(self, facts: Sequence[Fact], seq: int) -> None:
        readings: list[tuple[object, ...]] = []
        late = Late(self._connection)
        for number, fact in enumerate(facts, seq):
            if isinstance(fact, Reading):
                rows = self._rows(fact, number)
                readings.extend(rows)
                if late.is_late(fact.time):
                    late.take(rows)
            elif isinstance(fact, Event):
                self._insert_event(fact, number)
            else:
                self._insert_check(fact, number)
        self._connection.executemany(f"INSERT INTO reading VALUES ({marks(13)})", readings)
        late.write()

    def _insert_event(self, event: Event, seq: int) -> None:
        said = (event.kind, event.camera, event.roi, event.who, event.detail)
        row = (seq, event.time, *map(text, said), text(event.camera_id or None), text(event.roi_id or None))
        self._connection.execute(f"INSERT INTO event VALUES ({marks(9)})", row)

    def _insert_check(self, check: SpotCheck, seq: int) -> None:
        keys = text(check.camera_key), text(check.roi_key)
        said = map(text, (check.weights, check.who, check.note))
        row = (
            *(seq, check.time, time.time(), *keys, text(check.camera), text(check.roi)),
            *(check.truth, check.count, *said, json.dumps(check.heads), *check.size, text(check.picture)),
        )
        self._connection.execute(f"INSERT INTO spot_check VALUES ({marks(16)})", row)

    def _rows(self, reading: Reading, seq: int) -> list[tuple[object, ...]]:
        weights = self._weights_of(reading.weights)
        return [
            (
                self._names.series(reading, roi, seq),
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
                roi.local_per_m2,
                weights,
            )
            for place, roi in enumerate(reading.rois)
        ]

    def _weights_of(self, name: str) -> int | None:
        if not name:
            return None
        if name not in self._weights:
            execute, written = self._connection.execute, (text(name),)
            execute("INSERT OR IGNORE INTO weights (name) VALUES (?)", written)
            (self._weights[name],) = execute("SELECT id FROM weights WHERE name = ?", written).fetchone()
        return self._weights[name]
