"""Which kinds of moments are missing: empty, usual, fullest and night."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.moments import (
    ENOUGH,
    Moment,
    Usual,
    have,
    is_night,
    missing,
    moment_of,
    usual_of,
    wanted,
)


def at(hour: int, minute: int = 0) -> float:
    return datetime(2026, 5, 1, hour, minute).timestamp()


DAY = Usual(5.0, 30.0)


def test_what_is_usual_comes_from_the_counts() -> None:
    found = usual_of([(at(12, minute), float(minute)) for minute in range(60)])
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(8.85), pytest.approx(50.15))
    assert not found.nights
    assert usual_of([(at(12, 3 * n), 1.0) for n in range(19)]) is None, "too few to tell"
    assert usual_of([(at(12), float("nan"))] * 50) is None
    assert usual_of([(at(12) + n, float(n)) for n in range(250)]) is None, "too short to tell"


@pytest.mark.parametrize(
    ("hour", "count", "kind"),
    [
        (12, 4.0, Moment.EMPTY),
        (12, 15.0, Moment.USUAL),
        (12, 31.0, Moment.FULLEST),
        (23, 15.0, Moment.NIGHT),
        (3, 31.0, Moment.NIGHT),
        (6, 4.0, Moment.EMPTY),
    ],
)
def test_each_moment_has_a_kind(hour: int, count: float, kind: Moment) -> None:
    assert moment_of(at(hour), count, DAY) is kind


def test_where_nothing_changes_every_moment_is_usual() -> None:
    assert moment_of(at(12), 0.0, Usual(0.0, 0.3)) is Moment.USUAL
    assert moment_of(at(12), 9.0, None) is Moment.USUAL


@pytest.mark.parametrize(
    "usual", [None, DAY, Usual(5.0, 30.0, nights=False), Usual(0.0, 0.0), Usual(0, 0, False)]
)
def test_ten_frames_are_wanted_whatever_the_camera_sees(usual: Usual | None) -> None:
    assert sum(wanted(usual).values()) == ENOUGH


def test_what_is_missing_goes_down_with_each_check() -> None:
    done = [(at(12), 2), (at(12), 3), (at(12), 15), (at(22), 3)]
    assert missing(done, DAY) == {Moment.USUAL: 3, Moment.FULLEST: 2, Moment.NIGHT: 1}
    assert have(done, DAY)[Moment.EMPTY] == 2
    assert missing(done, Usual(5.0, 30.0, nights=False)) == {Moment.USUAL: 5, Moment.FULLEST: 2}


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 60)), max_size=30))
def test_never_more_is_missing_than_is_wanted(done: list[tuple[int, int]]) -> None:
    checked = [(at(hour), truth) for hour, truth in done]
    lacking = missing(checked, DAY)
    assert all(0 < count <= wanted(DAY)[kind] for kind, count in lacking.items())
    assert sum(lacking.values()) >= ENOUGH - len(done)


def test_night_is_night_by_the_clock_on_the_wall() -> None:
    assert [hour for hour in range(24) if is_night(at(hour))] == [0, 1, 2, 3, 4, 5, 21, 22, 23]
