"""The heads that somebody clicks in a picture, with the way back. Every operation gives a new value. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from crowdmon.geometry import contains

Point = tuple[float, float]
"""(x, y) in fractions 0..1 of the picture."""

STEPS = 1000
"""How many steps can be undone."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Clicked heads; what changes nothing returns the same value, without a step to undo.

    Attributes:
        points: in the order they were clicked.
        past: states that undo goes back to, the oldest first; future: those of redo, the nearest first.
    """

    points: tuple[Point, ...] = ()
    past: tuple[tuple[Point, ...], ...] = ()
    future: tuple[tuple[Point, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.points)

    def add(self, x: float, y: float) -> Heads:
        """Add a head; one outside of the picture is not added."""
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return self
        return self._now((*self.points, (x, y)))

    def remove(self, index: int) -> Heads:
        """Take a head away."""
        return self._now((*self.points[:index], *self.points[index + 1 :]))

    def take(self, points: Iterable[Point], *, apart: float, size: tuple[float, float]) -> Heads:
        """Add proposed heads, in one step, but those within ``apart`` pixels of one that is there."""
        new = [point for point in points if nearest(self.points, point, size=size, within=apart) is None]
        return self._now((*self.points, *new)) if new else self

    def clear(self) -> Heads:
        """Take all heads away."""
        return self._now(()) if self.points else self

    def undo(self) -> Heads:
        """Take the last step back."""
        if not self.past:
            return self
        return Heads(self.past[-1], self.past[:-1], (self.points, *self.future))

    def redo(self) -> Heads:
        """Make the step again that was taken back last."""
        if not self.future:
            return self
        return Heads(self.future[0], (*self.past, self.points), self.future[1:])

    def inside(self, outline: tuple[Point, ...] | None) -> tuple[Point, ...]:
        """Return the heads inside of a polygon, or all for None."""
        if outline is None:
            return self.points
        return tuple(point for point in self.points if contains(outline, *point))

    def _now(self, points: tuple[Point, ...]) -> Heads:
        return Heads(points, (*self.past, self.points)[-STEPS:])


def nearest(points: Iterable[Point], to: Point, *, size: tuple[float, float], within: float) -> int | None:
    """Return the index of the point nearest to another one; None if none is near enough.

    Args:
        points, to: in fractions of a picture.
        size: (width, height) of the picture in pixels, on the screen or its own.
        within: pixels that it may be away at most.
    """
    found = [(math.hypot((x - to[0]) * size[0], (y - to[1]) * size[1]), i) for i, (x, y) in enumerate(points)]
    distance, index = min(found, default=(math.inf, 0))
    return index if distance <= within else None
