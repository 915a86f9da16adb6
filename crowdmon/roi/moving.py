"""All ROIs of a camera moved together: shifted, turned and scaled, as when a camera was knocked. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crowdmon.roi.shapes import Point, Points, Refused, checked, rounded

SMALLEST, LARGEST = 0.2, 5.0
"""How much smaller or larger ROIs can become."""


@dataclass(frozen=True, slots=True)
class Move:
    """How points of the picture are moved: scaled and turned about the middle of the picture, then shifted.

    Attributes:
        dx, dy: in fractions of the picture's width and height.
        turn: degrees, clockwise as it is seen.
        scale: above 1 makes larger.
    """

    dx: float = 0.0
    dy: float = 0.0
    turn: float = 0.0
    scale: float = 1.0

    def shifted(self, dx: float, dy: float) -> Move:
        """Shift by more, in fractions of the picture."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def turned(self, degrees: float) -> Move:
        """Turn by more, about the middle of where the ROIs are now."""
        return replace(self, turn=(self.turn + degrees + 180.0) % 360.0 - 180.0)

    def scaled(self, factor: float) -> Move:
        """Scale by more, within :data:`SMALLEST` and :data:`LARGEST`."""
        return replace(self, scale=min(max(self.scale * factor, SMALLEST), LARGEST))


def moved(point: Point, move: Move, *, aspect: float, about: Point = (0.5, 0.5)) -> Point:
    """Return where a point comes to lie.

    Args:
        point: in fractions of the picture.
        move: how.
        aspect: width / height of the picture.
        about: the point that turning and scaling leave in place.
    """
    angle = math.radians(move.turn)
    x, y = (point[0] - about[0]) * aspect, point[1] - about[1]
    cos, sin = math.cos(angle) * move.scale, math.sin(angle) * move.scale
    return about[0] + (x * cos - y * sin) / aspect + move.dx, about[1] + x * sin + y * cos + move.dy


def middle(polygons: Sequence[Points]) -> Point:
    """Return the middle of the box around some polygons; that of the picture without any."""
    xs, ys = ([one[k] for points in polygons for one in points] for k in (0, 1))
    if not xs:
        return 0.5, 0.5
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def together(polygons: Sequence[Points], move: Move, *, aspect: float) -> tuple[Points, ...]:
    """Return all polygons moved, turned and scaled about their common middle.

    They may reach beyond the picture: :func:`inside` says whether they can be used so.
    """
    about = middle(polygons)
    return tuple(tuple(moved(one, move, aspect=aspect, about=about) for one in points) for points in polygons)


def inside(points: Points) -> Points:
    """Return a polygon that can be counted in.

    Raises:
        Refused: it reaches beyond the picture.
    """
    if any(not (-1e-9 <= x <= 1.0 + 1e-9 and -1e-9 <= y <= 1.0 + 1e-9) for x, y in points):
        raise Refused("It reaches beyond the picture")
    return rounded(checked((min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in points))
