"""The draft that results while the pointer drags a corner, an edge or a whole ROI."""

from __future__ import annotations

from dataclasses import dataclass

from crowdmon.roi.draft import Draft
from crowdmon.roi.shapes import Point, Points, held, shifted
from crowdmon.roi.snapping import snap, snap_shift
from crowdmon.roi.targets import Part, Target


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
