"""``ground:`` of a camera: the floor that it sees."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from crowdmon.config.fields import Model, Number, Point, Positive
from crowdmon.errors import ConfigError
from crowdmon.track import ground_fit
from crowdmon.values import GroundPlane


class GroundPointConfig(Model):
    """A point of the floor.

    Attributes:
        at: its place (x, y) in fractions 0..1 of the picture.
        metres: its place (x, y) on the floor; seen from above, y is 90 degrees to the left of x.
    """

    at: Point
    metres: Point

    @field_validator("at")
    @classmethod
    def _inside(cls, at: tuple[float, float]) -> tuple[float, float]:
        if not all(0.0 <= value <= 1.0 for value in at):
            raise ConfigError("it lies outside the picture", "Give fractions 0..1 of the picture, not pixels")
        return at


class RectangleConfig(Model):
    """A rectangle on the floor.

    Attributes:
        corners: four, in order around it, in fractions 0..1 of the picture.
        sides: metres from corner 1 to corner 2, and from corner 2 to corner 3.
    """

    corners: tuple[Point, ...]
    sides: tuple[Positive, Positive]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        ground_fit.rectangle_points(self.corners, self.sides)
        return self


class GroundConfig(Model):
    """The floor that a camera sees, by points or by a rectangle.

    Attributes:
        points: 4 to 100 of known places.
        rectangle: one of known sides.
        head_height: how tall people stand, metres up to the top of their heads.
        camera_height: metres of the camera above the floor; None if it is to follow from the points.
    """

    points: tuple[GroundPointConfig, ...] | None = None
    rectangle: RectangleConfig | None = None
    head_height: Annotated[Number, Field(ge=0.3, le=3)] = 1.7
    camera_height: Annotated[Positive, Field(le=1000)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.to_plane()
        return self

    def to_points(self) -> tuple[ground_fit.GroundPoint, ...]:
        """Return the points that the plane is fitted to; of a rectangle its corners."""
        if (self.points is None) == (self.rectangle is None):
            raise ConfigError("the floor is known by points or by a rectangle", "Give one of the two")
        if self.rectangle is not None:
            return ground_fit.rectangle_points(self.rectangle.corners, self.rectangle.sides)
        return tuple((one.at, one.metres) for one in self.points or ())

    def to_plane(self) -> GroundPlane:
        """Return the plane; ConfigError says why the points make none."""
        return ground_fit.fit(
            self.to_points(), head_height=self.head_height, camera_height=self.camera_height
        )
