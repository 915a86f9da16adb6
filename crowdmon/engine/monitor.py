"""The engine: cameras in, facts out. The one object the window and the servers talk to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.camera_view import CameraView
from crowdmon.engine.capture_thread import CaptureThread
from crowdmon.engine.counting_thread import CountingThread
from crowdmon.engine.outlet import OpenPublishers, OpenSinks, Outlet
from crowdmon.engine.protocols import Clock, CounterFactory, Sources, SystemClock
from crowdmon.engine.recordings import Recordings
from crowdmon.engine.ring import VIEW_RATE
from crowdmon.engine.snapshots import Snapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.engine.view_files import ViewFiles
from crowdmon.engine.view_keeper import ViewKeeper
from crowdmon.errors import WeightsError, describe
from crowdmon.facts import Event, Fact, SpotCheck
from crowdmon.sinks.alarm_pictures import AlarmPictures
from crowdmon.sinks.base import Sink
from crowdmon.track.gaps import UNKNOWN_AFTER
from crowdmon.values import DensityMap, Frame, Reading

_log = logging.getLogger(__name__)


class Monitor(Recordings):
    """Watches cameras: a capture thread for each, one counting and one sink thread for all.

    Where facts go is in :class:`~crowdmon.engine.outlet.Outlet`.

    All methods may be called from any thread and none waits for a source, a network or a disk, but
    :meth:`stop`.
    """

    def __init__(
        self,
        config: AppConfig,
        *,
        counter_factory: CounterFactory,
        sinks: Sequence[Sink] = (),
        open_sinks: OpenSinks | None = None,
        sources: Sources | None = None,
        clock: Clock | None = None,
        unknown_after: float = UNKNOWN_AFTER,
        past: Iterable[Fact] = (),
        views: ViewFiles | None = None,
        open_publishers: OpenPublishers | None = None,
        behind: int = 0,
    ) -> None:
        """Nothing runs before :meth:`start`.

        Args:
            config: the cameras.
            counter_factory: builds the counter; called in the counting thread, and only there.
            sinks: get every fact in order, in the sink thread; the caller closes them after :meth:`stop`.
            open_sinks: opens what ``config.record`` names. The monitor closes these sinks, and exchanges them
                when :meth:`apply` brings other places. Nothing is recorded if None.
            sources: opens sources; those of ``capture/`` by default.
            clock: the machine's by default.
            unknown_after: seconds after which a stale count is unknown, for cameras that do not say.
            open_publishers: opens what ``config.publish`` names; each publisher gets a thread of its own.
            behind: steps of ``nice`` by which counting is less urgent than all else, for a window that must
                stay quick; see :func:`~crowdmon.engine.priority.step_back`.
            past: what an earlier run recorded, so that its alarms go on; see :meth:`Site.resume`.
            views: where is kept what the cameras see, for the next run; nothing is kept if None.
        """
        self._config = config
        self._sources = sources or CaptureSources()
        self._clock = clock or SystemClock()
        self._unknown_after = unknown_after
        self._bell = threading.Event()
        self._lock = threading.RLock()
        self._started = self._stopped = False
        self._captures: list[CaptureThread] = []
        self._views, self._keeper = views, ViewKeeper(views)
        self._outlet = Outlet(
            config,
            sinks=sinks if open_sinks is None else (*sinks, AlarmPictures(lambda: self._config, self._last)),
            open_sinks=open_sinks,
            publishers=None if open_publishers is None else lambda now: open_publishers(now, self.snapshot),
            clock=self._clock,
            past=past,
            look=self._look,
            keep=self._keep_views,
        )
        self._cameras = {camera.name: self._make(camera) for camera in config.counted_cameras()}
        self._counting = CountingThread(
            counter_factory, lambda: self._cameras, clock=self._clock, bell=self._bell, behind=behind
        )

    @property
    def failure(self) -> Exception | None:
        """What keeps readings from being made or written, for good; None if nothing does.

        Weights that a single camera cannot use stop that camera alone.
        """
        if self._outlet.failure is not None:
            return self._outlet.failure
        own = {id(one.count_failure) for one in self._cameras.values() if one.config.weights is not None}
        found = self._failures()
        return next((e for e in found if not (isinstance(e, WeightsError) and id(e) in own)), None)

    @property
    def config(self) -> AppConfig:
        """The configuration in use."""
        with self._lock:  # or somebody sees it beside the cameras of the one before
            return self._config

    @property
    def stuck(self) -> float:
        """Seconds since the counting thread gave a sign of life; 0 before it has a counter."""
        return self._counting.silence(self._clock.monotonic())

    def start(self) -> None:
        """Start all threads; returns at once."""
        with self._lock:
            if self._started:
                raise RuntimeError("a monitor starts once")
            self._started = True
            self._outlet.start()
            self._counting.thread.start()
            for camera in self._cameras.values():
                self._watch(camera)

    def stop(self, timeout: float = 6.0) -> bool:
        """End all threads and write what waits; may be called twice.

        Args:
            timeout: seconds to wait at most. A thread that is stuck in a source, a network or a disk is
                left behind as a daemon without effect.

        Returns:
            Whether all threads have ended.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            self._stopped = True
            for camera in self._cameras.values():
                camera.close()
            self._counting.stop()
            threads = [capture.thread for capture in self._captures] + [self._counting.thread]
        # The cameras are closed, no reading comes any more: the sinks need not wait for whatever hangs.
        threads += self._outlet.stop()
        started = [one for one in threads if one.ident is not None]
        for thread in started:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in started if thread.is_alive()]
        if stuck:
            _log.warning("left behind, still waiting: %s", ", ".join(stuck))
        if unwritten := self._outlet.unwritten:
            _log.error("%d readings could not be written: %s", unwritten, self._outlet.error)
        return not stuck

    def snapshot(self, after: int = 0) -> Snapshot:
        """Show everything at this moment; quick enough for 30 times a second.

        Args:
            after: the number of the last fact that the caller has seen. :attr:`Snapshot.facts` holds those
                since, so a caller that passes :attr:`Snapshot.number` back misses none.
        """
        self._look()
        cameras, pace = self._cameras, self._counting.pace
        number, facts = self._outlet.since(after)
        return Snapshot(
            time=self._clock.wall(),
            cameras={name: camera.snapshot(pace=pace) for name, camera in cameras.items()},
            device=self._counting.device,
            weights=self._counting.weights,
            error=self._error(),
            unwritten=self._outlet.unwritten,
            lost=self._outlet.lost,
            number=number,
            facts=facts,
        )

    def apply(self, config: AppConfig) -> None:
        """Take another configuration; returns at once.

        Only cameras whose source changed start over, and only sinks whose place changed are exchanged: what
        waits for the old place is still written there.
        """
        with self._lock:
            before, self._config = self._cameras, config
            cameras = {one.name: self._kept(before.get(one.name), one) for one in config.counted_cameras()}
            for name, camera in before.items():
                if cameras.get(name) is not camera:
                    camera.close()
            self._cameras = cameras
            self._outlet.apply(config)
            for name, camera in cameras.items():
                if before.get(name) is not camera:
                    self._watch(camera)
            self._bell.set()

    def restart(self, camera: str) -> None:
        """Start one camera over: a recording that ended, a source that failed. KeyError if unknown.

        A view that has changed is taken for right then; see :meth:`Camera.confirm_view`.
        """
        with self._lock:
            old = self._cameras[camera]
            old.confirm_view(looked=False)
            old.close()
            new = self._make(old.config, like=old, seen=old.leave_view())
            self._cameras = {**self._cameras, camera: new}
            self._watch(new)
            self._bell.set()

    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool:
        """Note that somebody has seen an alarm; see :meth:`Site.acknowledge`.

        Returns:
            Whether there was one that was not acknowledged yet.

        Raises:
            KeyError: no such rule.
            CrowdmonError: no name is given.
        """
        return self._outlet.acknowledge(alarm, who=who, note=note)

    def hear(self, event: Event) -> None:
        """Take an acknowledgement that another program wrote to the same history; see :meth:`Site.hear`."""
        self._outlet.hear(event)

    def record(self, fact: SpotCheck | Event) -> None:
        """Record what a person did as every other fact: in memory, and through every sink that takes it.

        Raises:
            SinkError: it holds a number that no file can hold.
        """
        self._outlet.record_check(fact)

    def query(self, since: float, until: float) -> list[Reading]:
        """Return the readings with ``since <= time < until`` (epoch seconds), by time.

        Reaches back :data:`~crowdmon.engine.memory.BOUND` readings a camera; those of a camera that was
        removed come back with it. Takes some ten milliseconds for many cameras: not for the window's thread.
        """
        return self._outlet.query(since, until)

    def view(
        self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = VIEW_RATE
    ) -> None:
        """Show a camera's pictures in :meth:`snapshot`, no larger than ``size``, or no more if that is None.

        Those of ``keep`` seconds, 1 at most; :mod:`crowdmon.engine.ring` says what memory that needs. At most
        ``rate`` a second are converted.
        """
        with self._lock:
            if camera in self._cameras:
                self._cameras[camera].show(size, keep=keep, rate=rate)

    def _make(
        self, config: CameraConfig, *, like: Camera | None = None, seen: CameraView | None = None
    ) -> Camera:
        camera = Camera(
            config,
            clock=self._clock,
            out=self._outlet.take,
            note=self._outlet.record,
            unknown_after=self._unknown_after,
            seen=seen or CameraView(ready=self._views is None),
        )
        if like is not None:
            camera.show(like.view_size, keep=like.view.seconds, rate=like.view_rate)
        return camera

    def _kept(self, old: Camera | None, config: CameraConfig) -> Camera:
        if old is None or old.config.source != config.source or old.tries_again(config):
            return self._make(config, like=old)
        if old.config != config:
            old.reconfigure(config)
        return old

    def _watch(self, camera: Camera) -> None:
        if self._started and not self._stopped:
            capture = CaptureThread(camera, sources=self._sources, clock=self._clock, bell=self._bell)
            self._captures = [one for one in self._captures if one.thread.is_alive()] + [capture]
            capture.thread.start()
            if self._counting.failure is not None:
                camera.cannot_count(self._counting.failure)

    def _camera(self, name: str) -> Camera:
        return self._cameras[name]

    def _last(self, name: str) -> tuple[Frame, DensityMap] | None:
        camera = self._cameras.get(name)
        return None if camera is None else camera.last

    def _looks_live(self, source: str) -> bool:
        return self._sources.live(source)

    def _open_again(self, camera: Camera) -> None:
        with self._lock:
            self._watch(camera)

    def _look(self) -> None:
        if self._started and self._counting.settled:
            for camera in self._cameras.values():
                camera.look(pace=self._counting.pace)

    def _keep_views(self, last: bool) -> None:
        self._keeper.step(self._cameras, self._config.record, self._clock.monotonic(), last=last)

    def _error(self) -> str:
        errors = [describe(one) for one in self._failures() if one is not self._outlet.failure]
        return "; ".join(dict.fromkeys([*errors, *self._outlet.errors()]))

    def _failures(self) -> list[Exception]:
        counting = [camera.count_failure for camera in self._cameras.values()]
        found = [self._counting.failure, *counting, self._outlet.failure]
        return [failure for failure in found if failure is not None]
