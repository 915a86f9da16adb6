"""The one recording thread: it notices silence and brings readings and events to the sinks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from crowdmon.engine.history import History
from crowdmon.engine.outbox import Outbox
from crowdmon.engine.protocols import Clock, Sink
from crowdmon.errors import SinkError
from crowdmon.facts import Event, Happening
from crowdmon.sinks.recordable import Fact, check
from crowdmon.values import Reading

TICK = 0.1
"""Seconds between two looks for silence."""

SETTLE = 0.85
"""Seconds after which a reading is made durable, so that none is lost that is older than a second: a tick
may have to pass first, and the disk takes its time. Sinks are flushed about once a second by this."""

_log = logging.getLogger(__name__)


class Box(Outbox):
    """An outbox whose sink may gather readings before it writes them: those wait as well."""

    def __init__(self, sink: Sink, *, tell: Callable[[Happening, str], None]) -> None:
        """Queue for ``sink``; if it gathers, its ``waiting`` says how many. For ``tell`` see the base."""
        super().__init__(sink, tell=tell)
        self._gatherer = sink

    def __len__(self) -> int:
        # While all is well they wait for the next flush, not for a disk.
        return super().__len__() + (getattr(self._gatherer, "waiting", 0) if self.error else 0)

    @property
    def trouble(self) -> str:
        """What keeps the sink from being written, how much waits and how much is lost; empty if well."""
        if not self.error:
            return ""
        lost = f", {self.lost} are lost" if self.lost else ""
        return f"{self.error}. {len(self)} wait to be written{lost}"


class Recording:
    """Keeps every reading in memory for a while and queues it for every sink, events where they are kept."""

    def __init__(self, sinks: Sequence[Sink], *, clock: Clock, look: Callable[[], None]) -> None:
        """``look`` makes the readings of cameras that are silent."""
        self.history = History()
        self._clock, self._look = clock, look
        self.outboxes = [Box(sink, tell=self._tell) for sink in sinks]
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._unsettled: float | None = None
        self._refused: dict[str, str] = {}
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self.run, name="recording", daemon=True)

    def push(self, reading: Reading) -> None:
        """Take a reading; from any thread, never blocks on a sink.

        One that no file can hold is refused here, and shown until the camera's next one: in a queue it
        would stop everything behind it for ever.
        """
        try:
            check(reading)
        except SinkError as error:
            if reading.camera not in self._refused:
                _log.error("recording: %s", error)
            self._refused = {**self._refused, reading.camera: str(error)}
            return
        if self._refused:
            self._refused = {name: why for name, why in self._refused.items() if name != reading.camera}
        self.history.add(reading)
        self._queue(reading)

    def note(self, event: Event) -> None:
        """Take an event; as :meth:`push` does."""
        self._queue(event)

    def _tell(self, kind: Happening, why: str) -> None:
        self.note(Event(self._clock.wall(), kind.value, detail=why))

    def _queue(self, fact: Fact) -> None:
        for outbox in self.outboxes:
            outbox.push(fact)
        if self._unsettled is None:
            self._unsettled = self._clock.monotonic()
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
        if settle := self._unsettled is not None and now - self._unsettled >= SETTLE:
            self._unsettled = None  # before the outboxes are emptied, so that no reading goes unnoticed
        for outbox in self.outboxes:
            # One that fails keeps to its own pauses.
            outbox.deliver(now, at_once=last or (settle and not outbox.error))
        for outbox in self.outboxes if last else ():
            if outbox.ready:  # what the others had to say
                outbox.deliver(now, at_once=True)

    @property
    def error(self) -> str:
        """What keeps readings from being written; empty when all is well."""
        if self.failure is not None:
            return f"recording has stopped: {self.failure}"
        return "; ".join([*self._refused.values(), *(box.trouble for box in self.outboxes if box.error)])
