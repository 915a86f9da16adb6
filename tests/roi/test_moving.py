"""ROIs that are moved together: turned and scaled about their middle, and refused outside of the picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crowdmon.roi.moving import LARGEST, SMALLEST, Move, inside, middle, moved, together
from crowdmon.roi.shapes import Points, Refused

SQUARE = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
SHARES = st.floats(0.0, 1.0)
MOVES = st.builds(
    Move,
    dx=st.floats(-0.5, 0.5),
    dy=st.floats(-0.5, 0.5),
    turn=st.floats(-180.0, 180.0),
    scale=st.floats(SMALLEST, LARGEST),
)
ASPECTS = st.sampled_from([16 / 9, 4 / 3, 1.0, 9 / 16])


def pixels(a: tuple[float, float], b: tuple[float, float], aspect: float) -> float:
    return math.hypot((a[0] - b[0]) * aspect, a[1] - b[1])


@given(move=MOVES, aspect=ASPECTS, a=st.tuples(SHARES, SHARES), b=st.tuples(SHARES, SHARES))
def test_lengths_grow_by_the_scale_alone(
    move: Move, aspect: float, a: tuple[float, float], b: tuple[float, float]
) -> None:
    there = [moved(one, move, aspect=aspect) for one in (a, b)]
    assert pixels(*there, aspect) == pytest.approx(move.scale * pixels(a, b, aspect), abs=1e-9)  # type: ignore[misc]


@given(move=MOVES, aspect=ASPECTS)
def test_the_middle_is_only_shifted(move: Move, aspect: float) -> None:
    (found,) = together([SQUARE], move, aspect=aspect)
    x, y = (sum(one[k] for one in found) / 4 for k in (0, 1))
    assert (x, y) == pytest.approx((0.5 + move.dx, 0.5 + move.dy))


def test_a_quarter_turn_is_clockwise_on_the_screen() -> None:
    right = (0.5 + 0.1 / (16 / 9), 0.5)
    assert moved(right, Move(turn=90.0), aspect=16 / 9) == pytest.approx((0.5, 0.6))


def test_nothing_moved_is_nothing_changed() -> None:
    polygons = [SQUARE, ((0.1, 0.1), (0.2, 0.1), (0.2, 0.3))]
    for before, after in zip(polygons, together(polygons, Move(), aspect=16 / 9), strict=True):
        assert [one == pytest.approx(other) for one, other in zip(before, after, strict=True)]
        assert np.allclose(inside(after), before)


def test_steps_add_up() -> None:
    move = Move().shifted(0.1, 0.0).shifted(-0.1, 0.2).turned(170.0).turned(20.0).scaled(2.0).scaled(0.25)
    assert (move.dx, move.dy, move.turn, move.scale) == pytest.approx((0.0, 0.2, -170.0, 0.5))
    assert Move().scaled(1e9).scale == LARGEST
    assert Move().scaled(1e-9).scale == SMALLEST


@given(move=MOVES, aspect=ASPECTS)
def test_what_leaves_the_picture_is_refused(move: Move, aspect: float) -> None:
    (found,) = together([SQUARE], move, aspect=aspect)
    out = any(not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0) for x, y in found)
    near = any(min(abs(one), abs(one - 1.0)) < 1e-6 for point in found for one in point)
    assume(not near)
    if out:
        with pytest.raises(Refused, match="beyond the picture"):
            inside(found)
    else:
        assert np.allclose(inside(found), found, atol=1e-4)


def test_the_middle_of_several() -> None:
    several: list[Points] = [((0.0, 0.0), (0.2, 0.0), (0.2, 0.2)), ((0.8, 0.4), (1.0, 0.4), (1.0, 0.6))]
    assert middle(several) == pytest.approx((0.5, 0.3))
    assert middle([]) == (0.5, 0.5)
