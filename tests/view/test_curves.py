from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.values import WHOLE_FRAME, ReadingState
from crowdmon.view.curves import KEEP_S, MOST_ROWS, Curves
from tests.ui.fakes import NOON, reading


def filled(times: list[float]) -> Curves:
    history = Curves()
    for time in times:
        history.add(reading(time=NOON + time, frame=time, gate=1.0))
    return history


def test_counts_come_back_in_order() -> None:
    times, counts = filled([0, 0.5, 1.0]).curve(WHOLE_FRAME, since=NOON + 0.4)
    assert (times - NOON).tolist() == [0.5, 1.0]
    assert counts.tolist() == [0.5, 1.0]


def test_a_pause_is_a_gap_and_a_usual_interval_is_none() -> None:
    _, counts = filled([0, 1, 2, 12, 13]).curve(WHOLE_FRAME, since=NOON)
    assert np.isnan(counts).tolist() == [False, False, False, True, False, False]
    _, slow = filled([0, 5, 10, 15]).curve(WHOLE_FRAME, since=NOON + 4)
    assert np.isnan(slow).sum() <= 1  # the first interval is unknown, later ones are usual


def test_what_was_not_counted_is_not_drawn() -> None:
    history = filled([0, 1])
    history.add(reading(time=NOON + 2, state=ReadingState.STALE, gate=None))
    history.add(reading(time=NOON + 3, frame=3.0))
    assert np.isnan(history.curve(WHOLE_FRAME, since=NOON)[1]).tolist() == [False, False, True, False]
    assert np.isnan(history.curve("gate", since=NOON)[1]).tolist() == [False, False, True, True]


def test_a_roi_nobody_has_counted_is_unknown() -> None:
    times, counts = filled([0, 1]).curve("nowhere", since=NOON)
    assert len(times) == len(counts) == 2
    assert np.isnan(counts).all()


def test_a_reading_told_twice_is_kept_once() -> None:
    assert len(filled([0, 1, 1, 0.5])) == 2


def test_a_clock_set_back_drops_what_lies_ahead() -> None:
    times, _ = filled([0, 1, 100, 40]).curve(WHOLE_FRAME, since=0)
    assert times.max() == NOON + 40
    assert (np.diff(times) > 0).all()


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=60))
def test_times_always_rise(steps: list[float]) -> None:
    times, counts = filled(np.cumsum(steps).tolist()).curve(WHOLE_FRAME, since=0)
    assert (np.diff(times) > 0).all()
    assert len(times) == len(counts)


def test_it_is_bounded_in_time_and_in_number() -> None:
    history = Curves(keep=10.0)
    for i in range(5000):
        history.add(reading(time=NOON + i * 0.1, frame=1.0))
    assert len(history) <= 600
    assert KEEP_S * 25 < MOST_ROWS
