"""``ground:`` of a camera: the floor that it sees."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from crowdmon.config.fields import Model, Number, Place, Point, Positive
from crowdmon.errors import ConfigError, DatasetError
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
        perspective_map: instead, a MATLAB file with ``pMap`` (WorldExpo'10) or ``pMapN`` (Mall, needs
            ``camera_height``): an estimate of the floor. A relative path starts at the folder where crowdmon
            was started.
        head_height: how tall people stand, metres up to the top of their heads.
        camera_height: metres of the camera above the floor; None if it is to follow from the points.
    """

    points: tuple[GroundPointConfig, ...] | None = None
    rectangle: RectangleConfig | None = None
    perspective_map: Place | None = None
    head_height: Annotated[Number, Field(ge=0.3, le=3)] = 1.7
    camera_height: Annotated[Positive, Field(le=1000)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        self.to_plane()
        return self

    def to_points(self) -> tuple[ground_fit.GroundPoint, ...]:
        """Return the points that the plane is fitted to; of a rectangle its corners, of a map none."""
        given = (self.points, self.rectangle, self.perspective_map)
        if sum(one is not None for one in given) != 1:
            raise ConfigError(
                "the floor is known by points or by a rectangle, or estimated by a perspective_map",
                "Give one of them",
            )
        if self.rectangle is not None:
            return ground_fit.rectangle_points(self.rectangle.corners, self.rectangle.sides)
        return tuple((one.at, one.metres) for one in self.points or ())

    def to_plane(self) -> GroundPlane:
        """Return the plane; ConfigError says why the points or the map make none."""
        points = self.to_points()
        if self.perspective_map is not None:
            return _mapped(self.perspective_map, self.head_height, self.camera_height)
        return ground_fit.fit(points, head_height=self.head_height, camera_height=self.camera_height)


def _mapped(path: str, head_height: float, camera_height: float | None) -> GroundPlane:
    try:
        found = Path(path).expanduser()
        return _plane_of_map(found, found.stat().st_mtime_ns, head_height, camera_height)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot read the perspective map {path}: {why}", "Check the path") from error
    except DatasetError as error:
        raise ConfigError(error.message, error.hint) from error


@lru_cache(maxsize=64)
def _plane_of_map(path: Path, changed: int, head_height: float, camera_height: float | None) -> GroundPlane:
    """Read a map once, and again when it has ``changed``."""
    from crowdmon.formats.perspective import read_rows  # here, so that other configurations stay light
    from crowdmon.track.ground_map import plane_of_rows

    del changed
    rows = read_rows(path)
    return plane_of_rows(
        rows.scales,
        aspect=rows.aspect,
        metric=rows.metric,
        head_height=head_height,
        camera_height=camera_height,
    )
