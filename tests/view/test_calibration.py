"""Placing a ground plane: what is said at each step, and how exact hand-placed points are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config.ground import GroundConfig
from crowdmon.geometry import polygon_area
from crowdmon.scene import Plaza
from crowdmon.track.ground import region_of
from crowdmon.values import GroundPlane, Roi
from crowdmon.view.calibration import Calibration, Point, found, of_config, to_config
from crowdmon.view.ground_grid import grid_of, standing

WIDTH, HEIGHT = 1280, 720
CAMERA = Plaza(people=1, seed=1, width=WIDTH, height=HEIGHT).camera
SQUARE = ((-4.0, 9.0), (4.0, 9.0), (4.0, 17.0), (-4.0, 17.0))
ROIS = (
    ((-4.0, 9.0), (4.0, 9.0), (4.0, 15.0), (-4.0, 15.0)),
    ((-7.0, 16.0), (2.0, 16.0), (2.0, 27.0), (-7.0, 27.0)),
    ((-3.0, 9.0), (4.0, 12.0), (0.0, 26.0), (0.0, 14.0)),
)


def seen(places: tuple[Point, ...], up: float = 0.0) -> tuple[Point, ...]:
    """Fractions of the picture of points on the floor, or that many metres above it."""
    pixels, _ = CAMERA.project(np.column_stack([places, np.full(len(places), up)]))
    return tuple((float(x), float(y)) for x, y in (pixels + 0.5) / (WIDTH, HEIGHT))


def by_hand(places: tuple[Point, ...], off: tuple[Point, ...] | None = None) -> tuple[Point, ...]:
    """The same, to whole pixels, each ``off`` by at most one more."""
    pixels = np.rint(np.array(seen(places)) * (WIDTH, HEIGHT) - 0.5) + np.array(off or [(0.0, 0.0)])
    return tuple((float(x), float(y)) for x, y in (pixels + 0.5) / (WIDTH, HEIGHT))


def plane_of(one: Calibration) -> GroundPlane:
    plane = found(one, width=WIDTH, height=HEIGHT).plane
    assert plane is not None
    return plane


def rectangle() -> Calibration:
    done = Calibration(sides=(8.0, 8.0))
    for at in by_hand(SQUARE):
        done = done.add(at)
    return done


def points() -> Calibration:
    places = (*SQUARE, (-8.0, 27.0), (8.0, 27.0))
    done = Calibration(rectangle=False)
    for at, metres in zip(by_hand(places), places, strict=True):
        done = done.add(at).placed(len(done.corners), metres)
    return done


@pytest.mark.parametrize("made", [rectangle, points])
@pytest.mark.parametrize("floor", ROIS)
def test_rois_are_right_to_three_percent_with_points_to_whole_pixels(made, floor: tuple[Point, ...]) -> None:  # type: ignore[no-untyped-def]
    roi = Roi("r", seen(floor), plane=plane_of(made()))
    area = region_of(roi, WIDTH / HEIGHT).area_m2
    assert area == pytest.approx(polygon_area(floor), rel=0.03)


def test_what_is_said_at_each_step() -> None:
    done, said = Calibration(sides=(8.0, 8.0)), []
    for at in by_hand(SQUARE):
        said.append(found(done, width=WIDTH, height=HEIGHT).said)
        done = done.add(at)
    assert said == [f"{n} of 4 corners are placed." for n in range(4)]
    last = found(done, width=WIDTH, height=HEIGHT)
    assert last.plane is not None
    assert last.off is None, "four points always fit: there is no error to be shown"
    assert not last.wrong
    assert done.full


def test_a_fifth_point_shows_the_error_and_the_worst_point() -> None:
    good = points()
    assert not good.full
    right = found(good, width=WIDTH, height=HEIGHT)
    assert right.off is not None
    assert right.off.pixels < 1.0
    x, y = good.corners[4]
    off = found(good.moved(4, (x, y + 12 / HEIGHT)), width=WIDTH, height=HEIGHT)
    assert off.off is not None
    assert off.off.pixels > 3 * right.off.pixels
    assert f"The worst is point {off.off.worst}" in off.said


def test_the_metres_of_a_fifth_point_are_proposed() -> None:
    four = points().without(5).without(4)
    proposed = four.add(seen(((2.0, 14.0),))[0]).metres[4]
    assert proposed == pytest.approx((2.0, 14.0), abs=0.15)


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        (((0.1, 0.9), (0.9, 0.9), (0.2, 0.5), (0.8, 0.5)), "crosses itself"),
        (((0.1, 0.5), (0.4, 0.5), (0.6, 0.501), (0.9, 0.5)), "line"),
    ],
)
def test_what_makes_no_plane_says_why_and_what_to_do(corners: tuple[Point, ...], says: str) -> None:
    one = Calibration(corners, ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)))
    for made in (one, one.as_rectangle(False)):
        result = found(made, width=WIDTH, height=HEIGHT)
        assert result.plane is None
        assert result.wrong
        assert says in result.said or "crosses or touches" in result.said
        assert result.said[0].isupper()


@pytest.mark.parametrize("made", [rectangle, points])
def test_it_is_kept_and_read_again(made) -> None:  # type: ignore[no-untyped-def]
    one = made()
    again = of_config(GroundConfig.model_validate(to_config(one).model_dump()))
    assert np.allclose(again.corners, one.corners, atol=1e-5)
    assert again.rectangle is one.rectangle
    if not one.rectangle:
        assert again.metres == one.metres
    assert of_config(None) == Calibration()


def test_from_a_rectangle_to_points_and_back_nothing_moves() -> None:
    one = rectangle()
    same = plane_of(one.as_rectangle(False))
    assert np.allclose(same.to_picture, plane_of(one).to_picture)
    assert one.as_rectangle(False).as_rectangle(True).corners == one.corners
    assert points().as_rectangle(True).corners == points().corners[:4]


@given(st.lists(st.tuples(st.floats(-2, 3), st.floats(-2, 3)), max_size=6), st.booleans())
def test_whatever_is_placed_there_is_a_plane_or_a_reason(places: list[Point], as_rectangle: bool) -> None:
    done = Calibration(rectangle=as_rectangle)
    for at in places:
        if not done.full:
            done = done.add(at)
    assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in done.corners)
    result = found(done, width=WIDTH, height=HEIGHT)
    assert (result.plane is None) or not result.wrong
    assert result.said
    for index in reversed(range(len(done.corners))):
        done = done.without(index)
    assert done.corners == done.metres == ()


def test_the_grid_lies_at_whole_metres_of_the_floor() -> None:
    grid = grid_of(plane_of(points()), np.array(SQUARE))
    assert grid.step == 1.0
    assert len(grid.lines) >= 40
    (x, y), (_, other) = seen(((0.0, 12.0), (0.0, 13.0)))
    nearest = [np.abs(line - (x, y)).sum(axis=1).min() for line in grid.lines]
    assert min(nearest) < 0.02
    assert other < y
    assert all(np.isfinite(line).all() for line in grid.lines)


def test_a_large_place_has_fewer_lines() -> None:
    grid = grid_of(plane_of(points()), np.array([[-40.0, 0.0], [40.0, 60.0]]))
    assert grid.step == 10.0


@given(st.floats(-6.0, 6.0), st.floats(9.0, 27.0))
def test_somebody_who_stands_there_is_as_tall_as_the_camera_sees_them(x: float, y: float) -> None:
    plane = plane_of(points())
    (feet,), (head,) = seen(((x, y),)), seen(((x, y),), up=1.7)
    top = standing(plane, WIDTH / HEIGHT, feet)
    assert top is not None
    tall = feet[1] - head[1]
    assert top[1] == pytest.approx(head[1], abs=0.06 * tall)
    assert top[0] == pytest.approx(head[0], abs=0.05 * tall)


def test_nobody_stands_in_the_sky() -> None:
    assert standing(plane_of(points()), WIDTH / HEIGHT, (0.5, -0.5)) is None
