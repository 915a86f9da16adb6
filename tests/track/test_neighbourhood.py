"""Local density: a dense corner is found, an even crowd has one density everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.geometry import coverage, polygon_area
from crowdmon.track.ground import cell_areas, region_of
from crowdmon.track.ground_fit import fit
from crowdmon.track.measure import measure
from crowdmon.track.neighbourhood import layout_of, local_per_m2
from crowdmon.values import DensityMap, Grid, Polygon, Roi
from tests.track.grounds import PINHOLES, Pinhole

GRID = Grid(90, 160, 8, 8, 1280, 720)
CAMERA = Pinhole(height=5.0, tilt=0.6, pan=0.2)
PLANE = fit(CAMERA.points())


def roi_on(floor: Polygon) -> Roi:
    """A ROI drawn around a polygon in metres."""
    polygon = CAMERA.project(np.array(floor, dtype=np.float64))
    return Roi("r", tuple((float(x), float(y)) for x, y in polygon), plane=PLANE)


def square(side: float, *, long: float | None = None) -> Roi:
    """A ROI around the place that the middle of the picture shows."""
    x, y = CAMERA.floor(np.array([[0.5, 0.7]]))[0]
    a, b = side / 2, (long or side) / 2
    return roi_on([(x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b)])


def even(density: float) -> np.ndarray:
    """People who stand evenly on all the floor, per cell."""
    return np.nan_to_num(cell_areas(PLANE, GRID)) * density


@given(st.floats(0.1, 8.0), st.floats(1.0, 6.0))
@settings(max_examples=25)
def test_an_even_crowd_is_as_dense_everywhere(density: float, side: float) -> None:
    roi = square(side)
    local = local_per_m2(even(density), roi, GRID)
    # Cells at the border are cut exactly, and laid on the floor by points.
    assert local == pytest.approx(density, rel=0.12)


@given(PINHOLES, st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_nobody_is_lost_on_the_way_to_the_floor(camera: Pinhole, seed: int) -> None:
    grid = Grid(30, 40, 18 * camera.aspect * 4 / 3, 24, 720 * camera.aspect, 720)
    polygon = ((0.2, 0.55), (0.8, 0.6), (0.5, 0.7), (0.7, 0.95), (0.3, 0.9))
    roi = Roi("r", polygon, plane=fit(camera.points()))
    layout = layout_of(roi, grid)
    if layout is None:  # a low camera with a long lens sees the feet there, and none of the heads
        assert not coverage(region_of(roi, camera.aspect).heads, grid).any()
        return
    people = np.random.default_rng(seed).random((30, 40))
    laid = float((people.ravel()[layout.cells] * layout.shares).sum())
    counted = measure(DensityMap(people.astype(np.float32), grid), [roi]).roi("r")
    assert laid == pytest.approx(counted.count, rel=1e-4)
    region = region_of(roi, camera.aspect)
    assert region.floor is not None
    assert layout.rows * layout.columns * 0.25 <= 1.2 * _box(region.floor) + 60
    assert counted.local_per_m2 is not None
    assert counted.density_per_m2 is not None
    assert counted.local_per_m2 > 0.9 * counted.density_per_m2


def _box(floor: np.ndarray) -> float:
    return float(np.prod(np.ptp(floor, axis=0) + 1.0))


def test_nobody_is_nobody_and_without_a_plane_it_is_not_known() -> None:
    nobody = np.zeros((90, 160))
    assert local_per_m2(nobody, square(5.0), GRID) == 0.0
    assert local_per_m2(nobody, Roi("r", square(5.0).polygon, 25.0), GRID) is None


def test_people_outside_the_roi_do_not_make_it_dense() -> None:
    roi = square(5.0)
    region = region_of(roi, 16 / 9)
    low = min(y for _, y in region.heads)
    people = even(5.0)
    people[int(low * 90) :] = 0.0
    local = local_per_m2(people, roi, GRID)
    assert local is not None
    assert local < 0.5


@pytest.mark.parametrize("size", [(0.8, 8.0), (1.5, 1.5)])
def test_a_narrow_or_small_roi_counts_with_what_it_has(size: tuple[float, float]) -> None:
    roi = square(size[0], long=size[1])
    assert local_per_m2(even(3.0), roi, GRID) == pytest.approx(3.0, rel=0.2)


def test_an_entered_area_does_not_change_local_density() -> None:
    roi = square(5.0)
    entered = Roi("r", roi.polygon, 1000.0, plane=PLANE)
    assert local_per_m2(even(2.0), entered, GRID) == local_per_m2(even(2.0), roi, GRID)


def test_a_floor_that_reaches_too_far_has_none() -> None:
    low = fit(
        Pinhole(tilt=0.1, focal=1.5).points(np.array([[0.1, 0.95], [0.9, 0.95], [0.8, 0.6], [0.2, 0.6]]))
    )
    horizon = 0.5 - 1.5 * np.tan(0.1)
    far = Roi("r", ((0.0, horizon + 0.003), (1.0, horizon + 0.003), (1.0, 0.9), (0.0, 0.9)), plane=low)
    assert polygon_area([tuple(p) for p in region_of(far, 16 / 9).floor]) > 500_000  # type: ignore[union-attr]
    assert local_per_m2(np.zeros((90, 160)), far, GRID) is None
