"""What lies under the pointer: a corner, an edge, a ROI, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crowdmon.config import RoiConfig
from crowdmon.geometry import contains, nearest_edge, nearest_vertex, polygon_area
from crowdmon.roi.shapes import Point


class Part(StrEnum):
    """The parts of a ROI."""

    NONE = "none"
    VERTEX = "vertex"
    EDGE = "edge"
    POLYGON = "polygon"


@dataclass(frozen=True, slots=True)
class Target:
    """What was hit.

    Attributes:
        part: which part; NONE if nothing was hit.
        roi: the ROI's name; empty if nothing was hit.
        index: of the corner, or of the edge that begins at that corner; 0 for a whole ROI.
        at: where: the corner itself, the foot on the edge, or the pointer.
    """

    part: Part = Part.NONE
    roi: str = ""
    index: int = 0
    at: Point = (0.0, 0.0)


NOTHING = Target()


def hit(
    rois: Sequence[RoiConfig],
    at: Point,
    *,
    reach: float,
    aspect: float = 1.0,
    selected: str = "",
) -> Target:
    """Return what lies at a point.

    The selected ROI goes before the others, a later one before an earlier, a corner before an edge, and
    an edge before the inside. Of several ROIs around the point the smallest is meant, so that one that
    lies within another can be reached.

    Args:
        rois: in the order they are drawn.
        at: (x, y) in fractions of the picture.
        reach: how near a corner or an edge must be, in fractions of the picture's height.
        aspect: the picture's width / height.
        selected: the name of the selected ROI.
    """
    order = [roi for roi in rois if roi.name == selected]
    order += [roi for roi in reversed(rois) if roi.name != selected]
    for roi in order:
        index, distance = nearest_vertex(roi.polygon, *at, aspect=aspect)
        if distance <= reach:
            return Target(Part.VERTEX, roi.name, index, roi.polygon[index])
    for roi in order:
        index, distance, t = nearest_edge(roi.polygon, *at, aspect=aspect)
        if distance <= reach:
            return Target(Part.EDGE, roi.name, index, on_edge(roi.polygon, index, t))
    inside = [roi for roi in order if contains(roi.polygon, *at)]
    if not inside:
        return NOTHING
    return Target(Part.POLYGON, min(inside, key=lambda roi: polygon_area(roi.polygon)).name, 0, at)


def on_edge(points: Sequence[Point], edge: int, t: float) -> Point:
    """Return the point of an edge at ``t`` in 0..1 from its first end."""
    (ax, ay), (bx, by) = points[edge], points[(edge + 1) % len(points)]
    return ax + t * (bx - ax), ay + t * (by - ay)
