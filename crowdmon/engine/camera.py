"""What the threads share about one camera, put together."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from crowdmon.capture.source import SourceInfo
from crowdmon.config import CameraConfig
from crowdmon.engine.camera_events import CameraEvents
from crowdmon.engine.camera_view import CameraView
from crowdmon.engine.connection import Connection
from crowdmon.engine.latest import CountCell
from crowdmon.engine.playback import PlaybackRequests
from crowdmon.engine.protocols import Clock
from crowdmon.engine.ring import SECONDS, VIEW_RATE, ViewRing, within
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.engine.source_status import RateMeter, SourceFigures, status
from crowdmon.engine.view_files import KeptView
from crowdmon.errors import describe
from crowdmon.facts import Event, EventKind
from crowdmon.track.measure import answers, boxes_of
from crowdmon.track.track import Counted, Silence, Track, Unusable
from crowdmon.track.view_check import View
from crowdmon.track.view_edges import small_grey
from crowdmon.values import Box, CameraState, DensityMap, Frame, Reading

DEFAULT_RATE = 5.0
"""Counts a second aimed at where none is configured; quicker than that nobody looks."""

REFRESH = 0.1
"""Seconds for which a picture may wait on a machine that is too slow, before it is replaced, at least."""

DEFAULT_INTERVAL = 1.0
"""Seconds within which a count is expected where no rate is configured."""


class Camera:
    """One camera: how its source is doing, its newest pictures, and what was counted."""

    def __init__(
        self,
        config: CameraConfig,
        *,
        clock: Clock,
        out: Callable[[Sequence[Reading]], None],
        note: Callable[[Event], None],
        unknown_after: float,
        seen: CameraView | None = None,
    ) -> None:
        """Nothing runs yet; ``out`` gets every reading in order, ``note`` every event.

        ``seen`` is what is known of its view already.
        """
        self.name = config.name
        self.connection = Connection(clock, tell=self._became)
        self.events = CameraEvents(self.name, clock=clock, out=self._noted)
        self.cell = CountCell()
        self.playback = PlaybackRequests()
        self.view = ViewRing()
        self.view_size: tuple[int, int] | None = None
        self.view_rate = VIEW_RATE
        self._clock, self._out, self._note = clock, out, note
        self._nominal = 0.0
        self._lock = threading.Lock()
        self._meter = RateMeter()
        self._last: tuple[Frame, DensityMap] | None = None
        self.count_failure: Exception | None = None
        self._unknown_after = unknown_after
        self._closed = False
        self._seen = seen or CameraView()
        self._configure(config)
        self._track = Track(
            self.name,
            self.rois,
            interval=self.interval,
            unknown_after=self.unknown_after,
            limits=config.to_limits(),
            camera_id=config.id or "",
            whole=config.counts_whole,
        )

    def _configure(self, config: CameraConfig) -> None:
        self.config = config
        self.rois = config.to_rois()
        self.rate = config.rate or DEFAULT_RATE

    @property
    def interval(self) -> float:
        """Seconds within which a count is expected: by the rate, or by a source that is slower."""
        return max(1.0 / self.config.rate if self.config.rate else DEFAULT_INTERVAL, self._nominal)

    @property
    def refresh(self) -> float:
        """Seconds after which a picture that waits to be counted is replaced by a newer one."""
        often = max(REFRESH, self.cell.pace / 4) if self.cell.pace else math.inf
        return min(1.0 / self.rate, often)

    @property
    def unknown_after(self) -> float:
        """Seconds after which a stale count is unknown."""
        return self.config.unknown_after or self._unknown_after

    def reconfigure(self, config: CameraConfig) -> None:
        """Take other ROIs, other weights or another rate; the source stays open.

        Who moves ROIs on a view that has changed has seen it: it is the right one from now on.
        """
        before = self.config
        self._configure(config)
        with self._lock:
            seen = self._seen.reason
            self._seen.follow(before, config)
            self._track.redraw(self.rois, config.to_limits(), whole=config.counts_whole)
            self._track.expect(interval=self.interval, unknown_after=self.unknown_after)
        if seen is not None and self._seen.reason is None:
            self.events.view(None)
        if config.weights != before.weights:
            self._count_again()

    @property
    def view_ready(self) -> bool:
        """Whether it is known what an earlier run has learned of its view."""
        return self._seen.ready

    def recall_view(self, kept: KeptView | None) -> None:
        """Take what an earlier run has learned of its view; for the sink thread."""
        with self._lock:
            before = self._seen.reason
            self._seen.recall(kept, self.config)
            now = self._seen.reason
        if now is not before:
            self.events.view(now)

    def kept_view(self) -> tuple[int, KeptView | None]:
        """Return what is to be kept of its view, and a number that rises when that is urgent."""
        with self._lock:
            return self._seen.news, self._seen.kept(self.config)

    def confirm_view(self, *, looked: bool) -> None:
        """Take what it sees for right; see :meth:`CameraView.confirm`."""
        with self._lock:
            confirmed = self._seen.confirm(looked=looked)
        if confirmed:
            self.events.note(EventKind.VIEW_CONFIRMED)
            self.events.view(None)

    def leave_view(self) -> CameraView:
        """Return what is known of its view, for a camera that takes its place after :meth:`close`."""
        return self._seen

    def _count_again(self) -> None:
        """Have a picture that stands still counted with other weights; a moving camera brings the next."""
        playback, state = self.playback, self.connection.state.state
        if state is CameraState.PAUSED and playback.seekable and playback.position is not None:
            playback.seek(playback.position)

    def asked(self, size: tuple[int, int]) -> tuple[Box, ...] | None:
        """Return the parts of a picture of (width, height) that are to be counted; None for all of it."""
        return None if self.config.counts_whole else boxes_of(self.rois, size[0] / size[1])

    def tries_again(self, config: CameraConfig) -> bool:
        """Whether it could not be counted, and has other weights now."""
        return self.count_failure is not None and self.config.weights != config.weights

    def show(self, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = VIEW_RATE) -> None:
        """Deliver view pictures that fit into ``size``, none if None; keep those of ``keep`` seconds."""
        self.view_rate = rate
        self.view.seconds = min(max(keep, 0.0), SECONDS)
        self.view_size = size if size is None or not self.view.seconds else within(size)
        if size is None:
            self.view.clear()  # or an old picture would be shown first when somebody looks again

    def opened(self, info: SourceInfo) -> None:
        """Note what the open source is like; for the capture thread."""
        self.connection.live = info.live
        self.playback.duration, self.playback.seekable = info.duration, info.seekable
        self._nominal = 1.0 / info.fps if info.fps else 0.0
        self.connection.expect(self._nominal)
        with self._lock:
            self._track.expect(interval=self.interval, unknown_after=self.unknown_after)

    def waiting(self, now: float, *, late: float = 0.0) -> float | None:
        """Note that a picture waits to be counted; see :meth:`Track.waiting`. For the capture thread."""
        with self._lock:
            return self._track.waiting(now, late=late)

    def ready(self, now: float, *, pace: float) -> bool:
        """Whether there is a picture to count. One of a live camera that fell silent is too old."""
        age = self.cell.age(now)
        if age is None or self.connection.stop.is_set():
            return False
        return not self.connection.live or age <= 2.0 * max(self.interval, pace)

    def counted(self, frame: Frame, density: DensityMap, *, pace: float) -> None:
        """Take what was counted in ``frame``; for the counting thread. CountingError if it is no number.

        A picture that was counted in other parts than are wanted by now is dropped; the next one is not.
        """
        now = self._clock.monotonic()
        watched = self.connection.live and self.config.watch_view
        grey = small_grey(frame.rgb) if watched and self._seen.due(now) else None
        with self._lock:
            if self._closed or not answers(density, self.rois, whole=self.config.counts_whole):
                return
            frame, density = self._in_order(frame, density)
            moment = frame.time if self.connection.live or frame.pts is None else frame.pts
            before = self._seen.reason
            view = before if grey is None else self._seen.step(grey, now)
            seen = Counted(density, moment, self.cell.taken_era) if view is None else Unusable(frame.time)
            # Under the lock, so that sinks get the readings of a camera in the order of their times.
            self._out(self._track.step(seen, now, pace=pace))
            self._last = (frame, density)
            self._meter.tick(now)
        if view is not before:
            self.events.view(view)

    def _in_order(self, frame: Frame, density: DensityMap) -> tuple[Frame, DensityMap]:
        """Return a picture with the time at which it is entered: not before rows that are written.

        One that waited for long, as the first one does for a counter that warms up, was overtaken by rows of
        silence. If the clock was set back, the newest row is in the future, and holds nothing up.
        """
        newest = self._track.current
        if newest is None or not self.connection.live:
            return frame, density
        if not frame.time < newest.time <= self._clock.wall():
            return frame, density
        return replace(frame, time=newest.time), replace(density, time=newest.time)

    def cannot_count(self, error: Exception) -> None:
        """Stop because counting failed: nothing is counted another way instead."""
        if self.count_failure is None:
            self.count_failure = error
        self.connection.fail(describe(error))

    def _became(self, state: CameraState, why: str) -> None:
        self.events.became(state, why, counting=self.count_failure is not None)

    def _noted(self, event: Event) -> None:
        if not self.connection.stop.is_set():  # a thread that comes back late has nothing to say
            self._note(event)

    @property
    def last(self) -> tuple[Frame, DensityMap] | None:
        """The picture that was counted last, and its count; None before the first."""
        with self._lock:  # so that it is there for whoever gets a reading of it
            return self._last

    def look(self, *, pace: float) -> None:
        """See whether nothing was counted for too long; cheap, for any thread."""
        state = self.connection.state.state
        resting = state in (CameraState.ENDED, CameraState.PAUSED)
        with self._lock:
            if resting or (state is CameraState.FAILED and not self.connection.live):
                self._track.rest()
            elif not self._closed:
                now = self._clock.monotonic()
                if rows := self._track.step(Silence(self.connection.epoch(now)), now, pace=pace):
                    self._out(rows)

    def snapshot(self, *, pace: float) -> CameraSnapshot:
        """Show the camera; cheap, for any thread."""
        now = self._clock.monotonic()
        fps_in, age, received = self.connection.figures(now)
        with self._lock:
            fps_counted, counted, last = self._meter.rate(now), self._meter.total, self._last
        figures = SourceFigures(
            fps_in,
            fps_counted,
            age,
            max(0, received - counted),
            wish=self.config.rate,
            pace=pace,
            late=self.connection.late(),
            unusable=_unusable(self._seen.reason),
            left_out=self.connection.left_out,
        )
        pictures = self.view.pictures() if self.view_size is not None else ()
        return CameraSnapshot(
            status=status(self.connection.state, figures, now=now, epoch=self._clock.wall()),
            view=pictures[-1] if pictures else None,
            pictures=pictures,
            density=last[1] if last else None,
            counted=last[0] if last else None,
            reading=self._track.current,
            interval=self.interval,
            busy=self.cell.busy,
            position=None if self.connection.live else self.playback.position,
            duration=None if self.connection.live else self.playback.duration,
            seekable=not self.connection.live and self.playback.seekable,
        )

    def close(self) -> None:
        """End it: nothing goes in or out any more, even if a thread comes back late."""
        self.connection.stop.set()
        self.cell.close()
        self.view.close()
        with self._lock:
            self._closed = True


def _unusable(view: View | None) -> str:
    """Return what is the matter with what a camera sees, and what to do; empty if nothing is."""
    if view is None:
        return ""
    if view is View.CHANGED:
        return f"{view.value}. Turn the camera back, move the ROIs, or open it again (F5) if it is right"
    return view.value
