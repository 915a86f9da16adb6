"""From density to counts: parts add up, overlaps count twice, the unknown is no number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from crowdmon.errors import CountingError
from crowdmon.geometry import coverage
from crowdmon.track.measure import measure, not_counted
from crowdmon.values import WHOLE_FRAME, DensityMap, Grid, ReadingState, Roi, RoiReading

CELLS = hnp.arrays(np.float32, (6, 9), elements=st.floats(0, 50, width=32))


def density(people: np.ndarray, *, width: float = 70.0, height: float = 45.0) -> DensityMap:
    """Cells of 8 pixels; the last row and column reach beyond the picture."""
    rows, columns = people.shape
    return DensityMap(people, Grid(rows, columns, 8, 8, width, height), "hall", 7, 1000.5, 0.5)


def box(name: str, x0: float, x1: float, **more: float) -> Roi:
    return Roi(name, ((x0, 0.0), (x1, 0.0), (x1, 1.0), (x0, 1.0)), **more)


@given(CELLS, st.floats(0.01, 0.99))
def test_left_and_right_make_the_whole(people: np.ndarray, cut: float) -> None:
    reading = measure(density(people), [box("left", 0, cut), box("right", cut, 1)])
    left, right = reading.roi("left").count, reading.roi("right").count
    whole = reading.roi().count
    assert left is not None
    assert right is not None
    assert whole == pytest.approx(float(people.sum(dtype=np.float64)))
    assert left + right == pytest.approx(whole, rel=1e-5, abs=1e-5)


@given(CELLS)
def test_a_roi_around_everything_counts_everybody(people: np.ndarray) -> None:
    reading = measure(density(people), [box("all", 0, 1)])
    assert reading.roi("all").count == pytest.approx(reading.roi().count)


def test_overlapping_rois_count_twice_the_picture_once() -> None:
    people = np.zeros((6, 9), np.float32)
    people[2, 4] = 3.0  # x 32..40 of 70
    reading = measure(density(people), [box("a", 0, 0.7), box("b", 0.3, 1), box("empty", 0.8, 1)])
    assert [one.count for one in reading.rois] == pytest.approx([3, 3, 3, 0])


def test_the_reading_says_what_was_counted() -> None:
    people = np.full((6, 9), 0.5, np.float32)
    reading = measure(density(people), [box("square", 0, 1, area_m2=54.0), box("other", 0, 1)])
    assert [one.roi for one in reading.rois] == [WHOLE_FRAME, "square", "other"]
    assert (reading.time, reading.camera, reading.frame, reading.pts) == (1000.5, "hall", 7, 0.5)
    assert reading.state is ReadingState.OK
    assert reading.roi("square").density_per_m2 == pytest.approx(0.5)
    assert reading.roi("other").density_per_m2 is None
    assert reading.roi().level is None


@given(CELLS, st.floats(0.01, 0.99), st.none() | st.floats(0.1, 1000))
def test_without_a_ground_plane_every_digit_is_that_of_the_polygon(
    people: np.ndarray, cut: float, area: float | None
) -> None:
    roi, map_ = Roi("r", ((0.0, 0.1), (cut, 0.0), (1.0, 0.9)), area), density(people)
    count = float((people.astype(np.float64) * coverage(roi.polygon, map_.grid)).sum())
    per_m2 = None if area is None else count / area
    assert measure(map_, [roi]).roi("r") == RoiReading("r", count, density_per_m2=per_m2)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_is_an_error(bad: float) -> None:
    people = np.zeros((6, 9), np.float32)
    people[0, 0] = bad
    with pytest.raises(CountingError, match="hall: the density of picture 7 is not a number"):
        measure(density(people))


@pytest.mark.parametrize("state", [ReadingState.STALE, ReadingState.UNKNOWN])
def test_without_a_count_there_is_no_number(state: ReadingState) -> None:
    reading = not_counted("hall", [box("left", 0, 0.5)], time=5.0, state=state)
    assert [one.roi for one in reading.rois] == [WHOLE_FRAME, "left"]
    assert all(one.count is None and one.count_smoothed is None for one in reading.rois)
    assert (reading.state, reading.frame, reading.pts, reading.time) == (state, None, None, 5.0)


def test_no_count_is_never_ok() -> None:
    with pytest.raises(ValueError, match="never ok"):
        not_counted("hall", [], time=5.0, state=ReadingState.OK)


@given(CELLS, st.floats(0.01, 0.98), st.floats(0.01, 0.98))
def test_a_count_is_the_sum_over_all_cells_wherever_the_roi_lies(
    people: np.ndarray, x: float, y: float
) -> None:
    """Only the cells that a ROI reaches are added up, which must make no difference."""
    roi = Roi("corner", ((x, y), (min(1.0, x + 0.3), y), (x, min(1.0, y + 0.4))))
    map_ = density(people)
    covered = coverage(roi.polygon, map_.grid).astype(np.float64)
    count = measure(map_, [roi]).roi("corner").count
    assert count == pytest.approx(float((people * covered).sum()), rel=1e-9, abs=1e-9)
