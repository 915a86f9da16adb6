"""The capture thread of one camera: open, read, hand out, and start over when a live source is lost."""

from __future__ import annotations

import threading
from dataclasses import replace

from crowdmon.capture.source import Picture, Source
from crowdmon.capture.taps import Tap, frame_from
from crowdmon.engine.backoff import Backoff
from crowdmon.engine.camera import Camera
from crowdmon.engine.pacer import Pacer
from crowdmon.engine.seams import Clock, Sources
from crowdmon.errors import ConfigError, CrowdmonError, redact
from crowdmon.values import CameraState, Frame

VIEW = Tap(rate=30.0)
"""Pictures a second for the eye."""

_SLOWEST_VIEW = 0.2
"""Seconds without a picture for the eye, at most, when a recording runs behind its time."""


class Capturing:
    """Feeds one camera until it is stopped, its recording ends, or it fails.

    The thread is a daemon: one that is stuck in opening a source does not keep the program from
    ending. When it comes back it finds the camera stopped, closes its source and ends.
    """

    def __init__(self, camera: Camera, *, sources: Sources, clock: Clock, bell: threading.Event) -> None:
        """``bell`` is rung when there is a picture to count."""
        self._camera, self._sources, self._clock, self._bell = camera, sources, clock, bell
        self._link = camera.link
        self._backoff = Backoff()
        self._next_view: float | None = None
        self._last_view = 0.0
        self._epoch: float | None = None
        self.thread = threading.Thread(target=self.run, name=f"capture {camera.name}", daemon=True)

    def run(self) -> None:
        """Live as the thread does."""
        try:
            self._link.live = self._sources.live(self._camera.config.source)
            while not self._link.stop.is_set() and self._attempt():
                pass
        # A thread that dies in silence would look like a quiet camera.
        except Exception as error:  # noqa: BLE001
            self._link.fail(_words(error))

    def _attempt(self) -> bool:
        """Open and read once; return whether to try again, after having waited."""
        attempt = self._backoff.attempt
        if attempt == 1:
            self._link.became(CameraState.CONNECTING, attempt=attempt)
        error: Exception | None = None
        try:
            with self._sources.open(self._camera.config.source) as source:
                self._read(source)
        except ConfigError:
            raise
        except Exception as lost:  # noqa: BLE001 - whatever a library raises, the source is lost
            error = lost
        if self._link.live:
            return self._lost(error)
        if error is not None:
            self._link.fail(_words(error))
        else:
            self._link.became(CameraState.ENDED)
        return False

    def _lost(self, error: Exception | None) -> bool:
        wait = self._backoff.failed(refused=bool(getattr(error, "auth", False)))
        words = "The stream ended" if error is None else _words(error)
        next_try = self._clock.monotonic() + wait
        self._link.became(CameraState.RECONNECTING, words, attempt=self._backoff.attempt, next_try=next_try)
        return not self._link.stop.wait(wait)

    def _read(self, source: Source) -> None:
        if self._link.stop.is_set():
            return
        self._camera.opened(live=source.info.live, fps=source.info.fps)
        pacer = None if source.info.live else Pacer()
        for picture in source.pictures():
            late = 0.0 if pacer is None else self._wait(pacer, picture, source.info.fps or 25.0)
            if self._link.stop.is_set():
                return
            time = self._time(picture, own=source.info.kind != "synthetic")
            self._serve(picture, time, hurry=late > 1.0 / (source.info.fps or 25.0))
            # Only now: a camera whose pictures cannot be converted is not live.
            self._backoff.worked()
            self._link.arrived(time)

    def _wait(self, pacer: Pacer, picture: Picture, fps: float) -> float:
        """Wait until the picture is due; return by how many seconds it is late."""
        media = picture.index / fps if picture.pts is None else picture.pts
        wait = pacer.wait(media, self._clock.monotonic())
        if wait > 0.0:
            self._link.stop.wait(wait)
        return -wait

    def _time(self, picture: Picture, *, own: bool) -> float:
        """Return the epoch time of a picture: a recording's media time starts when it is opened."""
        if self._link.live or picture.pts is None or not own:
            return picture.time
        if self._epoch is None:
            self._epoch = self._clock.wall() - picture.pts
        return self._epoch + picture.pts

    def _serve(self, picture: Picture, time: float, *, hurry: bool) -> None:
        now = self._clock.monotonic()
        if self._camera.offer.wants(now, refresh=1.0 / self._camera.rate):
            self._camera.offer.put(self._frame(picture, time, None), now)
            self._camera.account.arrived(now)
            self._bell.set()
        size = self._camera.view_size
        if size is not None and not (hurry and now - self._last_view < _SLOWEST_VIEW) and self._view_due(now):
            self._last_view = now
            self._camera.view.put(self._frame(picture, time, size))

    def _view_due(self, now: float) -> bool:
        due, self._next_view = VIEW.due(self._next_view, now)
        return due

    def _frame(self, picture: Picture, time: float, size: tuple[int, int] | None) -> Frame:
        return replace(frame_from(picture, self._camera.name, size), time=time)


def _words(error: Exception) -> str:
    """Say what happened in one line without secrets, also where a library did not care."""
    if isinstance(error, CrowdmonError):
        return str(error)
    return redact(f"{type(error).__name__}: {error}")
