"""How the weights move: the learning rate of a step, and the optimiser.

Muon moves a bank of filters by its momentum made orthogonal, so that every direction learns as quickly.
Adam scales each number by its own history. A filter bank then moves nearly only in a few directions,
those of the packed crops; the others learn little. Here the momentum of a whole bank,
taken as a matrix of filters, is replaced by the nearest orthogonal matrix: all its directions move by the
same amount.

Sources: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), the iteration and
its constants; Liu et al., "Muon is Scalable for LLM Training" (2025), the scale at which Adam's rates fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from trainer.config import TrainConfig
from trainer.teacher.network import Teacher

SMALLEST = 16
"""Filters, and weights a filter, that a bank must have: the first and the last layer use Adam."""

MOMENTUM = 0.95
LIKE_ADAM = 0.2
"""Root mean square of a step at rate 1, which is about Adam's."""


def learning_rate(config: TrainConfig, step: int) -> float:
    """Return the rate of a step: linear warm-up, then constant or a cosine to a hundredth."""
    if step < config.warmup:
        return config.rate * (step + 1) / config.warmup
    if config.schedule == "constant":
        return config.rate
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def optimiser_of(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
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


class Muon(Optimizer):
    """Muon for the filter banks, AdamW for everything else; one rate for both."""

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        *,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float,
    ) -> None:
        every = list(parameters)
        banks = [one for one in every if is_bank(one)]
        super().__init__([{"params": banks}], {"lr": lr, "weight_decay": weight_decay})
        rest = [one for one in every if not is_bank(one)]
        self._rest = AdamW(rest, lr=lr, betas=betas, weight_decay=weight_decay, fused=True)
        # The rate is set in both.
        self.param_groups.extend(self._rest.param_groups)

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        assert closure is None, "a closure is not supported"
        self._move_banks()
        self._rest.step()

    @torch.no_grad()
    def _move_banks(self) -> None:
        group = self.param_groups[0]
        # Banks of one size together: an accelerator takes as long for one small matrix as for ten.
        sizes: dict[torch.Size, list[tuple[Tensor, Tensor]]] = {}
        for bank in group["params"]:
            if bank.grad is None:
                continue
            if "momentum" not in self.state[bank]:
                self.state[bank]["momentum"] = torch.zeros_like(bank)
            sizes.setdefault(bank.shape, []).append((bank, bank.grad))
        for members in sizes.values():
            banks, grads = [bank for bank, _ in members], [grad for _, grad in members]
            momenta = [self.state[bank]["momentum"] for bank in banks]
            torch._foreach_lerp_(momenta, grads, 1 - MOMENTUM)
            ahead = torch.stack([g.lerp(m, MOMENTUM).flatten(1) for g, m in zip(grads, momenta, strict=True)])
            scale = LIKE_ADAM * max(ahead.shape[1:]) ** 0.5
            moves = [move.view_as(banks[0]) for move in orthogonal(ahead).unbind()]
            torch._foreach_mul_(banks, 1 - group["lr"] * group["weight_decay"])
            torch._foreach_add_(banks, moves, alpha=-group["lr"] * scale)

    def state_dict(self) -> dict[str, Any]:
        """Return the momenta, and the state of what AdamW moves."""
        momenta = [self.state[bank].get("momentum") for bank in self.param_groups[0]["params"]]
        return {"momenta": momenta, "rest": self._rest.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore a state; KeyError, ValueError or RuntimeError if it is of other parameters."""
        banks = self.param_groups[0]["params"]
        for bank, momentum in zip(banks, state_dict["momenta"], strict=True):
            if momentum is not None:
                self.state[bank]["momentum"] = torch.empty_like(bank).copy_(momentum)
        self._rest.load_state_dict(state_dict["rest"])
        self.param_groups[1:] = self._rest.param_groups


def is_bank(parameter: Tensor) -> bool:
    """Tell whether a parameter is a bank of filters that moves by Muon."""
    return parameter.ndim == 4 and min(parameter.shape[0], parameter[0].numel()) >= SMALLEST


def orthogonal(matrix: Tensor, *, steps: int = 5) -> Tensor:
    """Return about the nearest matrix whose rows (or columns, the fewer) are orthogonal and of length 1.

    By a quintic Newton-Schulz iteration, which brings singular values to between 0.7 and 1.2 instead of
    exactly 1: that is quick, and does as well.

    Args:
        matrix: any size, or a batch of one size; zeros stay zeros.
        steps: of the iteration.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix.shape[-2] <= matrix.shape[-1]
    x = matrix if wide else matrix.mT
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=1e-12)
    for _ in range(steps):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    nearest: Tensor = x if wide else x.mT
    return nearest
