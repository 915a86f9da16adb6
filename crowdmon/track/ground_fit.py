"""From points with their places in metres to a ground plane; points that make none are refused. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crowdmon.errors import ConfigError
from crowdmon.geometry import validate_polygon
from crowdmon.track.ground import Floats, camera_of, matrix_of, to_floor
from crowdmon.values import GroundPlane

GroundPoint = tuple[tuple[float, float], tuple[float, float]]
"""Where a point is in the picture, in fractions 0..1, and on the floor, in metres."""

MAX_POINTS = 100

_USUAL_SHAPES = (16 / 9, 4 / 3)
_FLATTEST = 0.02
"""Points are nearly on one line if they spread across it less than this share of their spread along it."""
_WORST = 0.1
"""A point that is off by more than this share of the picture's height was given a wrong place."""


@dataclass(frozen=True, slots=True)
class Residual:
    """How far the points are from where the plane has them, root of the mean square.

    Attributes:
        pixels: in the picture.
        centimetres: on the floor.
        worst: number of the point that is farthest off in the picture, from 1.
    """

    pixels: float
    centimetres: float
    worst: int


@lru_cache(maxsize=64)
def fit(
    points: tuple[GroundPoint, ...], *, head_height: float = 1.7, camera_height: float | None = None
) -> GroundPlane:
    """Fit a plane to points of the floor: exactly to four, by least squares in the picture to more.

    Args:
        points: 4 to 100; seen from above, y in metres is 90 degrees to the left of x.
        head_height: how tall people stand, metres.
        camera_height: metres of the camera above the floor; None if not known.

    Raises:
        ConfigError: too few or too many points, one outside the picture or given twice, nearly all on one
            line, places that no camera sees so, mirrored ones, or a camera that is not above the heads.
    """
    picture, metres = (np.array([one[k] for one in points], dtype=np.float64).reshape(-1, 2) for k in (0, 1))
    _check(picture, metres)
    plane = _checked_plane(picture, metres, head_height, camera_height)
    off = _misses(plane, picture, metres)[0]
    if off.max() > _WORST:
        raise ConfigError(
            f"point {int(off.argmax()) + 1} is off by {100 * off.max():.0f} % of the picture's height",
            "Correct its place in the picture or its metres",
        )
    _check_camera(plane)
    return plane


def rectangle_points(
    corners: tuple[tuple[float, float], ...], sides: tuple[float, float]
) -> tuple[GroundPoint, ...]:
    """Return the points that :func:`fit` takes for a rectangle of known sides on the floor.

    Args:
        corners: four, in order around it, in fractions 0..1 of the picture.
        sides: metres from corner 1 to corner 2, and from corner 2 to corner 3.

    Raises:
        ConfigError: corners that are not four, not in order, or outside the picture.
    """
    if len(corners) != 4:
        raise ConfigError(f"{len(corners)} corners do not make a rectangle", "Give four, in order around it")
    corners = validate_polygon(corners, where="")
    (along, across), turn = sides, _turn(corners)
    places = ((0.0, 0.0), (along, 0.0), (along, turn * across), (0.0, turn * across))
    return tuple(zip(corners, places, strict=True))


def _turn(corners: Sequence[tuple[float, float]]) -> float:
    """Return 1 if the corners run to the left around the rectangle, as seen in the picture; else -1."""
    x, y = np.array(corners).T
    return 1.0 if float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) < 0.0 else -1.0


def residual(plane: GroundPlane, points: Sequence[GroundPoint], *, width: int, height: int) -> Residual:
    """Return how far the points are off, in a picture of ``width`` x ``height`` pixels."""
    picture, metres = (np.array([one[k] for one in points], dtype=np.float64) for k in (0, 1))
    off, floor = _misses(plane, picture, metres, aspect=width / height)
    pixels, centimetres = (math.sqrt(float((one**2).mean())) for one in (off * height, 100.0 * floor))
    return Residual(pixels, centimetres, int(off.argmax()) + 1)


def _misses(
    plane: GroundPlane, picture: Floats, metres: Floats, *, aspect: float = _USUAL_SHAPES[0]
) -> tuple[Floats, Floats]:
    """Return how far each point is off: in heights of the picture, and in metres."""
    x, y, w = matrix_of(plane) @ np.column_stack([metres, np.ones(len(metres))]).T
    dx, dy = (np.column_stack([x / w, y / w]) - picture).T
    floor = to_floor(plane, picture) - metres
    return np.hypot(dx * aspect, dy), np.hypot(floor[:, 0], floor[:, 1])


def _check(picture: Floats, metres: Floats) -> None:
    if not 4 <= len(picture) <= MAX_POINTS:
        raise ConfigError(f"{len(picture)} points do not make a plane", f"Give 4 to {MAX_POINTS} points")
    for number, (x, y) in enumerate(picture.tolist(), 1):
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ConfigError(
                f"point {number} ({x:g}, {y:g}) lies outside the picture",
                "Coordinates are fractions 0..1 of the picture's width and height, not pixels",
            )
    for what, points in (("place in the picture", picture), ("metres", metres)):
        seen: dict[tuple[float, ...], int] = {}
        for number, point in enumerate(points.tolist(), 1):
            first = seen.setdefault(tuple(point), number)
            if first != number:
                raise ConfigError(f"points {first} and {number} have the same {what}", "Correct one of them")
    for what, points in (("in the picture", picture * (_USUAL_SHAPES[0], 1.0)), ("in metres", metres)):
        # A plane needs four points of which no three are on one line: all but one must spread.
        for left_out in range(len(points)):
            rest = np.delete(points, left_out, axis=0)
            along, across = np.linalg.svd(rest - rest.mean(axis=0), compute_uv=False)
            if across < _FLATTEST * along:
                which = "all points but one, or all," if len(points) > 4 else "three of the points"
                raise ConfigError(
                    f"{which} are nearly on one line {what}",
                    "Choose points that lie far apart, such as the corners of a large rectangle",
                )


def _checked_plane(
    picture: Floats, metres: Floats, head_height: float, camera_height: float | None
) -> GroundPlane:
    import cv2  # here, so that reading a configuration without a ground plane stays light

    # OpenCV computes with 32 bits: places such as those of a map grid would lose their digits.
    centre, scale = metres.mean(axis=0), float(metres.std())
    shape = np.diag([_USUAL_SHAPES[0], 1.0, 1.0])
    found, _ = cv2.findHomography((metres - centre) / scale, picture * (_USUAL_SHAPES[0], 1.0), 0)
    near = np.array([[1 / scale, 0, -centre[0] / scale], [0, 1 / scale, -centre[1] / scale], [0, 0, 1]])
    crossing = ConfigError(
        "no camera sees these points so: the outline crosses itself in the picture or in metres",
        "Check whether two points are exchanged",
    )
    if found is None or not np.isfinite(found).all():
        raise crossing
    matrix = np.linalg.inv(shape) @ found @ near
    depth = matrix[2] @ np.column_stack([metres, np.ones(len(metres))]).T
    if depth.mean() < 0.0:
        matrix, depth = -matrix, -depth
    if depth.min() <= 1e-6 * depth.max():
        raise crossing
    if np.linalg.det(matrix) > 0.0:
        raise ConfigError(
            "the metres are mirrored: no camera above the floor sees these points so",
            "Seen from above, y is 90 degrees to the left of x; change the sign of one of them",
        )
    return GroundPlane(tuple(matrix.ravel().tolist()), head_height, camera_height)


def _check_camera(plane: GroundPlane) -> None:
    """Refuse a camera that is not known in any usual shape of picture, or not above the heads."""
    if plane.camera_height is not None:
        heights = [plane.camera_height]
    else:
        heights = [one.height for one in (camera_of(plane, shape) for shape in _USUAL_SHAPES) if one]
    if not heights:
        raise ConfigError("the points do not tell how high the camera hangs", "Add camera_height, in metres")
    if max(heights) <= plane.head_height:
        raise ConfigError(
            f"the camera is {max(heights):.2g} m above the floor, not above heads at {plane.head_height:g} m",
            "Check the metres, camera_height and head_height",
        )
