"""Standardised weights: normalisation that knows nothing of the batch, so training and inference agree.

Batch normalisation over mixed sources leaves running statistics that fit none of them. Here each filter
is normalised instead of what it sees: zero mean and unit variance over its inputs, times a learned gain.
The first batch sets gains and biases so that every feature starts with zero mean and unit variance.
At export the standardised weights are plain convolution weights.

Source: Qiao et al., "Micro-Batch Training with Batch-Channel Normalization and Weight
Standardization" (2019); Brock et al., "Characterizing signal propagation to close the performance gap
in unnormalized ResNets" (2021); first batch: Salimans and Kingma, "Weight Normalization" (2016).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from crowdmon.counting.network import SSRHEF, Conv

EPSILON = 1e-4


class Standardised(nn.Module):
    """Turns free weights (OxIxhxw) into standardised ones of fan-in variance 1, times a gain each."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(weight.shape[0], 1, 1, 1))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weights a convolution uses."""
        variance, mean = torch.var_mean(weight, dim=(1, 2, 3), keepdim=True, correction=0)
        fan_in = weight[0].numel()
        return (weight - mean) * torch.rsqrt(variance * fan_in + EPSILON) * self.gain


def wrap(network: SSRHEF) -> SSRHEF:
    """Standardise, in place, the convolutions that batch normalisation would follow."""
    for conv in _convolutions(network):
        parametrize.register_parametrization(conv, "weight", Standardised(conv.weight))
    return network


@torch.no_grad()
def calibrate(network: nn.Module, pictures: Tensor) -> None:
    """Set gains and biases so that on ``pictures`` each feature has zero mean and unit variance.

    Args:
        network: wrapped, in place.
        pictures: Nx3xHxW, a batch as training sees them.
    """
    hooks = [conv.register_forward_hook(_fit) for conv in _convolutions(network)]
    try:
        network(pictures)
    finally:
        for hook in hooks:
            hook.remove()


def unwrap(network: SSRHEF) -> SSRHEF:
    """Make the standardised weights plain ones, in place."""
    for conv in _convolutions(network):
        parametrize.remove_parametrizations(conv, "weight", leave_parametrized=True)
    return network


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [m[0] for m in network.modules() if isinstance(m, Conv) and isinstance(m[0], nn.Conv2d)]


def _fit(conv: nn.Module, _: object, output: Tensor) -> Tensor:
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    variance, mean = torch.var_mean(output.float(), dim=(0, 2, 3), correction=0)
    scale = torch.rsqrt(variance + EPSILON)
    standardised = conv.parametrizations.weight[0]  # type: ignore[union-attr, index]
    assert isinstance(standardised, Standardised)
    standardised.gain.mul_(scale[:, None, None, None])
    conv.bias.copy_((conv.bias - mean) * scale)
    return (output - mean[:, None, None]) * scale[:, None, None]
