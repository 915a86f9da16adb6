"""What the pointer hits, and what it snaps to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.config import RoiConfig
from crowdmon.roi import NOTHING, Part, hit, snap, snap_shift
from tests.test_geometry import simple_polygons

BIG = RoiConfig(name="big", polygon=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)))
SMALL = RoiConfig(name="small", polygon=((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)))

fraction = st.floats(0.0, 1.0)
point = st.tuples(fraction, fraction)
reach = st.sampled_from([0.0, 0.01, 0.05, 0.3])
aspect = st.sampled_from([0.5, 1.0, 16 / 9])
polygons = st.lists(simple_polygons(), max_size=3)


class TestHit:
    @pytest.mark.parametrize(
        ("at", "part", "roi", "index"),
        [
            ((0.905, 0.1), Part.VERTEX, "big", 1),
            ((0.905, 0.5), Part.EDGE, "big", 1),
            ((0.1, 0.5), Part.EDGE, "big", 3),
            ((0.2, 0.5), Part.POLYGON, "big", 0),
            ((0.5, 0.5), Part.POLYGON, "small", 0),
            ((0.95, 0.5), Part.NONE, "", 0),
        ],
    )
    def test_what_is_meant(self, at: tuple[float, float], part: Part, roi: str, index: int) -> None:
        # In either order: the smaller ROI can be reached although the larger lies upon it.
        for rois in ((BIG, SMALL), (SMALL, BIG)):
            found = hit(rois, at, reach=0.02)
            assert (found.part, found.roi, found.index) == (part, roi, index)

    def test_the_selected_roi_goes_first(self) -> None:
        twin = SMALL.model_copy(update={"name": "twin"})
        assert hit((SMALL, twin), (0.4, 0.4), reach=0.02).roi == "twin", "the later one lies upon the other"
        assert hit((SMALL, twin), (0.4, 0.4), reach=0.02, selected="small").roi == "small"

    def test_distances_are_those_on_the_screen(self) -> None:
        # 0.01 of the width of a picture four times as wide as high is 0.04 of its height.
        assert hit((BIG,), (0.09, 0.5), reach=0.02, aspect=4.0) == NOTHING
        assert hit((BIG,), (0.09, 0.5), reach=0.02, aspect=1.0).part is Part.EDGE

    @settings(deadline=None, max_examples=30)
    @given(simple_polygons(), point, aspect)
    def test_what_is_hit_is_near(self, polygon: tuple[tuple[float, float], ...], at: tuple[float, float],
                                 aspect: float) -> None:  # fmt: skip
        found = hit((BIG.model_copy(update={"polygon": polygon}),), at, reach=0.05, aspect=aspect)
        if found.part in (Part.VERTEX, Part.EDGE):
            assert math.hypot((found.at[0] - at[0]) * aspect, found.at[1] - at[1]) <= 0.05 + 1e-9


class TestSnap:
    @settings(deadline=None, max_examples=30)
    @given(st.tuples(st.floats(-1, 2), st.floats(-1, 2)), polygons, reach, aspect)
    def test_snapping_twice_is_snapping_once(self, at: tuple[float, float], neighbours: list, reach: float,
                                             aspect: float) -> None:  # fmt: skip
        once = snap(at, neighbours, reach=reach, aspect=aspect)
        assert snap(once, neighbours, reach=reach, aspect=aspect) == once
        assert min(once) >= 0.0
        assert max(once) <= 1.0

    @settings(deadline=None, max_examples=30)
    @given(simple_polygons(), polygons, reach, aspect)
    def test_a_shifted_roi_stays_where_it_snapped(self, polygon: tuple, neighbours: list, reach: float,
                                                  aspect: float) -> None:  # fmt: skip
        dx, dy = snap_shift(polygon, neighbours, reach=reach, aspect=aspect)
        there = tuple((x + dx, y + dy) for x, y in polygon)
        assert math.hypot(dx * aspect, dy) <= 2 * reach + 1e-9
        assert snap_shift(there, neighbours, reach=reach, aspect=aspect) == pytest.approx((0, 0), abs=1e-8)

    @pytest.mark.parametrize(
        ("at", "to"),
        [
            ((0.01, 0.5), (0.0, 0.5)),
            ((0.99, 0.985), (1.0, 1.0)),
            ((0.41, 0.39), (0.4, 0.4)),
            ((0.5, 0.61), (0.5, 0.6)),
            ((0.5, 0.5), (0.5, 0.5)),
        ],
    )
    def test_border_corners_and_edges_attract(self, at: tuple[float, float], to: tuple[float, float]) -> None:
        assert snap(at, [SMALL.polygon], reach=0.02) == pytest.approx(to)

    def test_a_roi_snaps_to_its_neighbour_by_its_nearest_corner(self) -> None:
        beside = ((0.61, 0.4), (0.7, 0.4), (0.7, 0.6), (0.61, 0.6))
        assert snap_shift(beside, [SMALL.polygon], reach=0.02) == pytest.approx((-0.01, 0.0))
        assert snap_shift(beside, [], reach=0.02) == (0.0, 0.0)
