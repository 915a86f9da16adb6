"""Likelihoods of the heads in a block that know no empty places: Poisson, and the wider negative binomial.

A count's variance grows with it, so its likelihood weighs errors by 1 / mean where squares weigh all alike.
Both are least, on average, at the true mean. Both give 0 or more, as logarithms of chances do.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

TINY = 1e-6
"""Least mean of a block in people, inside of a logarithm."""


def poisson(mean: Tensor, heads: Tensor) -> Tensor:
    """Return the negative logarithm of the Poisson likelihood of each block.

    Args:
        mean: expected heads of each block, 0 or more, of any shape.
        heads: true heads of each block, whole numbers.
    """
    return mean - heads * mean.clamp(min=TINY).log() + torch.lgamma(heads + 1)


def negative_binomial(mean: Tensor, heads: Tensor, *, dispersion: float) -> Tensor:
    """Return the negative logarithm of the negative binomial likelihood of each block.

    Its variance is mean + dispersion mean^2: a packed block that is far off weighs less than with Poisson,
    which this becomes as the dispersion goes to 0.

    Args:
        mean, heads: as for :func:`poisson`.
        dispersion: above 0.
    """
    size = 1 / dispersion
    chosen = torch.lgamma(heads + 1) + math.lgamma(size) - torch.lgamma(heads + size)
    apart = (heads + size) * torch.log1p(dispersion * mean)
    return chosen + apart - heads * (mean.clamp(min=TINY).log() + math.log(dispersion))
