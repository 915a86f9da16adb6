"""The capture thread of one camera: open, read, hand out, and start over when a live source is lost."""

from __future__ import annotations

import logging
import threading

from crowdmon.capture.source import ServerEndedError, Source, SparingSource
from crowdmon.engine.camera import Camera
from crowdmon.engine.player import Player
from crowdmon.engine.protocols import Clock, Sources
from crowdmon.engine.retry import SHORTEST, AnswerTimeout, Backoff, Patience, next_timeout
from crowdmon.engine.taps import Taps
from crowdmon.errors import ConfigError, SourceError, describe
from crowdmon.values import CameraState

_log = logging.getLogger(__name__)

AFTER = 10.0
"""Seconds without a new picture after which a camera counts as frozen."""

FEWEST = 5
"""Repeated pictures that it takes at least, for cameras that send one every few seconds."""

_MEMORY = 5.0
"""Seconds a picture is remembered: longer than most groups of pictures, shorter than most clips that a
demonstration plays in a loop."""


class CaptureThread:
    """Feeds one camera until it is stopped, its recording ends, or it fails.

    The thread is a daemon: one that is stuck in opening a source does not keep the program from
    ending. When it comes back it finds the camera stopped, closes its source and ends.
    """

    def __init__(self, camera: Camera, *, sources: Sources, clock: Clock, bell: threading.Event) -> None:
        """``bell`` is rung when there is a picture to count."""
        self._camera, self._sources, self._clock, self._bell = camera, sources, clock, bell
        self._connection = camera.connection
        self._backoff = Backoff()
        self._stillness = FrozenPicture()
        self._first: int | None = None
        self._server_ended = False
        self._opening = AnswerTimeout()
        self._patience = Patience()
        self._timeout = SHORTEST
        self._pictures = 0
        self._heard = self._began = 0.0
        self._taps = Taps(camera, clock=clock, bell=bell)
        self.thread = threading.Thread(target=self.run, name=f"capture {camera.name}", daemon=True)

    def run(self) -> None:
        """Live as the thread does."""
        try:
            self._connection.live = self._sources.live(self._camera.config.source)
            while not self._connection.stop.is_set() and self._attempt():
                pass
        # A thread that dies in silence would look like a quiet camera.
        except Exception as error:  # noqa: BLE001
            self._connection.fail(describe(error))

    def _attempt(self) -> bool:
        """Open and read once; return whether to try again, after having waited."""
        attempt = self._backoff.attempt
        if attempt == 1:
            self._connection.became(CameraState.CONNECTING, attempt=attempt)
        error: Exception | None = None
        self._pictures = 0
        self._heard = self._clock.monotonic()
        try:
            with self._open() as source:
                self._read(source)
        except ConfigError:
            raise
        except _BeginsAgainError as over:
            _log.info("%s: %s", self._camera.name, over)
            self._connection.became(CameraState.ENDED, str(over))
            return False
        except Exception as lost:  # noqa: BLE001 - whatever a library raises, the source is lost
            error = lost
            self._server_ended = isinstance(lost, ServerEndedError)
        finally:
            self._connection.hears(
                None
            )  # or the source, and its decoder's threads, would stay until the next one
        if self._connection.live:
            return self._lost(error)
        if error is not None:
            self._connection.fail(describe(error))
            return False
        self._connection.became(CameraState.ENDED)
        return not self._camera.playback.ended()

    def _open(self) -> Source:
        try:
            source = self._sources.open(
                self._camera.config.source,
                within=self._opening.timeout,
                timeout=self._timeout,
                stopped=self._connection.stop.is_set,
            )
        except Exception:
            self._opening.failed(self._clock.monotonic() - self._heard)
            raise
        self._opening.answered(self._clock.monotonic() - self._heard)
        return source

    def _lost(self, error: Exception | None) -> bool:
        now = self._clock.monotonic()
        age = self._connection.figures(now)[1] or 0.0
        silent = age >= 0.9 * self._timeout
        lived = self._heard - self._began
        self._timeout = next_timeout(
            self._timeout,
            pictures=self._pictures,
            usual=self._connection.state.usual,
            silent=silent,
            patience=self._patience.lost(pictures=self._pictures, silent=silent, lived=lived),
        )
        refused = bool(getattr(error, "auth", False))
        wait = self._backoff.failed(refused=refused, passed=now - self._heard)
        why = "The stream ended" if error is None else describe(error)
        attempt, next_try = self._backoff.attempt, now + wait
        self._connection.became(CameraState.RECONNECTING, why, attempt=attempt, next_try=next_try)
        return not self._connection.stop.wait(wait)

    def _read(self, source: Source) -> None:
        if self._connection.stop.is_set():
            return
        self._camera.opened(source.info)
        if not source.info.live:
            Player(self._camera, source, taps=self._taps, clock=self._clock).run()
            return
        if isinstance(source, SparingSource):
            source.spare(self._taps.needed)
            self._connection.hears(source)
        before = -1
        for picture in source.pictures():
            if self._connection.stop.is_set():
                return
            seen = picture.fingerprint()
            if not self._pictures:
                self._begins(seen)
            still = self._stillness.saw(seen, self._clock.monotonic())
            self._camera.events.saw(picture.size)
            self._taps.deliver(picture, picture.time, count=still is None)
            # Only now: a camera whose pictures cannot be converted is not live.
            self._backoff.worked()
            self._connection.arrived(picture.time, still=still, pictures=picture.index - before)
            before = picture.index
            self._camera.events.still(still is not None)
            now = self._clock.monotonic()
            if self._pictures:
                self._patience.picture(after=now - self._heard)
            else:
                self._began = now
            self._pictures += 1
            self._heard = now

    def _begins(self, first: int) -> None:
        """Note the first picture of a connection; no camera takes the same one twice."""
        if self._server_ended and first == self._first:
            raise _BeginsAgainError("it was a recording, and has ended", "Open it again to count it again")
        self._first = first


class _BeginsAgainError(SourceError):
    """A server sends from its beginning what it had sent to its end: it has a file."""


class FrozenPicture:
    """Notices an encoder that sends the same pictures over and over. No clock, no thread.

    A sensor's noise makes every picture of a working camera differ from those before. Behind a frozen one
    an encoder may still write a key frame now and then, which looks a little different from the pictures
    that follow; so a picture counts as new only if it was not seen in the last seconds either.
    """

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}
        self._changed = 0.0
        self._repeats = 0

    def saw(self, fingerprint: int, now: float) -> float | None:
        """Note a picture.

        Args:
            fingerprint: equal for equal pictures.
            now: seconds.

        Returns:
            When the last new picture came, if that is too long ago; None while pictures change.
        """
        if self._seen.pop(fingerprint, None) is None:
            self._changed, self._repeats = now, 0
        else:
            self._repeats += 1
        self._forget(now)
        self._seen[fingerprint] = now
        frozen = self._repeats >= FEWEST and now - self._changed > AFTER
        return self._changed if frozen else None

    def _forget(self, now: float) -> None:
        """Forget what was seen too long ago, but not the picture before."""
        for one, seen in list(self._seen.items())[:-1]:
            if now - seen <= _MEMORY:
                return
            del self._seen[one]
