"""Makes people unrecognisable: blocks of one colour where the density map sees somebody. Pure functions.

It is used for the screen and for saved pictures. A place is hidden unless it is known to be empty. Without
a density map, or where it holds only parts of the picture, the whole picture is hidden.

What is promised: a face that is hidden is at most :data:`FACE_BLOCKS` blocks across, up to a face of 5/16 of
the picture's width (200 of 640 pixels). It is hidden wholly, even if the density lies on one half of it. That
is too coarse to know a person by the face. Clothes and gait are not a face. A person whom the network does
not see stays visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.values import DensityMap

THRESHOLD: Final = 0.005
"""People per cell above which somebody may be there. This is far below what is visible in the heatmap."""

BLOCKS: Final = 64
"""Blocks across the picture where heads are small."""

COARSE: Final = 18
"""Blocks across the picture where nothing is known of the size of heads."""

FACE_BLOCKS: Final = 6
"""Blocks across a hidden face, at most."""

MARGIN: Final = 1
"""Blocks hidden around a person at least, because people continue to walk while they are counted."""

LEVELS: Final = 4
"""Sizes of blocks: each is twice as large as the one before."""

_REACH, _REACH_LARGE = 0.6, 1.25
"""Head sizes hidden around a person. On large heads, the density may lie on one half."""

_WEAK, _PERSON = 0.25, 0.5
"""A cell with this part of the threshold may be a part of a large face, if so many people are around it."""

_WINDOW = 1 / 4
"""Part of the picture's width over which the size of heads is measured."""

Rgb = NDArray[np.uint8]


def pixelate(
    rgb: Rgb, density: DensityMap | None, *, threshold: float = THRESHOLD, margin: int = MARGIN
) -> Rgb:
    """Return the picture with blocks of their mean colour wherever people may be.

    Args:
        rgb: HxWx3, at any scale of the picture that was counted.
        density: what was counted in it. None hides the whole picture, and so does one of parts of it: nobody
            knows who is beside them.
        threshold: people per cell above which a cell is hidden.
        margin: blocks around such a cell that are hidden at least.
    """
    known = () if density is None else ((density, 0.0),)
    return pixelate_between(rgb, known, threshold=threshold, margin=margin)


def pixelate_between(
    rgb: Rgb,
    known: Sequence[tuple[DensityMap, float]],
    *,
    threshold: float = THRESHOLD,
    margin: int = MARGIN,
) -> Rgb:
    """Return a picture with blocks wherever the people of some counts around it may be by now.

    Args:
        rgb: HxWx3, at any scale of the pictures that were counted.
        known: each count, and how many head widths its people may be away from where they were counted.
            Without any, the whole picture is hidden.
        threshold, margin: as in :func:`pixelate`.
    """
    height, width = rgb.shape[:2]
    if not known or any(density.parts is not None for density, _ in known):
        return _blocks(rgb, max(-(-width // COARSE), 4))
    block = max(-(-width // BLOCKS), 4)
    found = [
        _levels(density, (width, height), block, threshold=threshold, margin=margin, away=away)
        for density, away in known
    ]
    level = np.asarray(np.maximum.reduce(found), np.uint8)
    out = rgb.copy()
    for number in range(int(level.max(initial=0))):
        # A large block is hidden whole, so that no part of a face keeps its finer blocks.
        size = block << number
        wanted = _pooled(level, 1 << number) > number
        mask = cv2.resize(wanted.astype(np.uint8), None, fx=size, fy=size, interpolation=cv2.INTER_NEAREST)[
            :height, :width
        ]
        cv2.copyTo(_blocks(rgb, size), mask, out)
    return np.ascontiguousarray(out, np.uint8)


def _blocks(rgb: Rgb, block: int) -> Rgb:
    """Return the whole picture in blocks of their mean colour, each ``block`` pixels wide."""
    height, width = rgb.shape[:2]
    rows, columns = -(-height // block), -(-width // block)
    full = cv2.copyMakeBorder(rgb, 0, rows * block - height, 0, columns * block - width, cv2.BORDER_REPLICATE)
    small = cv2.resize(full, (columns, rows), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(small, (columns * block, rows * block), interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(coarse[:height, :width], np.uint8)


def _pooled(level: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Return the largest value of every ``by`` x ``by`` blocks."""
    rows, columns = -(-level.shape[0] // by), -(-level.shape[1] // by)
    full = np.zeros((rows * by, columns * by), np.uint8)
    full[: level.shape[0], : level.shape[1]] = level
    pooled: NDArray[np.uint8] = full.reshape(rows, by, columns, by).max(axis=(1, 3))
    return pooled


def _levels(
    density: DensityMap, size: tuple[int, int], block: int, *, threshold: float, margin: int, away: float
) -> NDArray[np.uint8]:
    """Return 0 for every block to show; else 1 to hide it, 2 with blocks twice as large, and so on."""
    level = np.minimum(_hidden(density, size, block, threshold=threshold, margin=margin), 1)
    heads = _head_sizes(density, threshold) * (size[0] / density.grid.width / block)
    for number in range(LEVELS):
        # The density may show half a head, so its size counts twice.
        least = FACE_BLOCKS / 2 * 2.0 ** (number - 1) if number else 0.0
        reach = heads * ((_REACH_LARGE if number else _REACH) + away)
        near = _near(heads > least, reach, density, size, block)
        level = np.where(near, number + 1, level)
    return np.asarray(level, np.uint8)


def _near(
    cells: NDArray[np.bool_],
    reach: NDArray[np.float32],
    density: DensityMap,
    size: tuple[int, int],
    block: int,
) -> NDArray[np.bool_]:
    """Return the blocks within reach of these cells; each cell has its own reach, in blocks."""
    near = _on_blocks(cells, density, size, block)
    largest = float(reach[cells].max(initial=0.0))
    upper = 1.0
    while upper < 2.0 * largest:
        some = _on_blocks(cells & (reach > upper / 2.0), density, size, block).astype(np.uint8)
        around = 2 * int(np.ceil(min(upper, largest))) + 1
        near |= np.asarray(cv2.dilate(some, np.ones((around, around), np.uint8))) > 0
        upper *= 2.0
    return near


def _head_sizes(density: DensityMap, threshold: float) -> NDArray[np.float32]:
    """Return how large a head is at each cell, in pixels of the counted picture; 0 where nobody is.

    Where one person covers an area ``A``, a head is about as large as the root of ``A``. Among many people
    there is as much room between heads as on them, so each has half of ``A / n``.
    """
    somebody = _somebody(density, threshold).astype(np.float32)
    area = _around(somebody, density) * np.float32(density.grid.cell_width * density.grid.cell_height)
    counted = _around(_people(density), density)
    heads: NDArray[np.float32] = (
        np.sqrt(np.maximum(area, 0.0) / np.maximum(2.0 * counted - 1.0, 1.0)) * somebody
    )
    return heads


def _somebody(density: DensityMap, threshold: float) -> NDArray[np.bool_]:
    """Return the cells in which somebody may be: much in one cell, or little in many, as a large face is."""
    # A cell whose value is not a number may not be empty.
    strong = ~(density.people < threshold)
    weak = (density.people >= threshold * _WEAK) & (_around(_people(density), density) >= _PERSON)
    return np.asarray(strong | weak)


def _people(density: DensityMap) -> NDArray[np.float32]:
    people = np.nan_to_num(density.people, nan=0.0, posinf=0.0, neginf=0.0)
    return np.maximum(people, 0.0, dtype=np.float32)


def _around(values: NDArray[np.float32], density: DensityMap) -> NDArray[np.float32]:
    """Return the sum over the window around each cell."""
    grid = density.grid
    half = grid.width * _WINDOW / 2
    window = 2 * round(half / grid.cell_width) + 1, 2 * round(half / grid.cell_height) + 1
    summed = cv2.boxFilter(values, cv2.CV_32F, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(summed, np.float32)


def _hidden(
    density: DensityMap, size: tuple[int, int], block: int, *, threshold: float, margin: int
) -> NDArray[np.uint8]:
    """Return 255 for every block that a cell with somebody touches, or next to it; 0 for the others."""
    cells = _somebody(density, threshold)
    found = np.where(_on_blocks(cells, density, size, block), 255, 0).astype(np.uint8)
    if margin:
        found = np.asarray(cv2.dilate(found, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)), np.uint8)
    return found


def _on_blocks(
    cells: NDArray[np.bool_], density: DensityMap, size: tuple[int, int], block: int
) -> NDArray[np.bool_]:
    """Return whether a block is touched by one of these cells."""
    width, height = size
    rows, columns = -(-height // block), -(-width // block)
    grid = density.grid
    down = _touched(rows, grid.rows, grid.cell_height * height / grid.height / block)
    across = _touched(columns, grid.columns, grid.cell_width * width / grid.width / block)
    touched: NDArray[np.bool_] = down @ cells.astype(np.float32) @ across.T > 0
    return touched


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
