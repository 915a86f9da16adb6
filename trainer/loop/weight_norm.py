"""Weight normalisation: direction and length of each filter learn apart, and nothing looks at the batch.

Batch normalisation over mixed sources learns with statistics that inference does not have
(docs/results.md). Plain weights learn badly too: what folding a normalisation leaves differs from layer
to layer by a factor of ten, and one learning rate then fits none of them. Here every filter's
direction starts at the size a fresh one would have, so that a step turns all of them by as much.

Source: Salimans and Kingma, "Weight Normalization" (2016).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import weight_norm

from crowdmon.counting.network import SSRHEF


def wrap(network: SSRHEF) -> SSRHEF:
    """Split, in place, the weights of every convolution into directions and lengths; the values stay."""
    for conv in _convolutions(network):
        usual = (2 / conv.weight[0].numel()) ** 0.5
        weight_norm(conv, dim=0)
        with torch.no_grad():
            direction = conv.parametrizations.weight.original1  # type: ignore[union-attr]
            assert isinstance(direction, nn.Parameter)
            size = direction.pow(2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
            direction.mul_(usual / size.clamp(min=1e-6))
    return network


def unwrap(network: SSRHEF) -> SSRHEF:
    """Make the weights plain again, in place; the values stay."""
    for conv in _convolutions(network):
        parametrize.remove_parametrizations(conv, "weight", leave_parametrized=True)
    return network


def _convolutions(network: nn.Module) -> list[nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]
