"""The zero-inflated Poisson likelihood: by hand, as a distribution, and where its numbers could break."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.loss.zero_inflated_poisson import FLOOR, zero_inflated_poisson


def loss(mean: float, logit: float, heads: float) -> float:
    numbers = (torch.tensor([value], dtype=torch.float64) for value in (mean, logit, heads))
    return zero_inflated_poisson(*numbers).item()


def crowd(logit: float) -> float:
    """Return 1 - pi."""
    return FLOOR + (1 - FLOOR) / (1 + math.exp(-logit))


def test_an_empty_block_by_hand() -> None:
    # logit 0: 1 - pi = 0.01 + 0.99 / 2 = 0.505, pi = 0.495, lambda = 1.01 / 0.505 = 2.
    assert loss(1.01, 0.0, 0) == pytest.approx(-math.log(0.495 + 0.505 * math.exp(-2)))


def test_a_block_of_three_heads_by_hand() -> None:
    # lambda = 2 again: 0.505 times 2^3 e^-2 / 3!.
    assert loss(1.01, 0.0, 3) == pytest.approx(-math.log(0.505 * 8 * math.exp(-2) / 6))


def test_where_people_can_stand_everywhere_it_is_poisson() -> None:
    assert loss(2.5, 60.0, 2) == pytest.approx(2.5 - 2 * math.log(2.5) + math.log(2))
    assert loss(2.5, 60.0, 0) == pytest.approx(2.5)


def test_a_certain_empty_block_costs_what_the_floor_leaves() -> None:
    assert loss(0.0, -60.0, 0) == pytest.approx(0.0, abs=1e-6)
    assert loss(5.0, -60.0, 0) == pytest.approx(-math.log(1 - FLOOR))


@given(st.floats(0.01, 20), st.floats(-3, 8))
def test_all_counts_together_have_the_chance_one_and_the_given_mean(mean: float, logit: float) -> None:
    heads = torch.arange(0, 2000, dtype=torch.float64)
    chances = torch.exp(
        -zero_inflated_poisson(
            torch.full_like(heads, mean), torch.full_like(heads, logit, dtype=torch.float64), heads
        )
    )
    assert chances.sum().item() == pytest.approx(1, abs=1e-9)
    assert (chances * heads).sum().item() == pytest.approx(mean, rel=1e-6)


@given(st.floats(0, 500), st.floats(-100, 100), st.integers(0, 400))
def test_it_is_the_logarithm_of_a_chance(mean: float, logit: float, heads: int) -> None:
    assert loss(mean, logit, heads) >= -1e-9


@pytest.mark.parametrize("heads", [0.0, 1.0, 300.0])
@pytest.mark.parametrize("logit", [-1e4, -40.0, 0.0, 40.0, 1e4])
@pytest.mark.parametrize("mean", [0.0, 1e-30, 1e-6, 1.0, 500.0])
def test_loss_and_gradients_are_finite_at_the_ends(mean: float, logit: float, heads: float) -> None:
    inputs = [torch.tensor([value], dtype=torch.float32, requires_grad=True) for value in (mean, logit)]
    off = zero_inflated_poisson(*inputs, torch.tensor([heads]))
    off.sum().backward()
    assert torch.isfinite(off).all()
    for one in inputs:
        assert one.grad is not None
        assert torch.isfinite(one.grad).all()


def test_the_mean_of_a_crowd_settles_at_its_heads() -> None:
    heads = torch.tensor([0.0, 1, 2, 2, 5, 8], dtype=torch.float64)
    mean = torch.tensor(heads.mean().item(), dtype=torch.float64, requires_grad=True)
    zero_inflated_poisson(mean.expand(6), torch.full((6,), 60.0, dtype=torch.float64), heads).sum().backward()
    assert mean.grad is not None
    assert mean.grad.item() == pytest.approx(0, abs=1e-9)


def test_heads_open_a_block_and_their_absence_closes_it() -> None:
    for heads, sign in ((1.0, -1), (0.0, 1)):
        logit = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        one = torch.ones(1, dtype=torch.float64)
        zero_inflated_poisson(one, logit, heads * one).backward()
        assert logit.grad is not None
        assert sign * logit.grad.item() > 0


def test_its_gradient_is_the_numerical_one() -> None:
    torch.manual_seed(0)
    mean = (torch.rand(12, dtype=torch.float64) * 5 + 0.05).requires_grad_()
    logits = torch.randn(12, dtype=torch.float64, requires_grad=True)
    heads = torch.arange(12, dtype=torch.float64) % 4
    assert torch.autograd.gradcheck(lambda m, z: zero_inflated_poisson(m, z, heads), (mean, logits))
