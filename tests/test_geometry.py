"""Polygons: what is refused, how much of a cell they cover, what the pointer hits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from crowdmon.errors import ConfigError
from crowdmon.geometry import (
    contains,
    contains_all,
    coverage,
    nearest_edge,
    nearest_vertex,
    overlap,
    polygon_area,
    validate_polygon,
)
from crowdmon.values import Grid

Points = tuple[tuple[float, float], ...]
FULL: Points = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
U_SHAPE: Points = (
    (0.1, 0.1),
    (0.3, 0.1),
    (0.3, 0.7),
    (0.7, 0.7),
    (0.7, 0.1),
    (0.9, 0.1),
    (0.9, 0.9),
    (0.1, 0.9),
)


def grid_of(width: float, height: float, cell: float = 8.0) -> Grid:
    return Grid(
        rows=math.ceil(height / cell),
        columns=math.ceil(width / cell),
        cell_width=cell,
        cell_height=cell,
        width=width,
        height=height,
    )


grids = st.builds(grid_of, st.integers(33, 200), st.integers(33, 200), st.sampled_from([4.0, 8.0, 7.5, 16.0]))


@st.composite
def simple_polygons(draw: st.DrawFn, most: int = 9) -> Points:
    """Star-shaped polygons: simple by construction, mostly concave, either orientation."""
    n = draw(st.integers(3, most))
    turns = [draw(st.floats(0.05, 0.95)) for _ in range(n)]
    radii = [draw(st.floats(0.1, 1.0)) for _ in range(n)]
    cx, cy = draw(st.floats(0.3, 0.7)), draw(st.floats(0.3, 0.7))
    reach = min(cx, cy, 1 - cx, 1 - cy)
    angles = [2 * math.pi * (i + turn) / n for i, turn in enumerate(turns)]
    points = [
        (cx + reach * r * math.cos(a), cy + reach * r * math.sin(a))
        for a, r in zip(angles, radii, strict=True)
    ]
    return tuple(points[::-1] if draw(st.booleans()) else points)


def cell_areas(grid: Grid) -> NDArray[np.float64]:
    """Area of the part of each cell inside the picture, as a share of the picture."""
    xs = np.minimum(np.arange(grid.columns + 1) * grid.cell_width, grid.width)
    ys = np.minimum(np.arange(grid.rows + 1) * grid.cell_height, grid.height)
    return np.outer(np.diff(ys), np.diff(xs)) / (grid.width * grid.height)


def cut(polygon: Points, x: float, *, left: bool) -> Points:
    """Clip a convex polygon at a vertical line (Sutherland-Hodgman)."""
    out: list[tuple[float, float]] = []
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (ax <= x) == left or ax == x:
            out.append((ax, ay))
        if (ax - x) * (bx - x) < 0:
            out.append((x, ay + (x - ax) / (bx - ax) * (by - ay)))
    return tuple(out)


class TestCoverage:
    @given(grids)
    def test_the_whole_picture_covers_every_cell_by_exactly_one(self, grid: Grid) -> None:
        assert (coverage(FULL, grid) == 1.0).all()
        assert (coverage(FULL[::-1], grid) == 1.0).all()

    @given(simple_polygons(), grids)
    def test_the_cells_add_up_to_the_polygon(self, polygon: Points, grid: Grid) -> None:
        cells = coverage(polygon, grid)
        assert float(cells.min()) >= 0.0
        assert float(cells.max()) <= 1.0
        assert (cells * cell_areas(grid)).sum() == pytest.approx(polygon_area(polygon), abs=1e-6)

    @given(simple_polygons(most=3), st.floats(0.2, 0.8), grids)
    def test_left_part_and_right_part_make_the_whole(self, polygon: Points, x: float, grid: Grid) -> None:
        whole = coverage(polygon, grid)
        parts = [cut(polygon, x, left=side) for side in (True, False)]
        together = sum((coverage(p, grid) for p in parts if len(p) >= 3), np.zeros(whole.shape, np.float32))
        np.testing.assert_allclose(together, whole, atol=1e-6)

    @given(st.floats(0.01, 0.99), grids)
    def test_a_picture_cut_in_two_loses_nothing(self, x: float, grid: Grid) -> None:
        left = coverage(((0, 0), (x, 0), (x, 1), (0, 1)), grid)
        right = coverage(((x, 0), (1, 0), (1, 1), (x, 1)), grid)
        np.testing.assert_allclose(left + right, 1.0, atol=1e-6)

    @given(simple_polygons(), grids, st.sampled_from([0.5, 2.0, 3.0, 10.0]))
    def test_only_shape_matters_not_the_resolution(self, polygon: Points, grid: Grid, scale: float) -> None:
        bigger = Grid(
            rows=grid.rows,
            columns=grid.columns,
            cell_width=grid.cell_width * scale,
            cell_height=grid.cell_height * scale,
            width=grid.width * scale,
            height=grid.height * scale,
        )
        np.testing.assert_allclose(coverage(polygon, bigger), coverage(polygon, grid), atol=1e-6)

    @settings(max_examples=30)
    @given(simple_polygons(), st.sampled_from([(64, 48), (61, 45), (33, 70)]))
    def test_agrees_with_dense_sampling(self, polygon: Points, size: tuple[int, int]) -> None:
        grid, fine = grid_of(*size), 100
        for r, c in [(0, 0), (2, 3), (grid.rows - 1, grid.columns - 1), (grid.rows // 2, grid.columns // 2)]:
            x0, x1 = c * 8, min((c + 1) * 8, size[0])
            y0, y1 = r * 8, min((r + 1) * 8, size[1])
            steps = (np.arange(fine) + 0.5) / fine
            x, y = np.meshgrid((x0 + steps * (x1 - x0)) / size[0], (y0 + steps * (y1 - y0)) / size[1])
            truth = contains_all(polygon, np.stack([x.ravel(), y.ravel()], axis=1)).mean()
            assert coverage(polygon, grid)[r, c] == pytest.approx(truth, abs=0.02)

    def test_hand_computed_cells(self) -> None:
        grid = grid_of(20, 10)  # 2 x 3 cells; the last column is 4, the last row 2 pixels inside
        half = coverage(((0.0, 0.0), (1.0, 0.0), (1.0, 0.9), (0.0, 0.9)), grid)  # down to y = 9 pixels
        np.testing.assert_allclose(half, [[1, 1, 1], [0.5, 0.5, 0.5]])
        right = coverage(((0.9, 0.0), (1.0, 0.0), (1.0, 1.0), (0.9, 1.0)), grid)  # x = 18..20
        np.testing.assert_allclose(right, [[0, 0, 0.5], [0, 0, 0.5]], atol=1e-7)
        triangle = coverage(((0.0, 0.0), (0.4, 0.0), (0.0, 0.8)), grid)  # half of the first cell
        np.testing.assert_allclose(triangle, [[0.5, 0, 0], [0, 0, 0]], atol=1e-7)

    def test_the_notch_of_a_concave_polygon_stays_empty(self) -> None:
        cells = coverage(validate_polygon(U_SHAPE), grid_of(80, 80))
        assert cells[3, 4] == 0.0
        assert cells[3, 1] == 1.0
        assert cells[8, 4] == 1.0

    def test_cells_wholly_beyond_the_picture_follow_its_border(self) -> None:
        grid = Grid(rows=4, columns=4, cell_width=8, cell_height=8, width=16, height=20)
        cells = coverage(((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)), grid)
        np.testing.assert_allclose(cells, np.repeat([[1.0], [0.25], [0.0], [0.0]], 4, axis=1), atol=1e-7)

    def test_a_grid_smaller_than_the_picture_takes_what_lies_on_it(self) -> None:
        grid = Grid(rows=1, columns=1, cell_width=8, cell_height=8, width=32, height=32)
        assert coverage(FULL, grid).tolist() == [[1.0]]

    def test_is_cached_and_cannot_be_changed(self) -> None:
        grid = grid_of(64, 64)
        cells = coverage(FULL, grid)
        assert coverage(FULL, grid) is cells
        assert cells.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            cells[0, 0] = 2.0


class TestValidate:
    @given(simple_polygons())
    def test_simple_polygons_pass_unchanged(self, polygon: Points) -> None:
        assert validate_polygon(polygon) == polygon

    def test_lists_become_tuples(self) -> None:
        assert validate_polygon([[0, 0], [1, 0], [1, 1]]) == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))  # type: ignore[list-item]

    @pytest.mark.parametrize(
        ("points", "words"),
        [
            ([], "0 points do not make a polygon"),
            ([(0, 0), (1, 1)], "2 points do not make a polygon"),
            ([(0, 0), (1.01, 0), (1, 1)], r"point 2 \(1.01, 0\) lies outside.*fractions 0..1.*not pixels"),
            ([(0, 0), (640, 0), (640, 480)], "not pixels"),
            ([(0, 0), (1, -0.1), (1, 1)], "point 2"),
            ([(0, 0), (1, 0), (math.nan, 1)], r"point 3 \(nan, 1\)"),
            ([(0, 0), (math.inf, 0), (1, 1)], "point 2"),
            ([(0, 0), (1, 0), (1, 1), (0, 0)], "point 4 repeats point 1.*closes by itself"),
            ([(0, 0), (1, 0), (1, 0), (1, 1)], "point 3 repeats point 2"),
            (
                [(0, 0), (1, 1), (1, 0), (0, 1)],
                r"edge 1 \(points 1-2\) crosses or touches edge 3 \(points 3-4\)",
            ),
            ([(0, 0), (1, 0), (0.5, 0.5), (0.5, 0), (0.2, 0.8)], "crosses or touches"),
            ([(0, 0), (1, 0), (0.4, 0)], "crosses or touches|no area"),
            ([(0, 0), (0.5, 0.5), (1, 1)], "crosses or touches|no area"),
            ([(0, 0), (1, 0), (1, 1), (1, 0.5), (0, 1)], "crosses or touches"),
            ([(0.5, 0.5), (0.5 + 1e-12, 0.5), (0.5, 0.5 + 1e-12)], "crosses or touches|no area"),
        ],
    )
    def test_bad_polygons_are_refused_in_words(self, points: list[tuple[float, float]], words: str) -> None:
        with pytest.raises(ConfigError, match=f"^rois: .*({words})"):
            validate_polygon(points, where="rois")

    def test_more_points_than_anyone_draws_are_refused_at_once(self) -> None:
        points = [(0.5 + 0.4 * math.cos(i / 200), 0.5 + 0.4 * math.sin(i / 200)) for i in range(1001)]
        with pytest.raises(ConfigError, match="1001 points"):
            validate_polygon(points)

    @given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
    def test_every_bow_tie_is_refused(self, x: float, y: float, w: float, h: float) -> None:
        bow_tie = [(x, y), (x + w, y + h), (x + w, y), (x, y + h)]
        with pytest.raises(ConfigError, match="crosses"):
            validate_polygon(bow_tie)

    def test_three_points_on_an_edge_line_are_fine(self) -> None:
        with_extra = ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0))
        assert validate_polygon(with_extra) == with_extra


class TestHits:
    @given(simple_polygons(), st.integers(0, 100), st.floats(0, 1))
    def test_the_boundary_belongs_to_the_polygon(self, polygon: Points, edge: int, t: float) -> None:
        (ax, ay), (bx, by) = polygon[edge % len(polygon)], polygon[(edge + 1) % len(polygon)]
        assert contains(polygon, ax + t * (bx - ax), ay + t * (by - ay))

    def test_inside_and_outside(self) -> None:
        assert contains(U_SHAPE, 0.2, 0.5)
        assert not contains(U_SHAPE, 0.5, 0.5)
        assert not contains(U_SHAPE, 0.2, 0.95)
        assert not contains(U_SHAPE, 0.05, 0.1)

    def test_pixels_work_as_well(self) -> None:
        square = ((0, 0), (719, 0), (719, 575), (0, 575))
        many = contains_all(square, [[0, 0], [719, 575], [719.5, 3], [300.2, 575], [-1, 5]])
        assert many.tolist() == [True, True, False, True, False]
        assert contains_all(square, np.empty((0, 2))).shape == (0,)

    @given(simple_polygons(), st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 2.5))
    def test_nearest_vertex_is_never_nearer_than_nearest_edge(
        self, polygon: Points, x: float, y: float, aspect: float
    ) -> None:
        index, distance = nearest_vertex(polygon, x, y, aspect=aspect)
        edge, edge_distance, t = nearest_edge(polygon, x, y, aspect=aspect)
        corners = [math.hypot((px - x) * aspect, py - y) for px, py in polygon]
        assert distance == pytest.approx(min(corners), abs=1e-12)
        assert edge_distance <= distance + 1e-12
        assert 0.0 <= t <= 1.0
        (ax, ay), (bx, by) = polygon[edge], polygon[(edge + 1) % len(polygon)]
        foot = (ax + t * (bx - ax), ay + t * (by - ay))
        assert math.hypot((foot[0] - x) * aspect, foot[1] - y) == pytest.approx(edge_distance, abs=1e-9)
        assert 0 <= index < len(polygon)

    def test_hand_computed_hits(self) -> None:
        assert nearest_vertex(FULL, 0.9, 0.1) == (1, pytest.approx(math.hypot(0.1, 0.1)))
        assert nearest_edge(FULL, 0.9, 0.4) == (1, pytest.approx(0.1), pytest.approx(0.4))
        # On a picture twice as wide as high the same step to the right is twice as far.
        assert nearest_edge(FULL, 0.9, 0.4, aspect=2.0) == (1, pytest.approx(0.2), pytest.approx(0.4))
        assert nearest_vertex(FULL, 0.5, 0.0, aspect=2.0)[1] == pytest.approx(1.0)


@given(simple_polygons(), st.floats(0.1, 5.0))
def test_area_scales_with_the_square(polygon: Points, scale: float) -> None:
    scaled = [(x * scale, y * scale) for x, y in polygon]
    assert polygon_area(scaled) == pytest.approx(polygon_area(polygon) * scale**2)


def test_area_of_known_shapes() -> None:
    assert polygon_area(FULL) == 1.0
    assert polygon_area(((0, 0), (0.5, 0), (0, 0.5))) == 0.125
    assert polygon_area(U_SHAPE) == pytest.approx(0.64 - 0.4 * 0.6)


def test_overlap_is_the_share_of_the_smaller_polygon() -> None:
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    right = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
    small = ((0.45, 0.4), (0.55, 0.4), (0.55, 0.41), (0.45, 0.41))
    assert overlap(left, right) == 0.0
    assert overlap(left, left) == 1.0
    assert overlap(left, small) == overlap(small, left) == pytest.approx(0.5, abs=0.02)
