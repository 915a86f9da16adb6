"""Readings as CSV: one row a ROI a reading, whole rows only; see :mod:`crowdmon.sinks.rows_file`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, ClassVar

from crowdmon.errors import SinkError
from crowdmon.facts import Fact
from crowdmon.sinks.csv_rows import BOM, COLUMNS, HEADER, columns_in, encode, read_csv
from crowdmon.sinks.rows_file import RowsFile
from crowdmon.values import Reading

__all__ = ["COLUMNS", "ReadingCsv", "read_csv"]

_BLOCK = 1 << 16


class ReadingCsv(RowsFile):
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
        super().__init__(path, header=BOM + HEADER if excel else HEADER, append=append)
        self._columns = len(COLUMNS)

    def rows(self, fact: Fact) -> bytes:
        """Return the rows of a reading, with the columns of the file."""
        return encode(fact, self._columns) if isinstance(fact, Reading) else b""

    def carry_on(self) -> None:
        """Cut off half a row; SinkError if it is another kind of file."""
        cut_torn_row(self.path)

    def carried_on(self) -> None:
        """See which columns it has."""
        self._columns = columns_of(self.path) or len(COLUMNS)


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
