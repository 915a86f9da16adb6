"""A thread for each publisher: one that waits for its peer delays nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from crowdmon.config import AppConfig
from crowdmon.engine.protocols import Clock
from crowdmon.engine.retry import Backoff
from crowdmon.engine.sink_thread import BOUND, SETTLE, Outbox
from crowdmon.errors import CrowdmonError, describe, redact
from crowdmon.facts import EventKind, Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import WHOLE_FRAME

_log = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between two looks whether it is time to try again."""

Tell = Callable[[EventKind, str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What a peer may keep.

    Attributes:
        rois: what is counted, each a camera and a name.
        alarms: the names of the rules.
    """

    rois: frozenset[tuple[str, str]]
    alarms: frozenset[str] = frozenset()


@runtime_checkable
class Keeping(Protocol):
    """A publisher whose peer keeps what it was told of each ROI and alarm."""

    def keep(self, rois: Collection[tuple[str, str]], alarms: Collection[str]) -> None:
        """Have the peer forget all others; raises CrowdmonError if it does not answer."""
        ...


class PublisherThread:
    """Brings facts to one publisher, in order."""

    def __init__(self, name: str, sink: Sink, *, clock: Clock, tell: Tell) -> None:
        """Nothing runs yet; ``tell`` hears when it fails, and works again."""
        self.name = name
        bound = getattr(sink, "bound", BOUND)
        self.outbox = Outbox(sink, bound=bound, tell=lambda kind, why: tell(kind, f"{name}: {why}"))
        self._clock = clock
        self._told: Told | None = None
        self._backoff, self._next_try = Backoff(), 0.0
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"publish {name}", daemon=True)

    def same_as(self, sink: Sink | CrowdmonError) -> bool:
        """Whether another sink would publish the same to the same place."""
        mine, theirs = getattr(self.outbox.sink, "origin", None), getattr(sink, "origin", None)
        return mine is not None and mine == theirs and self.thread.is_alive()

    def push(self, fact: Fact) -> None:
        """Queue a fact; never waits."""
        self.outbox.push(fact)
        self._wake.set()

    def keep(self, told: Told) -> None:
        """Have the peer forget all else, after all that is queued by now; never waits."""
        if isinstance(self.outbox.sink, Keeping):
            self._told = told
            self._wake.set()

    def stop(self) -> None:
        """End after one last attempt."""
        self._stop.set()
        self._wake.set()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._wake.wait(_TICK)
                self._wake.clear()
                self.outbox.deliver(self._clock.monotonic())
                self._keep(self._clock.monotonic())
                # What comes within a second is confirmed together.
                self._stop.wait(min(SETTLE, 0.05))
            self.outbox.deliver(self._clock.monotonic(), at_once=True)
            self._keep(self._clock.monotonic(), at_once=True)
            if left := len(self.outbox):
                _log.warning("%s was not told of %d facts: %s", self.name, left, self.outbox.error)
        finally:
            try:
                self.outbox.sink.close()
            except Exception as error:  # noqa: BLE001 - it ends in any case
                _log.error("cannot close %s: %s", self.name, describe(error))

    def _keep(self, now: float, *, at_once: bool = False) -> None:
        told, sink = self._told, self.outbox.sink
        # What waits may be about a ROI that is gone: told after this, it would stay.
        if told is None or not isinstance(sink, Keeping) or len(self.outbox) or self.outbox.error:
            return
        if now < self._next_try and not at_once:
            return
        try:
            sink.keep(told.rois, told.alarms)
        except Exception as error:  # noqa: BLE001 - as with facts: whatever it raises, it is tried again
            if self._backoff.attempt == 1:
                _log.warning("%s may still show what is gone: %s", self.name, redact(describe(error)))
            self._next_try = now + self._backoff.failed()
            return
        self._backoff.worked()
        if self._told is told:
            self._told = None


class Publishers:
    """All publishers of a configuration. Methods may be called from any thread, and never wait."""

    def __init__(self, *, clock: Clock, tell: Tell) -> None:
        """Publish nothing yet."""
        self._clock, self._tell = clock, tell
        self._threads: tuple[PublisherThread, ...] = ()
        self._leaving: tuple[PublisherThread, ...] = ()
        self._refused = ""

    @property
    def error(self) -> str:
        """What keeps facts from being published; empty when all is well."""
        found = [f"{one.name}: {one.outbox.trouble}" for one in self._threads if one.outbox.error]
        return "; ".join([*([self._refused] if self._refused else []), *found])

    @property
    def lost(self) -> int:
        """Facts that were dropped, because too many had to wait."""
        return sum(one.outbox.lost for one in self._threads)

    def use(self, opened: Callable[[], Mapping[str, Sink | CrowdmonError]]) -> None:
        """Publish to other places from now on; those before get what waits, in their own threads.

        A publisher that is as it was goes on, with all that waits for it. One that cannot be used is shown in
        :attr:`error`; if there was one of its name, that goes on.

        Args:
            opened: makes the publishers; has what is wrong in place of one that cannot be used.
        """
        before = {one.name: one for one in self._threads}
        try:
            sinks = opened()
        except Exception as error:  # noqa: BLE001 - libraries of other people read the addresses
            goes_on = "the publishers before go on" if before else "nothing is published"
            self._refused = f"{goes_on}: {redact(describe(error))}"
            _log.error("%s", self._refused)
            return
        wrong = {name: one for name, one in sinks.items() if isinstance(one, CrowdmonError)}
        said = [
            f"{name} {'goes on as before' if name in before else 'is not used'}: {one}"
            for name, one in wrong.items()
        ]
        for line in said:
            _log.error("%s", line)
        self._refused = "; ".join(said)
        kept = {
            name: one
            for name, one in before.items()
            if name in sinks and (name in wrong or one.same_as(sinks[name]))
        }
        self._exchange(before, kept, sinks)

    def _exchange(
        self,
        before: Mapping[str, PublisherThread],
        kept: Mapping[str, PublisherThread],
        sinks: Mapping[str, Sink | CrowdmonError],
    ) -> None:
        new = {
            name: PublisherThread(name, sink, clock=self._clock, tell=self._tell)
            for name, sink in sinks.items()
            if name not in kept and not isinstance(sink, CrowdmonError)
        }
        leaving = [one for name, one in before.items() if name not in kept]
        for one in leaving:
            one.stop()
        self._leaving = (*(one for one in self._leaving if one.thread.is_alive()), *leaving)
        for one in new.values():
            one.thread.start()
        both = {**kept, **new}
        self._threads = tuple(both[name] for name in sinks if name in both)

    def keep(self, config: AppConfig) -> None:
        """Have peers forget the ROIs and alarms that a configuration has no more."""
        told = Told(counted(config), frozenset(rule.name for rule in config.alarms))
        for one in self._threads:
            one.keep(told)

    def push(self, fact: Fact) -> None:
        """Queue a fact for every publisher that takes its kind."""
        for one in self._threads:
            one.push(fact)

    def stop(self) -> list[threading.Thread]:
        """Let every publisher make one last attempt; return the threads, to be waited for."""
        for one in self._threads:
            one.stop()
        return [one.thread for one in (*self._threads, *self._leaving)]


def counted(config: AppConfig) -> frozenset[tuple[str, str]]:
    """Return what readings of a configuration are about."""
    return frozenset(
        (camera.name, name)
        for camera in config.cameras
        for name in (*([WHOLE_FRAME] if camera.counts_whole else []), *(roi.name for roi in camera.rois))
    )
