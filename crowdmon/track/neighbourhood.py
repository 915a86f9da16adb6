"""Local density: the most people per square metre in any 3x3 m of a ROI's floor. Pure.

An average of 2 people per m2 hides a corner with 5. The floor of a ROI is laid out in small tiles; what each
density cell holds is spread over the tiles below it, once and for all, so that a reading costs a sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.geometry import contains_all, coverage
from crowdmon.track.ground import Floats, heads_to_floor, mapped, region_of
from crowdmon.values import Grid, Roi

WINDOW_M = 3.0
"""Side of the neighbourhood, in metres."""

_TILES_M = (0.5, 1.5, 3.0)
"""Sides of a tile, the first that makes no more than _MOST_TILES of them."""
_MOST_TILES = 60_000
_ACROSS = (2, 4, 10)
"""By how many points in each direction a cell is spread; the first that makes about two on a tile."""


@dataclass(frozen=True, eq=False, slots=True)
class FloorTiles:
    """How the cells of a grid lie on the tiles of a ROI's floor.

    Attributes:
        cells, shares: N numbers of cells, and which share of the cell lies on a tile and in the ROI; those of
            one tile stand together.
        starts, tiles: M places in ``cells`` where those of another tile begin, and the numbers of these
            tiles.
        rows, columns: of tiles.
        width: tiles along the side of a neighbourhood.
        floor: square metres of the ROI in each neighbourhood; inf where that is too little to count.
    """

    cells: NDArray[np.intp]
    shares: Floats
    starts: NDArray[np.intp]
    tiles: NDArray[np.intp]
    rows: int
    columns: int
    width: int
    floor: Floats


def local_per_m2(people: NDArray[np.float64], roi: Roi, grid: Grid) -> float | None:
    """Return the most people per square metre in any 3x3 m of a ROI.

    A neighbourhood at the border counts with its part inside the ROI, if that is at least half of it. In a
    ROI that is too narrow for half of one, those that hold most of its floor count.

    Args:
        people: rows x columns people per cell of ``grid``.
        roi: the ROI.
        grid: where the cells lie.

    Returns:
        None without a ground plane, for a ROI that reaches above the horizon, or one of more than about half
        a square kilometre.
    """
    layout = layout_of(roi, grid)
    if layout is None:
        return None
    held = people.ravel()[layout.cells] * layout.shares
    tiles = np.zeros(layout.rows * layout.columns)
    tiles[layout.tiles] = np.add.reduceat(held, layout.starts)
    windows = _windows(tiles.reshape(layout.rows, layout.columns), layout.width)
    # Differences of sums may leave a little less than nothing where nobody is.
    return max(0.0, float((windows / layout.floor).max()))


def _windows(tiles: Floats, width: int) -> Floats:
    """Return the sum of each square of ``width`` x ``width`` tiles."""
    padded = np.zeros((tiles.shape[0] + 1, tiles.shape[1] + 1))
    padded[1:, 1:] = tiles
    down = padded.cumsum(axis=0)
    across = (down[width:] - down[:-width]).cumsum(axis=1)
    out: Floats = across[:, width:] - across[:, :-width]
    return out


@lru_cache(maxsize=256)
def layout_of(roi: Roi, grid: Grid) -> FloorTiles | None:
    """Return how the cells of a grid lie on the floor of a ROI; None where :func:`local_per_m2` is."""
    aspect = grid.width / grid.height
    region = region_of(roi, aspect)
    back = None if roi.plane is None else heads_to_floor(roi.plane, aspect)
    if region.floor is None or back is None:
        return None
    low, size = region.floor.min(axis=0), np.ptp(region.floor, axis=0)
    side = next((one for one in _TILES_M if np.prod(size / one + 1.0) <= _MOST_TILES), None)
    if side is None:
        return None
    width = round(WINDOW_M / side)
    columns, rows = (max(width, math.ceil(length / side)) for length in size.tolist())
    laid = (region.floor - low) / (columns * side, rows * side)
    corners = tuple((float(x), float(y)) for x, y in np.clip(laid, 0.0, 1.0))
    tiles = Grid(rows, columns, side, side, columns * side, rows * side)
    floor = _windows(coverage(corners, tiles).astype(np.float64) * side**2, width)
    floor[floor < min(0.5 * WINDOW_M**2, 0.99 * floor.max())] = np.inf
    cells, points, shares = _points(region.heads, grid, back, side=side)
    if not len(cells):
        return None
    across, along = ((points - low) / side).astype(np.intp).T
    at = np.clip(along, 0, rows - 1) * columns + np.clip(across, 0, columns - 1)
    # Points of one cell on one tile become one entry, sorted by tile.
    size = grid.rows * grid.columns
    pairs, entry = np.unique(at * size + cells, return_inverse=True)
    held, starts = np.unique(pairs // size, return_index=True)
    shares = np.bincount(entry, shares).astype(np.float64)
    return FloorTiles(pairs % size, shares, starts, held, rows, columns, width, floor)


def _points(
    polygon: tuple[tuple[float, float], ...], grid: Grid, back: Floats, *, side: float
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Spread the cells under a polygon over points inside it, about two for a tile that a cell reaches.

    Returns:
        N numbers of cells; N x 2 metres; N shares of their cells, which add up to the cells' coverage.
    """
    covered = coverage(polygon, grid)
    row, column = np.nonzero(covered)
    corners = _spots(grid, row, column, across=2).reshape(-1, 2)
    reach = 2.0 * np.ptp(mapped(back, corners).reshape(-1, 4, 2), axis=1).max(axis=1)
    wanted = np.searchsorted(np.array(_ACROSS[:-1]) * side / 2.0, np.nan_to_num(reach, nan=np.inf))
    parts: list[tuple[NDArray[np.intp], Floats, Floats]] = []
    for number, across in enumerate(_ACROSS):
        some = np.flatnonzero(wanted == number)
        share = covered[row[some], column[some]].astype(np.float64)
        points = _spots(grid, row[some], column[some], across=across)
        inside = np.ones(points.shape[:2], dtype=np.bool_)
        cut = share < 1.0
        inside[cut] = contains_all(polygon, points[cut].reshape(-1, 2)).reshape(-1, across**2)
        # A cell that is only touched may have no point inside: then any will do.
        inside[~inside.any(axis=1)] = True
        metres = mapped(back, points.reshape(-1, 2)).reshape(points.shape)
        inside &= np.isfinite(metres[:, :, 0])
        share /= np.maximum(inside.sum(axis=1), 1)
        owner, _ = np.nonzero(inside)
        parts.append(((row * grid.columns + column)[some][owner], metres[inside], share[owner]))
    cells, metres, shares = (np.concatenate(part) for part in zip(*parts, strict=True))
    return cells, metres, shares


def _spots(grid: Grid, row: NDArray[np.intp], column: NDArray[np.intp], *, across: int) -> Floats:
    """Return cells x across**2 x 2 points in fractions of the picture, spread evenly over each cell."""
    step = (np.arange(across) + 0.5) / across
    # A cell that reaches beyond the picture holds what lies in the part inside.
    left, right = column * grid.cell_width, np.minimum((column + 1) * grid.cell_width, grid.width)
    top, below = row * grid.cell_height, np.minimum((row + 1) * grid.cell_height, grid.height)
    x = (left[:, None] + (right - left)[:, None] * step) / grid.width
    y = (top[:, None] + (below - top)[:, None] * step) / grid.height
    both = np.broadcast_arrays(x[:, None, :], y[:, :, None])
    return np.stack(both, axis=-1).reshape(len(row), across**2, 2)
