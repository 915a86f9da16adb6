"""Cameras that are added, corrected, removed and brought back: each change is another configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QObject

from crowdmon.config import CameraConfig, RoiConfig, with_cameras
from crowdmon.ui.bridge import Bridge
from crowdmon.view import wording
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.curves import Curves


@dataclass(frozen=True, eq=False, slots=True)
class Removed:
    """A camera that was removed, and what is needed to bring it back.

    Attributes:
        camera: with its ROIs.
        place: its position among the cameras, from 0.
        history: its curve.
    """

    camera: CameraConfig
    place: int
    history: Curves


class CameraEdits(QObject):
    """Gives the engine other cameras; the part of the presenter that changes what is watched."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._focus = ""
        self._cameras: dict[str, CameraValues] = {}
        self._returning: dict[str, Curves] = {}

    def replace(self, name: str, camera: CameraConfig) -> None:
        """Give a camera another source or name; its ROIs, its place and the rest stay."""
        cameras = tuple(
            one.model_copy(update={"name": camera.name, "source": camera.source}) if one.name == name else one
            for one in self._bridge.config.cameras
        )
        if self._focus == name:
            self._focus = camera.name
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def add(self, camera: CameraConfig) -> None:
        """Open another camera and look at it."""
        cameras = (*self._bridge.config.cameras, camera)
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def add_named(self, data: Mapping[str, str]) -> None:
        """Open a camera given by name and source; the name is made unique."""
        taken = [camera.name for camera in self._bridge.config.cameras]
        self.add(CameraConfig(name=wording.unique(data["name"], taken), source=data["source"]))

    def move(self, name: str, place: int) -> None:
        """Give a camera another place among the cameras, from 0; the others close up."""
        cameras = list(self._bridge.config.cameras)
        found = next((one for one in cameras if one.name == name), None)
        if found is not None and cameras.index(found) != place:
            cameras.remove(found)
            cameras.insert(place, found)
            self._bridge.apply(with_cameras(self._bridge.config, tuple(cameras)))

    def remove(self, name: str) -> Removed | None:
        """Close a camera. Returns what brings it back; None if there is none of that name."""
        before = self._bridge.config.cameras
        place = next((place for place, one in enumerate(before) if one.name == name), None)
        if place is None:
            return None
        values = self._cameras.get(name)
        removed = Removed(before[place], place, values.history if values else Curves())
        cameras = (*before[:place], *before[place + 1 :])
        self._bridge.apply(with_cameras(self._bridge.config, cameras))
        return removed

    def restore(self, removed: Removed) -> None:
        """Bring a removed camera back to its place, with its ROIs and its curve, and look at it.

        If another camera has its name now, its own gets a number.
        """
        now = self._bridge.config.cameras
        name = wording.unique(removed.camera.name, [one.name for one in now])
        camera = removed.camera.model_copy(update={"name": name})
        self._returning[name] = removed.history
        cameras = (*now[: removed.place], camera, *now[removed.place :])
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def set_rois(self, name: str, rois: Sequence[RoiConfig]) -> None:
        """Count other ROIs on a camera; its source stays open."""
        cameras = tuple(
            one.model_copy(update={"rois": tuple(rois)}) if one.name == name else one
            for one in self._bridge.config.cameras
        )
        self._bridge.apply(with_cameras(self._bridge.config, cameras))
