"""What happens to one camera, as events: each change once, however often it is seen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from crowdmon.config import CameraConfig
from crowdmon.engine.protocols import Clock
from crowdmon.errors import redact
from crowdmon.facts import Event, EventKind
from crowdmon.track.view_check import View
from crowdmon.values import CameraState

MOST_REASONS = 20
"""Reasons written down for one outage at most: a camera that is off is tried every two seconds for days."""

_log = logging.getLogger(__name__)

_OVER = {CameraState.FAILED: EventKind.FAILED, CameraState.ENDED: EventKind.ENDED}


class CameraEvents:
    """Turns what its camera's threads say into events.

    Nothing here waits, and nothing locks: the link says one thing at a time, and the rest is said by the
    capture thread alone.
    """

    def __init__(self, camera: str, *, clock: Clock, out: Callable[[Event], None]) -> None:
        """Hand every event to ``out``."""
        self._camera, self._clock, self._out = camera, clock, out
        self._reasons: set[str] = set()
        self._connected = self._frozen = False
        self._size: tuple[int, int] | None = None
        self._told: tuple[int, int] | None = None

    def became(self, state: CameraState, reason: str, *, counting: bool = False) -> None:
        """Note the state of the source.

        Args:
            state: as its threads know it.
            reason: why.
            counting: it has failed because its pictures cannot be counted.
        """
        if state is CameraState.LIVE and not self._connected:
            self._connected = True
            self._reasons.clear()
            self.note(EventKind.CONNECTED, _words(self._size))
            self._tell_size()
        elif state is CameraState.RECONNECTING:
            self._lost(reason)
        elif state in _OVER:
            self._connected = False
            self.note(EventKind.COUNTING_STOPPED if counting else _OVER[state], reason)

    def _lost(self, reason: str) -> None:
        kind = EventKind.LOST if self._connected else EventKind.RECONNECTING
        self._connected = False
        if reason not in self._reasons and len(self._reasons) < MOST_REASONS:
            self._reasons.add(reason)
            self.note(kind, reason)

    def saw(self, size: tuple[int, int]) -> None:
        """Note the (width, height) of a picture, in pixels."""
        self._size = size
        if self._connected:
            self._tell_size()

    def still(self, frozen: bool) -> None:
        """Note whether the picture has stopped changing."""
        if frozen != self._frozen:
            self._frozen = frozen
            self.note(EventKind.FROZEN if frozen else EventKind.MOVING)

    def view(self, view: View | None) -> None:
        """Note what is the matter with what the camera sees; None if all is well again."""
        if view is None:
            self.note(EventKind.VIEW_CLEAR)
        else:
            self.note(EventKind.VIEW_CHANGED if view is View.CHANGED else EventKind.VIEW_COVERED, view.value)

    def _tell_size(self) -> None:
        before, self._told = self._told, self._size
        if before is not None and before != self._size:
            self.note(EventKind.RESIZED, f"{_words(before)} -> {_words(self._size)}")

    def note(self, kind: EventKind, detail: str = "") -> None:
        """Write an event down as of now."""
        detail = redact(detail)
        _log.info("%s: %s%s", self._camera, kind.value, f", {detail}" if detail else "")
        self._out(Event(self._clock.wall(), kind.value, self._camera, detail=detail or None))


def identified(event: Event, cameras: Sequence[CameraConfig]) -> Event:
    """Return an event with the ids of its camera and ROI, where those are not their names."""
    camera = next((one for one in cameras if one.name == event.camera), None)
    if camera is None:
        return event
    roi = next((one for one in camera.rois if one.name == event.roi), None)
    return replace(event, camera_id=camera.id or "", roi_id=(roi.id if roi else None) or "")


def _words(size: tuple[int, int] | None) -> str:
    return f"{size[0]}x{size[1]}" if size else ""
