"""Text files to which whole rows are appended, or nothing at all: what CSV of every kind is written with.

A file is created with its first row, so a run that never counts leaves nothing behind. Each fact is one
unbuffered write, so a killed process leaves no half row; a write that fails half way (a full disk) is cut
back to the last whole row before the error is raised, and may simply be tried again.
"""

from __future__ import annotations

import contextlib
import os
import stat
from abc import abstractmethod
from pathlib import Path

from crowdmon import atomic, locks
from crowdmon.errors import SinkError
from crowdmon.facts import Fact, check_recordable
from crowdmon.sinks.base import Sink

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class RowsFile(Sink):
    """Writes the rows of each fact to one file. For one thread at a time."""

    def __init__(self, path: Path | str, *, header: bytes, append: bool = False) -> None:
        """Check the place; nothing is created yet.

        Args:
            path: the file; an existing one is replaced when the first row is written.
            header: its first line.
            append: an existing one is carried on instead; see :meth:`carry_on`.

        Raises:
            SinkError: the folder is missing or nothing can be written there.
        """
        self.path = Path(path)
        self._file: int | None = None
        self._started = False
        self._appends = append
        self._header = header
        self._torn: tuple[int, bytes] | None = None
        atomic.check_place(self.path, kind="CSV file")

    @abstractmethod
    def rows(self, fact: Fact) -> bytes:
        """Return the rows of a fact that the file takes, each with its line end; may be none."""

    def carry_on(self) -> None:
        """Prepare a file that is there for more rows; OSError or SinkError if that cannot be."""

    def carried_on(self) -> None:
        """Note what the file that was opened for more rows is like."""

    def write(self, fact: Fact) -> None:
        """Append one fact, or nothing at all; SinkError if that fails. Other kinds are ignored."""
        if not isinstance(fact, self.takes):
            return
        check_recordable(fact)
        try:
            if self._file is not None and not self._is_there():
                self._drop()
            if self._file is None:
                self._file = self._open()
            size = os.lseek(self._file, 0, os.SEEK_END) if self._is_plain() else None
            rows = self.rows(fact)
            if not rows and self._started:
                return
            first = size == 0 if size is not None else not self._started
            self._append(self._header + rows if first else rows, size)
            self._started = True
        except OSError as error:
            if self._appends:
                self._drop()  # so that the next attempt looks at the end of the file again
            raise self._failed(error) from error

    def flush(self) -> None:
        """Ask the disk to keep what was written; SinkError if it cannot."""
        if self._file is None or not self._is_plain():
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Flush and close; may be called twice."""
        try:
            self.flush()
        finally:
            self._drop()

    def _open(self) -> int:
        """Empty the file the first time; continue what is there after a failure."""
        if self._appends:
            self._untear()
            self.carry_on()
            file = self._locked(os.open(self.path, _FLAGS | os.O_APPEND, 0o666), shared=True)
            self.carried_on()
            return file
        file = self._locked(os.open(self.path, _FLAGS, 0o666))
        if not self._started and stat.S_ISREG(os.fstat(file).st_mode):
            os.ftruncate(file, 0)
        return file

    def _locked(self, file: int, *, shared: bool = False) -> int:
        """Return the file, locked until it is closed; those who append share it, as their rows stay whole."""
        if stat.S_ISREG(os.fstat(file).st_mode) and not locks.take(file, shared=shared):
            os.close(file)
            raise locks.in_use(self.path)
        return file

    def _append(self, data: bytes, size: int | None) -> None:
        """Write all of ``data``, or cut the file back to ``size`` (None for what cannot be cut)."""
        assert self._file is not None
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            if size is not None:
                self._torn = size, data
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, size)
                    self._torn = None
            if size == 0 and not self._started:
                self._take_away()
            raise

    def _untear(self) -> None:
        """Cut off what is left of a write that failed on a disk that could not be cut back then."""
        if self._torn is None or not self.path.exists():
            return
        size, data = self._torn
        with self.path.open("rb+") as file:
            file.seek(size)
            if data.startswith(file.read()):  # else somebody has written there since
                file.truncate(size)
        self._torn = None

    def _take_away(self) -> None:
        """Remove a file that did not even get its header."""
        self._drop()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _is_plain(self) -> bool:
        return self._file is not None and stat.S_ISREG(os.fstat(self._file).st_mode)

    def _is_there(self) -> bool:
        """Whether the name still leads to the open file; writing to a deleted one would lose rows."""
        assert self._file is not None
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._file))
        except OSError:
            return False

    def _drop(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    def _failed(self, error: OSError) -> SinkError:
        if isinstance(error, SinkError):
            return error
        return SinkError(
            f"cannot write {self.path}: {(error.strerror or str(error)).lower()}",
            "Check that the folder exists and the disk has room",
        )
