"""Polygons in fractions 0..1 of a picture: checks, coverage of density cells, hit tests.

Everything here is a pure function. ``x`` runs right and ``y`` down, both from the top left corner;
a polygon is always closed, and its first point is not repeated at the end. ``contains``,
``polygon_area`` and the hit tests work in any unit, so they also work for pixels.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crowdmon.errors import ConfigError
from crowdmon.values import Grid, Polygon

MAX_POINTS = 1000
"""More points than anybody draws by hand. The crossing check is quadratic in them."""

_MIN_AREA = 1e-9
_EPSILON = 1e-12


def validate_polygon(points: Polygon, *, where: str = "polygon") -> tuple[tuple[float, float], ...]:
    """Return ``points`` as a tuple if they make a simple polygon inside the picture.

    Args:
        points: at least three (x, y) in 0..1; either orientation, convex or not.
        where: the name of the polygon in the message, for example its key path.

    Raises:
        ConfigError: fewer than 3 or more than 1000 points, a coordinate outside 0..1 or not finite, a
            repeated point, no area, or edges that cross or touch. Points and edges are named from 1.
    """
    checked = tuple((float(x), float(y)) for x, y in points)
    if not 3 <= len(checked) <= MAX_POINTS:
        raise ConfigError(
            f"{where}: {len(checked)} points do not make a polygon",
            f"Give 3 to {MAX_POINTS} points [x, y], each in fractions 0..1 of the picture",
        )
    for number, (x, y) in enumerate(checked, 1):
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ConfigError(
                f"{where}: point {number} ({x:g}, {y:g}) lies outside the picture",
                "Coordinates are fractions 0..1 of the picture's width and height, not pixels",
            )
    _refuse_repeated(checked, where)
    crossing = _first_crossing(np.array(checked, dtype=np.float64))
    if crossing is not None:
        first, second = (f"edge {i + 1} (points {i + 1}-{(i + 1) % len(checked) + 1})" for i in crossing)
        raise ConfigError(
            f"{where}: {first} crosses or touches {second}",
            "List the points in order around the outline",
        )
    if polygon_area(checked) < _MIN_AREA:
        raise ConfigError(f"{where}: the polygon has no area", "Its points must not lie on one line")
    return checked


def _refuse_repeated(points: tuple[tuple[float, float], ...], where: str) -> None:
    seen: dict[tuple[float, float], int] = {}
    for number, point in enumerate(points, 1):
        first = seen.setdefault(point, number)
        if first != number:
            closing = first == 1 and number == len(points)
            raise ConfigError(
                f"{where}: point {number} repeats point {first} ({point[0]:g}, {point[1]:g})",
                "A polygon closes by itself, leave its last point out"
                if closing
                else "Leave one of them out",
            )


def _first_crossing(p: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return the first two edges (from 0) that share more than a common corner, or None."""
    n = len(p)
    a, b = p, np.roll(p, -1, axis=0)
    # side[k][i, j]: on which side of edge i the start (k=0) or end (k=1) of edge j lies.
    start, end = _sides(a, b, a), _sides(a, b, b)
    proper = (start * end <= 0) & (start * end <= 0).T
    # Four points on one line always pass the test above. So check that their boxes meet too.
    low, high = np.minimum(a, b), np.maximum(a, b)
    boxes = ((low[:, None] <= high[None] + _EPSILON) & (low[None] <= high[:, None] + _EPSILON)).all(axis=2)
    meets = proper & boxes
    index = np.arange(n)
    following = (index + 1) % n
    meets[index, index] = False
    # Neighbours always meet in their corner. They are wrong only if the outline folds back on itself.
    along = ((b - a) * (b - a)[following]).sum(axis=1)
    folded = (end[index, following] == 0) & (along < 0)
    meets[index, following] = meets[following, index] = folded
    found = np.argwhere(np.triu(meets))
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _sides(a: NDArray[np.float64], b: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    d = b - a
    cross = d[:, None, 0] * (q[None, :, 1] - a[:, None, 1]) - d[:, None, 1] * (q[None, :, 0] - a[:, None, 0])
    return np.where(np.abs(cross) <= _EPSILON, 0.0, np.sign(cross))


def polygon_area(points: Polygon) -> float:
    """Return the area of a simple polygon, in squared units of ``points``; never negative."""
    return abs(_signed_area(np.asarray(points, dtype=np.float64)))


def _signed_area(p: NDArray[np.float64]) -> float:
    # With the first point as origin, small polygons far from the origin keep their digits.
    x, y = (p - p[0]).T
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2)


@lru_cache(maxsize=256)
def coverage(polygon: tuple[tuple[float, float], ...], grid: Grid) -> NDArray[np.float32]:
    """Return the share of each density cell that a polygon covers.

    The share refers to the part of the cell inside the picture. So a polygon around the whole picture
    covers every cell by exactly 1, also in a last row or column that reaches beyond the picture.
    ``(people * coverage).sum()`` is the count of the ROI.

    The areas are exact, without sampling. Every edge is cut where it crosses a grid line. Each piece adds
    the signed area between itself and the right end of its row of cells.

    Args:
        polygon: a valid polygon (see :func:`validate_polygon`), as a tuple, which is the cache's key.
        grid: where the cells lie.

    Returns:
        rows x columns float32 in 0..1, read-only, cached.
    """
    xs = _lines(grid.columns, grid.cell_width, grid.width)
    ys = _lines(grid.rows, grid.cell_height, grid.height)
    corners = np.array(polygon, dtype=np.float64) * (grid.width, grid.height)
    # One extra column takes what lies to the right of the last cell.
    shares = np.zeros((len(ys) - 1, len(xs) + 1))
    for start, end in pairwise([*corners, corners[0]]):
        if start[1] != end[1]:
            _add_edge(shares, start, end, xs, ys)
    covered = np.cumsum(shares, axis=1)[:, : len(xs) - 1] * math.copysign(1.0, _signed_area(corners))
    # Cells completely outside the picture hold only what leaks over its border, so they follow the border.
    beyond = ((0, grid.rows - covered.shape[0]), (0, grid.columns - covered.shape[1]))
    result = np.pad(np.clip(covered, 0.0, 1.0), beyond, mode="edge").astype(np.float32)
    result.flags.writeable = False
    return result


def _lines(cells: int, size: float, limit: float) -> NDArray[np.float64]:
    """Return the borders of the cells that begin before ``limit``; the last border is clipped there."""
    used = min(cells, max(1, math.ceil(limit / size - 1e-9)))
    lines: NDArray[np.float64] = np.minimum(np.arange(used + 1) * size, limit)
    return lines


def _add_edge(
    shares: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
) -> None:
    """Add one edge's signed areas to ``shares``, as differences along each row of cells."""
    delta = end - start
    cuts = [np.array([0.0, 1.0]), (ys - start[1]) / delta[1]]
    if delta[0] != 0.0:
        cuts.append((xs - start[0]) / delta[0])
    t = np.unique(np.clip(np.concatenate(cuts), 0.0, 1.0))
    points = start + t[:, None] * delta
    middle = (points[1:] + points[:-1]) / 2
    row = np.searchsorted(ys, middle[:, 1], side="right") - 1
    column = np.searchsorted(xs, middle[:, 0], side="right") - 1
    # Parts left of the grid cover whole rows of it. Parts right of it, above or below cover nothing.
    inside = (row >= 0) & (row < len(ys) - 1) & (column < len(xs) - 1)
    row, column, middle = row[inside], column[inside], middle[inside]
    left = np.maximum(column, 0)
    height = np.diff(points[:, 1])[inside] / np.diff(ys)[row]
    part = np.where(column < 0, 0.0, np.clip((middle[:, 0] - xs[left]) / np.diff(xs)[left], 0.0, 1.0))
    np.add.at(shares, (row, left), -height * (1.0 - part))
    np.add.at(shares, (row, left + 1), -height * part)


def contains(points: Polygon, x: float, y: float) -> bool:
    """Say whether (x, y) is in the polygon; the boundary is part of it."""
    return bool(contains_all(points, [(x, y)])[0])


def contains_all(points: Polygon, xy: ArrayLike) -> NDArray[np.bool_]:
    """Say for each of N points whether it is in the polygon, boundary included.

    Args:
        points: the polygon.
        xy: N x 2 (x, y) in the polygon's unit.

    Returns:
        N bool.
    """
    p = np.asarray(points, dtype=np.float64)
    q = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    inside = np.zeros(len(q), dtype=bool)
    boundary = np.zeros(len(q), dtype=bool)
    near = 1e-9 * max(1.0, float(np.abs(p).max()))
    for a, b in pairwise([*p, p[0]]):
        boundary |= _distance_to_edge(a, b, q)[0] <= near
        crosses = (a[1] > q[:, 1]) != (b[1] > q[:, 1])
        if crosses.any():
            at = a[0] + (q[crosses, 1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            inside[crosses] ^= q[crosses, 0] < at
    return np.asarray(inside | boundary)


def overlap(one: Polygon, other: Polygon) -> float:
    """Return which share of the smaller polygon lies in the other, 0..1, by 128 x 128 samples of it."""
    small, large = sorted((one, other), key=polygon_area)
    low, high = np.min(small, axis=0), np.max(small, axis=0)
    steps = (np.arange(128) + 0.5) / 128
    xs, ys = np.meshgrid(*(low[axis] + steps * (high[axis] - low[axis]) for axis in (0, 1)))
    samples = np.column_stack([xs.ravel(), ys.ravel()])
    inside = samples[contains_all(small, samples)]
    return float(contains_all(large, inside).mean()) if len(inside) else 0.0


def _distance_to_edge(
    a: NDArray[np.float64], b: NDArray[np.float64], q: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distance and foot point parameter t in 0..1 of each q (N x 2) to the edge a-b."""
    d = b - a
    length = float(d @ d)
    t = np.clip(((q - a) @ d) / length, 0.0, 1.0) if length > 0.0 else np.zeros(len(q))
    foot = q - (a + t[:, None] * d)
    return np.hypot(foot[:, 0], foot[:, 1]), t


def nearest_vertex(points: Polygon, x: float, y: float, *, aspect: float = 1.0) -> tuple[int, float]:
    """Return (index, distance) of the corner nearest to (x, y).

    Distances are in fractions of the picture's height, with ``aspect`` = width / height.
    """
    d = (np.asarray(points, dtype=np.float64) - (x, y)) * (aspect, 1.0)
    distance = np.hypot(d[:, 0], d[:, 1])
    index = int(np.argmin(distance))
    return index, float(distance[index])


def nearest_edge(points: Polygon, x: float, y: float, *, aspect: float = 1.0) -> tuple[int, float, float]:
    """Return (index, distance, t) of the edge nearest to (x, y).

    Edge ``index`` runs from point ``index`` to the next; the nearest spot on it is
    ``start + t * (end - start)``, ``t`` in 0..1. Distances as in :func:`nearest_vertex`.
    """
    p = np.asarray(points, dtype=np.float64) * (aspect, 1.0)
    q = np.array([[x * aspect, y]])
    best = (0, math.inf, 0.0)
    for index, (a, b) in enumerate(pairwise([*p, p[0]])):
        distance, t = _distance_to_edge(a, b, q)
        if distance[0] < best[1]:
            best = (index, float(distance[0]), float(t[0]))
    return best
