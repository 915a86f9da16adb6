"""Finds and cuts off what a power cut or a full disk left of a CSV's last row."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from crowdmon.errors import SinkError
from crowdmon.sinks.csv_rows import HEADER

_STEP = 1 << 16


def is_readings(path: Path) -> bool:
    """Whether a file begins as a CSV of readings does; one that was cut short in its header does, too.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        first = file.readline(len(HEADER) + 1)
    return first == HEADER or HEADER.startswith(first)


def mend(path: Path) -> None:
    """Cut a CSV of readings back to its last whole row; a file that is not there may stay so.

    Raises:
        SinkError: it is another kind of file.
        OSError: it cannot be read or cut.
    """
    if not path.exists():
        return
    if not is_readings(path):
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
        end, start = start, max(0, start - _STEP)
        file.seek(start)
        if (found := file.read(end - start).rfind(b"\n")) >= 0:
            return start + found + 1
    return 0
