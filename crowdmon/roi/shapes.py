"""Edits of one polygon: each function returns a valid polygon or says why there is none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from crowdmon.errors import ConfigError
from crowdmon.geometry import MAX_POINTS, validate_polygon

Point = tuple[float, float]
Points = tuple[Point, ...]

_FLAT = 1e-12

DIGITS = 5
"""Digits of a corner: on a picture of 4000 pixels a twentieth of one."""

_STEP = 1.5 * 10.0**-DIGITS


class Refused(ConfigError):  # noqa: N818 - it is an answer, not a fault
    """An edit is not possible; nothing has changed. The message fits beside the pointer."""


def held(point: Point) -> Point:
    """Return the point of the picture nearest to ``point``."""
    return min(max(point[0], 0.0), 1.0), min(max(point[1], 0.0), 1.0)


def rounded(points: Points) -> Points:
    """Return a polygon with corners of :data:`DIGITS` digits, so that a file of them can be read.

    One that would not be valid any more stays as it is.
    """
    near = tuple((round(x, DIGITS), round(y, DIGITS)) for x, y in points)
    try:
        return checked(near)
    except Refused:
        return points


def checked(points: Iterable[Point]) -> Points:
    """Return ``points`` as a valid polygon.

    Raises:
        Refused: they are not one; the reason is one short sentence.
    """
    found = tuple((float(x), float(y)) for x, y in points)
    if len(found) < 3:
        raise Refused("A ROI needs three points")
    if len(found) > MAX_POINTS:
        raise Refused(f"A ROI has at most {MAX_POINTS} points")
    if len(set(found)) < len(found):
        raise Refused("Two points would lie on each other")
    try:
        return validate_polygon(found)
    except ConfigError as error:
        raise Refused(_reason(found)) from error


def _reason(points: Points) -> str:
    if any(held(point) != point for point in points):
        return "A point would leave the picture"
    if all(_turn(points[0], points[1], point) == 0.0 for point in points):
        return "The points would lie on one line"
    return "Its edges would cross"


def with_point_moved(points: Points, index: int, to: Point) -> Points:
    """Return the polygon with one corner moved, kept inside the picture. Raises as :func:`checked`."""
    return checked(held(to) if i == index else point for i, point in enumerate(points))


def with_point_inserted(points: Points, edge: int, at: Point) -> Points:
    """Return the polygon with one more corner on edge ``edge``. Raises as :func:`checked`."""
    return checked((*points[: edge + 1], held(at), *points[edge + 1 :]))


def with_point_deleted(points: Points, index: int) -> Points:
    """Return the polygon without one corner. Raises as :func:`checked`."""
    if len(points) == 3:
        raise Refused("A ROI keeps at least three points")
    return checked(point for i, point in enumerate(points) if i != index)


def with_edge_moved(points: Points, edge: int, dx: float, dy: float) -> Points:
    """Return the polygon with one edge shifted, kept inside the picture. Raises as :func:`checked`."""
    ends = (edge, (edge + 1) % len(points))
    moved = dict(zip(ends, shifted((points[ends[0]], points[ends[1]]), dx, dy), strict=True))
    return checked(moved.get(i, point) for i, point in enumerate(points))


def shifted(points: Points, dx: float, dy: float) -> Points:
    """Return all points shifted by the same amount, less at the picture's border; the shape is kept."""
    dx = min(max(dx, -min(x for x, _ in points)), 1.0 - max(x for x, _ in points))
    dy = min(max(dy, -min(y for _, y in points)), 1.0 - max(y for _, y in points))
    return tuple(held((x + dx, y + dy)) for x, y in points)


def same_outline(a: Points, b: Points) -> bool:
    """Whether two polygons enclose the same ground; a corner on a straight edge makes no difference."""
    one, other = _bends(a), _bends(b)
    return len(one) == len(other) and all(
        abs(p[axis] - q[axis]) <= _STEP for p, q in zip(one, other, strict=True) for axis in (0, 1)
    )


def _bends(points: Points) -> Points:
    """Return the corners that do not lie on the line between their neighbours, as far as digits tell."""
    neighbours = ((points[i - 1], p, points[(i + 1) % len(points)]) for i, p in enumerate(points))
    return tuple(p for a, p, c in neighbours if abs(_turn(a, p, c)) > _STEP * math.dist(a, c))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A polygon that is being drawn: its corners so far, an open path that does not cross itself."""

    points: Points = ()

    def add(self, point: Point) -> Sketch:
        """Return the path with one more corner; repeating the last corner changes nothing.

        Raises:
            Refused: the path would cross or touch itself.
        """
        point = held(point)
        if self.points and point == self.points[-1]:
            return self
        if len(self.points) >= MAX_POINTS:
            raise Refused(f"A ROI has at most {MAX_POINTS} points")
        if point in self.points:
            raise Refused("There is a point already")
        if self.points:
            last = self.points[-1]
            edges = list(pairwise(self.points))
            if edges and _folds(*edges[-1], point):
                raise Refused("The outline would fold back")
            if any(_meet(a, b, last, point) for a, b in edges[:-1]):
                raise Refused("The outline would cross itself")
        return Sketch((*self.points, point))

    def back(self) -> Sketch:
        """Return the path without its last corner."""
        return Sketch(self.points[:-1])

    def close(self) -> Points:
        """Return the finished polygon. Raises as :func:`checked`."""
        return checked(self.points)


def _turn(a: Point, b: Point, c: Point) -> float:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return 0.0 if abs(area) <= _FLAT else area


def _folds(a: Point, b: Point, c: Point) -> bool:
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0.0 and ahead < 0.0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    apart = any(
        max(a[axis], b[axis]) < min(c[axis], d[axis]) or max(c[axis], d[axis]) < min(a[axis], b[axis])
        for axis in (0, 1)
    )
    return not apart and _turn(a, b, c) * _turn(a, b, d) <= 0.0 and _turn(c, d, a) * _turn(c, d, b) <= 0.0
