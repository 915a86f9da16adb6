"""The newest facts in memory: answers as a history file does, and says what is new since the last look."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge

from crowdmon.config import AppConfig
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


def sources_of(config: AppConfig) -> dict[str, str]:
    """Return the source of each camera by its name."""
    return {camera.name: camera.source for camera in config.counted_cameras()}


class MemoryHistory(Sink):
    """Keeps the newest facts of each camera, and answers as a ``HistoryReader``. For any thread."""

    def __init__(self, facts: Iterable[Fact] = (), *, bound: int | None = BOUND) -> None:
        """Keep ``bound`` facts a camera, and as many that belong to no camera; the oldest go first."""
        self._bound = bound
        self._lock = threading.Lock()
        self._number = 0
        self._kept: dict[str | None, deque[Numbered]] = {}
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
            if (kept := self._kept.get(fact.camera)) is None:
                kept = self._kept[fact.camera] = deque(maxlen=self._bound)
            kept.append((self._number, fact))

    def flush(self) -> None:
        """Nothing to do: memory is never durable."""

    def close(self) -> None:
        """Nothing to do: what is kept can still be asked for."""

    def keep(self, cameras: Mapping[str, str], *, before: Mapping[str, str] | None = None) -> None:
        """Hide the facts of all other cameras; those of the whole site stay.

        They come back with their camera: somebody undid its removal.

        Args:
            cameras: by name, the source of each camera that there is now.
            before: the same of those that there were. Another source is another camera.
        """
        before = before or {}
        with self._lock:
            for name, kept in list(self._kept.items()):
                if name is None or (name in cameras and before.get(name, cameras[name]) == cameras[name]):
                    continue
                del self._kept[name]
                if name in before:
                    self._removed[name, before[name]] = kept
            for name, source in cameras.items():
                if (kept := self._removed.pop((name, source), None)) is not None:
                    newer = self._kept.get(name, ())
                    self._kept[name] = deque([*kept, *newer], maxlen=self._bound)
            for oldest in list(self._removed)[:-_MOST_REMOVED]:
                del self._removed[oldest]

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
        """Return the ROIs of every camera, in the order they first came."""
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
                yield number, fact

    def _copy(self) -> list[Numbered]:
        """Return all facts in the order of recording; the lock is held for the copy alone."""
        with self._lock:
            copies = [list(kept) for kept in self._kept.values()]
        return list(merge(*copies, key=lambda one: one[0]))
