"""A ground plane while somebody places its points: what is known so far, and what is still missing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from crowdmon.config.ground import GroundConfig, GroundPointConfig, RectangleConfig
from crowdmon.errors import ConfigError
from crowdmon.track.ground import to_floor
from crowdmon.track.ground_fit import GroundPoint, Residual, fit, rectangle_points, residual
from crowdmon.values import GroundPlane

Point = tuple[float, float]

CORNERS = 4
"""Points that a plane needs, and corners of a rectangle."""

MOST = 100

_FIRST = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
"""Metres that the first points have until somebody enters their own."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What somebody has placed.

    Attributes:
        corners: the points in the picture, in fractions 0..1.
        metres: where each lies on the floor; seen from above, y is 90 degrees to the left of x.
        rectangle: whether the points are the corners of a rectangle of known ``sides``, and ``metres`` do not
            count.
        sides: metres from corner 1 to corner 2, and from corner 2 to corner 3.
        head_height: how tall people stand, metres.
        camera_height: metres of the camera above the floor; None to let it follow from the points.
    """

    corners: tuple[Point, ...] = ()
    metres: tuple[Point, ...] = ()
    rectangle: bool = True
    sides: tuple[float, float] = (4.0, 4.0)
    head_height: float = 1.7
    camera_height: float | None = None

    @property
    def full(self) -> bool:
        """Whether no further point can be placed."""
        return len(self.corners) >= (CORNERS if self.rectangle else MOST)

    def add(self, at: Point) -> Calibration:
        """Place another point. Its metres are proposed: from the plane if there is one."""
        plane = found(self, width=16, height=9).plane
        place = _FIRST[len(self.corners) % CORNERS]
        if plane is not None and len(self.corners) >= CORNERS:
            x, y = to_floor(plane, np.array([at]))[0]
            place = (round(float(x), 1), round(float(y), 1)) if np.isfinite(x + y) else place
        return replace(self, corners=(*self.corners, _inside(at)), metres=(*self.metres, place))

    def moved(self, index: int, at: Point) -> Calibration:
        """Move a point in the picture, as far as the picture reaches."""
        return replace(self, corners=_with(self.corners, index, _inside(at)))

    def placed(self, index: int, metres: Point) -> Calibration:
        """Enter where a point lies on the floor."""
        return replace(self, metres=_with(self.metres, index, metres))

    def without(self, index: int) -> Calibration:
        """Take a point away."""
        corners, metres = (one[:index] + one[index + 1 :] for one in (self.corners, self.metres))
        return replace(self, corners=corners, metres=metres)

    def as_rectangle(self, on: bool) -> Calibration:
        """Take the points as corners of a rectangle, or each with metres of its own.

        From a rectangle, the points keep the metres that its sides give them. To a rectangle, the first four
        stay.
        """
        if on is self.rectangle:
            return self
        if on:
            return replace(self, corners=self.corners[:CORNERS], metres=self.metres[:CORNERS], rectangle=True)
        metres = self.metres
        if len(self.corners) == CORNERS:
            with suppress(ConfigError):  # corners that cross give no metres
                metres = tuple(place for _, place in rectangle_points(self.corners, self.sides))
        return replace(self, metres=metres, rectangle=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What follows from a calibration.

    Attributes:
        plane: None while there is none.
        off: how far the points are from where the plane has them; None if nothing tells.
        said: the error, why there is no plane, or what is missing.
        wrong: whether ``said`` is about a mistake.
    """

    plane: GroundPlane | None
    off: Residual | None
    said: str
    wrong: bool = False


def found(calibration: Calibration, *, width: int, height: int) -> Found:
    """Return the plane of a calibration, for a picture of ``width`` x ``height`` pixels."""
    placed = len(calibration.corners)
    if placed < CORNERS:
        what = "corners" if calibration.rectangle else "points"
        return Found(None, None, f"{placed} of {CORNERS} {what} are placed.")
    try:
        points = _points(calibration)
        plane = fit(points, head_height=calibration.head_height, camera_height=calibration.camera_height)
    except ConfigError as error:
        hint = f" {error.hint}." if error.hint else ""
        message = error.message.removeprefix(": ")  # of an outline: its place would stand before it
        return Found(None, None, f"{message[:1].upper()}{message[1:]}.{hint}", wrong=True)
    if placed == CORNERS:
        more = "" if calibration.rectangle else " Another point would show the error."
        return Found(plane, None, f"Four points always fit: compare the grid with the floor.{more}")
    off = residual(plane, points, width=width, height=height)
    said = f"Off by {off.pixels:.1f} px, {off.centimetres:.0f} cm. The worst is point {off.worst}."
    return Found(plane, off, said)


def to_config(calibration: Calibration) -> GroundConfig:
    """Return what the configuration holds of a calibration that has a plane."""
    corners, rectangle, points = _rounded(calibration.corners), None, None
    if calibration.rectangle:
        rectangle = RectangleConfig(corners=corners, sides=calibration.sides)
    else:
        pairs = zip(corners, calibration.metres, strict=True)
        points = tuple(GroundPointConfig(at=at, metres=metres) for at, metres in pairs)
    return GroundConfig(
        points=points,
        rectangle=rectangle,
        head_height=calibration.head_height,
        camera_height=calibration.camera_height,
    )


def of_config(ground: GroundConfig | None) -> Calibration:
    """Return what a configuration holds, to be changed; that of a perspective map has no points."""
    if ground is None:
        return Calibration()
    empty = Calibration(head_height=ground.head_height, camera_height=ground.camera_height)
    if ground.rectangle is not None:
        corners, sides = ground.rectangle.corners, ground.rectangle.sides
        metres = tuple(place for _, place in rectangle_points(corners, sides))
        return replace(empty, corners=corners, metres=metres, sides=sides)
    points = ground.points or ()
    corners, metres = tuple(one.at for one in points), tuple(one.metres for one in points)
    return replace(empty, corners=corners, metres=metres, rectangle=not points)


def _points(calibration: Calibration) -> tuple[GroundPoint, ...]:
    if calibration.rectangle:
        return rectangle_points(calibration.corners, calibration.sides)
    return tuple(zip(calibration.corners, calibration.metres, strict=True))


def _inside(at: Point) -> Point:
    return min(max(at[0], 0.0), 1.0), min(max(at[1], 0.0), 1.0)


def _rounded(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple((round(x, 5), round(y, 5)) for x, y in points)


def _with(points: tuple[Point, ...], index: int, point: Point) -> tuple[Point, ...]:
    return (*points[:index], point, *points[index + 1 :])
