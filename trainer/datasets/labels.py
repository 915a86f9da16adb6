"""Head points of the benchmarks' MAT files, as 0-based pixel coordinates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import loadmat

from crowdmon.errors import DatasetError
from trainer.datasets.base import Points


def shanghaitech(path: Path) -> Points:
    """Return the head points of ``GT_IMG_n.mat``."""
    return _points(path, lambda mat: mat["image_info"][0, 0][0, 0]["location"])


def ucf(path: Path) -> Points:
    """Return the head points of ``n_ann.mat``."""
    return _points(path, lambda mat: mat["annPoints"])


def beijing(path: Path) -> Points:
    """Return the head points of a Beijing-BRT label."""
    return _points(path, lambda mat: mat["loc"])


def _points(path, get) -> Points:  # type: ignore[no-untyped-def]
    try:
        values = np.asarray(get(loadmat(path)), dtype=np.float64)
    except (KeyError, ValueError, IndexError, TypeError, OSError) as error:
        raise DatasetError(f"{path} is not a label of the kind expected: {error}") from error
    return values.reshape(-1, 2) - 1.0 if values.size else np.zeros((0, 2))
