"""Cells summed up to larger blocks, for losses that judge counts."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

SOFT = 0.0002
"""People in a cell of the positive map where the network says 0. What the positive map has and the shown
one lacks is learned as if it counted: at 0.002 it was three people in a street of 12,000 cells."""


def positive(density: Tensor, *, soft: float = SOFT) -> Tensor:
    """Return a density above 0 everywhere, for logarithms: (D + sqrt(D^2 + 4 soft^2)) / 2.

    It is ``soft`` at 0 and within soft^2 / |D| of relu(D) elsewhere. Below 0 a logarithm of it still has the
    gradient 1 / sqrt(D^2 + 4 soft^2), so that a cell below zero with a head in it hears of it.

    Args:
        density: people per cell, of any sign.
        soft: see above.
    """
    root = torch.sqrt(density**2 + 4 * soft**2)
    # Without a difference of nearly equal numbers: for D far below 0 root + D would be 0.
    return torch.relu(density) + 2 * soft**2 / (root + density.abs())


def sums(cells: Tensor, side: int) -> Tensor:
    """Return the sum of each side x side block of an NxCxHxW map.

    A side that does not fit is the whole map. What is left over at the right and lower edge is in no block.
    """
    rows, columns = min(side, cells.shape[2]), min(side, cells.shape[3])
    return F.avg_pool2d(cells, (rows, columns)) * (rows * columns)


def largest(cells: Tensor, side: int) -> Tensor:
    """Return the largest value of each side x side block of an NxCxHxW map; blocks as in :func:`sums`."""
    return F.max_pool2d(cells, (min(side, cells.shape[2]), min(side, cells.shape[3])))


def absolute_errors(
    predicted: Tensor, target: Tensor, *, blocks: Sequence[int], mask: Tensor | None = None
) -> Tensor:
    """Return by how much the sums of blocks are off, per cell of the map: N, in ``target``'s unit.

    The mean over the sides. Unknown cells count as right.

    Args:
        predicted, target: Nx1xHxW density.
        blocks: sides in cells; a side that does not fit is the whole map.
        mask: Nx1xHxW of 0..1, where the target is known; everywhere if None.
    """
    difference = predicted - target
    if mask is not None:
        difference = difference * mask
    cells = difference.shape[2] * difference.shape[3]
    off = [sums(difference, side).abs().sum(dim=(1, 2, 3)) / cells for side in blocks]
    return torch.stack(off).mean(dim=0)
