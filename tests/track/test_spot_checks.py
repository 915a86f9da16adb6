"""What spot checks come to, by hand and against truth that is known."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.facts import SpotCheck
from crowdmon.track.spot_checks import APART, SpotSummary, student, summary

NOON = 1_700_000_000.0


def check(truth: int, count: float, *, at: float = 0.0, camera: str = "hall") -> SpotCheck:
    return SpotCheck(time=NOON + at, camera=camera, truth=truth, count=count)


def apart(pairs: list[tuple[int, float]]) -> list[SpotCheck]:
    return [check(truth, count, at=1000.0 * n) for n, (truth, count) in enumerate(pairs)]


def test_by_hand() -> None:
    found = summary(apart([(10, 9.0), (20, 21.0), (30, 27.0)]))
    assert (found.n, found.mean_truth, found.last) == (3, 20.0, NOON + 2000.0)
    assert found.bias == pytest.approx(-3 / 60)
    assert found.mae == pytest.approx(5 / 3)
    # Rests of the line count = 0.95 truth: -0.5, 2, -1.5; squares 6.5, times 3 / 2, t of two degrees.
    assert found.interval == pytest.approx(4.30 * math.sqrt(6.5 * 1.5) / 60)


def test_without_people_there_is_no_share() -> None:
    assert summary([]) == SpotSummary(0, 0.0, None, None, 0.0, 0.0)
    empty = summary(apart([(0, 1.5), (0, 0.5)]))
    assert (empty.bias, empty.interval, empty.mae) == (None, None, 1.0)


def test_one_moment_tells_no_interval_however_often_it_is_checked() -> None:
    moment = [check(20, 18.0 + n, at=n * (APART - 1)) for n in range(5)]
    assert summary(moment).interval is None
    assert summary([*moment, check(20, 20.0, at=4 * APART + APART)]).interval is not None
    two = summary([check(20, 18.0), check(20, 21.0, camera="door")])
    assert two.interval == pytest.approx(12.71 * math.sqrt((1.5**2 + 1.5**2) * 2) / 40)


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1000)), min_size=1, max_size=20))
def test_what_holds_for_any_checks(pairs: list[tuple[int, float]]) -> None:
    found = summary(apart(pairs))
    assert found.n == len(pairs)
    assert found.mae >= 0
    people = sum(truth for truth, _ in pairs)
    assert (found.bias is None) == (people == 0)
    if found.bias is not None:
        assert found.bias >= -1.0 - 1e-9
        assert abs(found.bias) <= found.mae * len(pairs) / people + 1e-9
        assert (found.interval is None) == (len(pairs) == 1)
    again = summary(list(reversed(apart(pairs))))
    assert again == found or again.mae == pytest.approx(found.mae)


@pytest.mark.parametrize("moments", [3, 5, 10, 30])
def test_the_interval_holds_as_often_as_it_says(moments: int) -> None:
    """A camera that is 6 % too low, with frames of any crowding that differ by 15 % of their people."""
    chance, inside, rounds = random.Random(moments), 0, 2000
    for _ in range(rounds):
        pairs = []
        for _ in range(moments):
            truth = chance.randrange(5, 120)
            pairs.append((truth, truth * (0.94 + chance.gauss(0, 0.15))))
        found = summary(apart(pairs))
        assert found.bias is not None
        assert found.interval is not None
        inside += abs(found.bias + 0.06) <= found.interval
    assert 0.90 <= inside / rounds <= 0.985


def test_students_factor_falls_to_that_of_many() -> None:
    factors = [student(n) for n in range(1, 200)]
    assert factors == sorted(factors, reverse=True)
    assert factors[15] == pytest.approx(2.120, abs=0.003)
    assert factors[-1] == pytest.approx(statistics.NormalDist().inv_cdf(0.975), abs=0.02)
