"""Silence: stale after twice the interval, unknown after 15 s, a row every interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.gaps import HOLD, MOST_AT_ONCE, Gaps
from crowdmon.values import ReadingState

STALE, UNKNOWN = ReadingState.STALE, ReadingState.UNKNOWN


def watch(gaps: Gaps, *, start: float, end: float, step: float = 0.05) -> list[tuple[float, ReadingState]]:
    rows = []
    for k in range(int((end - start) / step) + 1):
        rows += gaps.rows(start + k * step)
    return rows


def test_silence_is_stale_then_unknown_at_every_interval() -> None:
    gaps = Gaps(interval=1.0)
    gaps.counted(100.0)
    rows = watch(gaps, start=100.0, end=120.0)
    assert [time for time, _ in rows] == pytest.approx([102 + k for k in range(19)])
    assert [state for _, state in rows] == [STALE] * 14 + [UNKNOWN] * 5


@pytest.mark.parametrize("interval", [0.2, 0.5, 1.0])
def test_counting_on_time_leaves_no_gap(interval: float) -> None:
    gaps, rows = Gaps(interval=interval), []
    for k in range(200):
        gaps.counted(k * interval)
        rows += gaps.rows(k * interval + 0.9 * interval)
    assert rows == []
    assert not gaps.open


def test_a_long_interval_goes_straight_to_unknown() -> None:
    gaps = Gaps(interval=20.0)
    gaps.counted(0.0)
    assert gaps.rows(39.0) == []
    assert gaps.rows(41.0) == [(40.0, UNKNOWN)]


def test_nothing_is_expected_before_the_start_and_after_the_end() -> None:
    gaps = Gaps(interval=1.0)
    assert gaps.rows(1000.0) == []
    gaps.start(1000.0)
    gaps.start(1001.0)
    assert gaps.rows(1002.5) == [(1002.0, STALE)]
    gaps.stop()
    assert gaps.rows(2000.0) == []


def test_a_picture_that_waits_holds_the_first_row_back_but_not_for_ever() -> None:
    gaps = Gaps(interval=1.0)
    gaps.counted(100.0)
    gaps.arrived(101.9)
    gaps.arrived(103.0)
    assert [row for k in range(19) for row in gaps.rows(102.0 + k / 10)] == []
    assert [row for k in range(4) for row in gaps.rows(103.9 + k / 10)] == [(pytest.approx(103.9), STALE)]
    gaps.arrived(104.25)
    assert [row for k in range(20) for row in gaps.rows(104.3 + k / 10)] == []
    assert [time for time, _ in gaps.rows(106.3)] == pytest.approx([104.9, 105.9])


def test_the_first_picture_after_a_silence_comes_before_the_rows_that_are_due_while_it_waits() -> None:
    gaps = Gaps(interval=0.2)
    gaps.counted(100.0)
    assert [time for time, _ in gaps.rows(101.05)][-1] == pytest.approx(101.0)
    gaps.arrived(101.1)
    assert gaps.rows(101.9) == [], "rows of 101.2 to 101.8 would come before the picture of 101.1"
    gaps.counted(101.95)
    assert gaps.rows(102.3) == []
    gaps.counted(200.0)
    gaps.rows(201.0)
    gaps.arrived(201.5)
    assert [time for time, _ in gaps.rows(201.7)] == pytest.approx([201.2, 201.4]), "these came before"


def test_of_a_program_that_stood_still_the_counter_stood_still_as_well() -> None:
    gaps = Gaps(interval=0.5)
    gaps.counted(100.0)
    gaps.arrived(100.5)
    assert gaps.rows(100.6) == []
    assert gaps.rows(109.6) == [], "the picture of 100.5 is still being counted, and comes first"
    gaps.counted(109.7)
    gaps.arrived(110.2)
    missed = [time for time, _ in gaps.rows(110.4)]
    assert missed == pytest.approx([101.5 + k / 2 for k in range(18)]), "and then what was missed"
    gaps.counted(110.5)
    assert gaps.rows(111.4) == []
    assert [time for time, _ in gaps.rows(111.6)] == pytest.approx([111.5])


def test_who_looks_often_and_back_is_not_held_up_longer() -> None:
    """The account looks at what was due a little while ago, as often as a window is painted."""
    gaps = Gaps(interval=0.2)
    gaps.counted(100.0)
    gaps.arrived(100.3)
    rows = [row for k in range(900) for row in gaps.rows(100.31 + k / 500 - 0.2)]
    assert rows[0] == (pytest.approx(100.7), STALE)
    assert len(rows) == 7


@given(st.floats(0.05, 2), st.lists(st.floats(0.01, 3), min_size=1, max_size=60))
def test_a_counter_that_hangs_is_a_silence_too(interval: float, steps: list[float]) -> None:
    """Pictures keep coming and none is counted: rows come all the same, one hold late at most."""
    gaps, now, latest = Gaps(interval=interval), 0.0, 0.0
    gaps.start(0.0)
    for passed in steps:
        for moment in (now + k * 0.05 for k in range(int(passed / 0.05) + 1)):
            gaps.arrived(moment)
            for time, _ in gaps.rows(moment):
                assert latest < time <= moment
                latest = time
        now += passed
        assert now - latest <= max(HOLD, 2 * interval) + 2 * interval + 0.2


def test_a_slow_machine_is_not_a_silent_camera() -> None:
    gaps = Gaps(interval=0.2)
    gaps.counted(100.0)
    assert gaps.rows(101.9, pace=1.0) == []
    assert [time for time, _ in gaps.rows(104.5, pace=1.0)] == [102.0, 103.0, 104.0]


def test_rows_missed_are_made_up_for_up_to_a_bound() -> None:
    gaps = Gaps(interval=1.0)
    gaps.counted(0.0)
    assert len(gaps.rows(100.0)) == 99
    assert MOST_AT_ONCE <= len(gaps.rows(1e6)) <= MOST_AT_ONCE + 1


@given(
    st.floats(0.05, 5),
    st.lists(st.tuples(st.floats(0, 8), st.booleans()), max_size=60),
)
def test_no_silence_goes_unseen(interval: float, steps: list[tuple[float, bool]]) -> None:
    """Whatever happens: rows rise in time, none comes early, and none is missing in a silence."""
    gaps, now, last, latest = Gaps(interval=interval), 0.0, 0.0, 0.0
    gaps.start(0.0)
    for passed, counted in steps:
        now += passed
        for time, state in gaps.rows(now):
            assert latest <= time <= now
            assert time - last >= 2 * interval - 1e-9
            assert (state is UNKNOWN) == (time - last > 15.0)
            latest = time
        if now - last > 3 * interval + 1e-9:
            assert now - latest <= interval + 1e-9
        if counted:
            gaps.counted(now)
            last = now
