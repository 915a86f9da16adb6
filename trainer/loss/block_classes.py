"""Block-wise classification: the heads of a block are one of a few classes, its count their mean.

Classes are learned steadily where errors of counts are large and rare. The logits come from a layer that only
training has, so the density that is counted with has to agree with their expectation.

Source: Ma et al., "CLIP-EBC: CLIP Can Count Accurately through Enhanced Blockwise Classification" (2024),
for classes of single numbers and an error of the expectation beside the cross entropy.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEAST = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0)
"""The fewest heads of each class; the last has no end."""

VALUES = (0.0, 1.0, 2.0, 3.0, 4.0, 5.4, 8.5)
"""The people a block of each class stands for: of the last two about the mean of such blocks."""


def classes(heads: Tensor) -> Tensor:
    """Return the class of each block with so many heads, whole numbers from 0."""
    return (heads[..., None] >= heads.new_tensor(LEAST)).sum(dim=-1) - 1


def expectation(logits: Tensor) -> Tensor:
    """Return the expected heads of each block, NxHxW, of its classes' logits, NxKxHxW."""
    values = logits.new_tensor(VALUES).view(1, -1, 1, 1)
    return (torch.softmax(logits, dim=1) * values).sum(dim=1)


def block_classes(logits: Tensor, heads: Tensor, mean: Tensor) -> Tensor:
    """Return each block's cross entropy and how far its density is from its classes' expectation: Nx1xHxW.

    Args:
        logits: NxKxHxW, one number for each class.
        heads: Nx1xHxW true heads, whole numbers.
        mean: Nx1xHxW heads by the density.
    """
    entropy = F.cross_entropy(logits, classes(heads[:, 0]), reduction="none")
    return (entropy + (expectation(logits) - mean[:, 0]).abs())[:, None]
