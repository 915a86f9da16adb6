"""Readings reach every sink in order, whatever the sinks do, also while they are exchanged."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.sink_thread import Outbox, SinkThread
from crowdmon.errors import SinkError
from crowdmon.facts import Event, EventKind, Fact
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading
from tests.fakes import ListSink, ManualClock, until

FULL = SinkError("cannot write out.csv: no space left on device", "Make room")


def reading(number: int, *, camera: str = "hall") -> Reading:
    return Reading(float(number), camera, (RoiReading(WHOLE_FRAME, 1.0),), frame=number)


def frames(sink: ListSink) -> list[int | None]:
    return [one.frame for one in sink.readings]


def test_a_sink_that_fails_is_shown_tried_again_and_misses_nothing() -> None:
    sink, box = ListSink(), None
    box = Outbox(sink)
    box.push(reading(0))
    box.deliver(0.0)
    sink.error = FULL
    for number in (1, 2, 3):
        box.push(reading(number))
        box.deliver(0.01 * number)
    assert box.error == "cannot write out.csv: no space left on device. Make room"
    assert len(box) == 3
    assert sink.attempts == 2, "not before the wait is over"
    sink.error = None
    box.deliver(60.0)
    assert frames(sink) == [0, 1, 2, 3]
    assert (box.error, len(box), box.lost) == ("", 0, 0)


def test_one_last_attempt_does_not_wait() -> None:
    sink = ListSink(FULL)
    box = Outbox(sink)
    box.push(reading(0))
    box.deliver(0.0)
    sink.error = None
    box.deliver(0.0, at_once=True)
    assert frames(sink) == [0]
    assert sink.flushed == 1


def test_beyond_its_bound_the_oldest_go_and_are_counted() -> None:
    sink = ListSink(FULL)
    box = Outbox(sink, bound=5)
    for number in range(8):
        box.push(reading(number))
    assert (len(box), box.lost) == (5, 3)
    sink.error = None
    box.deliver(100.0)
    assert frames(sink) == [3, 4, 5, 6, 7]


def test_flushing_comes_once_a_second_and_its_failure_is_shown() -> None:
    class BadFlush(ListSink):
        def flush(self) -> None:
            super().flush()
            raise OSError("input/output error")

    sink = ListSink()
    box = Outbox(sink)
    for k in range(30):
        box.push(reading(k))
        box.deliver(10 + k / 10)
    assert sink.flushed == 3
    bad = BadFlush()
    box = Outbox(bad)
    box.push(reading(0))
    box.deliver(10.0)
    assert box.error == "input/output error"
    assert frames(bad) == [0]


@given(st.lists(st.sampled_from(["push", "fail", "work", "deliver"]), max_size=80))
def test_whatever_a_sink_does_order_and_number_are_kept(steps: list[str]) -> None:
    sink, pushed, now = ListSink(), 0, 0.0
    box = Outbox(sink)
    for step in steps:
        now += 0.7
        if step == "push":
            box.push(reading(pushed))
            pushed += 1
        elif step == "deliver":
            box.deliver(now)
        else:
            sink.error = FULL if step == "fail" else None
    sink.error = None
    box.deliver(now + 1000.0)
    assert frames(sink) == list(range(pushed))


def test_one_bad_sink_does_not_hinder_the_others() -> None:
    good, bad = ListSink(), ListSink(FULL)
    sink_thread = SinkThread([bad, good], clock=ManualClock(), look=lambda: None)
    sink_thread.push(reading(0))
    sink_thread.step()
    assert frames(good) == [0]
    assert "no space left" in sink_thread.error


def test_the_thread_writes_the_rest_when_it_ends() -> None:
    sink = ListSink()
    sink_thread = SinkThread([sink], clock=ManualClock(), look=lambda: None)
    sink_thread.push(reading(0))
    sink_thread.thread.start()
    until(lambda: sink.readings)
    sink_thread.push(reading(1))
    sink_thread.stop()
    sink_thread.thread.join(10)
    assert frames(sink) == [0, 1]


def test_a_thread_that_dies_says_so_aloud(caplog: pytest.LogCaptureFixture) -> None:
    def look() -> None:
        raise RuntimeError("boom")

    sink_thread = SinkThread([ListSink()], clock=ManualClock(), look=look)
    sink_thread.thread.start()
    sink_thread.thread.join(10)
    words = "readings are no longer written: RuntimeError: boom. Start crowdmon again"
    assert sink_thread.error == words
    assert [(one.levelname, one.message) for one in caplog.records] == [("ERROR", words)]
    assert isinstance(sink_thread.failure, SinkError)


def test_a_sink_gets_only_the_facts_it_takes() -> None:
    class Readings(ListSink):
        takes = (Reading,)

    every, some = ListSink(), Readings()
    sink_thread = SinkThread([every, some], clock=ManualClock(), look=lambda: None)
    sink_thread.push(reading(0))
    sink_thread.push(Event(1.0, "lost", "hall"))
    sink_thread.step()
    assert (frames(every), frames(some)) == ([0], [0])
    assert (len(every.events), len(some.events)) == (1, 0)


def test_sinks_are_exchanged_without_losing_a_fact() -> None:
    fixed, first, second = ListSink(), ListSink(), ListSink()
    sink_thread = SinkThread([fixed], configured={"csv_log": first}, clock=ManualClock(), look=lambda: None)
    sink_thread.push(reading(0))
    sink_thread.exchange(["csv_log"], {"csv_log": second})
    sink_thread.push(reading(1))
    sink_thread.step()
    assert (frames(first), frames(second), frames(fixed)) == ([0], [1], [0, 1])
    assert first.closed, "nothing is left to write there"
    sink_thread.exchange(["csv_log"], {})
    sink_thread.push(reading(2))
    sink_thread.step()
    assert (frames(second), frames(fixed), second.closed) == ([1], [0, 1, 2], True)


def test_a_sink_that_leaves_while_its_disk_is_full_is_still_written_later() -> None:
    clock, first, second = ManualClock(), ListSink(FULL), ListSink()
    sink_thread = SinkThread(configured={"history": first}, clock=clock, look=lambda: None)
    sink_thread.push(reading(0))
    sink_thread.step()
    sink_thread.exchange(["history"], {"history": second})
    sink_thread.push(reading(1))
    sink_thread.step()
    assert (frames(second), first.closed) == ([1], False)
    assert "no space left" in sink_thread.error
    first.error = None
    for _ in range(3):
        clock.forward(5.0)
        sink_thread.step()
    assert (frames(first), first.closed, sink_thread.error) == ([0], True, "")


def test_the_thread_closes_what_is_configured_and_nothing_else() -> None:
    fixed, configured = ListSink(), ListSink()
    sink_thread = SinkThread(
        [fixed], configured={"history": configured}, clock=ManualClock(), look=lambda: None
    )
    sink_thread.thread.start()
    sink_thread.push(reading(0))
    sink_thread.stop()
    sink_thread.thread.join(10)
    assert (frames(configured), configured.closed, fixed.closed) == ([0], True, False)


@pytest.mark.parametrize("writers", [4])
def test_many_threads_push_while_one_delivers(writers: int) -> None:
    sink = ListSink()
    sink_thread = SinkThread([sink], clock=ManualClock(), look=lambda: None)

    def push(camera: str) -> None:
        for number in range(200):
            sink_thread.push(reading(number, camera=camera))

    threads = [threading.Thread(target=push, args=(f"c{k}",)) for k in range(writers)]
    sink_thread.thread.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    sink_thread.stop()
    sink_thread.thread.join(10)
    for k in range(writers):
        assert [one.frame for one in sink.readings if one.camera == f"c{k}"] == list(range(200))


class Gatherer(ListSink):
    """A sink that writes what it gathered when it is flushed."""

    takes = (Reading,)

    def __init__(self) -> None:
        super().__init__()
        self.gathered = 0
        self.fails = False

    @property
    def waiting(self) -> int:
        return self.gathered

    def write(self, fact: Fact) -> None:
        super().write(fact)
        self.gathered += 1

    def flush(self) -> None:
        super().flush()
        if self.fails:
            raise FULL
        self.gathered = 0


def test_a_reading_is_durable_before_it_is_a_second_old_and_flushes_are_rare() -> None:
    clock, sink = ManualClock(), Gatherer()
    sink_thread = SinkThread([sink], clock=clock, look=lambda: None)
    oldest: list[float] = []
    for step in range(600):  # 30 s, twenty readings a second
        sink_thread.push(reading(step))
        sink_thread.step()
        if sink.waiting == 0:
            oldest.clear()
        else:
            oldest.append(clock.monotonic())
        assert not oldest or clock.monotonic() - oldest[0] < 0.95
        clock.forward(0.05)
    assert 28 <= sink.flushed <= 36


def test_what_a_failing_sink_has_gathered_counts_as_unwritten() -> None:
    clock, sink = ManualClock(), Gatherer()
    sink_thread = SinkThread([sink], clock=clock, look=lambda: None)
    (box,) = sink_thread.outboxes
    sink_thread.push(reading(0))
    sink_thread.step()
    sink.fails = True
    sink_thread.push(reading(1))
    sink_thread.step()
    assert len(box) == 0, "it waits for the next flush, not for a disk"
    clock.forward(5.0)
    sink_thread.step()
    assert (len(box), box.error) == (1, str(FULL))
    sink.fails = False
    clock.forward(5.0)
    sink_thread.step()
    assert (len(box), box.error) == (0, "")


def test_a_flush_that_fails_is_said_once_however_well_writing_goes() -> None:
    clock, sink, told = ManualClock(), Gatherer(), list[EventKind]()
    box = Outbox(sink, tell=lambda kind, _why: told.append(kind))
    sink.fails = True
    for number in range(200):  # 20 s
        box.push(reading(number))
        box.deliver(clock.monotonic())
        clock.forward(0.1)
    assert told == [EventKind.SINK_FAILED]
    sink.fails = False
    clock.forward(5.0)
    box.deliver(clock.monotonic())
    assert told == [EventKind.SINK_FAILED, EventKind.SINK_WORKS]
