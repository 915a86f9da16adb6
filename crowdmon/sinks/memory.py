"""Readings in memory, asked as a history file is: what was never written can be exported all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge

from crowdmon.errors import ConfigError
from crowdmon.sinks.bins import Bin, binned
from crowdmon.sinks.history.selection import EVERYTHING, Selection
from crowdmon.values import Reading


class MemoryHistory:
    """Answers from a list of readings in the order of recording; see ``HistoryReader`` for the verbs."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        """Take the readings; they are not copied."""
        self._readings = readings

    def cameras(self) -> dict[str, tuple[str, ...]]:
        """Return the ROIs of every camera, in the order they first came."""
        found: dict[str, dict[str, None]] = {}
        for reading in self._readings:
            found.setdefault(reading.camera, {}).update(dict.fromkeys(roi.roi for roi in reading.rois))
        return {camera: tuple(rois) for camera, rois in found.items()}

    def check(self, selection: Selection) -> None:
        """Raise ConfigError if a chosen camera or ROI has no reading."""
        known = self.cameras()
        for camera in selection.cameras or ():
            if camera not in known:
                raise ConfigError(f"nothing was counted on camera '{camera}' yet", "Choose another camera")
        rois = {roi for rois in known.values() for roi in rois}
        for roi in selection.rois or ():
            if roi not in rois:
                raise ConfigError(f"nothing was counted in ROI '{roi}' yet", "Choose another ROI")

    def readings(self, selection: Selection = EVERYTHING) -> Iterator[Reading]:
        """Yield the readings meant, with the chosen ROIs only."""
        for reading in self._meant(selection):
            rois = tuple(r for r in reading.rois if selection.rois is None or r.roi in selection.rois)
            if rois:
                yield replace(reading, rois=rois)

    def bins(self, width: int, selection: Selection = EVERYTHING) -> Iterator[Bin]:
        """Yield bins by start, then in the order in which camera and ROI first came."""
        rows: dict[tuple[str, str], list[tuple[float, int, float | None]]] = {}
        for seq, reading in enumerate(self.readings(selection)):
            for roi in reading.rois:
                rows.setdefault((reading.camera, roi.roi), []).append((reading.time, seq, roi.count))
        series = [
            binned(sorted(found, key=lambda row: row[:2]), width, camera=camera, roi=roi)
            for (camera, roi), found in rows.items()
        ]
        return merge(*series, key=lambda one: one.start)

    def _meant(self, selection: Selection) -> Iterator[Reading]:
        for reading in self._readings:
            chosen = selection.cameras is None or reading.camera in selection.cameras
            if chosen and selection.since <= reading.time < selection.until:
                yield reading
