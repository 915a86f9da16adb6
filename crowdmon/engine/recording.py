"""The one recording thread: it notices silence and brings readings to the sinks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from crowdmon.engine.history import History
from crowdmon.engine.outbox import Outbox
from crowdmon.engine.seams import Clock, Sink
from crowdmon.values import Reading

TICK = 0.1
"""Seconds between two looks for silence."""

_log = logging.getLogger(__name__)


class Recording:
    """Keeps every reading in memory for a while and queues it for every sink."""

    def __init__(self, sinks: Sequence[Sink], *, clock: Clock, look: Callable[[], None]) -> None:
        """``look`` makes the readings of cameras that are silent."""
        self.history = History()
        self.outboxes = [Outbox(sink) for sink in sinks]
        self._clock, self._look = clock, look
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self.run, name="recording", daemon=True)

    def push(self, reading: Reading) -> None:
        """Take a reading; from any thread, never blocks on a sink."""
        self.history.add(reading)
        for outbox in self.outboxes:
            outbox.push(reading)
        self._wake.set()

    def stop(self) -> None:
        """End after one last attempt to write everything."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Live as the thread does."""
        try:
            while not self._stop.is_set():
                self._wake.wait(TICK)
                self._wake.clear()
                self.step()
            self.step(last=True)
        except Exception as error:  # noqa: BLE001 - shown, and the outboxes fill to their bound
            _log.debug("recording ended", exc_info=True)
            self.failure = error

    def step(self, *, last: bool = False) -> None:
        """Look for silence and write what waits."""
        if not last:
            self._look()
        now = self._clock.monotonic()
        for outbox in self.outboxes:
            outbox.deliver(now, at_once=last)

    @property
    def error(self) -> str:
        """What keeps readings from being written; empty when all is well."""
        if self.failure is not None:
            return f"recording has stopped: {self.failure}"
        return "; ".join(outbox.error for outbox in self.outboxes if outbox.error)
