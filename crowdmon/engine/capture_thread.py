"""The capture thread of one camera: open, read, hand out, and start over when a live source is lost."""

from __future__ import annotations

import threading

from crowdmon.capture.source import Source, SparingSource
from crowdmon.engine.backoff import Backoff
from crowdmon.engine.camera import Camera
from crowdmon.engine.frozen_picture import Stillness
from crowdmon.engine.player import Playing
from crowdmon.engine.protocols import Clock, Sources
from crowdmon.engine.taps import Serving
from crowdmon.engine.timeouts import SHORTEST, Opening, next_patience
from crowdmon.engine.words import words
from crowdmon.errors import ConfigError
from crowdmon.values import CameraState


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
        self._stillness = Stillness()
        self._opening = Opening()
        self._patience = SHORTEST
        self._pictures = 0
        self._heard = 0.0
        self._serving = Serving(camera, clock=clock, bell=bell)
        self.thread = threading.Thread(target=self.run, name=f"capture {camera.name}", daemon=True)

    def run(self) -> None:
        """Live as the thread does."""
        try:
            self._link.live = self._sources.live(self._camera.config.source)
            while not self._link.stop.is_set() and self._attempt():
                pass
        # A thread that dies in silence would look like a quiet camera.
        except Exception as error:  # noqa: BLE001
            self._link.fail(words(error))

    def _attempt(self) -> bool:
        """Open and read once; return whether to try again, after having waited."""
        attempt = self._backoff.attempt
        if attempt == 1:
            self._link.became(CameraState.CONNECTING, attempt=attempt)
        error: Exception | None = None
        self._pictures = 0
        self._heard = self._clock.monotonic()
        try:
            with self._open() as source:
                self._read(source)
        except ConfigError:
            raise
        except Exception as lost:  # noqa: BLE001 - whatever a library raises, the source is lost
            error = lost
        finally:
            self._link.hears(None)  # or the source, and its decoder's threads, would stay until the next one
        if self._link.live:
            return self._lost(error)
        if error is not None:
            self._link.fail(words(error))
            return False
        self._link.became(CameraState.ENDED)
        return not self._camera.playback.ended()

    def _open(self) -> Source:
        try:
            source = self._sources.open(
                self._camera.config.source,
                within=self._opening.patience,
                patience=self._patience,
                stopped=self._link.stop.is_set,
            )
        except Exception:
            self._opening.failed(self._clock.monotonic() - self._heard)
            raise
        self._opening.answered(self._clock.monotonic() - self._heard)
        return source

    def _lost(self, error: Exception | None) -> bool:
        now = self._clock.monotonic()
        age = self._link.figures(now)[1] or 0.0
        self._patience = next_patience(
            self._patience,
            pictures=self._pictures,
            usual=self._link.facts.usual,
            silent=age >= 0.9 * self._patience,
        )
        refused = bool(getattr(error, "auth", False))
        wait = self._backoff.failed(refused=refused, passed=now - self._heard)
        why = "The stream ended" if error is None else words(error)
        self._link.became(CameraState.RECONNECTING, why, attempt=self._backoff.attempt, next_try=now + wait)
        return not self._link.stop.wait(wait)

    def _read(self, source: Source) -> None:
        if self._link.stop.is_set():
            return
        self._camera.opened(source.info)
        if not source.info.live:
            Playing(self._camera, source, serving=self._serving, clock=self._clock).run()
            return
        if isinstance(source, SparingSource):
            source.spare(self._serving.needed)
            self._link.hears(source)
        before = -1
        for picture in source.pictures():
            if self._link.stop.is_set():
                return
            still = self._stillness.saw(picture.fingerprint(), self._clock.monotonic())
            self._camera.diary.saw(picture.size)
            self._serving.passing(picture, picture.time, count=still is None)
            # Only now: a camera whose pictures cannot be converted is not live.
            self._backoff.worked()
            self._link.arrived(picture.time, still=still, pictures=picture.index - before)
            before = picture.index
            self._camera.diary.still(still is not None)
            self._pictures += 1
            self._heard = self._clock.monotonic()
