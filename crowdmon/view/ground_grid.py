"""What shows whether a ground plane is right: metres on the floor, and somebody who stands there. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crowdmon.track.ground import HEAD_MIDDLE, feet_to_heads, mapped, matrix_of, to_floor
from crowdmon.values import GroundPlane

Line = NDArray[np.float64]

STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Metres between two lines: the smallest that gives few enough of them."""

_MOST_LINES = 30
_POINTS = 25
_BEYOND = 2.0
"""How far outside of the picture a line is followed, in pictures."""


@dataclass(frozen=True, eq=False, slots=True)
class GroundGrid:
    """Lines on the floor.

    Attributes:
        step: metres between two lines.
        lines: each N x 2, in fractions of the picture; it may reach beyond it.
    """

    step: float
    lines: tuple[Line, ...]


def grid_of(plane: GroundPlane, metres: NDArray[np.float64]) -> GroundGrid:
    """Return lines at whole metres around some points of the floor, given as N x 2 metres."""
    low, high = metres.min(axis=0), metres.max(axis=0)
    reach = float(np.max(high - low))
    low, high = low - reach, high + reach
    step = next((one for one in STEPS if (high - low).max() / one <= _MOST_LINES), STEPS[-1])
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    lines: list[Line] = []
    for axis in (0, 1):
        along = np.linspace(low[1 - axis], high[1 - axis], 4 * _POINTS)
        for value in np.arange(low[axis], high[axis] + step / 2, step):
            places = np.empty((len(along), 2))
            places[:, axis], places[:, 1 - axis] = value, along
            lines += _seen(mapped(matrix_of(plane), places))
    return GroundGrid(step, tuple(lines))


def _seen(points: Line) -> Iterator[Line]:
    """Yield the parts of a line that are in front of the camera and near the picture."""
    with np.errstate(invalid="ignore"):
        near = np.asarray((np.abs(points - 0.5) < 0.5 + _BEYOND).all(axis=1), bool)  # nan is not near
    edges = np.flatnonzero(np.diff(near.astype(int))) + 1
    for part in np.split(np.arange(len(points)), edges):
        if near[part[0]] and len(part) > 1:
            yield points[part]


def standing(plane: GroundPlane, aspect: float, at: tuple[float, float]) -> tuple[float, float] | None:
    """Return where the top of the head is of somebody whose feet are at a point of the picture.

    Args:
        plane: the floor; its ``head_height`` is how tall they are.
        aspect: width / height of the picture.
        at: the feet, in fractions of the picture.

    Returns:
        Fractions of the picture; None above the horizon, and if the plane does not tell.
    """
    feet = np.array([at])
    # The plane's own height is that of the middle of a head.
    rows = feet_to_heads(replace(plane, head_height=plane.head_height / HEAD_MIDDLE), aspect)
    if rows is None or not np.isfinite(to_floor(plane, feet)).all():
        return None
    x, y = mapped(np.array(rows), feet)[0]
    return (float(x), float(y)) if np.isfinite(x + y) else None
