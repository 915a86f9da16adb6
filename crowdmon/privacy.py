"""Makes people unrecognisable: blocks of one colour where the density map sees somebody. Pure functions.

It is used for the screen and for saved pictures. A place is hidden unless it is known to be empty. Without
a density map, the whole picture is hidden.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.values import DensityMap

THRESHOLD: Final = 0.005
"""People per cell above which somebody may be there. This is far below what is visible in the heatmap."""

BLOCKS: Final = 64
"""Blocks across the picture. A face must be a few pixels of a block, not a few blocks."""

MARGIN: Final = 1
"""Blocks hidden around a person, because people continue to walk while they are counted."""

Rgb = NDArray[np.uint8]


def pixelate(
    rgb: Rgb, density: DensityMap | None, *, threshold: float = THRESHOLD, margin: int = MARGIN
) -> Rgb:
    """Return the picture with blocks of their mean colour wherever people may be.

    Args:
        rgb: HxWx3, at any scale of the picture that was counted.
        density: what was counted in it or shortly before; None hides the whole picture.
        threshold: people per cell above which a cell is hidden.
        margin: blocks around such a cell that are hidden too.
    """
    height, width = rgb.shape[:2]
    block = max(-(-width // BLOCKS), 4)
    rows, columns = -(-height // block), -(-width // block)
    full = cv2.copyMakeBorder(rgb, 0, rows * block - height, 0, columns * block - width, cv2.BORDER_REPLICATE)
    small = cv2.resize(full, (columns, rows), interpolation=cv2.INTER_AREA)
    hidden = _hidden(density, (width, height), block, threshold=threshold, margin=margin)
    coarse = cv2.resize(small, (columns * block, rows * block), interpolation=cv2.INTER_NEAREST)
    mask = cv2.resize(hidden, (columns * block, rows * block), interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(coarse, mask, full)
    return np.ascontiguousarray(full[:height, :width], np.uint8)


def _hidden(
    density: DensityMap | None, size: tuple[int, int], block: int, *, threshold: float, margin: int
) -> NDArray[np.uint8]:
    """Return 255 for every block to hide, 0 for the others."""
    width, height = size
    rows, columns = -(-height // block), -(-width // block)
    if density is None:
        return np.full((rows, columns), 255, np.uint8)
    grid = density.grid
    # A cell whose value is not a number may not be empty.
    somebody = (~(density.people < threshold)).astype(np.float32)
    down = _touched(rows, grid.rows, grid.cell_height * height / grid.height / block)
    across = _touched(columns, grid.columns, grid.cell_width * width / grid.width / block)
    found: NDArray[np.uint8] = np.where(down @ somebody @ across.T > 0, 255, 0).astype(np.uint8)
    if margin:
        found = np.asarray(cv2.dilate(found, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)), np.uint8)
    return found


def _touched(blocks: int, cells: int, length: float) -> NDArray[np.float32]:
    """Return 1 where a block and a cell overlap on one axis: blocks x cells.

    Args:
        blocks, cells: how many there are along the axis. Both start at the same place.
        length: the length of a cell, in blocks.
    """
    ends = np.arange(cells + 1) * length
    first, last = np.floor(ends[:-1]), np.ceil(ends[1:])
    at = np.arange(blocks)[:, None]
    touched: NDArray[np.float32] = ((at >= first) & (at < last)).astype(np.float32)
    return touched
