"""The smoother: bounded, steady, independent of the rate, and new after a gap."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.measure import not_counted
from crowdmon.track.smooth import Smoother
from crowdmon.values import WHOLE_FRAME, Reading, ReadingState, RoiReading

COUNTS = st.floats(0, 1e5)
STEPS = st.lists(st.tuples(st.floats(0, 10), COUNTS), min_size=1, max_size=50)


def ok(count: float, *, time: float = 0.0, pts: float | None = None) -> Reading:
    return Reading(time, "hall", (RoiReading(WHOLE_FRAME, count),), frame=0, pts=pts)


@given(STEPS)
def test_it_stays_between_the_extremes(steps: list[tuple[float, float]]) -> None:
    smoother, t, seen = Smoother(), 0.0, []
    for dt, count in steps:
        t += dt
        seen.append(count)
        assert min(seen) <= smoother.update("frame", count, t) <= max(seen)


@given(COUNTS, st.lists(st.floats(0, 10), max_size=50))
def test_a_constant_stays_constant(count: float, steps: list[float]) -> None:
    smoother, t = Smoother(), 0.0
    for dt in steps:
        t += dt
        assert smoother.update("frame", count, t) == count


@given(st.integers(1, 40))
def test_a_step_shows_to_63_percent_after_the_time_constant_at_any_rate(rate: int) -> None:
    smoother = Smoother(5.0)
    smoother.update("frame", 0.0, 0.0)
    values = [smoother.update("frame", 100.0, k / rate) for k in range(1, 5 * rate + 1)]
    assert values[-1] == pytest.approx(100 * (1 - math.exp(-1)), rel=1e-6)
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("interval", "dt", "anew"),
    [(0.04, 1.9, False), (0.04, 2.1, True), (1.0, 2.9, False), (1.0, 3.1, True), (10.0, 29.0, False)],
)
def test_it_starts_anew_after_a_gap(interval: float, dt: float, anew: bool) -> None:
    smoother = Smoother(interval=interval)
    smoother.update("frame", 10.0, 0.0)
    assert (smoother.update("frame", 50.0, dt) == 50.0) is anew


def test_it_starts_anew_when_time_runs_backwards() -> None:
    smoother = Smoother()
    smoother.update("frame", 10.0, 100.0)
    assert smoother.update("frame", 50.0, 99.9) == 50.0


def test_a_reading_without_a_count_starts_a_gap() -> None:
    smoother = Smoother()
    smoother.apply(ok(10.0, time=1.0))
    gap = not_counted("hall", [], time=1.5, state=ReadingState.STALE)
    assert smoother.apply(gap) == gap
    assert smoother.apply(ok(50.0, time=2.0)).roi().count_smoothed == 50.0


def test_media_time_counts_not_the_time_of_day() -> None:
    smoother = Smoother()
    smoother.apply(ok(0.0, time=0.0, pts=0.0))
    smoothed = smoother.apply(ok(100.0, time=0.001, pts=1.0)).roi().count_smoothed
    assert smoothed == pytest.approx(100 * (1 - math.exp(-0.2)))


def test_rois_do_not_mix_and_can_be_forgotten_one_by_one() -> None:
    smoother = Smoother()
    for roi, count in (("a", 0.0), ("b", 10.0)):
        smoother.update(roi, count, 0.0)
    smoother.forget({"a"})
    assert smoother.update("a", 100.0, 1.0) == 100.0
    assert smoother.update("b", 10.0, 1.0) == 10.0
