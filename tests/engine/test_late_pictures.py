"""A picture that comes late has the time at which it was taken, unless rows of later times are written."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.taps import Taps
from crowdmon.track.gaps import Gaps
from crowdmon.values import Reading, ReadingState
from tests.fakes import FakePicture, ManualClock, density_of

WALL = 1_700_000_000.0


class Desk:
    """A live camera whose pictures are handed over by hand, and the rows that come of them."""

    def __init__(self) -> None:
        self.rows: list[Reading] = []
        self.clock = ManualClock(100.0, WALL)
        config = CameraConfig(name="gate", source="rtsp://host/x", rate=5.0)
        self.camera = Camera(
            config, clock=self.clock, out=self.rows.extend, note=lambda _: None, unknown_after=15.0
        )
        self._taps = Taps(self.camera, clock=self.clock, bell=threading.Event())

    def picture(self, index: int, *, late: float = 0.0) -> None:
        """One comes and is counted."""
        self.offer(index, late=late)
        assert self.count()

    def offer(self, index: int, *, late: float = 0.0) -> None:
        """One comes."""
        time = self.clock.wall() - late
        self._taps.deliver(FakePicture(index, time, index / 5.0), time)

    def count(self) -> bool:
        """The one that waits is counted, if there is one."""
        frame = self.camera.cell.take()
        if frame is not None:
            self.camera.counted(frame, density_of(3.0, frame), pace=0.0)
        return frame is not None

    def silence(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.clock.forward(0.1)
            self.camera.look(pace=0.0)


def times(rows: list[Reading]) -> list[float]:
    return [row.time - WALL for row in rows]


def test_a_late_picture_is_dated_when_it_was_taken() -> None:
    desk = Desk()
    desk.picture(0)
    desk.clock.forward(0.9)
    desk.picture(1, late=0.7)
    assert times(desk.rows) == pytest.approx([0.0, 0.2])


def test_but_not_before_a_row_that_is_written() -> None:
    desk = Desk()
    desk.picture(0)
    desk.silence(3.0)
    silent = desk.rows[-1]
    assert silent.state is ReadingState.STALE
    desk.picture(1, late=2.5)
    assert desk.rows[-1].state is ReadingState.OK
    assert desk.rows[-1].time == silent.time
    desk.clock.forward(0.2)
    desk.picture(2, late=0.1)
    assert times(desk.rows[-1:]) == pytest.approx([3.1])


def test_a_clock_that_was_set_back_does_not_hold_times_up() -> None:
    desk = Desk()
    desk.picture(0)
    desk.clock._wall -= 3600.0
    desk.clock.forward(1.0)
    desk.picture(1, late=0.5)
    assert times(desk.rows) == pytest.approx([0.0, -3599.5])


def test_rows_of_silence_wait_behind_the_time_of_a_late_picture() -> None:
    gaps = Gaps(interval=0.2)
    gaps.counted(100.0)
    assert [time for time, _ in gaps.rows(101.05)][-1] == pytest.approx(101.0)
    gaps.arrived(101.9, late=0.6)
    assert [time for time, _ in gaps.rows(102.0)] == pytest.approx([101.2]), "one of 101.4 would come before"
    gaps.counted(102.1)
    assert gaps.rows(102.4) == []


def test_the_first_picture_waits_long_for_its_counter_and_comes_behind_the_rows_of_silence() -> None:
    desk = Desk()
    desk.silence(0.2)
    desk.offer(0)
    desk.silence(4.0)  # the counter is there, and warms up
    assert [row.state for row in desk.rows[-2:]] == [ReadingState.STALE] * 2
    desk.count()
    assert desk.rows[-1].state is ReadingState.OK
    assert desk.rows[-1].time == desk.rows[-2].time
    desk.clock.forward(0.2)
    desk.picture(1)
    assert times(desk.rows[-1:]) == pytest.approx([4.4])


MOVES = st.one_of(
    st.tuples(st.just("offer"), st.floats(0.0, 3.0)),
    st.tuples(st.just("count"), st.just(0.0)),
    st.tuples(st.just("silence"), st.sampled_from([0.1, 0.5, 2.0, 6.0])),
    st.tuples(st.just("forward"), st.floats(0.01, 2.0)),
)


@given(st.lists(MOVES, max_size=40))
def test_whatever_waits_for_whatever_times_never_step_back(moves: list[tuple[str, float]]) -> None:
    desk = Desk()
    for number, (what, amount) in enumerate(moves):
        if what == "offer":
            desk.offer(number, late=amount)
        elif what == "count":
            desk.count()
        elif what == "silence":
            desk.silence(amount)
        else:
            desk.clock.forward(amount)
    assert times(desk.rows) == sorted(times(desk.rows))
