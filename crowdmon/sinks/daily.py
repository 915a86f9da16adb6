"""The automatic CSV log: a file a local day, carried on after a restart."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import ClassVar

from crowdmon.errors import SinkError
from crowdmon.facts import Fact, check_recordable
from crowdmon.sinks.base import Sink
from crowdmon.sinks.csv_file import ReadingCsv, columns_of
from crowdmon.values import Reading


class DailyCsv(Sink):
    """Writes readings to ``crowdmon-YYYY-MM-DD.csv`` in a folder. For one thread at a time.

    A reading belongs to the local day it was made on, however late it is written. What is there is
    carried on; a file of that name that holds something else stays as it is, and ``-2`` is used. A
    folder that is missing is not made: where a disk was mounted, another one must not fill.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading,)

    def __init__(self, folder: Path | str) -> None:
        """Take the folder; nothing is opened before the first reading."""
        self.folder = Path(folder)
        self._day: date | None = None
        self._log: ReadingCsv | None = None

    def write(self, fact: Fact) -> None:
        """Append one reading, or nothing at all; SinkError if that fails. Events are ignored."""
        if not isinstance(fact, Reading):
            return
        check_recordable(fact)
        day = local_day(fact.time)
        if day != self._day:
            self.close()
        if self._log is None:
            self._log, self._day = ReadingCsv(self._path(day), append=True), day
        self._log.write(fact)

    def flush(self) -> None:
        """Ask the disk to keep what was written; SinkError if it cannot."""
        if self._log is not None:
            self._log.flush()

    def close(self) -> None:
        """Flush and close; may be called twice."""
        log, self._log, self._day = self._log, None, None
        if log is not None:
            log.close()

    def _path(self, day: date) -> Path:
        """Return the first file of the day that is ours, or can become so."""
        if not self.folder.is_dir():
            raise SinkError(
                f"cannot write the daily CSV: there is no folder {self.folder}", "Bring the folder back"
            )
        name = f"crowdmon-{day.isoformat()}"
        paths = (
            self.folder / (f"{name}-{number}.csv" if number > 1 else f"{name}.csv") for number in count(1)
        )
        try:
            return next(path for path in paths if not path.exists() or _is_ours(path))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise SinkError(f"cannot read {self.folder}: {why}", "Make the folder readable") from error


def _is_ours(path: Path) -> bool:
    return path.is_file() and columns_of(path) is not None


def local_day(epoch: float) -> date:
    """Return the local date of epoch seconds, as the rows of the CSV show it."""
    return datetime.fromtimestamp(round(epoch, 3), UTC).astimezone().date()


def check_folder(folder: Path) -> None:
    """Check that a folder can take a daily log; SinkError says why it cannot. Nothing is written."""
    if not folder.is_dir():
        raise SinkError(f"there is no folder {folder}", "Create it first, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SinkError(f"nothing can be written in {folder}", "Choose another folder")
