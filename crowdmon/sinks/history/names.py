"""Cameras and ROIs of a history file: kept by their ids, shown by their newest names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from crowdmon.facts import Event, SpotCheck
from crowdmon.sinks.history.sql import text
from crowdmon.values import Reading, RoiReading


class Names:
    """Gives each ROI of each camera its number in the file, and notes when it gets another name.

    Used within the transaction that adds facts: after one that failed it is of no more use.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], int] = {}
        self._named: dict[tuple[str, str], tuple[str, str]] = {}

    def series(self, reading: Reading, roi: RoiReading, seq: int) -> int:
        """Return the number of a ROI; ``seq`` is that of the reading."""
        key, names = (reading.camera_key, roi.key), (reading.camera, roi.roi)
        if self._named.get(key) == names:
            return self._known[key]
        return self._look(key, names, seq)

    def _look(self, key: tuple[str, str], names: tuple[str, str], seq: int) -> int:
        execute, kept, shown = self._connection.execute, tuple(map(text, key)), tuple(map(text, names))
        execute(
            """INSERT OR IGNORE INTO series (camera, roi, camera_name, roi_name, camera_named, roi_named)
            VALUES (?, ?, ?, ?, ?, ?)""",
            (*kept, *shown, seq, seq),
        )
        # The name of a camera is that of all its ROIs, also of those that are gone.
        execute(
            "UPDATE series SET camera_name = ?, camera_named = ? WHERE camera = ? AND camera_name <> ?",
            (shown[0], seq, kept[0], shown[0]),
        )
        execute(
            "UPDATE series SET roi_name = ?, roi_named = ? WHERE camera = ? AND roi = ? AND roi_name <> ?",
            (shown[1], seq, *kept, shown[1]),
        )
        (found,) = execute("SELECT id FROM series WHERE camera = ? AND roi = ?", kept).fetchone()
        for other in [one for one in self._named if one[0] == key[0]]:
            if self._named[other][0] != names[0]:
                del self._named[other]
        self._known[key], self._named[key] = int(found), names
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Series:
    """A ROI of a camera as it is read.

    Attributes:
        number: in the file.
        camera_key, roi_key: what they are kept by.
        camera, roi: the names shown; no two series of a file have both in common.
    """

    number: int
    camera_key: str
    roi_key: str
    camera: str
    roi: str


_Row = tuple[int, str, str, str, str, int, int]

SELECT_SERIES = """SELECT id, camera, roi, camera_name, roi_name, camera_named, roi_named
    FROM series ORDER BY id"""


def shown(rows: Iterable[_Row]) -> list[Series]:
    """Return the series with the names to show, from :data:`SELECT_SERIES`.

    A name belongs to the one that got it last. One that had it before is shown as ``NAME (earlier)``.
    """
    found = list(rows)
    cameras: dict[str, tuple[int, str]] = {}
    rois: dict[str, dict[str, tuple[int, str]]] = {}
    for _, camera, roi, camera_name, roi_name, camera_named, roi_named in found:
        cameras[camera] = (max(camera_named, cameras.get(camera, (0, ""))[0]), camera_name)
        rois.setdefault(camera, {})[roi] = (roi_named, roi_name)
    of_camera = _distinct(cameras)
    of_roi = {camera: _distinct(named) for camera, named in rois.items()}
    return [
        Series(number, camera, roi, of_camera[camera], of_roi[camera][roi])
        for number, camera, roi, *_ in found
    ]


def _distinct(named: dict[str, tuple[int, str]]) -> dict[str, str]:
    """Return a name of its own for each key, from when it got it and which one it got."""
    taken: set[str] = set()
    given: dict[str, str] = {}
    for key, (_, name) in sorted(named.items(), key=lambda item: -item[1][0]):
        free, number = name, 1
        while free in taken:
            free, number = f"{name} (earlier)" if number == 1 else f"{name} (earlier {number})", number + 1
        taken.add(free)
        given[key] = free
    return given


class Shown:
    """The newest names of what is kept by ids."""

    def __init__(self, series: Iterable[Series]) -> None:
        self._cameras: dict[str, str] = {}
        self._rois: dict[tuple[str, str], str] = {}
        for one in series:
            self._cameras[one.camera_key] = one.camera
            self._rois[one.camera_key, one.roi_key] = one.roi

    def event(self, event: Event) -> Event:
        """Return an event with the newest names."""
        camera, roi = event.camera_key, event.roi_key
        if camera is None:
            return event
        name = self._cameras.get(camera, event.camera)
        roi_name = self._rois.get((camera, roi), event.roi) if roi is not None else None
        if (name, roi_name) == (event.camera, event.roi):
            return event
        return replace(
            event,
            camera=name,
            roi=roi_name,
            camera_id=camera if camera != name else "",
            roi_id=roi if roi is not None and roi != roi_name else "",
        )

    def check(self, check: SpotCheck) -> SpotCheck:
        """Return a spot check with the newest names."""
        camera, roi = check.camera_key, check.roi_key
        name = self._cameras.get(camera, check.camera)
        roi_name = self._rois.get((camera, roi), check.roi)
        return replace(
            check,
            camera=name,
            roi=roi_name,
            camera_id=camera if camera != name else "",
            roi_id=roi if roi != roi_name else "",
        )
