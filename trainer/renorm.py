"""Batch renormalisation: learns as batch normalisation does, sees what inference will see.

Batch normalisation over mixed sources learns with statistics of each batch and counts with running ones
that fit no source: the errors differ by half (docs/results.md). Here the features are normalised with the
running statistics in the forward direction already, by correcting the batch's; the gradient still flows
through the batch's own, which keeps the learning quick. The first steps are plain batch normalisation,
then the bounds of the correction open. It folds into the convolutions like batch normalisation.

Source: Ioffe, "Batch Renormalization: Towards Reducing Minibatch Dependence in Batch-Normalized Models"
(2017), section 3.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Network = TypeVar("Network", bound=nn.Module)

CLOSED, OPEN = 300, 1500
"""Until this step it is plain batch normalisation; from this one on the correction has its full bounds."""

MAX_SCALE, MAX_SHIFT = 3.0, 5.0
"""Largest corrections, of the deviation as a factor and of the mean in running deviations (Ioffe)."""

MOMENTUM = 0.02
"""Share of each batch in the running statistics: quick enough to follow the weights."""


class BatchRenorm(nn.BatchNorm2d):
    """A batch normalisation with the same parameters and buffers, corrected while training."""

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def forward(self, features: Tensor) -> Tensor:
        """Return NxCxHxW features, normalised; with running statistics alone when not training."""
        if not self.training:
            return super().forward(features)
        scale, shift = self._correction(features.detach())
        return F.batch_norm(
            features,
            None,
            None,
            self.weight * scale,
            self.weight * shift + self.bias,
            training=True,
            eps=self.eps,
        )

    @torch.no_grad()
    def _correction(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return Ioffe's r and d of this batch, constants for the gradient, and move the statistics."""
        mean, variance = _statistics(features)
        deviation, usual = (torch.sqrt(one + self.eps) for one in (variance, self.running_var))
        opened = min(1.0, max(0.0, (int(self.num_batches_tracked) - CLOSED) / (OPEN - CLOSED)))
        most, far = MAX_SCALE**opened, MAX_SHIFT * opened
        scale = (deviation / usual).clamp(1 / most, most)
        shift = ((mean - self.running_mean) / usual).clamp(-far, far)
        self.running_mean.lerp_(mean, MOMENTUM)
        self.running_var.lerp_(variance, MOMENTUM)
        self.num_batches_tracked.add_(1)
        return scale, shift


def wrap(network: Network) -> Network:
    """Put batch renormalisation in the place of every batch normalisation, in place."""
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.BatchNorm2d:
                made = BatchRenorm(child.num_features)
                made.load_state_dict(child.state_dict())
                setattr(parent, name, made)
    return network


def _statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and variance of each channel, in float32."""
    if features.device.type == "cpu":
        # var_mean walks channels-last memory the wrong way round and takes thirty times as long.
        mean, variance = torch.batch_norm_update_stats(features, None, None, 0.0)
        return mean.float(), variance.float()
    variance, mean = torch.var_mean(features.float(), dim=(0, 2, 3), correction=0)
    return mean, variance
