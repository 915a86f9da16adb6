"""Perspective maps: how large a metre appears at each pixel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError
from crowdmon.formats.mat import load_mat, quoted

_NAMES = ("pMap", "pMapN")


@dataclass(frozen=True, eq=False, slots=True)
class MetreRows:
    """How large a metre is in each row of a picture, as a perspective map says.

    Attributes:
        scales: one for each row from the top; 0 where the map says nothing.
        aspect: width / height of the picture.
        metric: the scales are pixels per metre; else they are in proportion only.
    """

    scales: NDArray[np.float64]
    aspect: float
    metric: bool


def read_rows(path: str | Path) -> MetreRows:
    """Read a perspective map as how large a metre is in each row: the median of the row.

    ``pMap`` has pixels per metre. ``pMapN`` weighs areas: a metre is in proportion to one by its root.

    Raises:
        DatasetError: see :func:`read_perspective`.
    """
    values = read_perspective(path).astype(np.float64)
    metric = _NAMES[0] in load_mat(path)
    known = np.where(values > 0.0, values, np.nan)
    rows = np.zeros(len(values))
    some = np.isfinite(known).any(axis=1)
    rows[some] = np.nanmedian(known[some], axis=1)
    if not metric:
        rows[some] = 1.0 / np.sqrt(rows[some])
    return MetreRows(rows, values.shape[1] / values.shape[0], metric)


def read_perspective(path: str | Path) -> NDArray[np.float32]:
    """Read a perspective map.

    Args:
        path: holds ``pMap`` (WorldExpo'10: pixels per metre of a person standing there, larger is
            nearer) or ``pMapN`` (Mall, Beijing-BRT: a factor without a unit, larger is farther).

    Returns:
        H x W float32, finite, in the size of the picture. In most maps, only the row matters.

    Raises:
        DatasetError: not a perspective map, or values that are not finite, or no value above 0.
    """
    mat = load_mat(path)
    name = next((name for name in _NAMES if name in mat), None)
    if name is None:
        raise DatasetError(
            f"{path} has no variable {quoted(_NAMES).replace(', ', ' or ')}; it has {quoted(mat)}",
            "Is it a perspective map?",
        )
    values = mat[name]
    if (
        not isinstance(values, np.ndarray)
        or values.dtype.kind not in "iuf"
        or values.ndim != 2
        or not values.size
    ):
        raise DatasetError(f"'{name}' in {path} is not an array of pixels", "Is it a perspective map?")
    if not np.isfinite(values).all() or not (values > 0).any():
        raise DatasetError(
            f"'{name}' in {path} has values that are not finite, or none above 0", "Correct it"
        )
    return values.astype(np.float32)
