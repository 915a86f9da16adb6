"""The past of the plot: what is asked of the history, and how it is joined with what is remembered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.levels import Bounds, Limits
from crowdmon.values import Level, RoiReading
from crowdmon.view.bands import bands_of
from crowdmon.view.past import DAY_S, EMPTY, Wish, joined, moved, past_of, wish_for

NOON = 1_780_000_000.0


@dataclass(frozen=True)
class Bin:
    start: int
    roi: str
    mean: float | None


def test_what_is_remembered_is_not_asked_for() -> None:
    assert wish_for("north", (NOON - 60, NOON), NOON - 300, width=1) is None
    wish = wish_for("north", (NOON - 600, NOON), NOON - 300, width=1)
    assert wish is not None
    assert wish.since <= NOON - 600
    assert wish.until == NOON - 300
    after_a_restart = wish_for("north", (NOON - 60, NOON), None, width=1)
    assert after_a_restart is not None
    assert after_a_restart.until == NOON


def test_what_was_read_answers_what_lies_within() -> None:
    read = Wish("north", NOON - 900, NOON, 1)
    assert read.covers(Wish("north", NOON - 800, NOON, 1))
    assert not read.covers(Wish("north", NOON - 1000, NOON, 1))
    assert not read.covers(Wish("south", NOON - 800, NOON, 1))
    assert not read.covers(Wish("north", NOON - 800, NOON, 60))


def test_a_gap_of_bins_is_a_gap_of_the_line() -> None:
    wish = Wish("north", 0.0, 600.0, 60)
    starts = (0, 60, 120, 180, 420, 480)
    bins = [Bin(start, "frame", None if start == 60 else 3.0) for start in starts]
    past = past_of(wish, bins)
    times, counts = past.line("frame")
    assert times.tolist() == [30.0, 90.0, 150.0, 210.0, 330.0, 450.0, 510.0]
    assert [None if np.isnan(one) else one for one in counts] == [3.0, None, 3.0, 3.0, None, 3.0, 3.0]
    assert past.line("gate") is EMPTY


@given(
    st.lists(st.floats(0, 100), max_size=20, unique=True),
    st.lists(st.floats(50, 200), max_size=20, unique=True),
)
def test_a_joined_line_rises_and_has_all_that_is_remembered(past: list[float], recent: list[float]) -> None:
    one = (np.array(sorted(past)), np.zeros(len(past)))
    other = (np.array(sorted(recent)), np.ones(len(recent)))
    times, counts = joined(one, other)
    assert (np.diff(times) > 0).all()
    assert counts.sum() == len(recent)


def test_another_day_is_laid_over_this_one() -> None:
    line = (NOON - DAY_S + np.arange(5.0), np.arange(5.0))
    times, counts = moved(line, DAY_S, start=NOON + 1, end=NOON + 3)
    assert times.tolist() == [NOON + 1, NOON + 2, NOON + 3]
    assert counts.tolist() == [1.0, 2.0, 3.0]


def test_levels_begin_at_people() -> None:
    per_m2 = Limits(per_m2=Bounds(2.0, 4.0, None), people=Bounds(10.0, None, 30.0))
    measured = RoiReading("gate", 6.0, density_per_m2=0.5)
    assert bands_of(per_m2, measured) == [(Level.AMBER, 24.0), (Level.RED, 48.0)]
    assert bands_of(per_m2, RoiReading("gate", 6.0)) == [(Level.AMBER, 10.0), (Level.CRITICAL, 30.0)]
    assert bands_of(per_m2, None) == [(Level.AMBER, 10.0), (Level.CRITICAL, 30.0)]
    assert bands_of(per_m2, RoiReading("gate", 0.0, density_per_m2=0.0)) == []
    assert bands_of(None, measured) == []
