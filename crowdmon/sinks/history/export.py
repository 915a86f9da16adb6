"""A range of the history as CSV: as it was recorded, or in bins. The file is there whole, or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from crowdmon import atomic, locks
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.facts import Event
from crowdmon.sinks.bins import Bin
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.csv_rows import BIN_HEADER, BOM, HEADER, encode_bin
from crowdmon.sinks.event_csv import EVENT_HEADER, encode_event
from crowdmon.sinks.history.selection import EVERYTHING, Selection
from crowdmon.values import Reading

Progress = Callable[[int], None]
"""Told the rows written so far, a few thousand each time; raise from it to give up."""


class Recorded(Protocol):
    """What was recorded: a ``HistoryReader`` or a ``MemoryHistory``."""

    def check(self, selection: Selection) -> None: ...  # noqa: D102
    def readings(self, selection: Selection) -> Iterator[Reading]: ...  # noqa: D102
    def bins(self, width: int, selection: Selection) -> Iterator[Bin]: ...  # noqa: D102
    def events(self, selection: Selection) -> Iterator[Event]: ...  # noqa: D102


_TELL_EVERY = 5_000
_PIECE = 1 << 16


def export_readings(
    history: Recorded,
    path: Path | str,
    selection: Selection = EVERYTHING,
    *,
    progress: Progress | None = None,
    excel: bool = False,
) -> int:
    """Write readings to CSV as ``crowdmon count`` does, in the order of recording; return the rows.

    A range in which nothing was recorded gives the header alone. With ``excel`` the file begins with the mark
    by which Excel knows UTF-8.

    Raises:
        ConfigError: a chosen camera or ROI was never recorded.
        SourceError: the history cannot be read.
        SinkError: the file cannot be written; one that was there before is still there.
    """
    history.check(selection)
    rows = 0
    with _whole(Path(path)) as part:
        with ReadingCsv(part, excel=excel) as log:
            for number, reading in enumerate(history.readings(selection), 1):
                log.write(reading)
                rows += len(reading.rois)
                if progress and number % _TELL_EVERY == 0:
                    progress(rows)
        if not rows:
            _write(part, iter([BOM + HEADER if excel else HEADER]))
    return rows


def export_bins(
    history: Recorded,
    path: Path | str,
    width: int,
    selection: Selection = EVERYTHING,
    *,
    progress: Progress | None = None,
    excel: bool = False,
) -> int:
    """Write bins to CSV, see :data:`~crowdmon.sinks.csv_rows.BIN_COLUMNS`; return the rows.

    Args:
        history: what to read.
        path: the file; an existing one is replaced.
        width: of a bin, whole seconds.
        selection: what to write.
        progress: see :data:`Progress`.
        excel: begin with the mark by which Excel knows UTF-8.

    Raises:
        ConfigError, SourceError, SinkError: see :func:`export_readings`.
    """
    history.check(selection)
    lines = (encode_bin(one, width) for one in history.bins(width, selection))
    return _export(Path(path), BIN_HEADER, lines, progress=progress, excel=excel)


def export_events(
    history: Recorded,
    path: Path | str,
    selection: Selection = EVERYTHING,
    *,
    progress: Progress | None = None,
    excel: bool = False,
) -> int:
    """Write events to CSV in the order of recording; return the rows.

    Raises:
        ConfigError, SourceError, SinkError: see :func:`export_readings`.
    """
    history.check(selection)
    lines = map(encode_event, history.events(selection))
    return _export(Path(path), EVENT_HEADER, lines, progress=progress, excel=excel)


def _export(
    path: Path, header: bytes, lines: Iterable[bytes], *, progress: Progress | None, excel: bool
) -> int:
    """Write a header and a row a line; return the rows."""
    rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal rows
        yield BOM + header if excel else header
        for line in lines:
            yield line
            rows += 1
            if progress and rows % _TELL_EVERY == 0:
                progress(rows)

    with _whole(path) as part:
        _write(part, counted())
    return rows


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Lend a file beside ``path`` that takes its place in the end, and is gone if that fails."""
    ReadingCsv(path)  # says in good words why nothing can be written there
    part = path
    try:
        with locks.only_writer(path), atomic.replacing(path) as part:
            _check_free(path)
            yield part
            _check_free(path)
    except SinkError as error:
        error.message = error.message.replace(str(part), str(path))
        raise
    except CrowdmonError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        hint = "Check that the folder exists and the disk has room"
        raise SinkError(f"cannot write {path}: {why}", hint) from error


def _check_free(path: Path) -> None:
    """Raise SinkError if another program has the file open for writing, under whatever name."""
    if not path.is_file():
        return
    with path.open("r+b") as file:
        if not locks.take(file.fileno()):
            raise locks.in_use(path)


def _write(path: Path, lines: Iterator[bytes]) -> None:
    with path.open("wb", buffering=_PIECE) as file:
        file.writelines(lines)
