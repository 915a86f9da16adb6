from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.fit import fit

sizes = st.tuples(st.integers(1, 20_000), st.integers(1, 20_000))
rooms = st.tuples(st.floats(50, 4000), st.floats(50, 4000))
fractions = st.floats(0, 1)


@given(sizes, rooms)
def test_the_picture_lies_inside_and_touches_two_sides(
    size: tuple[int, int], room: tuple[float, float]
) -> None:
    place = fit(size, room)
    assert place.left >= 0
    assert place.top >= 0
    assert place.width <= room[0] + 1
    assert place.height <= room[1] + 1
    assert place.width >= room[0] - 1 or place.height >= room[1] - 1


@given(fractions, fractions)
def test_points_come_back(x: float, y: float) -> None:
    place = fit((1280, 720), (937.0, 611.0))
    assert place.to_fraction(*place.to_widget(x, y)) == pytest.approx((x, y))


def test_there_is_no_place_without_a_picture() -> None:
    assert fit((0, 0), (100, 100)).width == 0
    assert fit((0, 0), (100, 100)).to_fraction(5, 5) == (0.0, 0.0)
