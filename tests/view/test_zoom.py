"""Enlarging a picture about a point, and moving it: the picture never leaves the widget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.view.fit import fit
from crowdmon.view.zoom import MOST, Zoom

PICTURE, ROOM = (1280, 720), (640.0, 480.0)
share = st.floats(0.0, 1.0)
factors = st.floats(0.2, 5.0)


def test_unzoomed_it_is_the_whole_picture() -> None:
    assert Zoom().place(PICTURE, ROOM) == fit(PICTURE, ROOM)


@given(share, share, st.floats(1.0, 8.0))
def test_the_point_under_the_pointer_stays_there(x: float, y: float, factor: float) -> None:
    # Far enough in that the picture fills the widget both ways, so that no edge holds it.
    start = Zoom().by(2.0, (ROOM[0] / 2, ROOM[1] / 2), PICTURE, ROOM)
    at = x * ROOM[0], y * ROOM[1]
    before = start.place(PICTURE, ROOM).to_fraction(*at)
    after = start.by(factor, at, PICTURE, ROOM).place(PICTURE, ROOM).to_fraction(*at)
    assert after == pytest.approx(before, abs=1e-6)


@given(st.lists(st.tuples(factors, share, share, st.floats(-900, 900), st.floats(-900, 900)), max_size=8))
def test_it_always_fills_the_widget_or_is_whole(
    steps: list[tuple[float, float, float, float, float]],
) -> None:
    zoom = Zoom()
    for factor, x, y, dx, dy in steps:
        zoom = zoom.by(factor, (x * ROOM[0], y * ROOM[1]), PICTURE, ROOM).moved(dx, dy, PICTURE, ROOM)
        place = zoom.place(PICTURE, ROOM)
        assert 1.0 <= zoom.factor <= MOST
        for start, length, room in ((place.left, place.width, ROOM[0]), (place.top, place.height, ROOM[1])):
            if length >= room:
                assert start <= 1e-6
                assert start + length >= room - 1e-6
            else:
                assert start == (room - length) // 2


@given(share, share, st.floats(1.0, MOST))
def test_a_point_is_brought_into_sight(x: float, y: float, factor: float) -> None:
    zoom = Zoom().by(factor, (0.0, 0.0), PICTURE, ROOM).showing(x, y, PICTURE, ROOM)
    across, down = zoom.place(PICTURE, ROOM).to_widget(x, y)
    assert -1e-6 <= across <= ROOM[0] + 1e-6
    assert -1e-6 <= down <= ROOM[1] + 1e-6


def test_without_a_picture_nothing_moves() -> None:
    assert Zoom().by(2.0, (1.0, 1.0), (0, 0), ROOM) == Zoom()
    assert Zoom().moved(5.0, 5.0, (0, 0), ROOM) == Zoom()
