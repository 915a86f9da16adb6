"""Head points of the benchmarks' MATLAB labels: a path in, N x 2 float64 (x, y) pixels out.

The returned coordinates are 0-based, and (0, 0) is the centre of the top left pixel. Points outside the
picture do not change, because a label does not know the size of its picture. Every function
raises ``DatasetError`` for a file that is missing, damaged, or another kind of label. A label without
people gives 0 x 2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from crowdmon.formats.mat import load_mat, quoted

Points = NDArray[np.float64]

_ONE_BASED = 1.0
_EDGE_BASED = 0.5


def image_info(path: str | Path) -> Points:
    """Read ``image_info{1}.location``: ShanghaiTech A and B, ``GT_IMG_n.mat``.

    Its coordinates run from 0 at the left edge of the picture to the width at the right edge. (Of 290,426
    points in both parts, 205 are below 1, and none is below 0 or beyond the width.) So half a pixel is
    subtracted. Subtracting a whole pixel would push those heads out of the picture.
    """
    info = _single(load_mat(path, names=["image_info"])["image_info"])
    return _points(_field(info, "location", path, "image_info"), path, "location", base=_EDGE_BASED)


def ann_points(path: str | Path) -> Points:
    """Read ``annPoints``: UCF_CC_50, UCF-QNRF and NWPU-Crowd; 1-based."""
    return _points(load_mat(path, names=["annPoints"])["annPoints"], path, "annPoints", base=_ONE_BASED)


def point_position(path: str | Path) -> Points:
    """Read ``point_position``: WorldExpo'10; 1-based."""
    mat = load_mat(path, names=["point_position"])
    return _points(mat["point_position"], path, "point_position", base=_ONE_BASED)


def point_num(path: str | Path) -> int | None:
    """Return the number of heads that a WorldExpo'10 label announces; None if it announces none."""
    value = np.asarray(load_mat(path).get("point_num", ())).ravel()
    return int(value[0]) if value.size and value.dtype.kind in "biuf" and np.isfinite(value[0]) else None


def loc(path: str | Path) -> Points:
    """Read ``loc``: Beijing-BRT; 1-based."""
    return _points(load_mat(path, names=["loc"])["loc"], path, "loc", base=_ONE_BASED)


def mall_frames(path: str | Path) -> tuple[Points, ...]:
    """Read the cell ``frame`` of ``mall_gt.mat``: Mall, one array for each frame, in order; 1-based."""
    frames = load_mat(path, names=["frame"])["frame"]
    if not isinstance(frames, np.ndarray) or frames.dtype != object:
        raise DatasetError(f"'frame' in {path} is not a cell of frames", "Is it Mall's mall_gt.mat?")
    return tuple(
        _points(_field(_single(frame), "loc", path, f"frame {number}"), path, "loc", base=_ONE_BASED)
        for number, frame in enumerate(frames.ravel(order="F"), 1)
    )


def _single(value: Any) -> Any:
    """Unwrap cells and struct arrays of one element."""
    while isinstance(value, np.ndarray) and value.dtype == object and value.size == 1:
        value = value.flat[0]
    return value


def _field(value: Any, name: str, path: str | Path, where: str) -> Any:
    if not isinstance(value, dict):
        raise DatasetError(
            f"{where} in {path} is not a struct with '{name}'", "Is it the right kind of file?"
        )
    if name not in value:
        raise DatasetError(
            f"{where} in {path} has no field '{name}'; it has {quoted(value)}",
            "Is it the right kind of file?",
        )
    return value[name]


def _points(value: Any, path: str | Path, name: str, *, base: float) -> Points:
    if isinstance(value, np.ndarray) and value.size == 0:
        return np.zeros((0, 2))
    if (
        not isinstance(value, np.ndarray)
        or value.dtype.kind not in "iuf"
        or value.ndim != 2
        or value.shape[1] < 2
    ):
        kind = f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
        raise DatasetError(f"'{name}' in {path} is {kind}", "Head points are N x 2 numbers, x then y")
    points = value[:, :2].astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if bad.size:
        raise DatasetError(f"head point {bad[0] + 1} of {len(points)} in {path} is not finite", "Remove it")
    return points - base
