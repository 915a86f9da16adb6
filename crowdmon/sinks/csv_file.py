"""Readings as CSV: one row a ROI a reading, whole rows only.

A file is created with its first row, so a run that never counts leaves nothing behind. Each reading
is one unbuffered write, so a killed process leaves no half row; a write that fails half way (a full
disk) is cut back to the last whole row before the error is raised, and may simply be tried again.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import BinaryIO, ClassVar

from crowdmon import atomic, locks
from crowdmon.errors import SinkError
from crowdmon.facts import Fact, check_recordable
from crowdmon.sinks.base import Sink
from crowdmon.sinks.csv_rows import BOM, COLUMNS, HEADER, columns_in, encode, read_csv
from crowdmon.values import Reading

__all__ = ["COLUMNS", "ReadingCsv", "read_csv"]

_BLOCK = 1 << 16

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class ReadingCsv(Sink):
    """Writes readings to one CSV file, and no events. For one thread at a time."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading,)

    def __init__(self, path: Path | str, *, append: bool = False, excel: bool = False) -> None:
        """Check the place; nothing is created yet.

        Args:
            path: the file; an existing one is replaced when the first row is written.
            append: an existing one is carried on instead, if it is one of readings, and what a power
                cut left of its last row is cut off; another file is not touched. A file of an older
                version keeps its columns, so that all its rows have as many.
            excel: a new file begins with the mark by which Excel knows UTF-8.

        Raises:
            SinkError: the folder is missing or nothing can be written there.
        """
        self.path = Path(path)
        self._file: int | None = None
        self._started = False
        self._carry_on = append
        self._header = BOM + HEADER if excel else HEADER
        self._columns = len(COLUMNS)
        self._torn: tuple[int, bytes] | None = None
        atomic.check_place(self.path, kind="CSV file")

    def write(self, fact: Fact) -> None:
        """Append one reading, or nothing at all; SinkError if that fails. Events are ignored."""
        if not isinstance(fact, Reading):
            return
        check_recordable(fact)
        try:
            if self._file is not None and not self._is_there():
                self._drop()
            if self._file is None:
                self._file = self._open()
            size = os.lseek(self._file, 0, os.SEEK_END) if self._is_plain() else None
            rows = encode(fact, self._columns)
            first = size == 0 if size is not None else not self._started
            self._append(self._header + rows if first else rows, size)
            self._started = True
        except OSError as error:
            if self._carry_on:
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
        if self._carry_on:
            self._untear()
            cut_torn_row(self.path)
            file = self._locked(os.open(self.path, _FLAGS | os.O_APPEND, 0o666), shared=True)
            self._columns = columns_of(self.path) or len(COLUMNS)
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


def columns_of(path: Path) -> int | None:
    """Return how many columns a CSV of readings has; None if the file is another kind.

    One that was cut short in its header is a CSV of readings, and gets all columns.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return columns_in(file.readline(len(BOM) + len(HEADER) + 1).removeprefix(BOM))


def cut_torn_row(path: Path) -> None:
    """Cut a CSV of readings back to its last whole row; a missing file stays missing.

    Raises:
        SinkError: it is another kind of file.
        OSError: it cannot be read or cut.
    """
    if not path.exists():
        return
    if columns_of(path) is None:
        raise SinkError(f"{path} is not a file of readings", "Move it away, or choose another folder")
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        end = _end_of_rows(file, size)
    if end < size:
        os.truncate(path, end)


def _end_of_rows(file: BinaryIO, size: int) -> int:
    """Return where the last line ends, 0 if there is no line."""
    start = size
    while start > 0:
        end, start = start, max(0, start - _BLOCK)
        file.seek(start)
        if (found := file.read(end - start).rfind(b"\n")) >= 0:
            return start + found + 1
    return 0
