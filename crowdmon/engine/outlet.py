"""Where facts go: through the rules of the site, into memory, to disks and to publishers, in one order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from crowdmon.config import AppConfig, RecordConfig
from crowdmon.engine.camera_events import identified
from crowdmon.engine.memory import MemoryHistory
from crowdmon.engine.protocols import Clock
from crowdmon.engine.publishers import Publishers
from crowdmon.engine.sink_thread import SinkThread
from crowdmon.engine.snapshots import Snapshot
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.facts import Event, EventKind, Fact, SpotCheck, check_recordable
from crowdmon.sinks.base import Sink
from crowdmon.track.site import Site
from crowdmon.values import Reading

_log = logging.getLogger(__name__)

OpenSinks = Callable[[RecordConfig], Mapping[str, Sink]]
OpenPublishers = Callable[[AppConfig, Callable[[], Snapshot]], Mapping[str, Sink | CrowdmonError]]


class Outlet:
    """Takes readings and events from any thread, and never waits for a disk or a network."""

    def __init__(
        self,
        config: AppConfig,
        *,
        sinks: Sequence[Sink],
        open_sinks: OpenSinks | None,
        publishers: Callable[[AppConfig], Mapping[str, Sink | CrowdmonError]] | None,
        clock: Clock,
        past: Iterable[Fact],
        look: Callable[[], None],
        keep: Callable[[bool], None],
    ) -> None:
        """Nothing runs before :meth:`start`.

        Args:
            config: its rules, cameras, and what it records and publishes.
            sinks: the fixed ones; the caller closes them.
            open_sinks: opens what ``record`` names; nothing is recorded if None.
            publishers: opens what ``publish`` names; nothing is published if None.
            clock: for the times of events.
            past: what an earlier run recorded; see :meth:`Site.resume`.
            look, keep: what the sink thread does besides; see :class:`SinkThread`.
        """
        self._config, self._clock = config, clock
        self._open_sinks: OpenSinks = open_sinks or (lambda record: {})
        self._open_publishers = publishers
        self._memory = MemoryHistory()
        self._memory.keep(config.cameras)
        self._site, self._lock = Site(config.to_rules()), threading.RLock()
        self._withdrawn = self._site.resume(past, clock.wall())
        self._publishers = Publishers(clock=clock, tell=self._tell)
        self._sinks = SinkThread(
            sinks, configured=self._open_sinks(config.record), clock=clock, look=look, keep=keep
        )
        self._started = False
        self.since, self.query = self._memory.since, self._memory.query

    @property
    def failure(self) -> SinkError | None:
        """What keeps facts from being written for good."""
        return self._sinks.failure

    @property
    def error(self) -> str:
        """What keeps facts from being written; empty when all is well."""
        return self._sinks.error

    @property
    def unwritten(self) -> int:
        """Facts that wait for a disk."""
        return sum(map(len, self._sinks.outboxes))

    @property
    def lost(self) -> int:
        """Facts that no sink will get."""
        return sum(outbox.lost for outbox in self._sinks.outboxes)

    def errors(self) -> Iterator[str]:
        """Yield a line for everything that is wrong: refused readings, disks, publishers."""
        yield from self._site.refused.values()
        yield from filter(None, [self._sinks.error, self._publishers.error])

    def start(self) -> None:
        """Start the threads."""
        self._started = True
        self._sinks.thread.start()
        self._publish()
        for fact in self._withdrawn:
            self.record(fact)

    def stop(self) -> list[threading.Thread]:
        """Write what waits, once more; return the threads, to be waited for."""
        self._sinks.stop()
        return [*self._publishers.stop(), self._sinks.thread]

    def apply(self, config: AppConfig) -> None:
        """Take another configuration: its rules, and only those sinks and publishers that changed."""
        before, self._config = self._config, config
        self._memory.keep(config.cameras)
        with self._lock:
            self._site.keep({camera.name for camera in config.cameras})
            for fact in self._site.change_rules(config.to_rules(), self._clock.wall()):
                self.record(fact)
        self._exchange_sinks(before.record, config.record)
        # The cameras have changed by now: nobody makes readings of what is gone any more.
        self._publishers.keep(config)
        # Messages have times of the zone.
        same = (before.publish, before.time_zone) == (config.publish, config.time_zone)
        if not same and self._started:
            self._publish()

    def take(self, readings: Sequence[Reading]) -> None:
        """Take new readings of one camera, in order, and what follows from them."""
        with self._lock:
            refused = self._site.refused
            for fact in self._site.step(readings, self._clock.wall()):
                self.record(fact)
            for camera in self._site.refused.keys() - refused.keys():
                _log.error("%s", self._site.refused[camera])

    def record(self, fact: Fact) -> None:
        """Keep one fact in memory, and queue it for every sink and publisher."""
        if isinstance(fact, Event):
            fact = identified(fact, self._config.cameras)
        with self._lock:  # so that memory and every sink get the same order
            self._memory.write(fact)
            self._sinks.push(fact)
            self._publishers.push(fact)

    def record_check(self, fact: SpotCheck | Event) -> None:
        """Record what a person did. Raises SinkError if it holds a number that no file can hold."""
        check_recordable(fact)
        self.record(fact)

    def acknowledge(self, alarm: str, *, who: str, note: str) -> bool:
        """Note that somebody has seen an alarm; see :meth:`Site.acknowledge`."""
        with self._lock:
            facts = self._site.acknowledge(alarm, who=who, note=note, now=self._clock.wall())
            for fact in facts:
                self.record(fact)
        return bool(facts)

    def hear(self, event: Event) -> None:
        """Take an acknowledgement that another program recorded; see :meth:`Site.hear`."""
        with self._lock:
            self._site.hear(event)

    def _tell(self, kind: EventKind, why: str) -> None:
        """Record that a publisher fails, or works again."""
        self.record(Event(self._clock.wall(), kind.value, detail=why))

    def _publish(self) -> None:
        if self._open_publishers is not None:
            opened, config = self._open_publishers, self._config
            self._publishers.use(lambda: opened(config))
            self._publishers.keep(config)  # what an earlier run left there, too

    def _exchange_sinks(self, before: RecordConfig, now: RecordConfig) -> None:
        old, new = before.sinks(), now.sinks()
        changed = {key for key in new if old[key] != new[key]}
        if changed:
            kept = dict.fromkeys(new.keys() - changed)
            self._sinks.exchange(changed, self._open_sinks(now.model_copy(update=kept)))
