"""The one counting thread: it owns the counter, and with it the accelerator."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from crowdmon.engine.camera import Camera
from crowdmon.engine.measure import measure
from crowdmon.engine.offline import count
from crowdmon.engine.scheduler import Scheduler
from crowdmon.engine.seams import Clock, CounterFactory, CounterLike

_IDLE = 0.5
"""Seconds to sleep at most; the bell wakes earlier."""

_log = logging.getLogger(__name__)


class Counting:
    """Builds the counter, then counts the newest picture of every camera fairly."""

    def __init__(
        self,
        factory: CounterFactory,
        cameras: Callable[[], Mapping[str, Camera]],
        *,
        clock: Clock,
        bell: threading.Event,
    ) -> None:
        """``cameras`` tells who is there now; ``bell`` rings when there is something to count."""
        self._factory, self._cameras, self._clock, self._bell = factory, cameras, clock, bell
        self._scheduler = Scheduler()
        self._known: dict[str, Camera] = {}
        self._counter: CounterLike | None = None
        self._stop = threading.Event()
        self.device = ""
        self.weights = ""
        self.pace = 0.0
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self.run, name="counting", daemon=True)

    @property
    def settled(self) -> bool:
        """Whether the counter is there, or will never be: from now on counts are expected."""
        return self._counter is not None or self.failure is not None

    def stop(self) -> None:
        """End after the picture being counted."""
        self._stop.set()
        self._bell.set()

    def run(self) -> None:
        """Live as the thread does."""
        try:
            self.build()
            while not self._stop.is_set():
                if (wait := self.step()) is not None:
                    self._bell.wait(wait)
                    self._bell.clear()
        except Exception as error:  # noqa: BLE001 - nobody is left to count: whatever it was, say so
            # Who drains the cells in front of this thread now? Nobody has to, each holds one picture.
            _log.debug("counting ended", exc_info=True)
            self.failure = error
            for camera in self._cameras().values():
                camera.cannot_count(error)

    def build(self) -> None:
        """Build the counter here, where it is used; this may take seconds."""
        counter = self._factory()
        self.device, self.weights = counter.device, counter.name
        self._counter = counter
        _log.info("counting on %s with %s", self.device, self.weights)

    def step(self) -> float | None:
        """Count one picture; without one that is due, return the seconds to wait for it."""
        now = self._clock.monotonic()
        cameras = self._meet(now)
        waiting = [name for name, camera in cameras.items() if camera.ready(now, patience=self.pace)]
        name = self._scheduler.next(waiting, now)
        if name is None:
            wait = self._scheduler.wait(waiting, now)
            return _IDLE if wait is None else min(wait, _IDLE)
        self._count(cameras[name])
        return None

    def _meet(self, now: float) -> dict[str, Camera]:
        """Learn who is there; a failed camera is not."""
        cameras = {name: one for name, one in self._cameras().items() if not one.link.stop.is_set()}
        self._scheduler.keep(((name, camera.rate) for name, camera in cameras.items()), now)
        for name, camera in cameras.items():
            if self._known.get(name) is not camera:
                self._scheduler.anew(name, now)
            if camera.offer.urgent:
                self._scheduler.hurry(name, now)
            camera.offer.wanted_from = self._scheduler.due(name)
        self._known = cameras
        return cameras

    def _count(self, camera: Camera) -> None:
        started = self._clock.monotonic()
        frame = camera.offer.take()
        if frame is None or self._counter is None:
            return
        self._scheduler.begin(camera.name, started)
        camera.offer.wanted_from = self._scheduler.due(camera.name)
        try:
            density = count(self._counter, frame)
            reading = measure(density, camera.rois)
        except Exception as error:  # noqa: BLE001 - memory may run out here too: it costs this camera alone
            _log.debug("counting failed", exc_info=True)
            camera.cannot_count(error)
            return
        finally:
            camera.offer.done()
        now = self._clock.monotonic()
        self._scheduler.end(camera.name, cost=now - started, now=now)
        self.pace = self._scheduler.pace(now)
        camera.counted(frame, density, reading, patience=self.pace)
