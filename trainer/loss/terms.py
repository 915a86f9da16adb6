"""The losses of the paper and their controls. Pure functions of prediction and target."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

EPSILON = 1.0
"""Keeps Dice defined on an empty patch: predicting nothing there costs 0, predicting p everywhere
costs 1 - EPSILON / (sum of p squared + EPSILON)."""


HEAD_SIGMA = 1.5
"""How far from a head its people may lie, standard deviation in cells of 8 pixels."""

BACKGROUND_FROM = 3.0
"""From this many cells on, people near a lone head belong to the background instead."""

HEAD_REACH = math.ceil(3 * HEAD_SIGMA)


def dice(logits: Tensor, labels: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the Dice loss of Eq. 2 for one scale, on the sigmoid, a mean over pictures.

    Args:
        logits: Nx1xHxW.
        labels: Nx1xHxW of 0 and 1.
        mask: Nx1xHxW of 0..1, where the labels are known; everywhere if None.
    """
    predicted, labels = torch.sigmoid(logits.float()), labels.float()
    if mask is not None:
        predicted, labels = predicted * mask, labels * mask
    both = (predicted * labels).sum(dim=(1, 2, 3))
    each = (predicted**2).sum(dim=(1, 2, 3)) + (labels**2).sum(dim=(1, 2, 3))
    return (1 - (2 * both + EPSILON) / (each + EPSILON)).mean()


def hef(
    predicted: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    unit: float = 1.0,
    detach: bool = False,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the Hard Example Focusing loss of Eq. 4: mean of (1 - sigmoid(unit D))^gamma (D - T)^2.

    The "1" is missing from the printed formula; the text around it has it. For D >= 0 the weight lies in
    (0, 1/4] with gamma 2, and densities far below 1 all get the same weight, so the unit decides
    what the loss does. Through its own weight, an estimate more than 1/sigmoid(unit D)/unit above
    the target is pushed further up; ``detach`` treats the weight as a constant instead.

    Args:
        predicted, target: Nx1xHxW density in the same unit, any network's.
        gamma: the exponent.
        unit: D is multiplied by this inside of the sigmoid only.
        detach: stop the gradient through the weight.
        mask: Nx1xHxW of 0..1, where the target is known; everywhere if None.
    """
    known = predicted.detach() if detach else predicted
    weight = (1 - torch.sigmoid(unit * known)) ** gamma
    return _mean(weight * (predicted - target) ** 2, mask)


def l2(predicted: Tensor, target: Tensor, *, factor: float = 1.0, mask: Tensor | None = None) -> Tensor:
    """Return the mean squared error times ``factor``; 1/4 is the control for HEF's weight at D = 0."""
    return factor * _mean((predicted - target) ** 2, mask)


def pyramid(
    predicted: Tensor,
    target: Tensor,
    *,
    blocks: Sequence[int],
    mask: Tensor | None = None,
    weights: Tensor | None = None,
) -> Tensor:
    """Return the mean squared error of counts in square blocks, divided by the block's side cubed.

    Errors of cells contain little about how many people there are: most of them is where exactly a head
    lies. Squares keep the counts unbiased, which absolute errors do not: in small blocks of a
    sparse scene the median is 0. Divided by the side squared, independent errors of the cells
    would cost the same in blocks of all sizes; the third power makes up for errors that go together.

    Args:
        predicted, target: Nx1xHxW density.
        blocks: sides in cells; a side that does not fit is the whole map.
        mask: Nx1xHxW of 0..1, where the target is known; everywhere if None.
        weights: Nx1x1x1, of each map; equal if None.
    """
    difference = predicted - target
    if mask is not None:
        difference = difference * mask
    total = predicted.new_zeros(())
    for side in blocks:
        rows, columns = min(side, difference.shape[2]), min(side, difference.shape[3])
        cells = rows * columns
        squares = (F.avg_pool2d(difference, (rows, columns)) * cells) ** 2 / cells**1.5
        known = None if weights is None else weights.expand_as(squares)
        total = total + _mean(squares, known)
    return total


def miscount(predicted: Tensor, target: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Return by how much the counts of whole maps are off, a mean over the maps, in ``target``'s unit.

    Squared errors depend most on the few pictures with the worst labels; this one treats every map the same.
    Over a whole map the median is near the mean, which it is not in small blocks of a sparse scene.

    Source: Wang et al., "Distribution Matching for Crowd Counting" (2020), their counting loss.

    Args:
        predicted, target: Nx1xHxW density.
        mask: Nx1xHxW of 0..1, where the target is known; everywhere if None.
    """
    difference = predicted - target
    if mask is not None:
        difference = difference * mask
    return difference.sum(dim=(1, 2, 3)).abs().mean()


def share(count: Tensor, *, half: float) -> Tensor:
    """Return what the squared errors of each map weigh: half / (half + count), of ``count``'s shape.

    Errors grow with the crowd, and squared ones drown the sparse maps: on a mixture the gradients of a
    packed crop are a thousand times those of a quiet street. The variance of a count grows about as the
    count, so weights that fall with it let every map contribute.

    Args:
        count: people of each map, 0 or more, in the unit of ``half``; see :func:`people`.
        half: the count at which a map weighs half.
    """
    return half / (half + count)


def people(predicted: Tensor, target: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Return the mean of the true and the estimated count of each map, Nx1x1x1, without a gradient.

    Weights by the truth alone lead to too few people, weights by the estimate alone to too many
    (over-estimates would weigh less). The two errors have opposite signs and do not cancel exactly: the
    count of the whole picture is the better measure where it is known.

    Args:
        predicted, target: Nx1xHxW density; below 0 counts as 0.
        mask: Nx1xHxW of 0..1, where the target is known; everywhere if None.
    """
    both = (torch.relu(predicted.detach()) + target) / 2
    if mask is not None:
        both = both * mask
    return both.sum(dim=(1, 2, 3), keepdim=True)


def bayesian(predicted: Tensor, target: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Return by how many people each map is off, head by head, with the people the background has: N.

    The squared error of a cell depends on where exactly a head is, and an unlabelled head costs its square.
    Here the people of each cell are shared among the heads near it. A head's error is what its shares lack
    of 1, not squared.

    Source: Ma et al., "Bayesian Loss for Crowd Count Estimation with Point Supervision" (2019). Theirs has
    each head at its pixel and a background that fits the picture. Here heads lie in the middle of their
    cells, so that shares are two convolutions, and the background is the same everywhere.

    Args:
        predicted: Nx1xHxW people per cell, 0 or more.
        target: Nx1xHxW heads per cell, each whole in its own.
        mask: Nx1xHxW of 0..1, where the heads are known; everywhere if None.
    """
    background = math.exp(-((BACKGROUND_FROM / HEAD_SIGMA) ** 2) / 2)
    evidence = _blurred(target) + background
    shares = predicted / evidence
    heads = target * (1 - _blurred(shares)).abs()
    beside = background * shares
    if mask is not None:
        heads, beside = heads * mask, beside * mask
    return (heads + beside).sum(dim=(1, 2, 3))


def empty(predicted: Tensor, target: Tensor) -> Tensor:
    """Return the mean density in maps without people, an absolute error; 0 in maps with people.

    A thousandth of a person in every cell of an empty street costs next to nothing when squared, and
    shows fifteen people. Where there are no people, the median and the mean are both 0, so absolute errors
    are right there.

    Args:
        predicted, target: Nx1xHxW density, not negative.
    """
    without_people = target.sum(dim=(1, 2, 3)) == 0
    return (predicted.mean(dim=(1, 2, 3)) * without_people).mean()


def _mean(values: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return values.mean()
    return (values * mask).sum() / mask.sum().clamp(min=1.0)


def _blurred(maps: Tensor) -> Tensor:
    """Return the maps under a Gaussian whose peak is 1."""
    places = torch.arange(-HEAD_REACH, HEAD_REACH + 1, device=maps.device, dtype=maps.dtype)
    line = torch.exp(-((places / HEAD_SIGMA) ** 2) / 2)
    across = F.conv2d(maps, line.view(1, 1, 1, -1), padding=(0, HEAD_REACH))
    return F.conv2d(across, line.view(1, 1, -1, 1), padding=(HEAD_REACH, 0))
