"""How fast the weights move: rate, optimiser, and normalisation that stands still at the end."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from trainer.config import TrainConfig
from trainer.loop.muon import Muon
from trainer.teacher.network import Teacher


def learning_rate(config: TrainConfig, step: int) -> float:
    """Return the rate of a step: linear warm-up, then constant or a cosine to a hundredth."""
    if step < config.warmup:
        return config.rate * (step + 1) / config.warmup
    if config.schedule == "constant":
        return config.rate
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def freeze_norm(network: nn.Module) -> None:
    """Make batch normalisation use its running statistics while the weights go on learning.

    Statistics averaged over mixed sources fit none of them; the weights learn to live with the
    ones that inference will use.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def optimiser(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
    """Return the configuration's optimiser over a network's parameters.

    A group's ``share`` is of the rate that the loop sets.
    """
    if config.model == "teacher":
        return _of_teacher(config, network)
    if config.optimiser == "adam":
        return torch.optim.Adam(network.parameters(), lr=config.rate, betas=config.betas, fused=True)
    if config.optimiser == "muon":
        return Muon(network.parameters(), lr=config.rate, betas=config.betas, weight_decay=config.decay)
    return torch.optim.AdamW(
        network.parameters(), lr=config.rate, betas=config.betas, weight_decay=config.decay, fused=True
    )


def _of_teacher(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
    """What ImageNet taught moves more slowly than what begins with chance."""
    assert isinstance(network, Teacher)
    learned = network.learned()
    known = {id(one) for one in learned}
    fresh = [one for one in network.parameters() if one.requires_grad and id(one) not in known]
    groups: list[dict[str, Any]] = [{"params": learned, "share": config.learned_share}, {"params": fresh}]
    return torch.optim.AdamW(
        groups, lr=config.rate, betas=config.betas, weight_decay=config.decay, fused=True
    )
