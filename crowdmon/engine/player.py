"""Plays an open recording at the speed it was made, and pauses, seeks and steps in it."""

from __future__ import annotations

from collections.abc import Iterator

from crowdmon.capture.source import ForgivingSource, Picture, Source
from crowdmon.engine.camera import Camera
from crowdmon.engine.playback import JUST_BEFORE, PlaybackRequest
from crowdmon.engine.protocols import Clock
from crowdmon.engine.taps import Taps

LATEST = 0.5
"""Seconds behind after which to go on from here instead of rushing after."""

LEAP = 5.0
"""Seconds ahead, at least, at which a time stamp is not believed: nobody waits an hour for a picture."""

_BEAT = 0.03
"""Seconds within which a wish is noticed."""

_USUAL_FPS = 25.0


class Player:
    """One recording, for one capture thread.

    A recording's pictures are dated by their media time, from the moment it was opened; after a seek
    or a pause, that moment is taken again, so that their times only rise.
    """

    def __init__(self, camera: Camera, source: Source, *, taps: Taps, clock: Clock) -> None:
        self._camera, self._source, self._taps, self._clock = camera, source, taps, clock
        self._connection, self._playback = camera.connection, camera.playback
        self._fps = source.info.fps or _USUAL_FPS
        self._dates_itself = source.info.kind == "synthetic"
        self._pictures: Iterator[Picture] = source.pictures()
        self._ahead: Picture | None = None
        self._shown: Picture | None = None
        self._epoch: float | None = None
        self._pacer = Pacer(usual=1.0 / self._fps)

    def run(self) -> None:
        """Play until the end, or until the camera is stopped."""
        while not self._connection.stop.is_set():
            wish = self._playback.take()
            if wish.moves:
                self._move(wish)
            if wish.paused and self._shown is not None:
                self._stand(self._shown)
                continue
            if (picture := self._next()) is None:
                return
            late = self._wait(picture)
            if late is None:
                self._ahead = picture  # something is wanted first
            elif not self._connection.stop.is_set():
                self._show(picture, late)

    def _next(self) -> Picture | None:
        picture, self._ahead = self._ahead, None
        if picture is None:
            picture = next(self._pictures, None)
            if isinstance(self._source, ForgivingSource):
                self._connection.left_out = self._source.trouble
        return picture

    def _move(self, wish: PlaybackRequest) -> None:
        """Go to another picture; the next reader shows it."""
        if wish.target is not None:
            self._seek(wish.target)
        found = self._next() if wish.paused and wish.target is not None else None
        for _ in range(abs(wish.steps)):
            one = self._next() if wish.steps > 0 else self._before(found)
            if one is None or self._connection.stop.is_set():
                break  # there is none at this end
            found = one
        if found is not None:
            self._shown = found
            self._restart_time()

    def _seek(self, pts: float) -> None:
        self._source.seek(max(0.0, pts))
        self._pictures, self._ahead = self._source.pictures(), None
        self._camera.cell.era += 1
        self._camera.view.go_elsewhere()
        self._restart_time()

    def _before(self, picture: Picture | None) -> Picture | None:
        """Return the picture before this one, or before the one shown; None if that is the first."""
        picture = picture or self._shown
        at = self._playback.position if picture is None else self._media(picture)
        if at is None or at <= JUST_BEFORE:
            return None
        self._seek(at - JUST_BEFORE)
        return self._next()

    def _stand(self, picture: Picture) -> None:
        self._playback.position = self._media(picture)
        self._taps.deliver_still(picture, self._time(picture))
        self._connection.standing()
        self._connection.stop.wait(_BEAT)
        if not self._playback.wish.paused:
            self._restart_time()

    def _show(self, picture: Picture, late: float) -> None:
        time = self._time(picture)
        self._taps.deliver(picture, time, hurry=late > 1.0 / self._fps)
        self._shown = picture
        self._playback.position = self._media(picture)
        self._camera.events.saw(picture.size)
        self._connection.arrived(time)

    def _wait(self, picture: Picture) -> float | None:
        """Wait until a picture is due; return by how many seconds it is late, None if a wish came first."""
        while (wait := self._pacer.wait(self._media(picture), self._clock.monotonic())) > 0.0:
            if self._connection.stop.wait(min(wait, _BEAT)):
                return 0.0
            wish = self._playback.wish
            if wish.moves or (wish.paused and self._shown is not None):
                return None
        return -wait

    def _media(self, picture: Picture) -> float:
        return picture.index / self._fps if picture.pts is None else picture.pts

    def _time(self, picture: Picture) -> float:
        """Return the epoch time of a picture."""
        if self._dates_itself or picture.pts is None:
            return picture.time
        if self._epoch is None:
            self._epoch = self._clock.wall() - picture.pts
        return self._epoch + picture.pts

    def _restart_time(self) -> None:
        self._pacer, self._epoch = Pacer(usual=1.0 / self._fps), None


class Pacer:
    """Ties media time to the clock at the first picture, and again after a jump or a long delay.

    No clock, no thread.
    """

    def __init__(self, *, usual: float = 0.0) -> None:
        """``usual`` is the seconds between two pictures; three of them are not a jump."""
        self._leap = max(LEAP, 3.0 * usual)
        self._offset: float | None = None
        self._media = 0.0

    def wait(self, media: float, now: float) -> float:
        """Return the seconds until the picture of ``media`` seconds is due; below 0 if it is late."""
        jumped = not 0.0 <= media - self._media <= self._leap
        if self._offset is None or jumped or now - (media + self._offset) > LATEST:
            self._offset = now - media
        self._media = media
        return media + self._offset - now
