"""Questions to a history file: readings as recorded, bins of them, events.

Opens the file for reading only, beside the program that writes it. Not for the window's thread.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from crowdmon.errors import ConfigError, SinkError, SourceError
from crowdmon.facts import Event
from crowdmon.sinks.base import Closing
from crowdmon.sinks.bins import Bin, binned
from crowdmon.sinks.history.schema import version_of
from crowdmon.sinks.history.selection import EVERYTHING, Selection, meant
from crowdmon.values import Level, Reading, ReadingState, RoiReading

__all__ = ["EVERYTHING", "HistoryReader", "Selection"]

Series = tuple[int, str, str]
"""Number, camera, ROI."""

_LOCK_WAIT = 5.0


class HistoryReader(Closing):
    """Asks one history file; a context manager. For one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        """Open it.

        Raises:
            SourceError: there is none, it cannot be read, or it is not a history file.
        """
        self.path = Path(path)
        if not self.path.is_file():
            raise SourceError(f"there is no history at {self.path}", "Record some readings first")
        try:
            self._connection = _open(self.path)
        except sqlite3.Error as error:
            raise self._failed(error) from error
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def cameras(self) -> dict[str, tuple[str, ...]]:
        """Return the ROIs of every camera that was ever recorded, in the order they first came."""
        found: dict[str, list[str]] = {}
        for camera, roi in self._rows("SELECT camera, roi FROM series ORDER BY id"):
            found.setdefault(camera, []).append(roi)
        return {camera: tuple(rois) for camera, rois in found.items()}

    def span(self, selection: Selection = EVERYTHING) -> tuple[float, float] | None:
        """Return the times of the first and the last reading; None if there is none."""
        # By series, so that each end is one step into the index.
        sql = "SELECT {}(time) FROM reading WHERE series = ? AND time >= ? AND time < ?"
        ends = [
            (low, high)
            for series, _, _ in self._series(selection)
            for (low,) in self._rows(sql.format("min"), series, selection.since, selection.until)
            for (high,) in self._rows(sql.format("max"), series, selection.since, selection.until)
            if low is not None
        ]
        return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else None

    def readings(self, selection: Selection = EVERYTHING) -> Iterator[Reading]:
        """Yield what was recorded, in the order of recording, with the chosen ROIs only.

        A clock that was set back while recording leaves times that step back, as they did.
        """
        rows = self._rows(
            f"""SELECT seq, time, camera, state, frame, media, roi, count, smoothed, per_m2, level
            FROM reading JOIN series ON series.id = reading.series
            WHERE series IN ({self._listed(selection)}) AND time >= ? AND time < ? ORDER BY seq, place""",
            selection.since,
            selection.until,
        )
        for _, group in groupby(rows, key=lambda row: row[0]):
            first, *rest = group
            _, time, camera, state, frame, media = first[:6]
            rois = tuple(_roi(row[6:]) for row in (first, *rest))
            yield Reading(time, camera, rois, ReadingState(state), frame, media)

    def bins(self, width: int, selection: Selection = EVERYTHING) -> Iterator[Bin]:
        """Yield bins by start, then in the order in which camera and ROI first came.

        Where nothing was recorded there is no bin; a gap stays a gap. The first and the last bin hold
        what lies within the selection only.

        Args:
            width: whole seconds, > 0; see :data:`~crowdmon.sinks.bins.BINS`.
            selection: what to count.
        """
        if width < 1:
            raise ValueError(f"bins of {width} s")
        chosen = [self._binned(one, width, selection) for one in self._series(selection)]
        # The sort keeps the order of series within one start, for merge() is stable.
        return merge(*chosen, key=lambda one: one.start)

    def events(self, selection: Selection = EVERYTHING) -> Iterator[Event]:
        """Yield the events of a time, in the order of recording.

        Args:
            selection: events of the whole site, or of a whole camera, belong to any camera and ROI.
        """
        sql = """SELECT time, kind, camera, roi, who, detail FROM event
            WHERE time >= ? AND time < ? ORDER BY seq"""
        for row in self._rows(sql, selection.since, selection.until):
            event = Event(*row)
            if meant(event.camera, selection.cameras) and meant(event.roi, selection.rois):
                yield event

    def check(self, selection: Selection) -> None:
        """Raise ConfigError if a camera or ROI is chosen by a name that was never recorded."""
        known = self.cameras()
        for camera in selection.cameras or ():
            if camera not in known:
                raise ConfigError(f"{self.path} knows no camera '{camera}'", f"It knows {_list(known)}")
        chosen = {camera: rois for camera, rois in known.items() if meant(camera, selection.cameras)}
        rois = dict.fromkeys(roi for rois in chosen.values() for roi in rois)
        for roi in selection.rois or ():
            if roi not in rois:
                raise ConfigError(
                    f"no chosen camera in {self.path} has a ROI '{roi}'", f"Known: {_list(rois)}"
                )
        for camera, roi in selection.series or ():
            if roi not in known.get(camera, ()):
                known_rois = _list(known.get(camera, ()))
                raise ConfigError(f"{self.path} knows no ROI '{roi}' of '{camera}'", f"Known: {known_rois}")

    def _look(self) -> None:
        try:
            version = version_of(self._connection, where=str(self.path))
        except SinkError as error:
            raise SourceError(error.message, error.hint) from error
        except sqlite3.Error as error:
            raise self._failed(error) from error
        if version == 0:
            raise SourceError(f"{self.path} holds no history yet", "Record some readings first")

    def _binned(self, series: Series, width: int, selection: Selection) -> Iterator[Bin]:
        number, camera, roi = series
        rows = self._rows(
            """SELECT time, seq, CASE WHEN state = 'ok' THEN count END FROM reading
            WHERE series = ? AND time >= ? AND time < ? ORDER BY time""",
            number,
            selection.since,
            selection.until,
        )
        return binned(rows, width, camera=camera, roi=roi)

    def _series(self, selection: Selection) -> list[Series]:
        rows = self._rows("SELECT id, camera, roi FROM series ORDER BY id")
        return [(number, camera, roi) for number, camera, roi in rows if selection.takes(camera, roi)]

    def _listed(self, selection: Selection) -> str:
        return ",".join(str(number) for number, _, _ in self._series(selection))

    def _rows(self, sql: str, *values: float) -> Iterator[Any]:
        try:
            yield from self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> SourceError:
        return SourceError(
            f"cannot read {self.path}: {error}", "Check that it is a history file and its folder is writable"
        )


def _open(path: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    wal = path.with_name(f"{path.name}-wal")
    if not os.access(path.parent, os.W_OK) and not wal.exists():
        # On a read-only disk SQLite cannot make its shared memory; and nothing can change there.
        uri += "&immutable=1"
    return sqlite3.connect(uri, uri=True, timeout=_LOCK_WAIT, isolation_level=None, check_same_thread=False)


def _roi(cells: tuple[Any, ...]) -> RoiReading:
    roi, count, smoothed, per_m2, level = cells
    return RoiReading(roi, count, smoothed, per_m2, Level(level) if level is not None else None)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
