"""The newest facts in memory: answers as a history file does, and says what is new since the last look."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from heapq import merge

from crowdmon.config import CameraConfig
from crowdmon.engine.memory_names import MemoryNames
from crowdmon.errors import ConfigError
from crowdmon.facts import Event, Fact
from crowdmon.sinks.base import Sink
from crowdmon.sinks.bins import Bin, binned
from crowdmon.sinks.history.selection import EVERYTHING, Selection, meant
from crowdmon.values import Reading

BOUND = 20_000
"""Facts kept a camera: more than an hour at five readings a second; about 15 MB with two ROIs."""

_MOST_REMOVED = 8
"""Cameras that were removed and can come back with what was counted."""

Numbered = tuple[int, Fact]
"""The number of a fact in the order of recording, from 1 without holes, and the fact."""


class MemoryHistory(Sink):
    """Keeps the newest facts of each camera, and answers as a ``HistoryReader``. For any thread."""

    def __init__(self, facts: Iterable[Fact] = (), *, bound: int | None = BOUND) -> None:
        """Keep ``bound`` facts a camera, and as many that belong to no camera; the oldest go first."""
        self._bound = bound
        self._lock = threading.Lock()
        self._number = 0
        self._kept: dict[str | None, deque[Numbered]] = {}
        self._names = MemoryNames()
        self._sources: dict[str, str] = {}
        self._removed: dict[tuple[str, str], deque[Numbered]] = {}
        for fact in facts:
            self.write(fact)

    @property
    def number(self) -> int:
        """The number of the newest fact; 0 before the first."""
        return self._number

    def write(self, fact: Fact) -> None:
        """Keep a fact."""
        with self._lock:
            self._number += 1
            key = fact.camera_key
            if (kept := self._kept.get(key)) is None:
                kept = self._kept[key] = deque(maxlen=self._bound)
            if isinstance(fact, Reading):
                self._names.hear(fact)
            kept.append((self._number, fact))

    def flush(self) -> None:
        """Nothing to do: memory is never durable."""

    def close(self) -> None:
        """Nothing to do: what is kept can still be asked for."""

    def keep(self, cameras: Iterable[CameraConfig]) -> None:
        """Hide the facts of all other cameras; those of the whole site stay. All get their newest names.

        They come back with their camera: somebody undid its removal. Another source is another camera.
        """
        cameras = tuple(cameras)
        now = {camera.key: camera.source for camera in cameras}
        with self._lock:
            for key, kept in list(self._kept.items()):
                before = self._sources.get(key or "", now.get(key or ""))
                if key is None or (key in now and now[key] == before):
                    continue
                del self._kept[key]
                if before is not None:
                    self._removed[key, before] = kept
            for key, source in now.items():
                if kept := self._removed.pop((key, source), deque()):
                    self._kept[key] = deque([*kept, *self._kept.get(key, ())], maxlen=self._bound)
            for oldest in list(self._removed)[:-_MOST_REMOVED]:
                del self._removed[oldest]
            self._sources = now
            self._names.keep(cameras)

    def since(self, number: int) -> tuple[int, tuple[Fact, ...]]:
        """Return the number of the newest fact, and the facts above ``number`` in the order of recording.

        Takes as long as there are new facts: cheap to ask often.
        """
        found: list[Numbered] = []
        with self._lock:
            newest = self._number
            for kept in self._kept.values():
                for one in reversed(kept):
                    if one[0] <= number:
                        break
                    found.append(one)
        return newest, tuple(fact for _, fact in sorted(found, key=lambda one: one[0]))

    def query(self, since: float, until: float) -> list[Reading]:
        """Return the readings of all cameras with ``since <= time < until`` (epoch seconds), by time."""
        return sorted(self.readings(Selection(since=since, until=until)), key=lambda reading: reading.time)

    def cameras(self) -> dict[str, tuple[str, ...]]:
        """Return the ROIs of every camera by their newest names, in the order they first came."""
        found: dict[str, dict[str, None]] = {}
        for _, reading in self._readings():
            found.setdefault(reading.camera, {}).update(dict.fromkeys(roi.roi for roi in reading.rois))
        return {camera: tuple(rois) for camera, rois in found.items()}

    def check(self, selection: Selection) -> None:
        """Raise ConfigError if a chosen camera or ROI has no reading."""
        known = self.cameras()
        for camera in selection.cameras or ():
            if camera not in known:
                raise ConfigError(f"nothing was counted on camera '{camera}' yet", "Choose another camera")
        rois = {roi for camera, rois in known.items() if meant(camera, selection.cameras) for roi in rois}
        for roi in selection.rois or ():
            if roi not in rois:
                raise ConfigError(f"nothing was counted in ROI '{roi}' yet", "Choose another ROI")
        for camera, roi in selection.series or ():
            if roi not in known.get(camera, ()):
                raise ConfigError(
                    f"nothing was counted in ROI '{roi}' of camera '{camera}' yet", "Choose another ROI"
                )

    def readings(self, selection: Selection = EVERYTHING) -> Iterator[Reading]:
        """Yield the readings meant in the order of recording, with the chosen ROIs only."""
        for _, reading in self._chosen(selection):
            yield reading

    def bins(self, width: int, selection: Selection = EVERYTHING) -> Iterator[Bin]:
        """Yield bins of ``width`` seconds by start, then in the order in which camera and ROI first came."""
        if width < 1:
            raise ValueError(f"bins of {width} s")
        rows: dict[tuple[str, str], list[tuple[float, int, float | None]]] = {
            (camera, roi): [] for camera, rois in self.cameras().items() for roi in rois
        }
        for seq, reading in self._chosen(selection):
            for roi in reading.rois:
                rows[reading.camera, roi.roi].append((reading.time, seq, roi.count))
        series = [
            binned(sorted(found, key=lambda row: row[:2]), width, camera=camera, roi=roi)
            for (camera, roi), found in rows.items()
        ]
        return merge(*series, key=lambda one: one.start)

    def events(self, selection: Selection = EVERYTHING) -> Iterator[Event]:
        """Yield the events of a time, in the order of recording; see ``HistoryReader.events``."""
        for _, fact in self._copy():
            if isinstance(fact, Event):
                fact = self._names.shown_event(fact)
            if (
                isinstance(fact, Event)
                and selection.since <= fact.time < selection.until
                and meant(fact.camera, selection.cameras)
                and meant(fact.roi, selection.rois)
            ):
                yield fact

    def _chosen(self, selection: Selection) -> Iterator[tuple[int, Reading]]:
        for number, reading in self._readings():
            if not selection.since <= reading.time < selection.until:
                continue
            rois = tuple(roi for roi in reading.rois if selection.takes(reading.camera, roi.roi))
            if rois:
                yield number, reading if len(rois) == len(reading.rois) else replace(reading, rois=rois)

    def _readings(self) -> Iterator[tuple[int, Reading]]:
        for number, fact in self._copy():
            if isinstance(fact, Reading):
                yield number, self._names.shown(fact)

    def _copy(self) -> list[Numbered]:
        """Return all facts in the order of recording; the lock is held for the copy alone."""
        with self._lock:
            copies = [list(kept) for kept in self._kept.values()]
        return list(merge(*copies, key=lambda one: one[0]))
