"""Remembers what each camera showed a while ago, small, for the moment when its view has changed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from PyQt6.QtCore import QObject

from crowdmon.ui.bridge import Bridge
from crowdmon.values import CameraState, DensityMap, Frame

EVERY = 30.0
"""Seconds between two pictures that are remembered of a camera."""

BEFORE = 60.0
"""Seconds before the alarm from which a picture shows the view as it was: a change is said after 30 s."""

WIDTH = 640
"""Pixels of what is remembered, at most: sixteen cameras take 45 MB so."""

_KEPT = 4


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """A picture of a camera.

    Attributes:
        frame: small.
        density: what was counted in it, to pixelate people; None if nothing was.
    """

    frame: Frame
    density: DensityMap | None


class SeenBefore(QObject):
    """Looks at every camera now and then. All of it is in memory, and gone with the window."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._seen: dict[str, deque[Seen]] = {}
        self._next = 0.0
        bridge.beat.connect(self._beat)

    def before(self, name: str, time: float) -> Seen | None:
        """Return the last picture from well before a time; the oldest there is, or None without any."""
        seen = self._seen.get(name, deque())
        early = [one for one in seen if one.frame.time <= time - BEFORE]
        return early[-1] if early else seen[0] if seen else None

    def forget(self, name: str) -> None:
        """Forget a camera: what it shows now is right."""
        self._seen.pop(name, None)

    def _beat(self, now: float) -> None:
        if now < self._next:
            return
        self._next = now + EVERY
        names = {camera.name for camera in self._bridge.config.cameras}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        for name in names:
            look = self._bridge.look(name)
            if look is None or look.counted is None or look.status.state is not CameraState.LIVE:
                continue
            kept = self._seen.setdefault(name, deque(maxlen=_KEPT))
            if not kept or look.counted.time > kept[-1].frame.time:
                kept.append(Seen(_small(look.counted), look.density))


def _small(frame: Frame) -> Frame:
    height, width = frame.rgb.shape[:2]
    if width <= WIDTH:
        return frame
    size = (WIDTH, max(round(height * WIDTH / width), 1))
    rgb = np.asarray(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Frame(rgb, camera=frame.camera, time=frame.time)
