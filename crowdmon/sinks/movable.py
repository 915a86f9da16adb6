"""The daily CSV log of the window: its folder can be changed while it is written, also to none."""

from __future__ import annotations

import os
from pathlib import Path

from crowdmon.errors import SinkError
from crowdmon.sinks.closing import Closing
from crowdmon.sinks.daily import DailyCsv
from crowdmon.values import Reading


class MovableCsv(Closing):
    """Writes each reading to the :class:`DailyCsv` of the folder that is named at that moment.

    :meth:`move` may be called from any thread; whatever touches a file is left to the one that writes.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        """Take the folder; None writes nowhere."""
        self._wanted: Path | None = None
        self._log: DailyCsv | None = None
        self.move(folder)

    def move(self, folder: Path | str | None) -> None:
        """Write to another folder from the next reading on; None to none."""
        self._wanted = None if folder is None else Path(folder).expanduser()

    def write(self, reading: Reading) -> None:
        """Append one reading, or nothing at all; SinkError if that fails."""
        wanted = self._wanted
        if self._log is not None and self._log.folder != wanted:
            self.close()
        if wanted is None:
            return
        if self._log is None:
            self._log = DailyCsv(wanted)
        self._log.write(reading)

    def flush(self) -> None:
        """Ask the disk to keep what was written; SinkError if it cannot."""
        if self._log is not None and self._log.folder == self._wanted:
            self._log.flush()

    def close(self) -> None:
        """Flush and close; may be called twice."""
        log, self._log = self._log, None
        if log is not None:
            log.close()


def usable(folder: Path) -> None:
    """Check that a folder can take a daily log; SinkError says why it cannot. Nothing is written."""
    if not folder.is_dir():
        raise SinkError(f"there is no folder {folder}", "Create it first, or choose another")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SinkError(f"nothing can be written in {folder}", "Choose another folder")
