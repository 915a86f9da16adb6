"""The one counting thread: it owns the counter, and with it the accelerator."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from crowdmon.engine.camera import Camera
from crowdmon.engine.counters import Counters
from crowdmon.engine.offline import count
from crowdmon.engine.priority import step_back
from crowdmon.engine.protocols import Clock, CounterFactory, CounterLike
from crowdmon.engine.scheduler import Scheduler
from crowdmon.values import DensityMap, Frame

_IDLE = 0.5
"""Seconds to sleep at most; the bell wakes earlier."""

_log = logging.getLogger(__name__)


@runtime_checkable
class CountsTogether(CounterLike, Protocol):
    """A counter that counts several pictures of one size in one call."""

    @property
    def batch(self) -> int:
        """How many at most; 1 if that is not quicker than one by one."""
        ...

    def count_together(self, frames: Sequence[Frame]) -> list[DensityMap]:
        """Count frames of one size, in their order; any exception means that one of them could not be."""
        ...


class CountingThread:
    """Builds the counter, then counts the newest picture of every camera fairly."""

    def __init__(
        self,
        factory: CounterFactory,
        cameras: Callable[[], Mapping[str, Camera]],
        *,
        clock: Clock,
        bell: threading.Event,
        behind: int = 0,
    ) -> None:
        """``cameras`` tells who is there now; ``bell`` rings when there is something to count.

        ``behind``: steps of ``nice`` by which the program's other threads are more urgent than this one.
        """
        self._behind = behind
        self._cameras, self._clock, self._bell = cameras, clock, bell
        self._counters = Counters(factory)
        self._scheduler = Scheduler()
        self._known: dict[str, Camera] = {}
        self._stop = threading.Event()
        self.device = ""
        self.weights = ""
        self.pace = 0.0
        self.failure: Exception | None = None
        self._began: float | None = None
        self.thread = threading.Thread(target=self.run, name="counting", daemon=True)

    @property
    def settled(self) -> bool:
        """Whether the counter is there, or will never be: from now on counts are expected."""
        return self._counters.built or self.failure is not None

    def silence(self, now: float) -> float:
        """Return the seconds since the last step began; 0 before the first, or after the last."""
        alive = self.thread.is_alive() and self._began is not None
        return max(0.0, now - (self._began or now)) if alive else 0.0

    def stop(self) -> None:
        """End after the picture being counted."""
        self._stop.set()
        self._bell.set()

    def run(self) -> None:
        """Live as the thread does."""
        step_back(self._behind)  # before the counter is built: its own threads are as urgent as this one
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
        counter = self._counters.build()
        self.device, self.weights = counter.device, counter.name
        _log.info("counting on %s with %s", self.device, self.weights)

    def step(self) -> float | None:
        """Count one picture, or several in one call; without one that is due, return the seconds to wait."""
        now = self._began = self._clock.monotonic()
        cameras = self._meet(now)
        waiting = [name for name, camera in cameras.items() if camera.ready(now, pace=self.pace)]
        turns = self._scheduler.turns(waiting, now)
        if not turns:
            wait = self._scheduler.wait(waiting, now)
            return _IDLE if wait is None else min(wait, _IDLE)
        first = cameras[turns[0]]
        try:
            counter = self._counters.of(first)  # before the picture is taken: loading may last a second
        except Exception as error:  # noqa: BLE001 - weights that cannot be used cost this camera alone
            _log.debug("loading the weights of %s failed", first.name, exc_info=True)
            first.cannot_count(error)
            return None
        self._count(counter, self._alike(counter, [cameras[name] for name in turns]))
        return None

    def _alike(self, counter: CounterLike, cameras: Sequence[Camera]) -> list[Camera]:
        """Return the first, and those whose waiting pictures can be counted in the same call."""
        most = counter.batch if isinstance(counter, CountsTogether) else 1
        shape = cameras[0].cell.shape if most > 1 else ()
        others = (one for one in cameras[1:] if shape and self._counters.known(one) is counter)
        return [cameras[0], *(one for one in others if one.cell.shape == shape)][:most]

    def _meet(self, now: float) -> dict[str, Camera]:
        """Learn who is there; a failed camera is not."""
        cameras = {name: one for name, one in self._cameras().items() if not one.connection.stop.is_set()}
        self._scheduler.keep(((name, camera.rate) for name, camera in cameras.items()), now)
        for name, camera in cameras.items():
            if self._known.get(name) is not camera:
                self._scheduler.anew(name, now)
            if camera.cell.urgent:
                self._scheduler.hurry(name, now)
            camera.cell.wanted_from, camera.cell.pace = self._scheduler.wanted(name), self.pace
        self._known = cameras
        self._counters.keep(cameras.values())
        return cameras

    def _count(self, counter: CounterLike, cameras: Sequence[Camera]) -> None:
        started = self._clock.monotonic()
        taken = [(camera, frame) for camera in cameras if (frame := camera.cell.take()) is not None]
        for camera, _ in taken:
            self._scheduler.begin(camera.name, started)
            camera.cell.wanted_from = self._scheduler.wanted(camera.name)
        densities = _together(counter, [frame for _, frame in taken])
        for (camera, frame), density in zip(taken, densities, strict=True):
            self._enter(camera, frame, density, cost=(self._clock.monotonic() - started) / len(taken))

    def _enter(self, camera: Camera, frame: Frame, density: DensityMap | Exception, *, cost: float) -> None:
        try:
            if isinstance(density, Exception):
                raise density
            now = self._clock.monotonic()
            self._scheduler.end(camera.name, cost=cost, now=now)
            self.pace = self._scheduler.pace(now)
            camera.counted(frame, density, pace=self.pace)
        except Exception as error:  # noqa: BLE001 - memory may run out here too: it costs this camera alone
            _log.debug("counting failed", exc_info=True)
            camera.cannot_count(error)
        finally:
            camera.cell.done()


def _together(counter: CounterLike, frames: Sequence[Frame]) -> list[DensityMap | Exception]:
    """Count frames of one size; what went wrong with one stands in its place."""
    if len(frames) > 1 and isinstance(counter, CountsTogether):
        try:
            return list(counter.count_together(frames))
        except Exception:  # noqa: BLE001 - one by one it shows whose picture it was
            _log.debug("counting %d pictures together failed", len(frames), exc_info=True)
    return [_alone(counter, frame) for frame in frames]


def _alone(counter: CounterLike, frame: Frame) -> DensityMap | Exception:
    try:
        return count(counter, frame)
    except Exception as error:  # noqa: BLE001 - it is entered where its camera is
        return error
