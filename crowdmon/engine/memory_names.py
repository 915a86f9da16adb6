"""The newest names of cameras and ROIs in memory, for what was recorded under other ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crowdmon.config import CameraConfig
from crowdmon.facts import Event
from crowdmon.values import WHOLE_FRAME, Reading

_Names = tuple[str, dict[str, str]]
"""The camera's name, and those of its ROIs by what they are kept by."""


class MemoryNames:
    """Knows the names by what cameras and ROIs are kept by. Written under the lock of who owns it.

    What is read is replaced and never changed, so that other threads need no lock.
    """

    def __init__(self) -> None:
        self._cameras: dict[str, _Names] = {}
        self._renamed: frozenset[str] = frozenset()

    def hear(self, reading: Reading) -> None:
        """Take the names in a reading."""
        known = self._cameras.get(reading.camera_key)
        if known and known[0] == reading.camera and all(known[1].get(r.key) == r.roi for r in reading.rois):
            return
        self._name(reading.camera_key, reading.camera, {roi.key: roi.roi for roi in reading.rois})

    def keep(self, cameras: Sequence[CameraConfig]) -> None:
        """Take the names of these cameras and their ROIs, and forget all other cameras."""
        keys = {camera.key for camera in cameras}
        self._cameras = {key: names for key, names in self._cameras.items() if key in keys}
        for camera in cameras:
            if camera.key in self._cameras:
                self._name(camera.key, camera.name, {roi.key: roi.name for roi in camera.rois})

    def _name(self, key: str, name: str, rois: dict[str, str]) -> None:
        before = self._cameras.get(key)
        merged = {**(before[1] if before else {}), **rois}
        if before and (before[0] != name or any(merged[one] != roi for one, roi in before[1].items())):
            self._renamed |= {key}
        self._cameras = {**self._cameras, key: (name, merged)}

    def shown(self, reading: Reading) -> Reading:
        """Return a reading by the newest names."""
        key = reading.camera_key
        if key not in self._renamed or key not in self._cameras:
            return reading
        name, names = self._cameras[key]
        rois = tuple(
            one
            if (roi := names.get(one.key, one.roi)) == one.roi
            else replace(one, roi=roi, id=_id(one.key, roi))
            for one in reading.rois
        )
        return replace(reading, camera=name, camera_id=_id(key, name), rois=rois)

    def shown_event(self, event: Event) -> Event:
        """Return an event by the newest names."""
        key, roi_key = event.camera_key, event.roi_key
        if key is None or key not in self._renamed or key not in self._cameras:
            return event
        name, names = self._cameras[key]
        roi = names.get(roi_key, event.roi) if roi_key is not None and roi_key != WHOLE_FRAME else event.roi
        ids = _id(key, name), _id(roi_key, roi) if roi_key is not None and roi is not None else ""
        return replace(event, camera=name, roi=roi, camera_id=ids[0], roi_id=ids[1])


def _id(key: str, name: str) -> str:
    return key if key != name else ""
