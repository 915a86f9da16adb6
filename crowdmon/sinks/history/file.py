"""The record of readings and events: a SQLite file that survives its disk, its folder and kill -9.

A sink for the recording thread. Facts are gathered and written about once a second, one transaction
each time. Whatever fails is raised as a SinkError, and the same facts are tried again with the next
call; each has its number in this run of the program and the file remembers the last one it holds, so
none is written twice, even where an attempt reported a failure after it had worked.
"""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from crowdmon.errors import SinkError
from crowdmon.facts import Event
from crowdmon.sinks.closing import Closing
from crowdmon.sinks.history.errors import failed
from crowdmon.sinks.history.store import Connect, Store, connect
from crowdmon.sinks.recordable import Fact, check
from crowdmon.values import Reading

BATCH = 2_000
"""Facts in one transaction at most, and so in memory here; what exceeds it waits in the engine's outbox."""


class HistoryFile(Closing):
    """Writes readings and events to a history file; a context manager. For one thread at a time.

    Nothing is opened before the first write, and a folder that is missing is not made: the place where
    a disk was mounted must not fill another disk.
    """

    def __init__(self, path: Path | str, *, connect: Connect = connect) -> None:
        """Take the file's place; ``connect`` opens it."""
        self.path = Path(path)
        self._connect = connect
        self._run = secrets.randbits(62)
        self._store: Store | None = None
        self._gathered: list[Fact] = []
        self._written = 0
        self._failing = False

    @property
    def waiting(self) -> int:
        """Facts taken that are not in the file yet."""
        return len(self._gathered)

    def write(self, reading: Reading) -> None:
        """Take a reading, to be written with the next :meth:`flush`.

        Raises:
            SinkError: the file cannot be written just now, or the reading never; it was not taken.
        """
        self._take(reading)

    def note(self, event: Event) -> None:
        """Take an event; see :meth:`write`."""
        self._take(event)

    def flush(self) -> None:
        """Write and make durable what was taken.

        Raises:
            SinkError: it cannot be written; it is kept for the next attempt.
        """
        if not self._gathered:
            return
        self._failing = True
        try:
            self._commit()
        except (sqlite3.Error, OSError) as error:
            self._drop()
            raise failed(self.path, error) from error
        self._written += len(self._gathered)
        self._gathered.clear()
        self._failing = False

    def close(self) -> None:
        """Write what waits and close; SinkError if that fails. May be called twice."""
        try:
            self.flush()
        finally:
            self._drop()

    def _take(self, fact: Fact) -> None:
        check(fact)
        if self._failing or len(self._gathered) >= BATCH:
            self.flush()
        self._gathered.append(fact)

    def _commit(self) -> None:
        if self._store is not None and not self._store.is_there():
            self._drop()
        if self._store is None:
            self._store = Store(self.path, self._connect)
        self._store.add(self._run, self._written + 1, self._gathered)
        if not self._store.is_there():
            raise SinkError(f"{self.path} was taken away while it was written", "A new one is begun")

    def _drop(self) -> None:
        if self._store is not None:
            store, self._store = self._store, None
            store.close()
