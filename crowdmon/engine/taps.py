"""From a camera's pictures to its two taps: for counting and for the eye."""

from __future__ import annotations

import threading
from dataclasses import replace

from crowdmon.capture.source import Picture
from crowdmon.capture.taps import Tap, frame_from
from crowdmon.engine.camera import Camera
from crowdmon.engine.protocols import Clock
from crowdmon.values import Frame, Roi

LONGEST_LATE = 10.0
"""Seconds for which rows of silence are held back behind a late picture."""

_SLOWEST_VIEW = 0.2
"""Seconds without a picture for the eye, at most, when a recording runs behind its time."""


class Taps:
    """Converts what is asked for and nothing else; for one capture thread."""

    def __init__(self, camera: Camera, *, clock: Clock, bell: threading.Event) -> None:
        """``bell`` is rung when there is a picture to count."""
        self._camera, self._clock, self._bell = camera, clock, bell
        self._next_view: float | None = None
        self._last_view = 0.0
        self._offered: tuple[Picture, tuple[Roi, ...], bool] | None = None
        self._viewed: tuple[Picture, tuple[int, int]] | None = None

    def needed(self) -> bool:
        """Whether a picture that comes now would be shown or counted, or be the last."""
        camera, now = self._camera, self._clock.monotonic()
        if camera.view_size is not None or camera.connection.stop.is_set():
            return True
        return camera.cell.wants(now, refresh=camera.refresh)

    def deliver(self, picture: Picture, time: float, *, hurry: bool = False, count: bool = True) -> None:
        """Serve a picture that is followed by others.

        Args:
            picture: the newest one.
            time: its epoch seconds.
            hurry: the source is behind its time; the eye does with fewer pictures.
            count: whether it may be counted.
        """
        now = self._clock.monotonic()
        if count and self._camera.cell.wants(now, refresh=self._camera.refresh):
            self._offer(picture, time, now)
        size = self._camera.view_size
        if size is not None and not (hurry and now - self._last_view < _SLOWEST_VIEW) and self._view_due(now):
            self._last_view = now
            self._view(picture, time, size)

    def deliver_still(self, picture: Picture, time: float) -> None:
        """Serve a picture at which a recording stands still; cheap when called again.

        It is counted once, and once more for ROIs that were drawn since.
        """
        size = self._camera.view_size
        if size is not None and (self._viewed != (picture, size) or self._camera.view.peek() is None):
            self._view(picture, time, size)
        if self._offered != (picture, self._camera.rois, self._camera.config.counts_whole):
            self._offer(picture, time, self._clock.monotonic())
        self._camera.cell.hurry()
        if self._camera.cell.urgent:
            self._bell.set()

    def _view_due(self, now: float) -> bool:
        due, self._next_view = Tap(rate=self._camera.view_rate).due(self._next_view, now)
        return due

    def _offer(self, picture: Picture, time: float, now: float) -> None:
        self._offered = (picture, self._camera.rois, self._camera.config.counts_whole)
        # Before the conversion, which takes a while on a busy machine: a row of silence must not slip in.
        time = self._entered(time, now)
        frame = self._frame(picture, time, None)
        self._camera.cell.put(replace(frame, asked=self._camera.asked(frame.size)), now)
        self._bell.set()

    def _entered(self, time: float, now: float) -> float:
        """Have silence wait for a picture; return its time, which of a late one may be past already."""
        if not self._camera.connection.live:
            self._camera.waiting(now)
            return time
        wall = self._clock.wall()
        newest = self._camera.waiting(now, late=min(max(0.0, wall - time), LONGEST_LATE))
        # Unless the clock was set back, rows are in the order of their times.
        return newest if newest is not None and time < newest <= wall else time

    def _view(self, picture: Picture, time: float, size: tuple[int, int]) -> None:
        self._viewed = (picture, size)
        self._camera.view.put(self._frame(picture, time, size))

    def _frame(self, picture: Picture, time: float, size: tuple[int, int] | None) -> Frame:
        return replace(frame_from(picture, self._camera.name, size), time=time)
