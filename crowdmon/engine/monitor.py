"""The engine: cameras in, facts out. The one object the window and the servers talk to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from crowdmon.config import AppConfig, CameraConfig, RecordConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.camera_events import identified
from crowdmon.engine.camera_view import CameraView
from crowdmon.engine.capture_thread import CaptureThread
from crowdmon.engine.counting_thread import CountingThread
from crowdmon.engine.memory import MemoryHistory
from crowdmon.engine.protocols import Clock, CounterFactory, Sources, SystemClock
from crowdmon.engine.publishers import Publishers
from crowdmon.engine.sink_thread import SinkThread
from crowdmon.engine.snapshots import Snapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.engine.view_files import ViewFiles
from crowdmon.engine.view_keeper import ViewKeeper
from crowdmon.errors import SourceError, WeightsError, describe
from crowdmon.facts import Event, EventKind, Fact, SpotCheck, check_recordable
from crowdmon.sinks.base import Sink
from crowdmon.track.gaps import UNKNOWN_AFTER
from crowdmon.track.site import Site
from crowdmon.values import Reading

_log = logging.getLogger(__name__)


class Monitor:
    """Watches cameras: a capture thread for each, one counting and one sink thread for all.

    All methods may be called from any thread and none waits for a source, a network or a disk, but
    :meth:`stop`.
    """

    def __init__(
        self,
        config: AppConfig,
        *,
        counter_factory: CounterFactory,
        sinks: Sequence[Sink] = (),
        open_sinks: Callable[[RecordConfig], Mapping[str, Sink]] | None = None,
        sources: Sources | None = None,
        clock: Clock | None = None,
        unknown_after: float = UNKNOWN_AFTER,
        past: Iterable[Fact] = (),
        views: ViewFiles | None = None,
        open_publishers: Callable[[AppConfig, Callable[[], Snapshot]], Mapping[str, Sink]] | None = None,
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
        self._open_sinks = open_sinks or (lambda record: {})
        self._memory = MemoryHistory()
        self._memory.keep(config.cameras)
        self._open_publishers = open_publishers
        self._publishers = Publishers(clock=self._clock, tell=self._tell)
        self._site, self._site_lock = Site(config.to_rules()), threading.RLock()
        self._site.resume(past)
        self._views, self._keeper = views, ViewKeeper(views)
        self._sinks = SinkThread(
            sinks,
            configured=self._open_sinks(config.record),
            clock=self._clock,
            look=self._look,
            keep=self._keep_views,
        )
        self._cameras = {camera.name: self._make(camera) for camera in config.counted_cameras()}
        self._counting = CountingThread(
            counter_factory, lambda: self._cameras, clock=self._clock, bell=self._bell
        )

    @property
    def failure(self) -> Exception | None:
        """What keeps readings from being made or written, for good; None if nothing does.

        Weights that a single camera cannot use stop that camera alone.
        """
        own = {id(one.count_failure) for one in self._cameras.values() if one.config.weights is not None}
        found = self._failures()
        return next((e for e in found if not (isinstance(e, WeightsError) and id(e) in own)), None)

    def start(self) -> None:
        """Start all threads; returns at once."""
        with self._lock:
            if self._started:
                raise RuntimeError("a monitor starts once")
            self._started = True
            self._sinks.thread.start()
            self._publish()
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
        self._sinks.stop()
        threads += self._publishers.stop()
        started = [one for one in (*threads, self._sinks.thread) if one.ident is not None]
        for thread in started:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in started if thread.is_alive()]
        if stuck:
            _log.warning("left behind, still waiting: %s", ", ".join(stuck))
        if unwritten := sum(map(len, self._sinks.outboxes)):
            _log.error("%d readings could not be written: %s", unwritten, self._sinks.error)
        return not stuck

    def snapshot(self, after: int = 0) -> Snapshot:
        """Show everything at this moment; quick enough for 30 times a second.

        Args:
            after: the number of the last fact that the caller has seen. :attr:`Snapshot.facts` holds those
                since, so a caller that passes :attr:`Snapshot.number` back misses none.
        """
        self._look()
        cameras, pace = self._cameras, self._counting.pace
        number, facts = self._memory.since(after)
        return Snapshot(
            time=self._clock.wall(),
            cameras={name: camera.snapshot(pace=pace) for name, camera in cameras.items()},
            device=self._counting.device,
            weights=self._counting.weights,
            error=self._error(),
            unwritten=sum(map(len, self._sinks.outboxes)),
            lost=sum(outbox.lost for outbox in self._sinks.outboxes),
            number=number,
            facts=facts,
        )

    def apply(self, config: AppConfig) -> None:
        """Take another configuration; returns at once.

        Only cameras whose source changed start over, and only sinks whose place changed are exchanged: what
        waits for the old place is still written there.
        """
        with self._lock:
            before, record, publish = self._cameras, self._config.record, self._config.publish
            self._config = config
            cameras = {one.name: self._kept(before.get(one.name), one) for one in config.counted_cameras()}
            for name, camera in before.items():
                if cameras.get(name) is not camera:
                    camera.close()
            self._cameras = cameras
            self._memory.keep(config.cameras)
            with self._site_lock:
                self._site.keep(cameras)
                for fact in self._site.change_rules(config.to_rules(), self._clock.wall()):
                    self._record(fact)
            self._exchange_sinks(record, config.record)
            if publish != config.publish and self._started:
                self._publish()
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

    def pause(self, camera: str) -> None:
        """Let a recording stand still; the picture shown is counted once.

        Raises:
            KeyError: no such camera.
            SourceError: it is live. So do the three verbs below.
        """
        self._recording_of(camera).playback.pause()

    def resume(self, camera: str) -> None:
        """Let a recording play on."""
        self._recording_of(camera).playback.resume()

    def seek(self, camera: str, pts: float) -> None:
        """Go to ``pts`` media seconds, held to the recording; one that had ended is opened again.

        Raises:
            SourceError: it is live or has no positions to move to.
        """
        one = self._recording_of(camera, seekable=True)
        self._revive(one, one.playback.seek(pts))

    def step(self, camera: str, by: int = 1) -> None:
        """Stand still at the next picture, or ``by`` pictures further; below 0 at an earlier one.

        Raises:
            SourceError: it is live, or ``by`` is below 0 and it cannot move back.
        """
        one = self._recording_of(camera, seekable=by < 0)
        self._revive(one, one.playback.step(by))

    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool:
        """Note that somebody has seen an alarm; see :meth:`Site.acknowledge`.

        Returns:
            Whether there was one that was not acknowledged yet.

        Raises:
            KeyError: no such rule.
            CrowdmonError: no name is given.
        """
        with self._site_lock:
            facts = self._site.acknowledge(alarm, who=who, note=note, now=self._clock.wall())
            for fact in facts:
                self._record(fact)
        return bool(facts)

    def record(self, check: SpotCheck) -> None:
        """Record a spot check as every other fact: in memory, and through every sink that takes it.

        Raises:
            SinkError: it holds a number that no file can hold.
        """
        check_recordable(check)
        self._record(check)

    def query(self, since: float, until: float) -> list[Reading]:
        """Return the readings with ``since <= time < until`` (epoch seconds), by time.

        Reaches back :data:`~crowdmon.engine.memory.BOUND` readings a camera; those of a camera that was
        removed come back with it. Takes some ten milliseconds for many cameras: not for the window's thread.
        """
        return self._memory.query(since, until)

    def view(self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0) -> None:
        """Show a camera's pictures in :meth:`snapshot`, no larger than ``size``, or no more if that is None.

        Those of ``keep`` seconds, 1 at most; :mod:`crowdmon.engine.ring` says what memory that needs.
        """
        with self._lock:
            if camera in self._cameras:
                self._cameras[camera].show(size, keep=keep)

    def _make(
        self, config: CameraConfig, *, like: Camera | None = None, seen: CameraView | None = None
    ) -> Camera:
        camera = Camera(
            config,
            clock=self._clock,
            out=self._take,
            note=self._record,
            unknown_after=self._unknown_after,
            seen=seen or CameraView(ready=self._views is None),
        )
        if like is not None:
            camera.show(like.view_size, keep=like.view.seconds)
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

    def _recording_of(self, name: str, *, seekable: bool = False) -> Camera:
        camera = self._cameras[name]
        # Of an address only opening tells; until then it is what it looks like.
        if camera.connection.live and self._sources.live(camera.config.source):
            raise SourceError(f"{name} is live", "Only recordings can pause, step and seek")
        if seekable and not camera.playback.seekable:
            raise SourceError(f"cannot seek in {name}", "Copy it to this machine to seek in it")
        return camera

    def _revive(self, camera: Camera, over: bool) -> None:
        if over:
            with self._lock:
                self._watch(camera)

    def _take(self, readings: Sequence[Reading]) -> None:
        """Take new readings of one camera, in order; from any thread, never waits for a disk."""
        with self._site_lock:
            refused = self._site.refused
            for fact in self._site.step(readings, self._clock.wall()):
                self._record(fact)
            for camera in self._site.refused.keys() - refused.keys():
                _log.error("%s", self._site.refused[camera])

    def _record(self, fact: Fact) -> None:
        """Keep one fact in memory, and queue it for every sink."""
        if isinstance(fact, Event):
            fact = identified(fact, self._config.cameras)
        with self._site_lock:  # so that memory and every sink get the same order
            self._memory.write(fact)
            self._sinks.push(fact)
            self._publishers.push(fact)

    def _tell(self, kind: EventKind, why: str) -> None:
        """Record that a publisher fails, or works again."""
        self._record(Event(self._clock.wall(), kind.value, detail=why))

    def _publish(self) -> None:
        if self._open_publishers is not None:
            opened, config = self._open_publishers, self._config
            self._publishers.use(lambda: opened(config, self.snapshot))

    def _exchange_sinks(self, before: RecordConfig, now: RecordConfig) -> None:
        old, new = before.sinks(), now.sinks()
        changed = {key for key in new if old[key] != new[key]}
        if changed:
            kept = dict.fromkeys(new.keys() - changed)
            self._sinks.exchange(changed, self._open_sinks(now.model_copy(update=kept)))

    def _look(self) -> None:
        if self._started and self._counting.settled:
            for camera in self._cameras.values():
                camera.look(pace=self._counting.pace)

    def _keep_views(self, last: bool) -> None:
        self._keeper.step(self._cameras, self._config.record, self._clock.monotonic(), last=last)

    def _error(self) -> str:
        errors = [describe(one) for one in self._failures() if one is not self._sinks.failure]
        return "; ".join(
            dict.fromkeys(
                [
                    *errors,
                    *self._site.refused.values(),
                    *filter(None, [self._sinks.error, self._publishers.error]),
                ]
            )
        )

    def _failures(self) -> list[Exception]:
        counting = [camera.count_failure for camera in self._cameras.values()]
        found = [self._counting.failure, *counting, self._sinks.failure]
        return [failure for failure in found if failure is not None]
