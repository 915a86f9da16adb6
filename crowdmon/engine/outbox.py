"""What still has to reach a sink. Facts queue: a sink that fails loses nothing up to a bound."""

from __future__ import annotations

import logging
import threading
from collections import deque

from crowdmon.engine.backoff import Backoff
from crowdmon.engine.seams import Sink
from crowdmon.errors import redact
from crowdmon.values import Reading

BOUND = 100_000
"""Readings that wait for one sink: over five hours of five a second."""

FLUSH_EVERY = 1.0
"""Seconds: what a power cut may cost."""

_log = logging.getLogger(__name__)


class Outbox:
    """The queue in front of one sink.

    Filled by the threads that make readings, drained by the recording thread. Who drains it when that
    one is dead or stuck in a write? Nobody: it grows to its bound, then lets the oldest go and counts
    them, and both numbers are shown.
    """

    def __init__(self, sink: Sink, *, bound: int = BOUND) -> None:
        """Queue at most ``bound`` readings for ``sink``."""
        self._sink = sink
        self._bound = bound
        self._lock = threading.Lock()
        self._waiting: deque[Reading] = deque()
        self._backoff = Backoff()
        self._next_try = 0.0
        self._flushed = 0.0
        self._dirty = False
        self.error = ""
        self.lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, reading: Reading) -> None:
        """Queue a reading; never blocks."""
        with self._lock:
            if len(self._waiting) >= self._bound:
                self._waiting.popleft()
                self.lost += 1
            self._waiting.append(reading)

    def deliver(self, now: float, *, at_once: bool = False) -> None:
        """Write what waits, in order, until something fails; then keep still for a while.

        Args:
            now: monotonic seconds.
            at_once: try and flush even if it is not yet time.
        """
        if now < self._next_try and not at_once:
            return
        try:
            while (reading := self._take()) is not None:
                try:
                    self._sink.write(reading)
                except BaseException:
                    self._put_back(reading)
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

    def _take(self) -> Reading | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _put_back(self, reading: Reading) -> None:
        with self._lock:
            self._waiting.appendleft(reading)

    def _failed(self, error: Exception, now: float) -> None:
        if not self.error:
            _log.warning("recording: %s", redact(str(error)))
        self.error = redact(str(error))
        self._next_try = now + self._backoff.failed()

    def _worked(self) -> None:
        if self.error:
            _log.info("recording works again")
        self.error, self._next_try = "", 0.0
        self._backoff.worked()
