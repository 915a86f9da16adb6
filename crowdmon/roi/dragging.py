"""Dragging a corner, an edge or a whole ROI, and snapping to the picture's border and to neighbours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crowdmon.geometry import nearest_edge, nearest_vertex
from crowdmon.roi.draft import Draft
from crowdmon.roi.shapes import Point, Points, held, shifted
from crowdmon.roi.targets import Part, Target, on_edge

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


@dataclass(frozen=True, slots=True)
class Drag:
    """A drag that has begun; every pointer position is applied to ``base``.

    Attributes:
        base: the draft before the drag.
        target: what is dragged.
        start: where the drag began, in fractions of the picture.
    """

    base: Draft
    target: Target
    start: Point

    def to(self, at: Point, *, reach: float, aspect: float) -> Draft:
        """Return the draft with the pointer at ``at``; ``reach`` and ``aspect`` as in :func:`snap`.

        Raises:
            Refused: the ROI cannot have this shape or place.
        """
        name, index = self.target.roi, self.target.index
        points = self.base[name].polygon
        dx, dy = at[0] - self.start[0], at[1] - self.start[1]
        if self.target.part is Part.VERTEX:
            wish = (points[index][0] + dx, points[index][1] + dy)
            to = snap(wish, self.neighbours(), reach=reach, aspect=aspect)
            return self.base.move_point(name, index, to)
        if self.target.part is Part.EDGE:
            ends = (points[index], points[(index + 1) % len(points)])
            return self.base.move_edge(name, index, *self._shift(ends, dx, dy, reach, aspect))
        return self.base.move(name, *self._shift(points, dx, dy, reach, aspect))

    def neighbours(self) -> list[Points]:
        """Return the polygons that the dragged ROI can snap to."""
        return [roi.polygon for roi in self.base.rois if roi.name != self.target.roi]

    def _shift(
        self, points: Points, dx: float, dy: float, reach: float, aspect: float
    ) -> tuple[float, float]:
        there = shifted(points, dx, dy)
        more = snap_shift(there, self.neighbours(), reach=reach, aspect=aspect) if reach > 0.0 else (0.0, 0.0)
        first = held((there[0][0] + more[0], there[0][1] + more[1]))
        return first[0] - points[0][0], first[1] - points[0][1]


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
