from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.av_source import Timeline

stamps = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=60)


@given(raw=stamps, origin=st.none() | st.floats(-1e3, 1e3), fps=st.none() | st.floats(0.1, 120))
def test_time_only_rises_and_never_goes_below_zero(
    raw: list[float | None], origin: float | None, fps: float | None
) -> None:
    line = Timeline(origin, fps)
    times = [line.stamp(one) for one in raw]
    assert all(a < b for a, b in itertools.pairwise(times))
    assert all(one >= 0 for one in times)


@given(
    start=st.floats(0, 1e5),
    gaps=st.lists(st.floats(0.01, 100), min_size=1, max_size=40),
)
def test_good_stamps_pass_unchanged_but_for_the_origin(start: float, gaps: list[float]) -> None:
    line, raw, want = Timeline(start, 25), start, 0.0
    assert line.stamp(raw) == 0
    for gap in gaps:
        raw += gap
        want = raw - start
        assert line.stamp(raw) == pytest.approx(want, abs=1e-6)


def test_missing_stamps_follow_the_frame_rate() -> None:
    line = Timeline(None, 10)
    assert [line.stamp(None) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])
    assert line.stamp(77.0) == pytest.approx(0.3)  # the first stamp there is sets the origin
    assert line.stamp(77.5) == pytest.approx(0.8)


def test_a_stream_that_starts_anew_goes_on_where_it_was() -> None:
    line = Timeline(None, 10)
    assert [line.stamp(t) for t in (500.0, 500.1, 500.2)] == pytest.approx([0, 0.1, 0.2])
    assert [line.stamp(t) for t in (3.0, 3.1)] == pytest.approx([0.3, 0.4])


def test_live_stamps_that_leap_ahead_of_the_clock_are_not_believed() -> None:
    line = Timeline(0.0, 10)
    assert line.stamp(0.0, arrived=50.0) == 0.0
    assert line.stamp(0.1, arrived=50.1) == pytest.approx(0.1)
    assert line.stamp(3600.1, arrived=50.2) == pytest.approx(0.2)
    assert line.stamp(3600.2, arrived=50.3) == pytest.approx(0.3)
    assert line.stamp(3620.2, arrived=70.3) == pytest.approx(20.3), "silence is no leap"
    assert line.stamp(3623.2, arrived=70.3) == pytest.approx(23.3), (
        "pictures that were held back come at once"
    )


def test_disorder_moves_a_picture_by_a_millisecond_only() -> None:
    line = Timeline(0.0, 10)
    assert [line.stamp(t) for t in (0.0, 0.2, 0.1, 0.3)] == pytest.approx([0, 0.2, 0.201, 0.3])


def test_after_a_seek_time_may_go_back() -> None:
    line = Timeline(0.0, 10)
    line.stamp(50.0)
    line.restart(3.0)
    assert line.stamp(2.9) == pytest.approx(2.9)
    line.restart(7.0)
    assert line.stamp(None) == pytest.approx(7.0)
