"""Which points make a ground plane, how well they fit, and why others are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import ConfigError
from crowdmon.track.ground import area_m2, to_floor
from crowdmon.track.ground_fit import GroundPoint, fit, rectangle_points, residual
from tests.track.grounds import CORNERS, PINHOLES, Pinhole

CAMERA = Pinhole()
POINTS = CAMERA.points()
MORE = CAMERA.points(np.array([[x, y] for x in (0.1, 0.5, 0.9) for y in (0.45, 0.7, 0.95)]))


def moved(points: tuple[GroundPoint, ...], number: int, by: tuple[float, float]) -> tuple[GroundPoint, ...]:
    """Move one point in the picture."""
    (u, v), metres = points[number]
    return (*points[:number], ((u + by[0], v + by[1]), metres), *points[number + 1 :])


@given(PINHOLES)
def test_four_points_fit_exactly(camera: Pinhole) -> None:
    found = residual(fit(camera.points()), camera.points(), width=1280, height=720)
    assert found.pixels < 0.01
    assert found.centimetres < 0.1 * camera.height


@given(PINHOLES, st.integers(0, 2**32 - 1))
def test_more_points_average_out_what_each_is_off(camera: Pinhole, seed: int) -> None:
    places = np.array([[x, y] for x in np.linspace(0.1, 0.9, 5) for y in np.linspace(0.5, 0.95, 5)])
    exact = camera.points(places)
    noise = np.random.default_rng(seed).normal(0, 0.002, places.shape)
    clicked = tuple(((u + a, v + b), m) for ((u, v), m), (a, b) in zip(exact, noise.tolist(), strict=True))
    plane = fit(clicked)
    found = residual(plane, clicked, width=720 * camera.aspect, height=720)  # type: ignore[arg-type]
    sigma = 0.002 * np.hypot(720, 720 * camera.aspect)
    assert 0.5 * sigma < found.pixels < 1.5 * sigma
    polygon = ((0.2, 0.55), (0.8, 0.55), (0.8, 0.9), (0.2, 0.9))
    assert area_m2(plane, polygon) == pytest.approx(area_m2(fit(exact), polygon), rel=0.1)


def test_the_residual_names_the_point_that_is_worst() -> None:
    clicked = moved(MORE, 4, (0.0, 0.02))
    found = residual(fit(clicked), clicked, width=1280, height=720)
    assert found.worst == 5
    assert 2.0 < found.pixels < 10.0
    assert found.centimetres > 5.0


def test_places_of_a_map_grid_keep_their_digits() -> None:
    offset = np.array([468_000.0, 5_540_000.0])
    points = tuple(((u, v), (x + offset[0], y + offset[1])) for (u, v), (x, y) in POINTS)
    np.testing.assert_allclose(to_floor(fit(points), CORNERS) - offset, CAMERA.floor(CORNERS), atol=1e-3)


@given(PINHOLES, st.booleans(), st.integers(0, 3))
def test_a_rectangle_needs_its_sides_and_an_order_only(camera: Pinhole, back: bool, first: int) -> None:
    middle = camera.floor(np.array([[0.5, 0.75]]))[0]
    size = 0.1 * camera.height
    sides = np.array([[-2, -1], [2, -1], [2, 1], [-2, 1]]) * size
    corners = np.roll(camera.project(middle + sides), -first, axis=0)
    long, short = (4 * size, 2 * size) if first % 2 == 0 else (2 * size, 4 * size)
    if back:
        corners, (long, short) = corners[::-1], (long, short)
    given_corners = tuple((float(x), float(y)) for x, y in corners)
    if not all(0 <= value <= 1 for corner in given_corners for value in corner):
        return
    plane = fit(rectangle_points(given_corners, (long, short)), camera_height=camera.height)
    assert area_m2(plane, given_corners) == pytest.approx(8 * size**2, rel=1e-3)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (POINTS[:3], "3 points do not make a plane. Give 4 to 100"),
        (POINTS * 26, "104 points"),
        (moved(POINTS, 1, (0.2, 0.0)), r"point 2 \(1\.1, 0\.95\) lies outside the picture.*fractions 0\.\.1"),
        ((*POINTS, POINTS[1]), "points 2 and 5 have the same place in the picture"),
        ((*POINTS, ((0.5, 0.7), POINTS[2][1])), "points 3 and 5 have the same metres"),
        (
            CAMERA.points(np.array([[0.1, 0.9], [0.5, 0.7], [0.9, 0.5], [0.2, 0.5]])),
            "three of the points are",
        ),
        (
            CAMERA.points(np.array([[0.1, 0.9], [0.4, 0.9], [0.6, 0.9], [0.9, 0.9]])),
            "nearly on one line in the",
        ),
        (
            CAMERA.points(np.array([[0.1, 0.9], [0.4, 0.9], [0.6, 0.9], [0.9, 0.9], [0.5, 0.5]])),
            "all points but one, or all, are nearly on one line in the picture. Choose points that lie far",
        ),
        (
            (*POINTS[:2], (POINTS[3][0], POINTS[2][1]), (POINTS[2][0], POINTS[3][1])),
            "the outline crosses itself",
        ),
        (tuple((at, (-x, y)) for at, (x, y) in POINTS), "mirrored.*y is 90 degrees to the left of x"),
        (moved(MORE, 4, (0.0, 0.2)), "point 5 is off by .* % of the picture's height"),
        (Pinhole(tilt=1.35).points(), "do not tell how high the camera hangs. Add camera_height"),
        (Pinhole(height=1.2).points(), r"the camera is 1\.\d m above the floor, not above heads at 1\.7 m"),
    ],
)
def test_points_that_make_no_plane_are_refused_with_the_reason(
    points: tuple[GroundPoint, ...], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        fit(points)


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        (((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)), "3 corners do not make a rectangle"),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "edge 1 .* crosses or touches edge 3"),
        (((0.1, 0.1), (1.9, 0.1), (0.9, 0.9), (0.1, 0.9)), "point 2 .* lies outside the picture"),
    ],
)
def test_corners_that_make_no_rectangle_are_refused(
    corners: tuple[tuple[float, float], ...], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        rectangle_points(corners, (4.0, 3.0))


def test_corners_that_turn_inwards_are_no_rectangle() -> None:
    inwards = ((0.1, 0.9), (0.9, 0.9), (0.5, 0.8), (0.5, 0.4))
    with pytest.raises(ConfigError, match="no camera sees these points so"):
        fit(rectangle_points(inwards, (4.0, 3.0)))


def test_a_camera_below_the_heads_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"the camera is 1\.5 m above the floor"):
        fit(POINTS, camera_height=1.5)
