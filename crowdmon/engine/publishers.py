"""A thread for each publisher: one that waits for its peer delays nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from crowdmon.engine.protocols import Clock
from crowdmon.engine.sink_thread import BOUND, SETTLE, Outbox
from crowdmon.errors import CrowdmonError, describe
from crowdmon.facts import EventKind, Fact
from crowdmon.sinks.base import Sink

_log = logging.getLogger(__name__)

_TICK = 0.5
"""Seconds between two looks whether it is time to try again."""

Tell = Callable[[EventKind, str], None]


class PublisherThread:
    """Brings facts to one publisher, in order."""

    def __init__(self, name: str, sink: Sink, *, clock: Clock, tell: Tell) -> None:
        """Nothing runs yet; ``tell`` hears when it fails, and works again."""
        self.name = name
        bound = getattr(sink, "bound", BOUND)
        self.outbox = Outbox(sink, bound=bound, tell=lambda kind, why: tell(kind, f"{name}: {why}"))
        self._clock = clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"publish {name}", daemon=True)

    def push(self, fact: Fact) -> None:
        """Queue a fact; never waits."""
        self.outbox.push(fact)
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
                # What comes within a second is confirmed together.
                self._stop.wait(min(SETTLE, 0.05))
            self.outbox.deliver(self._clock.monotonic(), at_once=True)
        finally:
            try:
                self.outbox.sink.close()
            except Exception as error:  # noqa: BLE001 - it ends in any case
                _log.error("cannot close %s: %s", self.name, describe(error))


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

    def use(self, opened: Callable[[], Mapping[str, Sink]]) -> None:
        """Publish to other places from now on; those before get what waits, in their own threads.

        Args:
            opened: makes the publishers. What it raises is shown in :attr:`error`, and nothing is published:
                a wrong address must not keep anybody from being counted.
        """
        leaving, self._threads = self._threads, ()
        for one in leaving:
            one.stop()
        self._leaving = (*(one for one in self._leaving if one.thread.is_alive()), *leaving)
        try:
            sinks = opened()
        except CrowdmonError as error:
            self._refused = f"nothing is published: {error}"
            _log.error("%s", self._refused)
            return
        self._refused = ""
        threads = [
            PublisherThread(name, sink, clock=self._clock, tell=self._tell) for name, sink in sinks.items()
        ]
        for one in threads:
            one.thread.start()
        self._threads = tuple(threads)

    def push(self, fact: Fact) -> None:
        """Queue a fact for every publisher that takes its kind."""
        for one in self._threads:
            one.push(fact)

    def stop(self) -> list[threading.Thread]:
        """Let every publisher make one last attempt; return the threads, to be waited for."""
        for one in self._threads:
            one.stop()
        return [one.thread for one in (*self._threads, *self._leaving)]
