"""How a camera's source is doing, as its capture thread tells it. Shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from crowdmon.capture.source import SparingSource
from crowdmon.engine.protocols import Clock
from crowdmon.engine.source_status import RateMeter, SourceState
from crowdmon.values import CameraState

_MEMORY = 0.2
"""Weight of the newest time between two pictures in its running mean."""


class Connection:
    """State and rate of a source. Told by one thread, read by any; a stopped or failed one stays so."""

    def __init__(self, clock: Clock, *, tell: Callable[[CameraState, str], None]) -> None:
        """``tell`` hears of each state and why, one at a time; it must not wait."""
        self.stop = threading.Event()
        self.live = True
        self.left_out = ""
        """Which pictures of a folder cannot be read, for people."""
        self._clock, self._tell = clock, tell
        self._lock = threading.Lock()
        self._state = SourceState(since=clock.wall())
        self._meter = RateMeter()
        self._dated: tuple[float, float] | None = None
        self._steady = False
        self._source: SparingSource | None = None

    @property
    def state(self) -> SourceState:
        """What is known now."""
        return self._state

    def became(
        self, state: CameraState, message: str = "", *, attempt: int = 0, next_try: float | None = None
    ) -> None:
        """Change the state; see :class:`SourceState`."""
        with self._lock:
            if not self.stop.is_set():
                self._change(state, message, attempt=attempt, next_try=next_try)

    def standing(self) -> None:
        """Note that a recording stands still."""
        if self._state.state is not CameraState.PAUSED:
            self.became(CameraState.PAUSED)

    def fail(self, message: str) -> None:
        """Stop for good and say why; the counting thread may call this too."""
        with self._lock:
            if not self.stop.is_set():
                self._change(CameraState.FAILED, message)
            self.stop.set()

    def expect(self, usual: float) -> None:
        """Note what a source says of the seconds between its pictures, until they are measured."""
        with self._lock:
            if not self._state.usual:
                self._state = replace(self._state, usual=usual)

    def hears(self, source: SparingSource | None) -> None:
        """Ask ``source`` about the pictures that were not decoded; or no source."""
        self._source = source

    def arrived(self, time: float, *, still: float | None = None, pictures: int = 1) -> None:
        """Note a picture.

        Args:
            time: its epoch seconds.
            still: as in :class:`SourceState`.
            pictures: how many came, with those that were not decoded before it.
        """
        now = self._clock.monotonic()
        pictures = max(1, pictures)
        with self._lock:
            # What passed before the first picture after a loss or a pause says nothing of the rate.
            if (last := self._meter.last) is not None and self._steady:
                usual, passed = self._state.usual, (now - last) / pictures
                usual = usual + _MEMORY * (passed - usual) if usual else passed
                self._state = replace(self._state, usual=usual)
            if still != self._state.still:
                self._state = replace(self._state, still=still)
            self._meter.tick(now, pictures)
            self._dated, self._steady = (now, time), True
            if self._state.state is not CameraState.LIVE and not self.stop.is_set():
                self._change(CameraState.LIVE)

    def figures(self, now: float) -> tuple[float, float | None, int]:
        """Return pictures a second, seconds since the last one, and their number."""
        with self._lock:
            source, last = self._source, self._meter.last
            heard = source.heard if source is not None else None
            age = None if last is None else now - max(last, heard or last)
            return self._meter.rate(now), age, self._meter.total

    def late(self) -> float:
        """Return the seconds by which pictures come late."""
        source = self._source
        return source.late if source is not None else 0.0

    def epoch(self, now: float) -> float:
        """Return ``now`` in the time of the source's pictures: a recording has its own."""
        with self._lock:
            if self.live or self._dated is None:
                return self._clock.wall()
            return self._dated[1] + now - self._dated[0]

    def _change(
        self, state: CameraState, message: str = "", *, attempt: int = 0, next_try: float | None = None
    ) -> None:
        self._steady = False
        since = self._state.since if state is self._state.state else self._clock.wall()
        self._state = replace(
            self._state, state=state, message=message, since=since, attempt=attempt, next_try=next_try
        )
        self._tell(state, message)
