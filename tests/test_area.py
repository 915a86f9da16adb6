"""Heat as an area: an average over time, smooth, in people per square metre where the floor is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crowdmon import area
from crowdmon.area import area_of, position, recent
from crowdmon.scene import Plaza
from crowdmon.values import DensityMap, Grid, GroundPlane
from tests.ui.fakes import NOON, density

GRID = Grid(90, 160, 8.0, 8.0, 1280.0, 720.0)


def plane() -> GroundPlane:
    """The floor of the built-in plaza, exactly."""
    to_pixels = Plaza().homography
    return GroundPlane(tuple((np.diag([1 / 1280, 1 / 720, 1.0]) @ to_pixels).ravel().tolist()))


def test_only_the_last_seconds_of_one_picture_size_are_averaged() -> None:
    maps = [density(time=NOON - age) for age in (5.0, 1.9, 1.0, 0.0)]
    assert recent(maps) == maps[1:]
    other = DensityMap(np.zeros((90, 160), np.float32), GRID, time=NOON - 0.5)
    assert recent([other, maps[-1]]) == [maps[-1]]
    assert recent([density(time=NOON + 9), maps[-1]]) == [maps[-1]], "the clock was set back"


def test_who_stood_there_for_half_of_the_time_counts_half() -> None:
    there = density(time=NOON)
    gone = DensityMap(np.zeros_like(there.people), there.grid, time=NOON + 1)
    whole, half = area_of([there]).per_m2, area_of([there, gone]).per_m2
    assert half == pytest.approx(whole / 2, abs=1e-5)


def test_with_a_ground_plane_it_is_people_per_square_metre() -> None:
    """Two people on each square metre of floor, near and far: two everywhere."""
    from crowdmon.track.ground import cell_areas

    floor = cell_areas(plane(), GRID)
    inside = np.isfinite(floor) & (floor < 1.0)
    people = np.where(inside, 2.0 * np.nan_to_num(floor), 0.0).astype(np.float32)
    found = area_of([DensityMap(people, GRID)], plane())
    assert found.measured
    deep = np.zeros_like(inside)
    deep[40:84, 10:150] = True
    assert found.per_m2[deep & inside] == pytest.approx(2.0, rel=0.25)


def test_without_one_it_has_no_unit() -> None:
    assert not area_of([density()]).measured


def test_lines_go_around_what_is_crowded() -> None:
    crowded = density()
    found = area_of([replace(crowded, people=crowded.people * 4)])
    for level, lines in found.lines:
        for line in lines:
            assert ((line >= -0.01) & (line <= 1.01)).all()
            values = [found.at(float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1))) for x, y in line]
            assert np.median([one for one in values if one is not None]) == pytest.approx(level, rel=0.6)
    assert [level for level, _ in found.lines] == list(area.LINES)


def test_nobody_is_transparent_and_the_scale_rises() -> None:
    empty = DensityMap(np.zeros((90, 160), np.float32), GRID)
    assert area.paint(area_of([empty]), "inferno").max() == 0
    places = [float(position(tick)) for tick in area.TICKS]
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0.0, 1.0)


def test_what_is_no_number_is_nobody() -> None:
    broken = DensityMap(np.full((90, 160), np.nan, np.float32), GRID)
    assert np.isfinite(area_of([broken]).per_m2).all()
