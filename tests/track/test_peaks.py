"""The peaks of a density map: about as many as people, and where people are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.peaks import peaks
from crowdmon.values import DensityMap, Grid

ROWS, COLUMNS, CELL = 20, 30, 8


def density(*people: tuple[int, int, float]) -> DensityMap:
    """People at (row, column), each spread like a bell ``width`` cells wide."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    cells = np.zeros((ROWS, COLUMNS), np.float32)
    for row, column, width in people:
        bell = np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * width**2))
        cells += (bell / bell.sum()).astype(np.float32)
    return DensityMap(cells, Grid(ROWS, COLUMNS, CELL, CELL, COLUMNS * CELL, ROWS * CELL))


def cells_of(found: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    return sorted((y * ROWS - 0.5, x * COLUMNS - 0.5) for x, y in found)


def test_single_people_are_found_where_they_are() -> None:
    found = cells_of(peaks(density((4, 5, 0.6), (4, 12, 1.0), (14, 22, 1.5))))
    assert len(found) == 3
    for (row, column), there in zip([(4, 5), (4, 12), (14, 22)], found, strict=True):
        assert there == pytest.approx((row, column), abs=0.7)


def test_two_who_share_a_cell_are_two() -> None:
    assert len(peaks(density((10, 10, 0.7), (10, 10, 0.7)))) == 2


def test_nobody_gives_no_peak() -> None:
    assert peaks(density()) == ()
    grid = Grid(ROWS, COLUMNS, CELL, CELL, COLUMNS * CELL, ROWS * CELL)
    assert peaks(DensityMap(np.full((ROWS, COLUMNS), 0.0005, np.float32), grid)) == ()


@given(st.lists(st.tuples(st.integers(2, 17), st.integers(2, 27), st.floats(0.4, 1.2)), max_size=15))
def test_never_many_more_or_fewer_than_people(people: list[tuple[int, int, float]]) -> None:
    found = peaks(density(*people))
    assert abs(len(found) - len(people)) <= 1 + len(people) // 3
    assert all(0.0 <= x <= 1.0 and 0.0 <= y <= 1.0 for x, y in found)
