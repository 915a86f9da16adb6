"""What still has to reach a sink. Facts queue: a sink that fails loses nothing up to a bound."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from crowdmon.engine.backoff import Backoff
from crowdmon.engine.protocols import EventSink, Sink
from crowdmon.errors import redact
from crowdmon.facts import Event, Happening
from crowdmon.sinks.recordable import Fact

BOUND = 100_000
"""Readings and events that wait for one sink: over five hours of five a second."""

FLUSH_EVERY = 1.0
"""Seconds: what a power cut may cost."""

_log = logging.getLogger(__name__)


class Outbox:
    """The queue in front of one sink.

    Filled by the threads that make readings, drained by the recording thread. Who drains it when that
    one is dead or stuck in a write? Nobody: it grows to its bound, then lets the oldest go and counts
    them, and both numbers are shown.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        bound: int = BOUND,
        tell: Callable[[Happening, str], None] = lambda kind, why: None,
    ) -> None:
        """Queue ``bound`` facts for ``sink`` at most; ``tell`` hears when it fails, and works again."""
        self._sink = sink
        self._events = isinstance(sink, EventSink)
        self._tell = tell
        self._bound = bound
        self._lock = threading.Lock()
        self._waiting: deque[Fact] = deque()
        self._backoff = Backoff()
        self._next_try = 0.0
        self._flushed = 0.0
        self._dirty = False
        self.error = ""
        self.lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def ready(self) -> bool:
        """Whether something waits that could be written now."""
        return bool(self._waiting) and not self.error

    def push(self, fact: Fact) -> None:
        """Queue a reading, or an event if the sink takes any; never blocks."""
        if isinstance(fact, Event) and not self._events:
            return
        with self._lock:
            if len(self._waiting) >= self._bound:
                self._waiting.popleft()
                self.lost += 1
            self._waiting.append(fact)

    def deliver(self, now: float, *, at_once: bool = False) -> None:
        """Write what waits, in order, until something fails; then keep still for a while.

        Args:
            now: monotonic seconds.
            at_once: try and flush even if it is not yet time.
        """
        if now < self._next_try and not at_once:
            return
        try:
            while (fact := self._take()) is not None:
                try:
                    self._hand(fact)
                except BaseException:
                    self._put_back(fact)
                    raise
                self._dirty = True
            if self._dirty and (at_once or now - self._flushed >= FLUSH_EVERY):
                self._flushed = now
                self._sink.flush()
                self._dirty = False
        except Exception as error:  # noqa: BLE001 - whatever a sink raises, it is shown and tried again
            self._failed(error, now)
        else:
            self._worked()

    def _hand(self, fact: Fact) -> None:
        if not isinstance(fact, Event):
            self._sink.write(fact)
        elif isinstance(self._sink, EventSink):
            self._sink.note(fact)

    def _take(self) -> Fact | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _put_back(self, fact: Fact) -> None:
        with self._lock:
            self._waiting.appendleft(fact)

    def _failed(self, error: Exception, now: float) -> None:
        before, self.error = self.error, redact(str(error)) or type(error).__name__
        self._next_try = now + self._backoff.failed()
        if not before:
            _log.warning("recording: %s", self.error)
            self._tell(Happening.RECORDING_FAILED, self.error)

    def _worked(self) -> None:
        before, self.error, self._next_try = self.error, "", 0.0
        self._backoff.worked()
        if before:
            _log.info("recording works again")
            self._tell(Happening.RECORDING_WORKS, before)
