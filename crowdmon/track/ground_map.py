"""From a perspective map to a ground plane: an estimate, for a map tells no focal length. Pure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from crowdmon.errors import ConfigError
from crowdmon.track.ground import USUAL_FOCAL, Floats
from crowdmon.values import GroundPlane

_FARTHEST = 0.15
"""Share of the largest scale by which a row may be off a straight line."""


def plane_of_rows(
    scales: Floats,
    *,
    aspect: float,
    metric: bool,
    head_height: float = 1.7,
    camera_height: float | None = None,
) -> GroundPlane:
    """Return the plane on which a metre is as large in each row of the picture as a map says.

    A camera without roll sees a metre across it in proportion to the distance from the horizon. The line
    through the rows gives the horizon and, where the map has pixels per metre, how high the camera hangs; its
    focal length is taken for a usual one.

    Args:
        scales: how large a metre is in each row, from the top; rows that are not above 0 do not count.
        aspect: width / height of the picture.
        metric: the scales are pixels per metre; else without a unit, and ``camera_height`` is needed.
        head_height: how tall people stand, metres.
        camera_height: metres of the camera above the floor; None to take what the map says.

    Raises:
        ConfigError: the scales do not grow to the bottom in a straight line, have no unit and no height, or
            the camera would not be above the heads.
    """
    rows = (np.arange(len(scales)) + 0.5) / len(scales)
    known = np.isfinite(scales) & (scales > 0.0)
    if known.sum() < 2:
        raise ConfigError("the map has no two rows above 0", "Is it a perspective map?")
    slope, level = np.polyfit(rows[known], scales[known], 1)
    off = np.abs(slope * rows[known] + level - scales[known]).max() / scales[known].max()
    if slope <= 1e-3 * scales[known].max() or off > _FARTHEST:
        raise ConfigError(
            "its rows do not grow from top to bottom in a straight line, as a camera above a floor sees them",
            "Give points or a rectangle instead",
        )
    if not metric and camera_height is None:
        raise ConfigError("this kind of map has no unit", "Add camera_height, in metres")
    horizon = -level / slope
    tilt = math.atan2(0.5 - horizon, USUAL_FOCAL)
    # Pixels per metre grow by slope / rows for each row: cos(tilt) / height of the camera.
    height = camera_height or math.cos(tilt) * len(scales) / slope
    if height <= head_height:
        raise ConfigError(
            f"the camera is {height:.2g} m above the floor, not above heads at {head_height:g} m",
            "Check the map, camera_height and head_height",
        )
    plane = _looking_down(tilt, height, aspect)
    return replace(plane, head_height=head_height, camera_height=camera_height, estimated=True)


def _looking_down(tilt: float, height: float, aspect: float) -> GroundPlane:
    """Return the plane of a camera above its origin that looks along y, ``tilt`` radians down."""
    sine, cosine = math.sin(tilt), math.cos(tilt)
    depth = np.array([0.0, cosine, height * sine])
    across = np.array([USUAL_FOCAL / aspect, 0.0, 0.0])
    down = USUAL_FOCAL * np.array([0.0, -sine, height * cosine])
    matrix = np.stack([0.5 * depth + across, 0.5 * depth + down, depth])
    return GroundPlane(tuple(matrix.ravel().tolist()))
