"""The zero-inflated Poisson likelihood of the heads in a block.

Most blocks of a picture are empty for a reason: no person can stand there. The rest hold a Poisson number
of heads. With pi the chance of the first kind and lambda the rate of the second, the block's mean is
(1 - pi) lambda. The network's density is that mean and its segmentation gives 1 - pi, so nothing changes
in use.

Source: Ma et al., "ZIP: Scalable Crowd Counting via Zero-Inflated Poisson Modeling" (2025).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

FLOOR = 0.01
"""Least chance that people can stand in a block: bounds lambda at mean / FLOOR where heads were missed."""

TINY = 1e-6
"""Least mean of a block in people, inside of the logarithm."""


def zero_inflated_poisson(mean: Tensor, logits: Tensor, heads: Tensor) -> Tensor:
    """Return the negative logarithm of each block's likelihood, 0 or more.

    Everything is computed from logarithms, so that gradients stay finite for a mean near 0 and for
    logits of any size.

    Args:
        mean: expected heads of each block, 0 or more, of any shape.
        logits: of the chance 1 - pi that people can stand there.
        heads: true heads of each block, whole numbers.
    """
    low, rest = math.log(FLOOR), math.log(1 - FLOOR)
    log_pi = rest + F.logsigmoid(-logits)
    log_crowd = torch.logaddexp(torch.full_like(logits, low), rest + F.logsigmoid(logits))
    log_rate = mean.clamp(min=TINY).log() - log_crowd
    rate = log_rate.exp()
    empty = -torch.logaddexp(log_pi, log_crowd - rate)
    counted = rate - log_crowd - heads * log_rate + torch.lgamma(heads + 1)
    return torch.where(heads > 0, counted, empty)
