"""Snapping to the picture's border and to neighbours: to a corner that is near, else to an edge."""

from __future__ import annotations

import math
from collections.abc import Sequence

from crowdmon.geometry import nearest_edge, nearest_vertex
from crowdmon.roi.shapes import Point, Points, held
from crowdmon.roi.targets import on_edge

BORDER: Points = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""The picture's border; it is snapped to like a neighbour."""

_THERE = 1e-9


def snap(point: Point, neighbours: Sequence[Points], *, reach: float, aspect: float = 1.0) -> Point:
    """Return ``point``, or the corner or edge near it; snapping again changes nothing.

    Args:
        point: (x, y) in fractions; one outside of the picture is brought to its border first.
        neighbours: polygons to snap to, besides the picture's border.
        reach: how near they must be, in fractions of the picture's height; 0 snaps to nothing.
        aspect: the picture's width / height.
    """
    point = held(point)
    if reach <= 0.0:
        return point
    corner = _near_corner(point, neighbours, reach=reach, aspect=aspect)
    if corner is not None:
        return corner
    foot = _near_foot(point, neighbours, reach=reach, aspect=aspect)
    # The point on the edge may be near a corner that was too far away before.
    return _near_corner(foot, neighbours, reach=reach, aspect=aspect) or foot


def snap_shift(
    points: Points, neighbours: Sequence[Points], *, reach: float, aspect: float = 1.0
) -> tuple[float, float]:
    """Return the shift of all points that snaps the point with the shortest way to go.

    (0, 0) where none is near, or one has snapped already.
    """
    best = (0.0, 0.0)
    shortest = math.inf
    for point in points:
        x, y = snap(point, neighbours, reach=reach, aspect=aspect)
        way = math.hypot((x - point[0]) * aspect, y - point[1])
        onto = way > _THERE or _touches(point, neighbours, aspect=aspect)
        if onto and way < shortest:
            shortest = way
            best = (x - point[0], y - point[1])
    # The nearest point on a vertical edge differs in y by a rounding error, which is not a shift.
    return best[0] if abs(best[0]) > _THERE else 0.0, best[1] if abs(best[1]) > _THERE else 0.0


def _near_corner(point: Point, neighbours: Sequence[Points], *, reach: float, aspect: float) -> Point | None:
    found: list[tuple[float, Point]] = []
    for polygon in (*neighbours, BORDER):
        index, distance = nearest_vertex(polygon, *point, aspect=aspect)
        if distance <= reach:
            found.append((distance, polygon[index]))
    return min(found, default=(0.0, None), key=lambda one: one[0])[1]


def _near_foot(point: Point, neighbours: Sequence[Points], *, reach: float, aspect: float) -> Point:
    nearest, foot = reach, point
    for polygon in (*neighbours, BORDER):
        index, distance, t = nearest_edge(polygon, *point, aspect=aspect)
        if distance <= _THERE:
            return point
        if distance <= nearest:
            nearest, foot = distance, held(on_edge(polygon, index, t))
    return foot


def _touches(point: Point, neighbours: Sequence[Points], *, aspect: float) -> bool:
    return any(nearest_edge(p, *point, aspect=aspect)[1] <= _THERE for p in (*neighbours, BORDER))
