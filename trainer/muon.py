"""Muon: a filter bank moves by its momentum made orthogonal, so that every direction learns as quickly.

Adam scales each number by its own history. What a filter bank then moves by is nearly all in a few
directions, those in which the packed crops pull; the rest hardly learn. Here the momentum of a whole bank,
taken as a matrix of filters, is replaced by the nearest orthogonal matrix: all its directions move by the
same amount.

Sources: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), the iteration and
its constants; Liu et al., "Muon is Scalable for LLM Training" (2025), the scale at which Adam's rates fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

SMALLEST = 16
"""Filters, and weights a filter, that a bank must have: the first and the last layer go Adam's way."""

MOMENTUM = 0.95
LIKE_ADAM = 0.2
"""Root mean square of a step at rate 1, which is about Adam's."""


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
        # Whoever sets the rate sets it in both.
        self.param_groups.extend(self._rest.param_groups)

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        assert closure is None, "a closure is not supported"
        self._move_banks()
        self._rest.step()

    @torch.no_grad()
    def _move_banks(self) -> None:
        group = self.param_groups[0]
        for bank in group["params"]:
            if bank.grad is None:
                continue
            kept = self.state[bank]
            if "momentum" not in kept:
                kept["momentum"] = torch.zeros_like(bank)
            momentum = kept["momentum"].lerp_(bank.grad, 1 - MOMENTUM)
            ahead = bank.grad.lerp(momentum, MOMENTUM).flatten(1)
            scale = LIKE_ADAM * max(ahead.shape) ** 0.5
            bank.mul_(1 - group["lr"] * group["weight_decay"])
            bank.add_(orthogonal(ahead).view_as(bank), alpha=-group["lr"] * scale)

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
        matrix: any size; zeros stay zeros.
        steps: of the iteration.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x / x.norm().clamp(min=1e-12)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    nearest: Tensor = x if wide else x.T
    return nearest
