"""The record of all facts: a SQLite file that survives its disk, its folder and kill -9.

A sink for the recording thread. Facts are gathered and written about once a second, one transaction
each time. Whatever fails is raised as a SinkError, and the same facts are tried again with the next
call; each has its number in this run of the program and the file remembers the last one it holds, so
none is written twice, even where an attempt reported a failure after it had worked.

After each writing comes one small step of :mod:`crowdmon.sinks.history.thinning`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from crowdmon.errors import SinkError
from crowdmon.facts import Event, Fact, SpotCheck, check_recordable
from crowdmon.sinks.base import Sink
from crowdmon.sinks.history.pictures import Pictures
from crowdmon.sinks.history.store import Connect, Store, connect
from crowdmon.sinks.history.thinning import USUAL, Keep
from crowdmon.values import Reading

BATCH = 2_000
"""Facts in one transaction at most, and so in memory here; what exceeds it waits in the engine's outbox."""

TEND_AGAIN = 60.0
"""Seconds after which summing up and thinning are tried again after they failed."""

_LEAST_ROOM = 128 * 1024
"""Free bytes below which SQLite cannot make the files it keeps beside the history."""

_FULL = ("the disk is full", "Make room")
_LOCKED = ("another program holds it locked", "Close that program; it is tried again until then")
_READ_ONLY = ("it is read-only", "Make the file, its folder and its disk writable")
_WHY = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": ("permission denied", "Make the file and its folder writable"),
    "SQLITE_NOTADB": ("it is not a history file", "Choose another file for the history"),
    "SQLITE_CORRUPT": (
        "it is damaged",
        "Move it and the files beside it away, a new one is begun; `sqlite3 FILE .recover` may save it",
    ),
}


Clock = Callable[[], float]

_log = logging.getLogger(__name__)


class HistoryFile(Sink):
    """Writes facts to a history file. For one thread at a time.

    Nothing is opened before the first write, and a folder that is missing is not made: the place where
    a disk was mounted must not fill another disk.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading, Event, SpotCheck)

    def __init__(
        self,
        path: Path | str,
        *,
        keep: Keep = USUAL,
        connect: Connect = connect,
        clock: Clock = time.time,
        ticks: Clock = time.monotonic,
    ) -> None:
        """Take the file's place.

        Args:
            path: the file.
            keep: how long what is kept.
            connect: opens it.
            clock: epoch seconds.
            ticks: seconds on a clock that nobody sets.
        """
        self.path = Path(path)
        self._keep, self._connect, self._clock, self._ticks = keep, connect, clock, ticks
        self._pictures = Pictures(self.path, keep=keep.pictures)
        self._run = secrets.randbits(62)
        self._store: Store | None = None
        self._gathered: list[Fact] = []
        self._written = 0
        self._failing = False
        self._tend_again = float("-inf")

    @property
    def waiting(self) -> int:
        """Facts taken that are not in the file yet."""
        return len(self._gathered)

    def write(self, fact: Fact) -> None:
        """Take a fact, to be written with the next :meth:`flush`.

        Raises:
            SinkError: the file cannot be written just now, or the fact never; it was not taken.
        """
        check_recordable(fact)
        if self._failing or len(self._gathered) >= BATCH:
            self.flush()
        self._gathered.append(fact)

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
            raise _failed(self.path, error) from error
        self._written += len(self._gathered)
        self._gathered.clear()
        self._failing = False
        self._tend()

    def close(self) -> None:
        """Write what waits and close; SinkError if that fails. May be called twice."""
        try:
            self.flush()
        finally:
            self._drop()

    def _commit(self) -> None:
        if self._store is not None and not self._store.is_there():
            self._drop()
        if self._store is None:
            self._store = Store(self.path, self._connect, keep=self._keep)
        self._store.add(self._run, self._written + 1, self._gathered)
        if not self._store.is_there():
            raise SinkError(f"{self.path} was taken away while it was written", "A new one is begun")

    def _tend(self) -> None:
        """Do one step of what keeps the file small. A failure is logged: all facts are in the file."""
        now, ticks = self._clock(), self._ticks()
        if self._store is None or ticks < self._tend_again:
            return
        try:
            self._store.tend(now=now, ticks=ticks)
            self._pictures.remove_old(now=now, ticks=ticks)
        except (sqlite3.Error, OSError) as error:
            self._tend_again = ticks + TEND_AGAIN
            _log.warning("%s is not thinned just now: %s", self.path, error)
            self._drop()

    def _drop(self) -> None:
        if self._store is not None:
            store, self._store = self._store, None
            store.close()


def _failed(path: Path, error: Exception) -> SinkError:
    """Return what a person can do about an error of SQLite or the system."""
    if isinstance(error, SinkError):
        return error
    if not path.parent.is_dir():
        return SinkError(f"cannot write {path}: there is no folder {path.parent}", "Bring the folder back")
    if path.is_dir():
        return SinkError(f"cannot write {path}: it is a folder", "Choose a file for the history")
    name = getattr(error, "sqlite_errorname", "")
    for known, (why, hint) in _WHY.items():
        if name == known or name.startswith(f"{known}_"):
            return SinkError(f"cannot write {path}: {why}", hint)
    # SQLite often says no more than "disk I/O error" or "unable to open": the disk itself knows better.
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return SinkError(f"cannot write {path}: {_READ_ONLY[0]}", _READ_ONLY[1])
    with contextlib.suppress(OSError):
        if shutil.disk_usage(path.parent).free < _LEAST_ROOM:
            return SinkError(f"cannot write {path}: {_FULL[0]}", _FULL[1])
    why = str(getattr(error, "strerror", None) or error).lower()
    return SinkError(f"cannot write {path}: {why}", "Check that the disk is there and has room")
