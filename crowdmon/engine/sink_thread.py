"""The one thread that writes to disks: it notices silence and brings every fact to every sink.

In front of each sink waits a queue of its own, so that one that fails holds up no other.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence

from crowdmon.engine.protocols import Clock
from crowdmon.engine.retry import Backoff
from crowdmon.errors import SinkError, describe, redact
from crowdmon.facts import Event, EventKind, Fact
from crowdmon.sinks.base import Sink

BOUND = 100_000
"""Facts that wait for one sink at most: over five hours of five a second."""

FLUSH_EVERY = 1.0
"""Seconds: what a power cut may cost."""

TICK = 0.1
"""Seconds between two looks for silence."""

SETTLE = 0.85
"""Seconds after which a fact is made durable, so that none is lost that is older than a second: a tick may
have to pass first, and the disk takes its time. Sinks are flushed about once a second by this."""

_log = logging.getLogger(__name__)


class Outbox:
    """The queue in front of one sink.

    Threads that make facts fill it, the sink thread drains it. If that thread is dead or stuck in a write,
    the queue grows to its bound. Then it drops the oldest facts and counts them; both numbers are shown.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        bound: int = BOUND,
        tell: Callable[[EventKind, str], None] = lambda kind, why: None,
    ) -> None:
        """Queue ``bound`` facts for ``sink`` at most; ``tell`` hears when it fails, and works again."""
        self.sink = sink
        self.error = ""
        self.lost = 0
        self._tell = tell
        self._bound = bound
        self._lock = threading.Lock()
        self._queue: deque[Fact] = deque()
        self._backoff = Backoff()
        self._next_try = 0.0
        self._flushed = 0.0
        self._dirty = False

    def __len__(self) -> int:
        """Facts that wait for a disk; of what the sink has gathered only while it fails."""
        return len(self._queue) + (self.sink.waiting if self.error else 0)

    @property
    def ready(self) -> bool:
        """Whether something waits that could be written now."""
        return bool(self._queue) and not self.error

    @property
    def settled(self) -> bool:
        """Whether everything was written and made durable."""
        return not (self._queue or self._dirty or self.error)

    @property
    def trouble(self) -> str:
        """What keeps the sink from being written, how much waits and is lost; empty if all is well."""
        if not self.error:
            return ""
        lost = f", {self.lost} are lost" if self.lost else ""
        return f"{self.error}. {len(self)} wait to be written{lost}"

    def push(self, fact: Fact) -> None:
        """Queue a fact of a kind that the sink takes; never blocks."""
        if not isinstance(fact, self.sink.takes):
            return
        with self._lock:
            if len(self._queue) >= self._bound:
                self._queue.popleft()
                self.lost += 1
            self._queue.append(fact)

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
                    self.sink.write(fact)
                except BaseException:
                    self._put_back(fact)
                    raise
                self._dirty = True
            # What could not be flushed works again only when it was.
            if self._dirty and (at_once or self.error or now - self._flushed >= FLUSH_EVERY):
                self._flushed = now
                self.sink.flush()
                self._dirty = False
        except Exception as error:  # noqa: BLE001 - whatever a sink raises, it is shown and tried again
            self._failed(error, now)
        else:
            self._worked()

    def _take(self) -> Fact | None:
        with self._lock:
            return self._queue.popleft() if self._queue else None

    def _put_back(self, fact: Fact) -> None:
        with self._lock:
            self._queue.appendleft(fact)

    def _failed(self, error: Exception, now: float) -> None:
        before, self.error = self.error, redact(str(error)) or type(error).__name__
        self._next_try = now + self._backoff.failed()
        if not before:
            _log.warning("%s", self.error)
            self._tell(EventKind.SINK_FAILED, self.error)

    def _worked(self) -> None:
        before, self.error, self._next_try = self.error, "", 0.0
        self._backoff.worked()
        if before:
            _log.info("can be written again: %s", type(self.sink).__name__)
            self._tell(EventKind.SINK_WORKS, before)


class SinkThread:
    """Queues every fact for every sink, and writes them in one thread.

    Some sinks are fixed and belong to the caller. Others are configured: they can be exchanged while the
    thread runs, and the thread closes them.
    """

    def __init__(
        self,
        sinks: Sequence[Sink] = (),
        *,
        configured: Mapping[str, Sink] | None = None,
        clock: Clock,
        look: Callable[[], None],
        keep: Callable[[bool], None] = lambda last: None,
    ) -> None:
        """Nothing runs yet.

        Args:
            sinks: the fixed ones; the caller closes them.
            configured: by their key in the configuration; closed here.
            clock: for pauses and the times of events.
            look: makes the readings of cameras that are silent.
            keep: brings what else is kept to disk; its argument says whether it is the last time.
        """
        self._clock, self._look, self._keep = clock, look, keep
        self._fixed = tuple(self._outbox(sink) for sink in sinks)
        self._configured = {key: self._outbox(sink) for key, sink in (configured or {}).items()}
        self._leaving: tuple[Outbox, ...] = ()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._unsettled: float | None = None
        self.failure: SinkError | None = None
        self.thread = threading.Thread(target=self.run, name="sinks", daemon=True)

    @property
    def outboxes(self) -> tuple[Outbox, ...]:
        """The queues in front of all sinks that still have something to write or will get facts."""
        return (*self._fixed, *self._configured.values(), *self._leaving)

    @property
    def error(self) -> str:
        """What keeps facts from being written; empty when all is well."""
        if self.failure is not None:
            return str(self.failure)
        return "; ".join(box.trouble for box in self.outboxes if box.error)

    def push(self, fact: Fact) -> None:
        """Take a fact; from any thread, never waits for a disk."""
        with self._lock:  # or a sink that leaves would miss a fact that the one after it misses as well
            for box in (*self._fixed, *self._configured.values()):
                box.push(fact)
        if self._unsettled is None:
            self._unsettled = self._clock.monotonic()
        self._wake.set()

    def exchange(self, keys: Collection[str], opened: Mapping[str, Sink]) -> None:
        """Let the configured sinks of ``keys`` go and write to ``opened`` from the next fact on.

        What waits for a sink that goes is still written, then it is closed. Returns at once; from any thread.
        """
        with self._lock:
            leaving = [box for key, box in self._configured.items() if key in keys]
            staying = {key: box for key, box in self._configured.items() if key not in keys}
            self._configured = {**staying, **{key: self._outbox(sink) for key, sink in opened.items()}}
            self._leaving = (*self._leaving, *leaving)
        self._wake.set()

    def stop(self) -> None:
        """End after one last attempt to write everything."""
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Do the thread's work until :meth:`stop`."""
        try:
            while not self._stop.is_set():
                self._wake.wait(TICK)
                self._wake.clear()
                self.step()
            self.step(last=True)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is shown and logged
            self.failure = SinkError(
                f"readings are no longer written: {describe(error)}", "Start crowdmon again"
            )
            _log.exception("%s", self.failure)
        finally:
            for box in (*self._configured.values(), *self._leaving):
                _close(box)

    def step(self, *, last: bool = False) -> None:
        """Look for silence and write what waits."""
        if not last:
            self._look()
        now = self._clock.monotonic()
        if settle := self._unsettled is not None and now - self._unsettled >= SETTLE:
            self._unsettled = None  # before the outboxes are emptied, so that no fact goes unnoticed
        leaving = self._leaving
        for box in self.outboxes:
            # One that fails keeps to its own pauses.
            box.deliver(now, at_once=last or ((settle or box in leaving) and not box.error))
        for box in self.outboxes if last else ():
            if box.ready:  # what the others had to say
                box.deliver(now, at_once=True)
        self._let_go()
        self._keep(last)

    def _let_go(self) -> None:
        """Close the sinks that have nothing left to write and will get no more."""
        done = [box for box in self._leaving if box.settled]
        if not done:
            return
        with self._lock:
            self._leaving = tuple(box for box in self._leaving if box not in done)
        for box in done:
            _close(box)

    def _outbox(self, sink: Sink) -> Outbox:
        return Outbox(sink, tell=self._tell)

    def _tell(self, kind: EventKind, why: str) -> None:
        self.push(Event(self._clock.wall(), kind.value, detail=why))


def _close(box: Outbox) -> None:
    try:
        box.sink.close()
    except Exception as error:  # noqa: BLE001 - shown; the thread has other sinks to close
        box.error = box.error or describe(error)
        _log.error("cannot close: %s", describe(error))
