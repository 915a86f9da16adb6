"""What is drawn of many readings: every peak, every gap, few points."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.curves import thinned

START = 1_780_000_000.0


@given(
    st.integers(0, 3000),
    st.integers(1, 300),
    st.floats(0.0, 0.9),
    st.floats(0.1, 1.0),
    st.integers(0, 2**16),
)
def test_few_points_that_keep_extremes_and_time(
    number: int, buckets: int, begin: float, length: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    times = START + np.cumsum(rng.uniform(0.05, 1.0, number))
    counts = np.where(rng.random(number) < 0.02, np.nan, rng.uniform(0, 50, number))
    start = START + 1000 * begin
    end = start + 1000 * length
    drawn_times, drawn = thinned(times, counts, start=start, end=end, buckets=buckets)
    assert len(drawn_times) == len(drawn) <= 3 * (buckets + 4)
    assert (np.diff(drawn_times) >= 0).all()
    shown = counts[(times >= start) & (times <= end)]
    if np.isfinite(shown).any():
        assert np.nanmax(drawn) >= np.nanmax(shown)
        assert np.nanmin(drawn) <= np.nanmin(shown)
        assert set(drawn[np.isfinite(drawn)]) <= set(counts)
    assert np.isnan(drawn).any() or not np.isnan(shown).any()


def test_an_hour_is_a_few_hundred_points_and_a_short_gap_is_seen() -> None:
    times = START + 0.2 * np.arange(18_000)
    counts = 20 + 5 * np.sin(np.arange(18_000) / 300)
    counts[9_000:9_004] = np.nan
    drawn_times, drawn = thinned(times, counts, start=START, end=START + 3600, buckets=400)
    assert len(drawn) < 1300
    gaps = drawn_times[np.isnan(drawn)]
    assert len(gaps) == 1
    assert abs(gaps[0] - times[9_000]) < 10


def test_buckets_stay_where_they_are_as_time_goes_on() -> None:
    times = START + 0.2 * np.arange(20_000)
    counts = np.random.default_rng(1).uniform(0, 50, 20_000)
    one = thinned(times, counts, start=START, end=START + 3600, buckets=400)
    two = thinned(times, counts, start=START + 0.7, end=START + 3600.7, buckets=400)
    inner = slice(6, 600)
    assert set(one[1][inner]) <= set(two[1]) | {np.nan}


def test_few_readings_are_drawn_as_they_are() -> None:
    times, counts = START + np.arange(10.0), np.arange(10.0)
    drawn = thinned(times, counts, start=START - 5, end=START + 100, buckets=50)
    assert (drawn[0] == times).all()
    assert (drawn[1] == counts).all()
    empty = thinned(np.empty(0), np.empty(0), start=0.0, end=1.0, buckets=5)
    assert len(empty[0]) == 0
