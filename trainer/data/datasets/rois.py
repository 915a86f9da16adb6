"""The ROI of a sample on a grid of cells, from a polygon or a mask."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from crowdmon.geometry import contains_all, coverage
from crowdmon.values import Grid
from trainer.data.datasets.base import Points


class HasRoi(Protocol):
    """What :func:`cover` needs: a polygon's corners in pixels of the picture, or a pixel mask of it."""

    @property
    def roi(self) -> Points | None:
        """M x 2 corners, 0-based."""
        ...

    @property
    def mask(self) -> NDArray[Any] | None:
        """H x W, where it is not 0."""
        ...


def cover(picture: HasRoi, grid: Grid) -> NDArray[np.float32] | None:
    """Return which share of each cell lies in a picture's ROI; None without a ROI.

    The share is of the cell's part inside the picture. ``(people * cover).sum()`` is the count inside;
    on a grid of one cell a pixel it is the mask for a loss. A polygon is exact, and taken where there
    are both.
    """
    if picture.roi is not None:
        # Pixel i is centred on i, so the picture begins half a pixel before the first centre.
        corners = (picture.roi + 0.5) / (grid.width, grid.height)
        return coverage(tuple((float(x), float(y)) for x, y in corners), grid)
    if picture.mask is not None:
        return mask_cover(picture.mask != 0, grid)
    return None


def mask_cover(mask: NDArray[np.bool_], grid: Grid) -> NDArray[np.float32]:
    """Return the mean of a pixel mask over the part of each cell inside the picture."""
    rows = _overlaps(grid.rows, grid.cell_height, grid.height, mask.shape[0])
    columns = _overlaps(grid.columns, grid.cell_width, grid.width, mask.shape[1])
    return (rows @ mask.astype(np.float64) @ columns.T).astype(np.float32)


def inside_roi(points: Points, *, roi: Points | None, mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    """Tell for each point whether it lies in the ROI; a polygon's boundary belongs to it."""
    if not len(points):
        return np.zeros(0, dtype=bool)
    if roi is not None:
        return contains_all([(float(x), float(y)) for x, y in roi], points)
    if mask is not None:
        height, width = mask.shape
        column = np.clip(np.rint(points[:, 0]).astype(int), 0, width - 1)
        row = np.clip(np.rint(points[:, 1]).astype(int), 0, height - 1)
        return np.asarray(mask[row, column], dtype=bool)
    return np.ones(len(points), dtype=bool)


def _overlaps(cells: int, size: float, limit: float, pixels: int) -> NDArray[np.float64]:
    """Return cells x pixels weights: the share of each cell, cut at ``limit``, that each pixel takes.

    A cell wholly beyond the picture follows the last one inside.
    """
    starts = np.arange(cells) * size
    starts[starts >= limit] = starts[starts < limit][-1]
    begin = starts * (pixels / limit)
    end = np.minimum(begin + size * (pixels / limit), pixels)
    edges = np.arange(pixels + 1)
    overlap = np.clip(
        np.minimum(end[:, None], edges[None, 1:]) - np.maximum(begin[:, None], edges[None, :-1]), 0, None
    )
    share: NDArray[np.float64] = overlap / overlap.sum(axis=1, keepdims=True)
    return share
