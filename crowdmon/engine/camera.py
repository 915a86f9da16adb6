"""What the threads share about one camera, put together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from crowdmon.capture.source import SourceInfo
from crowdmon.config import CameraConfig
from crowdmon.engine.account import Account
from crowdmon.engine.camera_events import Diary
from crowdmon.engine.count_cell import Offer
from crowdmon.engine.latest import Latest
from crowdmon.engine.playback import Playback
from crowdmon.engine.protocols import Clock
from crowdmon.engine.rate_meter import Meter
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.engine.source_link import Link
from crowdmon.engine.source_status import Figures, status
from crowdmon.engine.words import words
from crowdmon.facts import Event
from crowdmon.values import CameraState, DensityMap, Frame, Reading

DEFAULT_RATE = 5.0
"""Counts a second aimed at where none is configured; quicker than that nobody looks."""

DEFAULT_INTERVAL = 1.0
"""Seconds within which a count is expected where no rate is configured."""


class Camera:
    """One camera: how its source is doing, its newest pictures, and what was counted."""

    def __init__(
        self,
        config: CameraConfig,
        *,
        clock: Clock,
        out: Callable[[Reading], None],
        note: Callable[[Event], None],
        unknown_after: float,
    ) -> None:
        """Nothing runs yet; ``out`` gets every reading, ``note`` every event."""
        self.name = config.name
        self.link = Link(clock, tell=self._became)
        self.diary = Diary(self.name, clock=clock, out=self._noted)
        self.offer = Offer()
        self.playback = Playback()
        self.view: Latest[Frame] = Latest()
        self.view_size: tuple[int, int] | None = None
        self._clock, self._note = clock, note
        self._nominal = 0.0
        self._lock = threading.Lock()
        self._meter = Meter()
        self._last: tuple[Frame, DensityMap] | None = None
        self.count_failure: Exception | None = None
        self._configure(config)
        self._unknown_after = unknown_after
        self.account = Account(self.name, interval=self.interval, out=out, unknown_after=self.unknown_after)

    def _configure(self, config: CameraConfig) -> None:
        self.config = config
        self.rois = config.to_rois()
        self.rate = config.rate or DEFAULT_RATE

    @property
    def interval(self) -> float:
        """Seconds within which a count is expected: by the rate, or by a source that is slower."""
        return max(1.0 / self.config.rate if self.config.rate else DEFAULT_INTERVAL, self._nominal)

    @property
    def unknown_after(self) -> float:
        """Seconds after which a stale count is unknown."""
        return self.config.unknown_after or self._unknown_after

    def reconfigure(self, config: CameraConfig) -> None:
        """Take other ROIs or another rate; the source stays open."""
        before = {roi.name: roi for roi in self.rois}
        self._configure(config)
        self.account.redrawn([r.name for r in self.rois if r.name in before and before[r.name] != r])
        self.account.set_interval(self.interval)
        self.account.set_unknown_after(self.unknown_after)

    def show(self, size: tuple[int, int] | None) -> None:
        """Deliver view pictures that fit into ``size``; none if None."""
        self.view_size = size
        if size is None:
            self.view.clear()  # or an old picture would be shown first when somebody looks again

    def opened(self, info: SourceInfo) -> None:
        """Note what the open source is like; for the capture thread."""
        self.link.live = info.live
        self.playback.duration, self.playback.seekable = info.duration, info.seekable
        self._nominal = 1.0 / info.fps if info.fps else 0.0
        self.link.expect(self._nominal)
        self.account.set_interval(self.interval)

    def ready(self, now: float, *, patience: float) -> bool:
        """Whether there is a picture to count. One of a live camera that fell silent is too old."""
        age = self.offer.age(now)
        if age is None or self.link.stop.is_set():
            return False
        return not self.link.live or age <= 2.0 * max(self.interval, patience)

    def counted(self, frame: Frame, density: DensityMap, reading: Reading, *, patience: float) -> None:
        """Take what was counted in ``frame``; for the counting thread."""
        now = self._clock.monotonic()
        t = frame.time if self.link.live or frame.pts is None else frame.pts
        era = self.offer.taken_era
        if self.account.counted(reading, now=now, t=t, patience=patience, era=era) is not None:
            with self._lock:
                self._last = (frame, density)
                self._meter.tick(now)

    def cannot_count(self, error: Exception) -> None:
        """Stop because counting failed: nothing is counted another way instead."""
        if self.count_failure is None:
            self.count_failure = error
        self.link.fail(words(error))

    def _became(self, state: CameraState, why: str) -> None:
        self.diary.became(state, why, counting=self.count_failure is not None)

    def _noted(self, event: Event) -> None:
        if not self.link.stop.is_set():  # a thread that comes back late has nothing to say
            self._note(event)

    def look(self, *, patience: float) -> None:
        """See whether nothing was counted for too long; cheap, for any thread."""
        state = self.link.facts.state
        resting = state in (CameraState.ENDED, CameraState.PAUSED)
        if resting or (state is CameraState.FAILED and not self.link.live):
            self.account.rest()
            return
        now = self._clock.monotonic()
        self.account.look(self.rois, now=now, epoch=self.link.epoch(now), patience=patience)

    def snapshot(self, *, patience: float) -> CameraSnapshot:
        """Show the camera; cheap, for any thread."""
        now = self._clock.monotonic()
        fps_in, age, received = self.link.figures(now)
        with self._lock:
            fps_counted, counted, last = self._meter.rate(now), self._meter.total, self._last
        figures = Figures(
            fps_in,
            fps_counted,
            age,
            max(0, received - counted),
            wish=self.config.rate,
            pace=patience,
            late=self.link.late(),
        )
        return CameraSnapshot(
            status=status(self.link.facts, figures, now=now, epoch=self._clock.wall()),
            view=self.view.peek() if self.view_size is not None else None,
            density=last[1] if last else None,
            counted=last[0] if last else None,
            reading=self.account.current,
            interval=self.interval,
            busy=self.offer.busy,
            position=None if self.link.live else self.playback.position,
            duration=None if self.link.live else self.playback.duration,
            seekable=not self.link.live and self.playback.seekable,
        )

    def close(self) -> None:
        """End it: nothing goes in or out any more, even if a thread comes back late."""
        self.link.stop.set()
        self.offer.close()
        self.view.close()
        self.account.close()
