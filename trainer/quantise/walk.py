"""The network step by step, under the names of ``crowdmon/counting/graph.py``, for whoever looks between."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from crowdmon.counting.network import SSRHEF


class Steps(Protocol):
    """What is done at each convolution, and with each tensor that is rounded in the int8 form."""

    def conv(self, key: str, layer: nn.Conv2d, x: Tensor) -> Tensor:
        """Return the layer's output, or what takes its place."""
        ...

    def tensor(self, key: str, x: Tensor) -> Tensor:
        """Return a tensor, or what takes its place; ``x`` may be changed in place."""
        ...


def walk(network: SSRHEF, picture: Tensor, steps: Steps) -> Tensor:
    """Return scaled people per cell, Nx1xH/8xW/8, of Nx3xHxW pictures; normalisation is folded away."""
    x = steps.tensor("picture", picture)
    x = torch.cat([_branch(network, number, x, steps) for number in range(4)], dim=1)
    refined = []
    for depth, stage in enumerate(network.stages):
        x = F.max_pool2d(x, 2) if depth else x
        assert isinstance(stage, nn.Sequential)
        for number, layer in enumerate(stage):
            x = _conv_relu(f"stages.{depth}.{number}.0", layer, x, steps)
        if network.config.segmentation:
            key = f"segment.{depth}"
            x = steps.tensor(key, x * torch.sigmoid(_conv(key, network.segment[depth], x, steps)))
        refined.append(F.avg_pool2d(x, 4 >> depth) if depth < 2 else x)
    x = steps.tensor("refined", torch.cat(refined, dim=1))
    x = _conv_relu("fuse.0", network.fuse, x, steps)
    if network.config.enhancement:
        x = _enhance(network, x, steps)
    for number in range(2):
        x = _conv_relu(f"head.{number}.0", network.head[number], x, steps)
    return F.relu(_conv("head.2", network.head[2], x, steps))


def _enhance(network: SSRHEF, msrf: Tensor, steps: Steps) -> Tensor:
    x = _conv_relu("enhance.encode.0", network.enhance.encode, msrf, steps)
    pooled = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], dim=1)
    logits = _conv("enhance.attend", network.enhance.attend, pooled, steps)
    return steps.tensor("enhance.attend", x * torch.sigmoid(logits))


def _branch(network: SSRHEF, number: int, x: Tensor, steps: Steps) -> Tensor:
    x = F.relu(_conv(f"stem.branches.{number}", network.stem.branches[number], x, steps))
    # Rounding to steps and pooling commute.
    return steps.tensor("stem", F.max_pool2d(x, 2))


def _conv_relu(key: str, layer: nn.Module, x: Tensor, steps: Steps) -> Tensor:
    assert isinstance(layer, nn.Sequential)
    return steps.tensor(key, F.relu(_conv(key, layer[0], x, steps)))


def _conv(key: str, layer: nn.Module, x: Tensor, steps: Steps) -> Tensor:
    assert isinstance(layer, nn.Conv2d)
    return steps.conv(key, layer, x)
