"""Ground planes on the synthetic plaza, whose geometry is exact: areas, and people per square metre."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from crowdmon.geometry import contains_all, polygon_area
from crowdmon.scene import Plaza, SceneFrame
from crowdmon.track.ground import area_m2, region_of
from crowdmon.track.ground_fit import fit
from crowdmon.track.measure import measure
from crowdmon.values import DensityMap, Grid, GroundPlane, Roi
from tests.track.grounds import plane_of

PLAZA = Plaza(people=300, seed=2, width=640, height=360)
CAMERA = PLAZA.camera
GRID = Grid(45, 80, 8, 8, 640, 360)

NEAR = ((-4.0, 9.0), (4.0, 9.0), (4.0, 15.0), (-4.0, 15.0))
FAR = ((-7.0, 16.0), (2.0, 16.0), (2.0, 27.0), (-7.0, 27.0))
WEDGE = ((-3.0, 9.0), (4.0, 12.0), (0.0, 26.0), (0.0, 14.0))
FLOORS = pytest.mark.parametrize("floor", [NEAR, FAR, WEDGE], ids=["near", "far", "wedge"])

Corners = tuple[tuple[float, float], ...]


def drawn(floor: Corners, up: float = 0.0) -> Corners:
    """The polygon in the picture of one on the floor, or that many metres above it."""
    pixels, _ = CAMERA.project(np.column_stack([floor, np.full(len(floor), up)]))
    return tuple((float(x), float(y)) for x, y in (pixels + 0.5) / (640, 360))


def clicked(camera_height: float | None = None) -> GroundPlane:
    """The plane of six points that were clicked to the pixel, at 640x360."""
    metres = np.array([[-4.0, 9.0], [4.0, 9.0], [-6.0, 17.0], [6.0, 17.0], [8.0, 27.0], [-8.0, 27.0]])
    pixels, _ = CAMERA.project(np.column_stack([metres, np.zeros(6)]))
    places = (np.rint(pixels) + 0.5) / (640, 360)
    pairs = zip(places.tolist(), metres.tolist(), strict=True)
    return fit(tuple(((u, v), (x, y)) for (u, v), (x, y) in pairs), camera_height=camera_height)


@lru_cache(maxsize=1)
def moments() -> list[SceneFrame]:
    return [PLAZA.render(t) for t in np.arange(12) * 37.0 + 5.0]


def density(frame: SceneFrame) -> DensityMap:
    """One person in the cell of each visible head."""
    people = np.zeros((GRID.rows, GRID.columns), np.float32)
    cells = ((frame.heads + 0.5) / 8).astype(int)
    np.add.at(people, (cells[:, 1], cells[:, 0]), 1.0)
    return DensityMap(people, GRID, "plaza")


@FLOORS
def test_the_area_of_a_roi_is_within_two_percent(floor: Corners) -> None:
    wanted = polygon_area(floor)
    assert area_m2(plane_of(CAMERA), drawn(floor)) == pytest.approx(wanted, rel=0.001)
    assert area_m2(clicked(), drawn(floor)) == pytest.approx(wanted, rel=0.02)


@FLOORS
def test_the_area_of_a_roi_drawn_at_heads_is_within_two_percent(floor: Corners) -> None:
    roi = Roi("r", drawn(floor, up=0.93 * 1.7), plane=clicked(6.0), at_heads=True)
    assert region_of(roi, 640 / 360).area_m2 == pytest.approx(polygon_area(floor), rel=0.02)


@FLOORS
@pytest.mark.parametrize("at_heads", [False, True], ids=["ground", "heads"])
def test_people_per_m2_are_within_five_percent_when_the_count_is_exact(
    floor: Corners, at_heads: bool
) -> None:
    roi = Roi("r", drawn(floor, up=0.93 * 1.7 if at_heads else 0.0), plane=clicked(), at_heads=at_heads)
    told, true = [], []
    for frame in moments():
        reading = measure(density(frame), [roi]).roi("r")
        assert reading.density_per_m2 is not None
        told.append(reading.density_per_m2)
        true.append(contains_all(floor, frame.ground).sum() / polygon_area(floor))
    assert np.mean(true) > 0.15
    assert np.mean(told) == pytest.approx(np.mean(true), rel=0.05)


@FLOORS
def test_feet_taken_for_heads_would_be_far_off(floor: Corners) -> None:
    """The error that the correction takes away: without it the test above fails."""
    roi = Roi("r", drawn(floor), polygon_area(floor))
    told = np.mean([measure(density(frame), [roi]).roi("r").count for frame in moments()])
    true = np.mean([contains_all(floor, frame.ground).sum() for frame in moments()])
    assert abs(told / true - 1.0) > 0.05


def test_a_dense_corner_is_found_behind_a_low_average() -> None:
    roi = Roi("r", drawn(FAR), plane=plane_of(CAMERA))
    steps = np.linspace(-2.25, 2.25, 10)  # 4 people per m2 on 5 x 5 m
    corner = np.add(np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2), (-3.0, 20.0))
    standing = np.vstack([corner, [[0.5, 25.0], [-6.0, 18.0]]])
    pixels, _ = CAMERA.project(np.column_stack([standing, np.full(len(standing), 0.93 * 1.7)]))
    people = np.zeros((GRID.rows, GRID.columns), np.float32)
    cells = ((pixels + 0.5) / 8).astype(int)
    np.add.at(people, (cells[:, 1], cells[:, 0]), 1.0)
    reading = measure(DensityMap(people, GRID, "plaza"), [roi]).roi("r")
    assert reading.density_per_m2 == pytest.approx(102 / 99, rel=0.05)
    assert reading.local_per_m2 == pytest.approx(4.0, rel=0.1)
