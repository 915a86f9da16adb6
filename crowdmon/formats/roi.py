"""ROIs of the benchmarks: polygons of WorldExpo'10, pixel masks of Mall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from crowdmon.formats.mat import load_mat
from crowdmon.values import Polygon

Corners = tuple[tuple[float, float], ...]

_X, _Y = "maskVerticesXCoordinates", "maskVerticesYCoordinates"


def read_roi_mat(path: str | Path) -> Corners:
    """Read the corners of a WorldExpo'10 ``roi.mat``.

    Args:
        path: holds ``maskVerticesXCoordinates`` and ``maskVerticesYCoordinates``, n x 1, 1-based.

    Returns:
        At least three (x, y) in 0-based pixels, where (0, 0) is the centre of the top left pixel. A corner
        that repeats the previous one is left out, and so is a last one that repeats the first. Corners
        may be outside the picture; :func:`to_fractions` clips them.

    Raises:
        DatasetError: not a ``roi.mat``, or fewer than three different corners.
    """
    mat = load_mat(path, names=[_X, _Y])
    x, y = (np.asarray(mat[name]).ravel() for name in (_X, _Y))
    if x.dtype.kind not in "iuf" or y.dtype.kind not in "iuf" or len(x) != len(y):
        raise DatasetError(f"{path} has {len(x)} x and {len(y)} y coordinates", "Each corner needs both")
    corners = [(float(a) - 1.0, float(b) - 1.0) for a, b in zip(x, y, strict=True)]
    if not np.isfinite(corners).all():
        raise DatasetError(f"{path} has a corner that is not finite", "Correct the file")
    kept = [corner for i, corner in enumerate(corners) if i == 0 or corner != corners[i - 1]]
    if len(kept) > 1 and kept[-1] == kept[0]:
        kept.pop()
    if len(kept) < 3:
        raise DatasetError(f"{path} has {len(kept)} corners, which make no polygon", "A ROI needs three")
    return tuple(kept)


def to_fractions(corners: Polygon, *, width: int, height: int) -> Corners:
    """Return 0-based pixel corners as fractions 0..1 of a picture, clipped at its border.

    Half a pixel is added, because the centre of a pixel is half a pixel from its edge.
    """
    scaled = (np.asarray(corners, dtype=np.float64) + 0.5) / (width, height)
    return tuple((float(x), float(y)) for x, y in np.clip(scaled, 0.0, 1.0))


def read_roi_mask(path: str | Path) -> NDArray[np.bool_]:
    """Read ``roi.mask`` of Mall's ``perspective_roi.mat``: H x W, True inside.

    Raises:
        DatasetError: not a ``perspective_roi.mat``, or a mask that is empty or not a picture.
    """
    roi = load_mat(path, names=["roi"])["roi"]
    mask = roi.get("mask") if isinstance(roi, dict) else None
    if not isinstance(mask, np.ndarray) or mask.ndim != 2 or mask.dtype.kind not in "biuf":
        raise DatasetError(f"'roi' in {path} holds no 'mask' of pixels", "Is it Mall's perspective_roi.mat?")
    inside: NDArray[np.bool_] = mask != 0
    if not inside.any():
        raise DatasetError(f"the ROI mask in {path} is empty", "Nothing would be counted")
    return inside
