"""Questions to a history file: readings as recorded, bins of them, events, spot checks.

Opens the file for reading only, beside the program that writes it. Not for the window's thread.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from crowdmon.errors import ConfigError, SinkError, SourceError
from crowdmon.facts import Event, SpotCheck
from crowdmon.sinks.base import Closing
from crowdmon.sinks.bins import Bin
from crowdmon.sinks.history.joined import Joined, State, state_of
from crowdmon.sinks.history.names import SELECT_SERIES, Series, Shown, shown
from crowdmon.sinks.history.rows import of_check, of_event, of_minute, of_rows
from crowdmon.sinks.history.schema import AS_NEWEST, MIGRATIONS, version_of
from crowdmon.sinks.history.selection import EVERYTHING, Selection, meant
from crowdmon.sinks.history.sums import MINUTE, Sum
from crowdmon.values import Reading

__all__ = ["EVERYTHING", "HistoryReader", "Selection"]

_LOCK_WAIT = 5.0

_T = TypeVar("_T")


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
        """Return the ROIs of every camera that was ever recorded, in the order they first came.

        All by their newest names. A name that somebody else had before shows as ``NAME (earlier)`` there.
        """
        found: dict[str, list[str]] = {}
        for one in self._all_series():
            found.setdefault(one.camera, []).append(one.roi)
        return {camera: tuple(rois) for camera, rois in found.items()}

    def span(self, selection: Selection = EVERYTHING) -> tuple[float, float] | None:
        """Return the times of the first and the last reading; None if there is none.

        Where the readings themselves are gone, those of their minutes.
        """
        # By series, so that each end is one step into the index.
        sql = "SELECT {0}({1}) FROM {2} WHERE series = ? AND {1} >= ? AND {1} < ?"
        with self._one_moment():
            ends = [
                time
                for series in self._series(selection)
                for end in ("min", "max")
                for time in self._ends(sql, end, series.number, selection)
            ]
        return (min(ends), max(ends)) if ends else None

    def _ends(self, sql: str, end: str, series: int, selection: Selection) -> Iterator[float]:
        """Yield the time of the first or last reading, and of its minute if that reading is gone."""
        values = series, selection.since, selection.until
        ((time,),) = self._rows(sql.format(end, "time", "reading"), *values)
        ((minute,),) = self._rows(sql.format(end, "start", "minute"), *values)
        # A minute that a reading is in starts before it, and says less.
        beyond = minute is not None and (
            time is None or (minute + MINUTE <= time if end == "min" else minute > time)
        )
        if beyond:
            yield float(minute)
        elif time is not None:
            yield time

    def readings(self, selection: Selection = EVERYTHING) -> Iterator[Reading]:
        """Yield what was recorded, in the order of recording, with the chosen ROIs only.

        First come the minutes of which a reading is gone, by time: a reading each, with the mean and without
        a frame. A clock that was set back while recording leaves times that step back, as they did.
        """
        with self._one_moment():
            series = {one.number: one for one in self._series(selection)}
            state = self._state()
            partly = set[tuple[int, int]]()
            yield from self._of_minutes(series.values(), state, selection, partly)
            yield from self._of_readings(series, state, selection, partly)

    def bins(self, width: int, selection: Selection = EVERYTHING) -> Iterator[Bin]:
        """Yield bins by start, then in the order in which camera and ROI first came.

        Where nothing was recorded there is no bin; a gap stays a gap. The first and the last bin hold what
        lies within the selection only. Where readings are gone, a minute lies where it starts, so bins of
        less than a minute hold a whole one.

        Args:
            width: whole seconds, > 0; see :data:`~crowdmon.sinks.bins.BINS`.
            selection: what to count.
        """
        if width < 1:
            raise ValueError(f"bins of {width} s")
        return self._bins(width, selection)

    def _bins(self, width: int, selection: Selection) -> Iterator[Bin]:
        with self._one_moment():
            state = self._state()
            chosen = [self._binned(one, width, selection, state) for one in self._series(selection)]
            # The sort keeps the order of series within one start, for merge() is stable.
            yield from merge(*chosen, key=lambda one: one.start)

    def events(self, selection: Selection = EVERYTHING) -> Iterator[Event]:
        """Yield the events of a time, in the order of recording, with the newest names.

        Args:
            selection: events of the whole site, or of a whole camera, belong to any camera and ROI.
        """
        sql = """SELECT time, kind, camera, roi, who, detail, camera_id, roi_id FROM event
            WHERE time >= ? AND time < ? ORDER BY seq"""
        with self._one_moment():
            named = Shown(self._all_series())
            for row in self._rows(sql, selection.since, selection.until):
                event = named.event(of_event(row))
                if meant(event.camera, selection.cameras) and meant(event.roi, selection.rois):
                    yield event

    def spot_checks(self, selection: Selection = EVERYTHING) -> Iterator[SpotCheck]:
        """Yield the spot checks of a time, in the order of recording, with the newest names.

        One that had a picture still names it when the picture is gone; see
        :func:`~crowdmon.sinks.history.pictures.picture_of`.
        """
        sql = """SELECT time, camera, roi, camera_name, roi_name, truth, count, weights, who, note, heads,
            width, height, picture FROM spot_check WHERE time >= ? AND time < ? ORDER BY seq"""
        with self._one_moment():
            named = Shown(self._all_series())
            for row in self._rows(sql, selection.since, selection.until):
                check = named.check(of_check(row))
                if selection.takes(check.camera, check.roi):
                    yield check

    def check(self, selection: Selection) -> None:
        """Raise ConfigError if a camera or ROI is chosen by a name that was never recorded."""
        known = self.cameras()
        for camera in selection.cameras or ():
            if camera not in known:
                raise ConfigError(f"{self.path} knows no camera '{camera}'", f"It knows {listed(known)}")
        chosen = {camera: rois for camera, rois in known.items() if meant(camera, selection.cameras)}
        rois = dict.fromkeys(roi for rois in chosen.values() for roi in rois)
        for roi in selection.rois or ():
            if roi not in rois:
                raise ConfigError(
                    f"no chosen camera in {self.path} has a ROI '{roi}'", f"Known: {listed(rois)}"
                )
        for camera, roi in selection.series or ():
            if roi not in known.get(camera, ()):
                known_rois = listed(known.get(camera, ()))
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
        if version < len(MIGRATIONS):
            for statement in AS_NEWEST:
                list(self._rows(statement))

    def _of_minutes(
        self, series: Iterable[Series], state: State, selection: Selection, partly: set[tuple[int, int]]
    ) -> Iterator[Reading]:
        """Yield a reading for every minute of which a reading is gone; note those of which some are there."""
        if selection.since >= state.thinned_until:
            return
        chosen = [self._gone(place, one, state, selection, partly) for place, one in enumerate(series)]
        rows = merge(*chosen, key=lambda row: (row[2].start, row[0]))
        for _, group in groupby(rows, key=lambda row: (row[2].start, row[1].camera_key)):
            yield of_minute([(one, minute) for _, one, minute in group])

    def _gone(
        self, place: int, one: Series, state: State, selection: Selection, partly: set[tuple[int, int]]
    ) -> Iterator[tuple[int, Series, Sum]]:
        joined = Joined(self._connection, state, one.number)
        partly |= {(one.number, start) for start in self._safely(joined.first_partly(selection.since))}
        for raw, minute in self._safely(joined.gone(selection.since, selection.until)):
            if raw:
                partly.add((one.number, minute.start))
            yield place, one, minute

    def _of_readings(
        self, series: dict[int, Series], state: State, selection: Selection, partly: set[tuple[int, int]]
    ) -> Iterator[Reading]:
        listed = ",".join(map(str, series))
        rows = self._rows(
            f"""SELECT seq, series, time, state, frame, media, count, smoothed, per_m2, level, local_per_m2,
                weights.name
            FROM reading LEFT JOIN weights ON weights.id = reading.weights
            WHERE series IN ({listed}) AND time >= ? AND time < ? ORDER BY seq, place""",
            selection.since,
            selection.until,
        )
        if partly:
            rows = (row for row in rows if (row[1], int(row[2] // MINUTE) * MINUTE) not in partly)
        for _, group in groupby(rows, key=lambda row: row[0]):
            yield of_rows([(series[row[1]], row[2:]) for row in group])

    def _binned(self, one: Series, width: int, selection: Selection, state: State) -> Iterator[Bin]:
        joined = Joined(self._connection, state, one.number)
        for part in self._safely(joined.sums(width, selection.since, selection.until)):
            people = {"mean": part.mean, "min": part.least, "max": part.most, "last": part.last}
            yield Bin(part.start, one.camera, one.roi, part.n, **people, missed=part.missed)

    def _state(self) -> State:
        try:
            return state_of(self._connection)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _all_series(self) -> list[Series]:
        return shown(self._rows(SELECT_SERIES))

    def _series(self, selection: Selection) -> list[Series]:
        return [one for one in self._all_series() if selection.takes(one.camera, one.roi)]

    @contextmanager
    def _one_moment(self) -> Iterator[None]:
        """See the file as it is now, whatever is written and thinned meanwhile."""
        outermost = not self._connection.in_transaction
        if outermost:
            list(self._rows("BEGIN"))
        try:
            yield
        finally:
            # The one who asked may have closed the file before letting go of an answer.
            with suppress(sqlite3.Error):
                if outermost and self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    def _rows(self, sql: str, *values: float) -> Iterator[Any]:
        try:
            # Not "yield from", which would close the cursor of a file that is closed already.
            for row in self._connection.execute(sql, values):  # noqa: UP028
                yield row
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _safely(self, rows: Iterable[_T]) -> Iterator[_T]:
        try:
            yield from rows
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


def listed(names: Iterable[str]) -> str:
    """Return names in one line; in quotes where a comma in one would make it two."""
    return ", ".join(f"'{name}'" if "," in name else name for name in names) or "none"
