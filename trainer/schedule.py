"""How fast the weights move: rate, optimiser, and normalisation that stands still at the end."""

from __future__ import annotations

import math

import torch
from torch import nn

from trainer.config import TrainConfig
from trainer.muon import Muon


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
    """Return the configuration's optimiser over a network's parameters."""
    if config.optimiser == "adam":
        return torch.optim.Adam(network.parameters(), lr=config.rate, betas=config.betas, fused=True)
    if config.optimiser == "muon":
        return Muon(network.parameters(), lr=config.rate, betas=config.betas, weight_decay=config.decay)
    return torch.optim.AdamW(
        network.parameters(), lr=config.rate, betas=config.betas, weight_decay=config.decay, fused=True
    )
