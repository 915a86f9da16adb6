"""What follows from the floor that a camera sees: square metres, the horizon, where heads are. Pure.

A camera sees people at their heads, and the plane is the floor. A head belongs to the floor below it. An
assumption ties them together: everybody stands upright and is as tall as :attr:`GroundPlane.head_height`, and
the middle of a head is at :data:`HEAD_MIDDLE` of that above the floor. The picture has square pixels, its
optical axis runs through its middle, and its lens does not bend straight lines.

Points are fractions 0..1 of the picture, x to the right and y down. ``aspect`` is its width / height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.geometry import polygon_area
from crowdmon.values import Grid, GroundPlane, Polygon, Roi

Floats = NDArray[np.float64]

HEAD_MIDDLE = 0.93
"""Height of the middle of a head, as a share of the height of who stands."""

HEAD_M = 0.24
"""Diameter of a head with its hair, in metres."""

FOCAL_LENGTHS = (0.3, 20.0)
"""Shortest and longest focal length that is believed, in heights of the picture."""

STEEPEST = math.radians(20.0)
"""A camera that looks down more steeply than this from straight down does not tell its height: what is far is
hardly smaller there than what is near."""

USUAL_FOCAL = 1.2
"""Focal length in heights of the picture, where nothing tells it."""

_NEAREST = 1e-6
"""A point that is as near to the horizon as this counts as above it."""


@dataclass(frozen=True, slots=True)
class GroundCamera:
    """Where the camera is, as its ground plane tells.

    Attributes:
        focal: focal length, in heights of the picture.
        height: metres above the floor.
        scale: metres of depth along the optical axis for each unit of the plane's third coordinate.
    """

    focal: float
    height: float
    scale: float


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """The floor of a ROI, and where the heads of those who stand on it are in the picture.

    Attributes:
        heads: the polygon in which people are counted; it may reach beyond the picture.
        floor: N x 2 metres, the part of the floor that is counted, because the heads above it are in the
            picture; None if it is unknown.
        area_m2: square metres of the whole ROI; None if unknown.
        counted_m2: square metres of ``floor``; of an entered area all of it. None if unknown.
        entered: somebody entered ``area_m2``, it does not follow from the plane.
    """

    heads: tuple[tuple[float, float], ...]
    floor: Floats | None
    area_m2: float | None
    counted_m2: float | None
    entered: bool


def matrix_of(plane: GroundPlane) -> Floats:
    """Return the 3x3 matrix that takes metres to fractions of the picture."""
    return np.array(plane.to_picture, dtype=np.float64).reshape(3, 3)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def horizon(plane: GroundPlane) -> tuple[float, float, float]:
    """Return (a, b, c) of the line ``a x + b y + c = 0``: above 0 lies the floor, below 0 the sky.

    a and b are 0 for a camera that looks straight down: it sees no horizon.
    """
    line = _inverse(matrix_of(plane))[2]
    a, b, c = (line / np.linalg.norm(line)).tolist()
    return a, b, c


def to_floor(plane: GroundPlane, points: Polygon | Floats) -> Floats:
    """Map N points of the picture to N x 2 metres on the floor; nan for those above the horizon."""
    return mapped(_inverse(matrix_of(plane)), np.asarray(points, dtype=np.float64))


def mapped(matrix: Floats, points: Floats) -> Floats:
    """Apply a 3x3 map to N x 2 points; nan where its third result is not above 0, beyond the horizon."""
    x, y, w = matrix @ np.column_stack([points, np.ones(len(points))]).T
    w = np.where(w > _NEAREST * np.linalg.norm(matrix[2]), w, np.nan)
    return np.column_stack([x / w, y / w])


@lru_cache(maxsize=64)
def camera_of(plane: GroundPlane, aspect: float) -> GroundCamera | None:
    """Return where the camera is; None where the plane does not tell, see :data:`STEEPEST`.

    The focal length follows from the right angles on the floor. Where the plane knows the camera's height,
    that holds, and a focal length that does not follow is a usual one: little depends on it then.
    """
    g = _shape(aspect) @ matrix_of(plane)
    # The axes of the floor stand at right angles and have one length: two equations in 1 / focal ** 2.
    (a1, b1), (a2, b2) = (((column[:2] ** 2).sum(), column[2] ** 2) for column in (g[:, 0], g[:, 1]))
    factors = np.array([2.0 * (g[:2, 0] @ g[:2, 1]), a1 - a2])
    wanted = -np.array([2.0 * g[2, 0] * g[2, 1], b1 - b2])
    shortest, longest = FOCAL_LENGTHS
    inverse = float(factors @ wanted) / max(float(factors @ factors), 1e-300)
    determinant = abs(float(np.linalg.det(g)))
    focal = 1.0 / math.sqrt(inverse) if 1.0 / longest**2 <= inverse <= 1.0 / shortest**2 else 0.0
    # The direction straight down, as the camera sees it: how far it is from the optical axis.
    line = _inverse(g)[2]
    if math.atan2(focal * math.hypot(line[0], line[1]), abs(line[2])) >= STEEPEST:
        scale = ((a1 * inverse + b1) * (a2 * inverse + b2)) ** -0.25
        height = determinant * inverse * scale**3
    elif plane.camera_height is None:
        return None
    else:
        focal, height = USUAL_FOCAL, plane.camera_height
    if plane.camera_height is not None:
        height = plane.camera_height
    return GroundCamera(focal, float(height), float((height * focal**2 / determinant) ** (1.0 / 3.0)))


def _shape(aspect: float) -> Floats:
    """Return the matrix from fractions to heights of the picture, from its middle."""
    return np.array([[aspect, 0.0, -aspect / 2.0], [0.0, 1.0, -0.5], [0.0, 0.0, 1.0]])


@lru_cache(maxsize=64)
def feet_to_heads(plane: GroundPlane, aspect: float) -> tuple[tuple[float, ...], ...] | None:
    """Return the 3x3 matrix that takes the place of feet in the picture to that of the head above them.

    Returns:
        Its rows; None where the camera is not known, or not above the heads.
    """
    camera = camera_of(plane, aspect)
    up = HEAD_MIDDLE * plane.head_height
    if camera is None or camera.height <= up:
        return None
    shape = _shape(aspect)
    line = _inverse(shape @ matrix_of(plane))[2]
    # All verticals run to one point of the picture, which the horizon and the focal length tell.
    down = line * (camera.focal**2, camera.focal**2, 1.0)
    heads = np.eye(3) - (up / camera.height) * np.outer(down, line) / (down @ line)
    return tuple(tuple(row) for row in (_inverse(shape) @ heads @ shape).tolist())


def heads_to_floor(plane: GroundPlane, aspect: float) -> Floats | None:
    """Return the 3x3 matrix from the place of a head in the picture to metres on the floor below it."""
    heads = feet_to_heads(plane, aspect)
    return None if heads is None else _inverse(np.array(heads) @ matrix_of(plane))


def area_m2(plane: GroundPlane, polygon: Polygon) -> float | None:
    """Return the square metres of a polygon drawn on the floor; None if it reaches above the horizon."""
    floor = to_floor(plane, polygon)
    return polygon_area(_corners(floor)) if np.isfinite(floor).all() else None


@lru_cache(maxsize=256)
def region_of(roi: Roi, aspect: float) -> Region:
    """Return where a ROI's people are looked for, and its square metres.

    An entered area holds, whatever the plane says. Without a plane, and for a ROI that reaches above the
    horizon or a plane that does not tell where heads are, people are counted in the polygon as it is drawn.
    """
    entered = roi.area_m2 is not None
    heads = None if roi.plane is None else feet_to_heads(roi.plane, aspect)
    drawn = np.array(roi.polygon, dtype=np.float64)
    as_drawn = Region(roi.polygon, None, roi.area_m2, roi.area_m2, entered)
    if roi.plane is None or heads is None:
        return as_drawn
    back = _inverse(np.array(heads) @ matrix_of(roi.plane))
    seen = drawn if roi.at_heads else mapped(np.array(heads), drawn)
    floor = mapped(back, seen)
    if not (np.isfinite(floor).all() and np.isfinite(to_floor(roi.plane, drawn)).all()):
        return as_drawn
    visible = _inside_picture(seen)
    counted = mapped(back, visible)
    whole, part = (polygon_area(_corners(one)) if len(one) > 2 else 0.0 for one in (floor, counted))
    if roi.area_m2 is not None:
        whole = part = roi.area_m2
    polygon = roi.polygon if roi.at_heads else _corners(seen)
    return Region(polygon, counted if part > 0.0 else None, whole, part or None, entered)


def _corners(points: Floats) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _inside_picture(points: Floats) -> Floats:
    """Cut a polygon at the borders of the picture, one after the other."""
    for axis, limit, sign in ((0, 0.0, 1.0), (0, 1.0, -1.0), (1, 0.0, 1.0), (1, 1.0, -1.0)):
        kept: list[Floats] = []
        for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
            before, after = sign * (start[axis] - limit), sign * (end[axis] - limit)
            if before >= 0.0:
                kept.append(start)
            if before * after < 0.0:
                kept.append(start + (end - start) * before / (before - after))
        points = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return points


def cell_areas(plane: GroundPlane, grid: Grid) -> Floats:
    """Return the square metres of floor below the heads in each density cell.

    Returns:
        rows x columns; nan for cells that reach above the horizon, and for all if the camera is not known. A
        cell that reaches beyond the picture counts with the part inside.
    """
    back = heads_to_floor(plane, grid.width / grid.height)
    if back is None:
        return np.full((grid.rows, grid.columns), np.nan)
    xs = np.minimum(np.arange(grid.columns + 1) * grid.cell_width / grid.width, 1.0)
    ys = np.minimum(np.arange(grid.rows + 1) * grid.cell_height / grid.height, 1.0)
    points = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    x, y = mapped(back, points).reshape(len(ys), len(xs), 2).transpose(2, 0, 1)
    # The area of a four-cornered figure is half the cross product of its diagonals.
    across = (x[1:, 1:] - x[:-1, :-1]) * (y[1:, :-1] - y[:-1, 1:])
    along = (x[1:, :-1] - x[:-1, 1:]) * (y[1:, 1:] - y[:-1, :-1])
    areas: Floats = np.abs(across - along) / 2.0
    return areas


def head_sizes(plane: GroundPlane, *, width: int, height: int) -> Floats:
    """Return how large a head in the middle of each row of pixels is expected to be.

    Args:
        plane: the floor.
        width, height: the picture's size, in pixels.

    Returns:
        ``height`` diameters in pixels, for heads of :data:`HEAD_M`; nan above the horizon, and everywhere if
        the camera is not known.
    """
    camera = camera_of(plane, width / height)
    up = HEAD_MIDDLE * plane.head_height
    if camera is None or camera.height <= up:
        return np.full(height, np.nan)
    line = _inverse(matrix_of(plane))[2]
    nearness = line[0] * 0.5 + line[1] * (np.arange(height) + 0.5) / height + line[2]
    nearness[nearness <= _NEAREST * np.linalg.norm(line)] = np.nan
    sizes: Floats = nearness * height * camera.focal * HEAD_M / (camera.scale * (1.0 - up / camera.height))
    return sizes
