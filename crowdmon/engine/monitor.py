"""The engine: cameras in, readings out. The one object the window and the servers talk to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.capture_thread import Capturing
from crowdmon.engine.clock import SystemClock
from crowdmon.engine.counting_thread import Counting
from crowdmon.engine.protocols import Clock, CounterFactory, Sink, Sources
from crowdmon.engine.sink_thread import Recording
from crowdmon.engine.snapshots import Snapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.engine.words import words
from crowdmon.errors import SourceError
from crowdmon.track.gaps import UNKNOWN_AFTER
from crowdmon.values import Reading

_log = logging.getLogger(__name__)


class Monitor:
    """Watches cameras: a capture thread for each, one counting and one recording thread for all.

    All methods may be called from any thread and none waits for a source, a network or a disk, but
    :meth:`stop`.
    """

    def __init__(
        self,
        config: AppConfig,
        *,
        counter_factory: CounterFactory,
        sinks: Sequence[Sink] = (),
        sources: Sources | None = None,
        clock: Clock | None = None,
        unknown_after: float = UNKNOWN_AFTER,
    ) -> None:
        """Nothing runs before :meth:`start`.

        Args:
            config: the cameras.
            counter_factory: builds the counter; called in the counting thread, and only there.
            sinks: get every reading in order, in the recording thread; the caller closes them after
                :meth:`stop`.
            sources: opens sources; those of ``capture/`` by default.
            clock: the machine's by default.
            unknown_after: seconds after which a stale count is unknown, for cameras that do not say.
        """
        self._config = config
        self._sources = sources or CaptureSources()
        self._clock = clock or SystemClock()
        self._unknown_after = unknown_after
        self._bell = threading.Event()
        self._lock = threading.RLock()
        self._started = self._stopped = False
        self._captures: list[Capturing] = []
        self._recording = Recording(sinks, clock=self._clock, look=self._look)
        self._cameras = {camera.name: self._make(camera) for camera in config.cameras}
        self._counting = Counting(counter_factory, lambda: self._cameras, clock=self._clock, bell=self._bell)

    @property
    def failure(self) -> Exception | None:
        """What first kept a camera from being counted, such as weights that cannot be read; else None."""
        return next(iter(self._failures()), None)

    def start(self) -> None:
        """Start all threads; returns at once."""
        with self._lock:
            if self._started:
                raise RuntimeError("a monitor starts once")
            self._started = True
            self._recording.thread.start()
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
        self._recording.stop()
        started = [one for one in (*threads, self._recording.thread) if one.ident is not None]
        for thread in started:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread.name for thread in started if thread.is_alive()]
        if stuck:
            _log.warning("left behind, still waiting: %s", ", ".join(stuck))
        if unwritten := sum(map(len, self._recording.outboxes)):
            _log.error("%d readings could not be written: %s", unwritten, self._recording.error)
        return not stuck

    def snapshot(self) -> Snapshot:
        """Show everything at this moment; quick enough for 30 times a second."""
        self._look()
        cameras = self._cameras
        patience = self._counting.pace
        return Snapshot(
            time=self._clock.wall(),
            cameras={name: camera.snapshot(patience=patience) for name, camera in cameras.items()},
            device=self._counting.device,
            weights=self._counting.weights,
            error=self._error(),
            unwritten=sum(map(len, self._recording.outboxes)),
            lost=sum(outbox.lost for outbox in self._recording.outboxes),
        )

    def apply(self, config: AppConfig) -> None:
        """Take another configuration. Only cameras whose source changed start over; returns at once."""
        with self._lock:
            before, self._config = self._cameras, config
            cameras = {one.name: self._kept(before.get(one.name), one) for one in config.cameras}
            for name, camera in before.items():
                if cameras.get(name) is not camera:
                    camera.close()
            self._cameras = cameras
            self._recording.history.keep(cameras)
            for name, camera in cameras.items():
                if before.get(name) is not camera:
                    self._watch(camera)
            self._bell.set()

    def restart(self, camera: str) -> None:
        """Start one camera over: a recording that ended, a source that failed. KeyError if unknown."""
        with self._lock:
            old = self._cameras[camera]
            old.close()
            new = self._make(old.config, view_size=old.view_size)
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
            SourceError: it is live or cannot be sought.
        """
        one = self._recording_of(camera, seekable=True)
        self._revive(one, one.playback.seek(pts))

    def step(self, camera: str, by: int = 1) -> None:
        """Stand still at the next picture, or ``by`` pictures further; below 0 at an earlier one.

        Raises:
            SourceError: it is live, or ``by`` is below 0 and it cannot be sought.
        """
        one = self._recording_of(camera, seekable=by < 0)
        self._revive(one, one.playback.step(by))

    def query(self, since: float, until: float) -> list[Reading]:
        """Return the readings with ``since <= time < until`` (epoch seconds), by time.

        Reaches back :data:`~crowdmon.engine.history.BOUND` readings a camera; a camera that was taken
        away is forgotten. Takes some ten milliseconds for many cameras: not for the window's thread.
        """
        return self._recording.history.query(since, until)

    def view(self, camera: str, size: tuple[int, int] | None) -> None:
        """Show a camera's pictures in :meth:`snapshot`, or no more.

        Args:
            camera: its name; an unknown one is ignored, for it may just have been taken away.
            size: (width, height) in pixels the pictures shall fit into; None converts nothing.
        """
        with self._lock:
            if camera in self._cameras:
                self._cameras[camera].show(size)

    def _make(self, config: CameraConfig, *, view_size: tuple[int, int] | None = None) -> Camera:
        camera = Camera(
            config,
            clock=self._clock,
            out=self._recording.push,
            note=self._recording.note,
            unknown_after=self._unknown_after,
        )
        camera.show(view_size)
        return camera

    def _kept(self, old: Camera | None, config: CameraConfig) -> Camera:
        if old is None or old.config.source != config.source:
            return self._make(config, view_size=old.view_size if old else None)
        if old.config != config:
            old.reconfigure(config)
        return old

    def _watch(self, camera: Camera) -> None:
        if self._started and not self._stopped:
            capture = Capturing(camera, sources=self._sources, clock=self._clock, bell=self._bell)
            self._captures = [one for one in self._captures if one.thread.is_alive()] + [capture]
            capture.thread.start()
            if self._counting.failure is not None:
                camera.cannot_count(self._counting.failure)

    def _recording_of(self, name: str, *, seekable: bool = False) -> Camera:
        camera = self._cameras[name]
        # Of an address only opening tells; until then it is what it looks like.
        if camera.link.live and self._sources.live(camera.config.source):
            raise SourceError(f"{name} is live", "Only recordings can be paused, sought and stepped")
        if seekable and not camera.playback.seekable:
            raise SourceError(f"{name} cannot be sought", "Copy it to this machine to seek in it")
        return camera

    def _revive(self, camera: Camera, over: bool) -> None:
        if over:
            with self._lock:
                self._watch(camera)

    def _look(self) -> None:
        if self._started and self._counting.settled:
            for camera in self._cameras.values():
                camera.look(patience=self._counting.pace)

    def _error(self) -> str:
        errors = [words(one) for one in self._failures()]
        return "; ".join(dict.fromkeys([*errors, *filter(None, [self._recording.error])]))

    def _failures(self) -> list[Exception]:
        found = [self._counting.failure, *(camera.count_failure for camera in self._cameras.values())]
        return [failure for failure in found if failure is not None]
