"""Head points and ROIs of the benchmarks' MAT files, as 0-based pixel coordinates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat

from crowdmon.errors import DatasetError
from trainer.datasets.base import Points


def shanghaitech(path: Path) -> Points:
    """Return the head points of ``GT_IMG_n.mat``."""
    return _points(_get(path, lambda mat: mat["image_info"][0, 0][0, 0]["location"]), path)


def ucf(path: Path) -> Points:
    """Return the head points of ``n_ann.mat``."""
    return _points(_get(path, lambda mat: mat["annPoints"]), path)


def beijing(path: Path) -> Points:
    """Return the head points of a Beijing-BRT label."""
    return _points(_get(path, lambda mat: mat["loc"]), path)


def mall(path: Path) -> list[Points]:
    """Return the head points of every frame of ``mall_gt.mat``."""
    frames = _get(path, lambda mat: [frame["loc"][0, 0] for frame in mat["frame"][0]])
    return [_points(frame, path) for frame in frames]


def mall_mask(path: Path) -> NDArray[np.bool_]:
    """Return the ROI mask of ``perspective_roi.mat``, H x W."""
    return np.asarray(_get(path, lambda mat: mat["roi"][0, 0]["mask"]), dtype=bool)


def worldexpo(path: Path) -> tuple[Points, int | None]:
    """Return the head points of a WorldExpo'10 label and the number it announces, if it does."""
    number = _get(path, lambda mat: mat.get("point_num"))
    announced = int(np.ravel(number)[0]) if number is not None and np.size(number) else None
    return _points(_get(path, lambda mat: mat["point_position"]), path), announced


def roi(path: Path) -> Points:
    """Return the corners of a ``roi.mat``, N x 2."""
    found = _get(path, lambda mat: [mat[f"maskVertices{axis}Coordinates"] for axis in "XY"])
    x, y = map(np.ravel, found)
    if len(x) != len(y) or len(x) < 3:
        raise DatasetError(f"{path} has {len(x)} x and {len(y)} y coordinates, which is no polygon")
    return np.stack([x, y], axis=1).astype(np.float64) - 1.0


def _get(path: Path, get: Callable[[Mapping[str, Any]], Any]) -> Any:
    if not path.is_file():
        raise DatasetError(f"the label {path} is missing")
    try:
        return get(_load(path))
    except (KeyError, ValueError, IndexError, TypeError, OSError, NotImplementedError) as error:
        reason = "it is empty" if not path.stat().st_size else str(error)
        raise DatasetError(f"{path} is not a label of the kind expected: {reason}") from error


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return dict(loadmat(path))
    except NotImplementedError:
        with h5py.File(path) as file:
            return {
                key: np.zeros((0, 0)) if "MATLAB_empty" in item.attrs else np.asarray(item).T
                for key, item in file.items()
            }


def _points(values: Any, path: Path) -> Points:
    points = np.asarray(values, dtype=np.float64)
    if not points.size:
        return np.zeros((0, 2))
    if points.ndim != 2 or points.shape[1] < 2 or not np.isfinite(points).all():
        raise DatasetError(f"{path} does not hold N x 2 head points but {points.shape} values")
    return points[:, :2] - 1.0
