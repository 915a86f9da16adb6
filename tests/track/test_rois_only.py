"""Where only the ROIs are counted: no number of the whole picture, and none of what was not counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import CountingError
from crowdmon.scene.camera import SceneCamera
from crowdmon.track.measure import answers, boxes_of, measure, not_counted
from crowdmon.track.neighbourhood import layout_of
from crowdmon.track.track import Counted, Silence, Track
from crowdmon.values import DensityMap, Grid, ReadingState, Roi
from tests.track.grounds import plane_of

PLANE = plane_of(SceneCamera(1280, 720))
GRID = Grid(9, 16, 8.0, 8.0, 128.0, 72.0)
LEFT = Roi("left", ((0.0, 0.0), (0.25, 0.0), (0.25, 0.5), (0.0, 0.5)))
RIGHT = Roi("right", ((0.75, 0.5), (1.0, 0.5), (1.0, 1.0), (0.75, 1.0)))


def counted(*parts: tuple[int, int, int, int], value: float = 0.5, time: float = 1000.0) -> DensityMap:
    people = np.zeros((9, 16), np.float32)
    for top, bottom, left, right in parts:
        people[top:bottom, left:right] = value
    return DensityMap(people, GRID, "hall", 3, time, None, parts=parts)


def test_a_reading_of_parts_has_no_whole_picture() -> None:
    reading = measure(counted((0, 5, 0, 4)), [LEFT], whole=False)
    assert reading.whole is None
    assert [one.roi for one in reading.rois] == ["left"]
    assert reading.roi("left").count == pytest.approx(0.5 * 4 * 4.5)


def test_parts_never_make_a_number_of_the_whole_picture_whatever_is_wanted() -> None:
    assert measure(counted((0, 5, 0, 4)), [LEFT]).whole is None


def test_a_roi_that_was_not_counted_has_no_number() -> None:
    reading = measure(counted((0, 5, 0, 4)), [LEFT, RIGHT], whole=False)
    assert [one.count for one in reading.rois] == [pytest.approx(9.0), None]


@pytest.mark.parametrize(
    ("rois", "whole", "fits"),
    [((LEFT,), False, True), ((LEFT, RIGHT), False, False), ((LEFT,), True, False), ((), False, True)],
)
def test_whether_all_that_is_wanted_was_counted(rois: tuple[Roi, ...], whole: bool, fits: bool) -> None:
    assert answers(counted((0, 5, 0, 4)), rois, whole=whole) is fits
    everything = DensityMap(np.zeros((9, 16), np.float32), GRID)
    assert answers(everything, rois, whole=whole)


def test_what_is_not_a_number_is_refused_in_parts_too() -> None:
    with pytest.raises(CountingError, match="not a number"):
        measure(counted((0, 5, 0, 4), value=float("nan")), [LEFT], whole=False)


def test_silence_has_rows_of_the_rois_only() -> None:
    track = Track("hall", [LEFT], interval=0.5, whole=False)
    track.step(Counted(counted((0, 5, 0, 4)), 0.0), 0.0)
    rows = track.step(Silence(1005.0), 5.0)
    assert rows
    assert {one.roi for row in rows for one in row.rois} == {"left"}
    assert all(row.state is not ReadingState.OK for row in rows)
    assert not_counted("hall", [LEFT], time=0.0, state=ReadingState.STALE).whole is not None


def test_the_whole_picture_comes_and_goes_with_the_configuration() -> None:
    track = Track("hall", [LEFT], interval=0.5, whole=False)
    (reading,) = track.step(Counted(counted((0, 5, 0, 4)), 0.0), 0.0)
    assert reading.whole is None
    track.redraw([LEFT], whole=True)
    everything = DensityMap(np.full((9, 16), 0.5, np.float32), GRID, "hall", 4, 1001.0)
    (reading,) = track.step(Counted(everything, 1.0), 1.0)
    assert reading.whole is not None
    assert reading.whole.count == pytest.approx(0.5 * 9 * 16)
    assert reading.roi("left").count_smoothed == pytest.approx(9.0), "its past goes on"


@given(
    points=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=3, max_size=3, unique=True),
    at_heads=st.booleans(),
)
def test_a_box_holds_every_cell_that_a_roi_or_its_neighbourhoods_use(
    points: list[tuple[int, int]], at_heads: bool
) -> None:
    polygon = tuple((x / 100, y / 100) for x, y in points)
    area = abs(
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, polygon[1:] + polygon[:1], strict=True))
    )
    if area < 1e-3:
        return
    grid = Grid(90, 160, 8.0, 8.0, 1280.0, 720.0)
    roi = Roi("r", polygon, plane=PLANE, at_heads=at_heads)
    ((left, top, right, bottom),) = boxes_of([roi], 1280 / 720)
    layout = layout_of(roi, grid)
    if layout is None:
        return
    rows, columns = np.divmod(layout.cells[layout.shares > 1e-6], 160)
    assert (rows + 1 > 90 * top - 1e-6).all()
    assert (rows < 90 * bottom + 1e-6).all()
    assert (columns + 1 > 160 * left - 1e-6).all()
    assert (columns < 160 * right + 1e-6).all()
