"""Readings reach every sink in order, whatever the sinks do; history is bounded."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.history import History
from crowdmon.engine.outbox import Outbox
from crowdmon.engine.sink_thread import Recording
from crowdmon.errors import SinkError
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
    recording = Recording([bad, good], clock=ManualClock(), look=lambda: None)
    recording.push(reading(0))
    recording.step()
    assert frames(good) == [0]
    assert "no space left" in recording.error


def test_the_thread_writes_the_rest_when_it_ends() -> None:
    sink = ListSink()
    recording = Recording([sink], clock=ManualClock(), look=lambda: None)
    recording.push(reading(0))
    recording.thread.start()
    until(lambda: sink.readings)
    recording.push(reading(1))
    recording.stop()
    recording.thread.join(10)
    assert frames(sink) == [0, 1]


def test_a_thread_that_dies_says_so() -> None:
    def look() -> None:
        raise RuntimeError("boom")

    recording = Recording([ListSink()], clock=ManualClock(), look=look)
    recording.thread.start()
    recording.thread.join(10)
    assert recording.error == "recording has stopped: boom"


def test_history_answers_a_range_by_time() -> None:
    history = History()
    for number in (3, 1, 2, 5):
        history.add(reading(number))
    history.add(reading(4, camera="door"))
    assert [one.time for one in history.query(2, 5)] == [2, 3, 4]
    history.keep(["door"])
    assert [one.camera for one in history.query(0, 100)] == ["door"]


def test_history_is_bounded_by_camera() -> None:
    history = History(bound=10)
    history.add(reading(0, camera="quiet"))
    for number in range(100):
        history.add(reading(number))
    found = history.query(0, 1000)
    assert [one.frame for one in found if one.camera == "hall"] == list(range(90, 100))
    assert [one.frame for one in found if one.camera == "quiet"] == [0]


@pytest.mark.parametrize("writers", [4])
def test_many_threads_push_while_one_delivers(writers: int) -> None:
    sink = ListSink()
    recording = Recording([sink], clock=ManualClock(), look=lambda: None)

    def push(camera: str) -> None:
        for number in range(200):
            recording.push(reading(number, camera=camera))

    threads = [threading.Thread(target=push, args=(f"c{k}",)) for k in range(writers)]
    recording.thread.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    recording.stop()
    recording.thread.join(10)
    for k in range(writers):
        assert [one.frame for one in sink.readings if one.camera == f"c{k}"] == list(range(200))


class Gatherer(ListSink):
    """A sink that writes what it gathered when it is flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.fails = False

    def write(self, one: Reading) -> None:
        super().write(one)
        self.waiting += 1

    def flush(self) -> None:
        super().flush()
        if self.fails:
            raise FULL
        self.waiting = 0


def test_a_reading_is_durable_before_it_is_a_second_old_and_flushes_are_rare() -> None:
    clock, sink = ManualClock(), Gatherer()
    recording = Recording([sink], clock=clock, look=lambda: None)
    oldest: list[float] = []
    for step in range(600):  # 30 s, twenty readings a second
        recording.push(reading(step))
        recording.step()
        if sink.waiting == 0:
            oldest.clear()
        else:
            oldest.append(clock.monotonic())
        assert not oldest or clock.monotonic() - oldest[0] < 0.95
        clock.forward(0.05)
    assert 28 <= sink.flushed <= 36


def test_what_a_failing_sink_has_gathered_counts_as_unwritten() -> None:
    clock, sink = ManualClock(), Gatherer()
    recording = Recording([sink], clock=clock, look=lambda: None)
    (box,) = recording.outboxes
    recording.push(reading(0))
    recording.step()
    sink.fails = True
    recording.push(reading(1))
    recording.step()
    assert len(box) == 0, "it waits for the next flush, not for a disk"
    clock.forward(5.0)
    recording.step()
    assert (len(box), box.error) == (1, str(FULL))
    sink.fails = False
    clock.forward(5.0)
    recording.step()
    assert (len(box), box.error) == (0, "")
