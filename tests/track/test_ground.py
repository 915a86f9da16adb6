"""What follows from a ground plane, held against cameras whose geometry is exact."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.geometry import contains, coverage, polygon_area
from crowdmon.scene.camera import SceneCamera
from crowdmon.track.ground import (
    HEAD_M,
    HEAD_MIDDLE,
    area_m2,
    camera_of,
    cell_areas,
    feet_to_heads,
    head_sizes,
    horizon,
    mapped,
    region_of,
    to_floor,
)
from crowdmon.track.ground_fit import fit
from crowdmon.values import Grid, Roi
from tests.track.grounds import CORNERS, PINHOLES, Pinhole, plane_of

UP = HEAD_MIDDLE * 1.7
PLACES = st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(0.5, 0.95)), min_size=1, max_size=8).map(
    np.array
)
SQUARE = ((0.3, 0.6), (0.7, 0.6), (0.7, 0.9), (0.3, 0.9))
GRID = Grid(45, 80, 16, 16, 1280, 720)


@given(PINHOLES, PLACES)
def test_a_place_in_the_picture_is_the_place_on_the_floor(camera: Pinhole, places: np.ndarray) -> None:
    metres = camera.floor(places)
    far = np.abs(metres).max() + camera.height
    np.testing.assert_allclose(to_floor(fit(camera.points()), places), metres, atol=1e-4 * far)


@given(PINHOLES)
def test_the_plane_tells_where_the_camera_is(camera: Pinhole) -> None:
    found = camera_of(fit(camera.points()), camera.aspect)
    assert found is not None
    assert found.height == pytest.approx(camera.height, rel=5e-3)
    assert found.focal == pytest.approx(camera.focal, rel=5e-3)


@given(PINHOLES, PLACES)
def test_heads_are_above_feet_where_the_camera_sees_them(camera: Pinhole, places: np.ndarray) -> None:
    rows = feet_to_heads(fit(camera.points()), camera.aspect)
    assert rows is not None
    heads = mapped(np.array(rows), places)
    np.testing.assert_allclose(heads, camera.project(camera.floor(places), UP), atol=2e-3)


@given(PINHOLES, st.floats(0.8, 1.25))
def test_a_known_height_of_the_camera_holds(camera: Pinhole, wrong: float) -> None:
    plane = dataclasses.replace(fit(camera.points()), camera_height=wrong * camera.height)
    found = camera_of(plane, camera.aspect)
    assert found is not None
    assert found.height == wrong * camera.height


def test_a_camera_that_looks_straight_down_needs_its_height() -> None:
    camera = Pinhole(tilt=math.pi / 2, height=4.0, focal=0.9)
    plane = fit(camera.points(), camera_height=4.0)
    assert camera_of(dataclasses.replace(plane, camera_height=None), camera.aspect) is None
    rows = feet_to_heads(plane, camera.aspect)
    assert rows is not None
    np.testing.assert_allclose(
        mapped(np.array(rows), CORNERS), camera.project(camera.floor(CORNERS), UP), atol=1e-4
    )


@given(PINHOLES)
def test_the_area_of_a_polygon_is_that_on_the_floor(camera: Pinhole) -> None:
    wanted = polygon_area([tuple(p) for p in camera.floor(np.array(SQUARE))])
    assert area_m2(fit(camera.points()), SQUARE) == pytest.approx(wanted, rel=1e-3)


@given(PINHOLES, st.floats(0, 2 * math.pi))
def test_far_away_is_at_the_horizon(camera: Pinhole, direction: float) -> None:
    far = 1e7 * np.array([[math.cos(direction), math.sin(direction)]])
    (x, y) = camera.project(far)[0]
    a, b, c = horizon(fit(camera.points()))
    assert abs(a * x + b * y + c) < 1e-3 * max(1.0, abs(x), abs(y))


def test_above_the_horizon_there_is_no_floor() -> None:
    plane = plane_of(SceneCamera(1280, 720))
    a, b, c = horizon(plane)
    sky, floor = (0.5, -0.05), (0.5, 0.2)
    assert a * sky[0] + b * sky[1] + c < 0.0 < a * floor[0] + b * floor[1] + c
    assert np.isnan(to_floor(plane, [sky])).all()
    low = fit(
        Pinhole(tilt=0.1, focal=1.5).points(np.array([[0.1, 0.95], [0.9, 0.95], [0.8, 0.6], [0.2, 0.6]]))
    )
    above = ((0.3, 0.1), (0.7, 0.1), (0.5, 0.9))
    assert area_m2(low, above) is None
    assert region_of(Roi("r", above, plane=low), 16 / 9).heads == above


@given(PINHOLES)
def test_cells_add_up_to_the_area_they_make(camera: Pinhole) -> None:
    plane = fit(camera.points())
    height = 720.0
    grid = Grid(20, 30, height * camera.aspect / 30, height / 20, height * camera.aspect, height)
    areas = cell_areas(plane, grid)
    block = ((0.2, 0.5), (0.8, 0.5), (0.8, 0.9), (0.2, 0.9))
    region = region_of(Roi("r", block, plane=plane, at_heads=True), camera.aspect)
    assert region.area_m2 == pytest.approx(float(areas[10:18, 6:24].sum()), rel=1e-9)


def test_cells_above_the_horizon_have_no_area_and_those_at_the_border_a_part() -> None:
    low = fit(
        Pinhole(tilt=0.1, focal=1.5).points(np.array([[0.1, 0.95], [0.9, 0.95], [0.8, 0.6], [0.2, 0.6]]))
    )
    areas = cell_areas(low, GRID)
    row = int((0.5 - 1.5 * math.tan(0.1)) * 45)
    assert np.isnan(areas[: row + 1]).all()
    assert (areas[row + 1 :] > 0.0).all()
    beyond = dataclasses.replace(GRID, rows=46, height=728.0 - 8.0)
    assert np.allclose(cell_areas(low, beyond)[45], 0.0)


def test_heads_have_the_size_that_the_camera_sees() -> None:
    camera = Pinhole(roll=0.0)
    sizes = head_sizes(fit(camera.points()), width=1280, height=720)
    for row in (200, 400, 700):
        # Follow the ray to the height of heads: there a head is as large as its depth says.
        middle = np.array([[0.5, (row + 0.5) / 720]])
        metres = camera.floor(middle) * (camera.height - UP) / camera.height
        wanted = 720 * camera.focal * HEAD_M / camera.depth(metres, UP)[0]
        assert sizes[row] == pytest.approx(wanted, rel=1e-4)
    low = fit(
        Pinhole(tilt=0.1, focal=1.5).points(np.array([[0.1, 0.95], [0.9, 0.95], [0.8, 0.6], [0.2, 0.6]]))
    )
    assert np.isnan(head_sizes(low, width=1280, height=720)[:200]).all()


class TestRegion:
    plane = plane_of(SceneCamera(1280, 720))

    def test_without_a_plane_people_are_counted_where_it_is_drawn(self) -> None:
        region = region_of(Roi("r", SQUARE, 12.0), 16 / 9)
        assert (region.heads, region.area_m2, region.counted_m2, region.entered) == (SQUARE, 12.0, 12.0, True)
        assert region_of(Roi("r", SQUARE), 16 / 9).area_m2 is None

    def test_heads_of_a_roi_on_the_floor_are_higher_in_the_picture(self) -> None:
        region = region_of(Roi("r", SQUARE, plane=self.plane), 16 / 9)
        assert all(head[1] < foot[1] for head, foot in zip(region.heads, SQUARE, strict=True))
        assert region.area_m2 == pytest.approx(area_m2(self.plane, SQUARE))
        assert not region.entered

    def test_a_roi_at_heads_is_counted_where_it_is_drawn(self) -> None:
        floor = region_of(Roi("r", SQUARE, plane=self.plane), 16 / 9)
        heads = region_of(Roi("r", floor.heads, plane=self.plane, at_heads=True), 16 / 9)
        assert heads.heads == floor.heads
        assert heads.area_m2 == pytest.approx(floor.area_m2)
        drawn = region_of(Roi("r", SQUARE, plane=self.plane, at_heads=True), 16 / 9)
        assert drawn.area_m2 < 0.7 * floor.area_m2  # type: ignore[operator]

    def test_an_entered_area_holds(self) -> None:
        region = region_of(Roi("r", SQUARE, 33.0, plane=self.plane), 16 / 9)
        assert (region.area_m2, region.counted_m2, region.entered) == (33.0, 33.0, True)
        assert region.heads != SQUARE

    def test_floor_whose_heads_are_out_of_the_picture_is_not_counted(self) -> None:
        camera = Pinhole(tilt=0.9, height=4.0, focal=1.2, pan=0.0)
        far = ((0.2, 0.0), (0.8, 0.0), (0.8, 0.5), (0.2, 0.5))
        region = region_of(Roi("r", far, plane=fit(camera.points())), camera.aspect)
        assert region.area_m2 is not None
        assert region.counted_m2 is not None
        assert region.counted_m2 < 0.8 * region.area_m2
        assert region.floor is not None
        for place in camera.project(region.floor, UP):
            assert contains(((0, 0), (1, 0), (1, 1), (0, 1)), *np.clip(place, -1e-4, 1.0).round(3))
        # What lies beyond the picture adds nothing to the coverage.
        inside = tuple(map(tuple, camera.project(region.floor, UP).clip(0, 1).tolist()))
        np.testing.assert_allclose(coverage(region.heads, GRID), coverage(inside, GRID), atol=2e-3)

    @pytest.mark.parametrize("aspect", [16 / 9, 4 / 3])
    def test_a_plane_is_the_same_at_every_size_of_the_picture(self, aspect: float) -> None:
        camera = SceneCamera(round(480 * aspect), 480)
        found = camera_of(plane_of(camera, half_width=3.0), camera.width / camera.height)
        assert found is not None
        assert found.height == pytest.approx(6.0, rel=1e-3)
        assert found.focal == pytest.approx(1.5, rel=1e-3)
