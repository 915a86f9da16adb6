"""Paths across the plaza: smooth lines that bend around obstacles."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.layout import OBSTACLES, Disc

Floats = NDArray[np.float64]
Point = tuple[float, float]

CLEARANCE = 0.7
"""Metres between a planned path and the edge of an obstacle."""


@dataclass(frozen=True, eq=False, slots=True)
class Leg:
    """One part of a path.

    Attributes:
        points: Nx2 metres.
        along: N metres from the start, rising.
    """

    points: Floats
    along: Floats

    @property
    def length(self) -> float:
        """Metres from end to end."""
        return float(self.along[-1])

    def at(self, distance: float) -> Point:
        """Return the place ``distance`` metres along the path; beyond the ends, it continues straight."""
        index = int(np.searchsorted(self.along, distance)) - 1
        index = min(max(index, 0), len(self.along) - 2)
        span = float(self.along[index + 1] - self.along[index])
        part = (distance - float(self.along[index])) / span
        first, second = self.points[index], self.points[index + 1]
        return float(first[0] + part * (second[0] - first[0])), float(
            first[1] + part * (second[1] - first[1])
        )

    def heading(self, distance: float) -> float:
        """Return the direction of travel in radians, 0 along x, smooth across corners."""
        before, after = self.at(distance - 0.35), self.at(distance + 0.35)
        return math.atan2(after[1] - before[1], after[0] - before[0])


def plan(start: Point, end: Point, *, bend: float = 0.0) -> Leg:
    """Plan a leg that bends around obstacles.

    Args:
        start, end: places in metres, outside every obstacle.
        bend: how far the way bulges to the left of the straight line, in metres.
    """
    corners = [start, end]
    span = math.dist(start, end)
    if abs(bend) > 0.05 and span > 4.0:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        across = (-(end[1] - start[1]) / span, (end[0] - start[0]) / span)
        corners.insert(1, (middle[0] + bend * across[0], middle[1] + bend * across[1]))
    corners = _around(corners)
    points = np.array(corners, dtype=np.float64)
    for _ in range(3):
        points = _cut_corners(points)
    steps = np.hypot(*np.diff(points, axis=0).T)
    keep = np.concatenate([[True], steps > 1e-6])
    points = points[keep]
    if len(points) < 2:
        points = np.array([start, (start[0] + 1e-3, start[1])])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return Leg(points, along)


def _around(corners: list[Point]) -> list[Point]:
    """Insert detours where a straight stretch runs through an obstacle."""
    out = [corners[0]]
    for end in corners[1:]:
        start = out[-1]
        hits = [(part, disc) for disc in OBSTACLES if (part := _crossing(start, end, disc)) is not None]
        for part, disc in sorted(hits, key=lambda hit: hit[0]):
            out.append(_beside(start, end, part, disc))
        out.append(end)
    return out


def _crossing(start: Point, end: Point, disc: Disc) -> float | None:
    """Return where (0..1) the stretch comes nearest the disc if it comes too near, else None."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    square = dx * dx + dy * dy
    if square < 1e-9:
        return None
    part = ((disc.x - start[0]) * dx + (disc.y - start[1]) * dy) / square
    if not 0.0 < part < 1.0:
        return None
    near = (start[0] + part * dx, start[1] + part * dy)
    return part if math.dist(near, (disc.x, disc.y)) < disc.radius + CLEARANCE else None


def _beside(start: Point, end: Point, part: float, disc: Disc) -> Point:
    """Return a corner beside the disc, on the side the straight stretch already prefers."""
    near = (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
    away = (near[0] - disc.x, near[1] - disc.y)
    size = math.hypot(*away)
    if size < 1e-6:
        span = math.dist(start, end)
        away, size = (-(end[1] - start[1]) / span, (end[0] - start[0]) / span), 1.0
    # Cutting the corners pulls the way inwards, so the corner lies farther out than the clearance.
    reach = (disc.radius + CLEARANCE) * 1.45 / size
    return disc.x + away[0] * reach, disc.y + away[1] * reach


def _cut_corners(points: Floats) -> Floats:
    """Cut each corner at a quarter of its sides (Chaikin), the ends kept."""
    first, second = points[:-1], points[1:]
    cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1).reshape(-1, 2)
    return np.concatenate([points[:1], cut, points[-1:]])
