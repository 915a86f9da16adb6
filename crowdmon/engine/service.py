"""The engine as a service: it runs until it is told to end, and takes another configuration while it runs."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from crowdmon import logs
from crowdmon.config import AppConfig
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import SinkError, describe, redact
from crowdmon.service_manager import ServiceManager
from crowdmon.values import CameraState

BEAT = 1.0
"""Seconds between two looks at the engine, at most."""

SAY_EVERY = 300.0
"""Seconds between two lines that sum everything up."""

STOP_WITHIN = 4.5
"""Seconds for the engine's threads to end: with the rest of the program it is over within six."""

STUCK = 60.0
"""Seconds without a sign of the counting thread after which the watchdog is left to act; one picture may take
some seconds, and the first of a new size longer."""

_log = logging.getLogger(__name__)

_DIGITS = re.compile(r"\d+")


class Engine(Protocol):
    """What the service needs of a :class:`~crowdmon.engine.monitor.Monitor`."""

    @property
    def failure(self) -> Exception | None: ...  # noqa: D102
    @property
    def stuck(self) -> float: ...  # noqa: D102
    def start(self) -> None: ...  # noqa: D102
    def stop(self, timeout: float = 6.0) -> bool: ...  # noqa: D102
    def snapshot(self, after: int = 0) -> Snapshot: ...  # noqa: D102
    def apply(self, config: AppConfig) -> None: ...  # noqa: D102


class Service:
    """Runs an engine. Used by one thread; :meth:`end` and :meth:`reload_soon` may be called by a signal."""

    def __init__(
        self,
        engine: Engine,
        load: Callable[[], AppConfig],
        *,
        manager: ServiceManager,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing runs before :meth:`run`.

        Args:
            engine: not started yet.
            load: reads the configuration again; raises CrowdmonError if it is not valid.
            manager: the program that started the service.
            clock: monotonic seconds.
            wait: sleeps; a signal may end it early.
        """
        self._engine, self._load, self._manager = engine, load, manager
        self._clock, self._wait = clock, wait
        self._ending = self._reloading = False
        self._failed: str | None = None
        self.ended = True
        """Whether all threads ended with :meth:`run`; those that wait for a peer may not have."""

    def end(self) -> None:
        """Let :meth:`run` return."""
        self._ending = True

    def reload_soon(self) -> None:
        """Read the configuration again at the next beat."""
        self._reloading = True

    def run(self) -> None:
        """Watch until :meth:`end`.

        Raises:
            Exception: what keeps everything from being counted or recorded; all threads have ended.
        """
        told = Changes()
        self._engine.start()
        try:
            self._manager.ready("starting")
            due = self._clock() + SAY_EVERY
            while not self._ending:
                self._reload()
                shown = self._engine.snapshot()
                for line in told.of(shown):
                    _log.info("%s", line)
                self._manager.status(summary(shown))
                # Only a living engine keeps the watchdog quiet: a dead thread gets the service restarted.
                self._check()
                if self._engine.stuck < STUCK:
                    self._manager.alive()
                if self._clock() >= due:
                    due += SAY_EVERY
                    _log.info("%s", summary(shown))
                self._pause()
        finally:
            self._manager.stopping()
            self.ended = self._engine.stop(STOP_WITHIN)
            _log.info("ended%s", "" if self.ended else "; what does not answer was left behind")

    def _pause(self) -> None:
        beat = BEAT if self._manager.watchdog is None else min(BEAT, self._manager.watchdog / 3)
        until = self._clock() + beat
        # In short pieces: a signal that arrives just before a sleep would otherwise wait for its end.
        while not (self._ending or self._reloading) and (left := until - self._clock()) > 0:
            self._wait(min(left, 0.1))

    def _reload(self) -> None:
        if not self._reloading:
            return
        self._reloading = False
        self._manager.reloading()
        logs.reopen()
        try:
            config = self._load()
            self._engine.apply(config)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a file, counting goes on
            why = redact(describe(error))
            _log.error("the configuration is not used, the one before goes on: %s", why)
            self._manager.ready(f"configuration refused: {why}")
            return
        cameras = len(config.cameras)
        _log.info("the configuration was read again: %d %s", cameras, "camera" if cameras == 1 else "cameras")
        self._manager.ready("configuration read again")

    def _check(self) -> None:
        """Raise what the service cannot go on with; one camera that cannot be counted is no such reason."""
        if (failure := self._engine.failure) is None:
            self._failed = None
            return
        shown = self._engine.snapshot()
        failed = all(one.status.state is CameraState.FAILED for one in shown.cameras.values())
        # Counts that nobody records are as bad as none.
        if failed or isinstance(failure, SinkError):
            raise failure
        if (text := describe(failure)) != self._failed:
            self._failed = text
            _log.error("%s", text)


class Changes:
    """Says what is different from the last time: states of cameras, and errors."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._states: dict[str, tuple[CameraState, str]] = {}
        self._error = ""
        self._device = ""

    def of(self, shown: Snapshot) -> Iterator[str]:
        """Yield a line for each change."""
        if shown.device != self._device:
            self._device = shown.device
            yield f"counting with {shown.weights} on {shown.device}"
        if _DIGITS.sub("", shown.error) != self._error:  # how much waits changes every second
            self._error = _DIGITS.sub("", shown.error)
            yield shown.error or "no error any more"
        for name, camera in shown.cameras.items():
            state = _state(camera)
            if self._states.get(name) != state:
                yield f"{name}: {state[0].value}{f', {state[1]}' if state[1] else ''}"
            self._states[name] = state
        self._states = {name: one for name, one in self._states.items() if name in shown.cameras}


def summary(shown: Snapshot) -> str:
    """Return one line about everything: cameras by state, counts a second, what waits for a disk."""
    states: dict[str, int] = {}
    for camera in shown.cameras.values():
        states[camera.status.state.value] = states.get(camera.status.state.value, 0) + 1
    parts = [f"{number} {state}" for state, number in states.items()] or ["no camera"]
    parts.append(f"{sum(one.status.fps_counted for one in shown.cameras.values()):.1f} counts a second")
    if shown.unwritten:
        parts.append(f"{shown.unwritten} facts wait to be written")
    if shown.error:
        parts.append(shown.error)
    return ", ".join(parts)


def _state(camera: CameraSnapshot) -> tuple[CameraState, str]:
    """Return the state and the first sentence about it: ages in it change every second."""
    status = camera.status
    quiet = status.state in (CameraState.LIVE, CameraState.CONNECTING)
    return status.state, "" if quiet else status.message.partition(". ")[0].partition(" for ")[0]
