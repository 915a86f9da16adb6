"""What is known of a camera's source, its rate, and the status that follows from them. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from crowdmon.values import CameraState, Status

QUIET = 2.0
"""Seconds without a picture that are no reason to worry."""

LATE = 1.0
"""Seconds late from which the status says so."""

_SLOW = 0.9
"""Share of the wished rate below which the status says what the machine manages."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known about a source. Times are monotonic seconds unless said otherwise.

    Attributes:
        state: what the capture thread does; never STALE, which is found by looking at the clock.
        message: why.
        since: epoch seconds the state began.
        attempt: number of the attempt to connect, 0 once connected.
        next_try: when the next attempt comes.
        usual: seconds between two pictures, as a rule; 0 if unknown.
        still: when the picture changed last, if that is too long ago; None while it changes.
    """

    state: CameraState = CameraState.CONNECTING
    message: str = ""
    since: float = 0.0
    attempt: int = 1
    next_try: float | None = None
    usual: float = 0.0
    still: float | None = None


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """What was measured: see :class:`~crowdmon.values.Status`; ``wish`` is the configured rate, ``pace`` the
    seconds of a turn of all cameras, ``late`` those by which pictures come late, ``unusable`` says why what
    the camera shows means nothing, ``left_out`` which pictures of a folder cannot be read."""

    fps_in: float = 0.0
    fps_counted: float = 0.0
    age: float | None = None
    skipped: int = 0
    wish: float | None = None
    pace: float = 0.0
    late: float = 0.0
    unusable: str = ""
    left_out: str = ""


def status(known: SourceState, figures: SourceFigures, *, now: float, epoch: float) -> Status:
    """Return the status at ``now`` (monotonic), which is ``epoch`` on the wall."""
    state, since, message = known.state, known.since, known.message
    if state is CameraState.LIVE and figures.age is not None:
        if figures.age > max(QUIET, 3.0 * known.usual):
            state, since = CameraState.STALE, max(since, epoch - figures.age)
            message = message or _delay(figures)
        elif known.still is not None:
            state, since = CameraState.STALE, max(since, epoch - (now - known.still))
            message = f"The picture has not changed for {now - known.still:.0f} s"
        elif figures.unusable:
            state, message = CameraState.STALE, figures.unusable
        else:
            message = message or _delay(figures) or _slowness(figures)
    if state in (CameraState.LIVE, CameraState.PAUSED, CameraState.ENDED) and figures.left_out:
        message = f"{figures.left_out}. {message}" if message else figures.left_out
    if known.next_try is not None and (left := known.next_try - now) > 5.0:
        message = f"{message}. Next try in {left:.0f} s" if message else f"Next try in {left:.0f} s"
    over = state in (CameraState.PAUSED, CameraState.ENDED, CameraState.FAILED)
    return Status(
        state=state,
        message=message,
        since=since,
        fps_in=0.0 if over else figures.fps_in,
        fps_counted=0.0 if over else figures.fps_counted,
        age=figures.age,
        attempt=known.attempt,
        skipped=figures.skipped,
    )


def _delay(figures: SourceFigures) -> str:
    return f"Pictures come {figures.late:.0f} s late" if figures.late >= LATE else ""


def _slowness(figures: SourceFigures) -> str:
    """Say so when the machine, and not the camera, keeps a wished rate from being reached."""
    if figures.wish is None or figures.fps_counted <= 0.0:
        return ""
    possible = min(figures.wish, figures.fps_in)
    if figures.fps_counted >= _SLOW * possible or figures.pace <= 1.0 / figures.wish:
        return ""
    return (
        f"Counting {figures.fps_counted:.1f} of {figures.wish:g} times a second, as fast as this machine goes"
    )


WINDOW = 3.0
"""Seconds that a rate looks back."""


class RateMeter:
    """Counts what happens and how often; slow events are measured by the time between two."""

    def __init__(self, window: float = WINDOW) -> None:
        """Look back ``window`` seconds, at least to the event before the last."""
        self._window = window
        self._times: deque[tuple[float, int]] = deque(maxlen=1024)
        self.total = 0

    @property
    def last(self) -> float | None:
        """When the last event was; None before the first."""
        return self._times[-1][0] if self._times else None

    def tick(self, now: float, number: int = 1) -> None:
        """Note one event, or that so many have come since the last one."""
        self.total += number
        self._times.append((now, self.total))
        while len(self._times) > 2 and self._times[0][0] < now - self._window:
            self._times.popleft()

    def rate(self, now: float) -> float:
        """Return events per second; falls to 0 when nothing comes any more."""
        if len(self._times) < 2:
            return 0.0
        (first, before), (last, total) = self._times[0], self._times[-1]
        span = last - first
        if now - last > 2.0 * span / (len(self._times) - 1):
            span = now - first
        return (total - before) / span if span > 0.0 else 0.0
