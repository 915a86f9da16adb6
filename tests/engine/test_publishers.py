"""Publishers have threads of their own: what hangs or fails delays nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.config.publish import MetricsConfig, PublishConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.protocols import SystemClock
from crowdmon.engine.publishers import Publishers
from crowdmon.errors import ConfigError, SinkError
from crowdmon.facts import Event, EventKind, Fact
from crowdmon.sinks.base import Sink
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, until


class Peer(Sink):
    """Takes facts; can hang or fail."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Event,)
    bound: ClassVar[int] = 5

    def __init__(self) -> None:
        self.got: list[Fact] = []
        self.away = False
        self.gate: threading.Event | None = None
        self.closed = False

    def write(self, fact: Fact) -> None:
        if self.gate is not None:
            self.gate.wait(30)
        if self.away:
            raise SinkError("nobody answers")
        self.got.append(fact)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        self.closed = True


def event(number: int) -> Event:
    return Event(float(number), "lost", "gate")


@pytest.fixture
def told() -> list[tuple[EventKind, str]]:
    return []


@pytest.fixture
def publishers(told: list[tuple[EventKind, str]]) -> Iterator[Publishers]:
    one = Publishers(clock=SystemClock(), tell=lambda kind, why: told.append((kind, why)))
    yield one
    for thread in one.stop():
        thread.join(10)
        assert not thread.is_alive()


def test_one_that_hangs_delays_no_other(publishers: Publishers) -> None:
    slow, quick = Peer(), Peer()
    slow.gate = threading.Event()
    publishers.use(lambda: {"slow": slow, "quick": quick})
    for number in range(4):
        publishers.push(event(number))
    until(lambda: len(quick.got) == 4)
    assert slow.got == []
    slow.gate.set()
    until(lambda: slow.got == quick.got)


def test_what_a_peer_missed_is_sent_later_and_the_oldest_are_dropped(
    publishers: Publishers, told: list[tuple[EventKind, str]]
) -> None:
    peer = Peer()
    peer.away = True
    publishers.use(lambda: {"mqtt": peer})
    for number in range(8):
        publishers.push(event(number))
    until(lambda: "mqtt: nobody answers" in publishers.error)
    assert publishers.lost == 8 - Peer.bound
    peer.away = False
    until(lambda: len(peer.got) == Peer.bound)
    assert [fact.time for fact in peer.got] == [3.0, 4.0, 5.0, 6.0, 7.0]
    until(lambda: publishers.error == "")
    assert [kind for kind, _ in told] == [EventKind.SINK_FAILED, EventKind.SINK_WORKS]
    assert told[0][1] == "mqtt: nobody answers"


def test_other_publishers_take_over_and_those_before_get_what_waits(publishers: Publishers) -> None:
    first, second = Peer(), Peer()
    publishers.use(lambda: {"mqtt": first})
    publishers.push(event(1))
    publishers.use(lambda: {"mqtt": second})
    publishers.push(event(2))
    until(lambda: first.closed and second.got)
    assert [fact.time for fact in first.got] == [1.0]
    assert [fact.time for fact in second.got] == [2.0]


def test_what_cannot_be_opened_is_said(publishers: Publishers) -> None:
    def refuse() -> dict[str, Sink]:
        raise ConfigError("'pigeon://loft' is no address", "See the list")

    publishers.use(refuse)
    publishers.push(event(1))
    assert publishers.error == "nothing is published: 'pigeon://loft' is no address. See the list"


def test_the_engine_gives_every_fact_to_sinks_and_publishers() -> None:
    peer, disk = Peer(), ListSink()
    camera = CameraConfig(name="gate", source="live gate", rate=20.0)
    monitor = Monitor(
        AppConfig(cameras=(camera,)),
        counter_factory=FakeCounter,
        sources=FakeSources({"live gate": lambda: FakeSource(None, fps=50, live=True)}),
        sinks=[disk],
        open_publishers=lambda config, look: {"peer": peer} if config.publish.metrics is None else {},
    )
    peer.gate = threading.Event()
    monitor.start()
    try:
        until(lambda: len(disk.readings) >= 5)
        assert peer.got == [], "it hangs, and nothing else does"
        peer.gate.set()
        until(lambda: [fact.kind for fact in peer.got if isinstance(fact, Event)] == ["connected"])
        monitor.apply(AppConfig(cameras=(camera,), publish=PublishConfig(metrics=MetricsConfig())))
        until(lambda: peer.closed)
    finally:
        assert monitor.stop()


class Placed(Peer):
    """A peer that says where it is."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin


def test_one_that_did_not_change_keeps_what_waits_for_it(publishers: Publishers) -> None:
    away, same, other = Placed("broker"), Placed("broker"), Placed("elsewhere")
    away.away = True
    publishers.use(lambda: {"mqtt": away})
    publishers.push(event(1))
    until(lambda: publishers.error)
    publishers.use(lambda: {"mqtt": same, "people": Placed("box")})
    publishers.push(event(2))
    away.away = False
    until(lambda: [fact.time for fact in away.got] == [1.0, 2.0])
    assert (same.got, away.closed) == ([], False)
    publishers.use(lambda: {"mqtt": other})
    publishers.push(event(3))
    until(lambda: away.closed and other.got)


def test_a_wrong_one_stops_no_other_and_the_one_before_goes_on(publishers: Publishers) -> None:
    before, broker = Placed("a@b.c"), Placed("broker")
    wrong = ConfigError("'pigeon://loft' is no address", "See the list")
    publishers.use(lambda: {"people ops": before})
    publishers.use(lambda: {"people ops": wrong, "people bob": wrong, "mqtt": broker})
    publishers.push(event(1))
    until(lambda: before.got and broker.got)
    assert "people ops goes on as before: 'pigeon://loft' is no address" in publishers.error
    assert "people bob is not used: 'pigeon://loft'" in publishers.error


def test_what_a_library_raises_at_an_address_ends_nothing(publishers: Publishers) -> None:
    before = Placed("a@b.c")

    def crash() -> dict[str, Sink]:
        raise ValueError("bad port in mailto://ann:hidden@host")

    publishers.use(lambda: {"people ops": before})
    publishers.use(crash)
    publishers.push(event(1))
    until(lambda: before.got)
    assert "the publishers before go on" in publishers.error
    assert "hidden" not in publishers.error


def test_what_one_that_leaves_could_not_send_is_counted(
    publishers: Publishers, caplog: pytest.LogCaptureFixture
) -> None:
    away = Placed("broker")
    away.away = True
    publishers.use(lambda: {"mqtt": away})
    for number in range(3):
        publishers.push(event(number))
    publishers.use(dict)
    until(lambda: away.closed)
    assert "mqtt was not told of 3 facts" in caplog.text
