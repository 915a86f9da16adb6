"""The Bayesian loss: every head is to be counted once, wherever near it the people of the map lie.

The squared error of a cell asks where exactly a head is, and an unlabelled head costs its square. Here the
people of each cell are shared out among the heads near it; a head is off by what its shares lack of 1, not
squared.

Source: Ma et al., "Bayesian Loss for Crowd Count Estimation with Point Supervision" (2019). Theirs has each
head at its pixel and a background that fits the picture; here heads lie in the middle of their cells, so
that shares are two convolutions, and the background is the same everywhere.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

SIGMA = 1.5
"""How far from a head its people may lie, standard deviation in cells of 8 pixels."""

APART = 3.0
"""From this many cells on a lone head's people are rather the background's."""

REACH = math.ceil(3 * SIGMA)


def bayesian(predicted: Tensor, target: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Return by how many people each map is off, head by head, with the people the background has: N.

    Args:
        predicted: Nx1xHxW people per cell, 0 or more.
        target: Nx1xHxW heads per cell, each whole in its own.
        mask: Nx1xHxW of 0..1, where the heads are known; everywhere if None.
    """
    background = math.exp(-((APART / SIGMA) ** 2) / 2)
    evidence = _blurred(target) + background
    shares = predicted / evidence
    heads = target * (1 - _blurred(shares)).abs()
    nobody = background * shares
    if mask is not None:
        heads, nobody = heads * mask, nobody * mask
    return (heads + nobody).sum(dim=(1, 2, 3))


def _blurred(maps: Tensor) -> Tensor:
    """Return the maps under a Gaussian whose peak is 1."""
    places = torch.arange(-REACH, REACH + 1, device=maps.device, dtype=maps.dtype)
    line = torch.exp(-((places / SIGMA) ** 2) / 2)
    across = F.conv2d(maps, line.view(1, 1, 1, -1), padding=(0, REACH))
    return F.conv2d(across, line.view(1, 1, -1, 1), padding=(REACH, 0))
