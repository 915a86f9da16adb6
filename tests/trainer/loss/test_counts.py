"""Poisson and negative binomial: by hand, as distributions, and at their ends."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.loss.counts import negative_binomial, poisson


def one(value: float) -> torch.Tensor:
    return torch.tensor([value], dtype=torch.float64)


def test_poisson_by_hand() -> None:
    assert poisson(one(2), one(3)).item() == pytest.approx(-math.log(8 * math.exp(-2) / 6))
    assert poisson(one(2), one(0)).item() == pytest.approx(2)


def test_the_negative_binomial_by_hand() -> None:
    # Dispersion 1 is the geometric distribution: with mean 3 the chance of n is (1/4) (3/4)^n.
    assert negative_binomial(one(3), one(2), dispersion=1).item() == pytest.approx(-math.log(9 / 64))
    # Dispersion 0.5, mean 2: size 2, (1/2)^2 for nobody and 2 (1/2)^2 (1/2) for one.
    assert negative_binomial(one(2), one(0), dispersion=0.5).item() == pytest.approx(math.log(4))
    assert negative_binomial(one(2), one(1), dispersion=0.5).item() == pytest.approx(math.log(4))


def test_without_dispersion_it_is_poisson() -> None:
    near = negative_binomial(one(2.5), one(4), dispersion=1e-6).item()
    assert near == pytest.approx(poisson(one(2.5), one(4)).item(), abs=1e-4)


@given(st.floats(0.01, 20), st.floats(0.05, 2))
def test_all_counts_together_have_the_chance_one_the_mean_and_the_variance(
    mean: float, dispersion: float
) -> None:
    heads = torch.arange(0, 6000, dtype=torch.float64)
    chances = torch.exp(-negative_binomial(torch.full_like(heads, mean), heads, dispersion=dispersion))
    assert chances.sum().item() == pytest.approx(1, abs=1e-9)
    assert (chances * heads).sum().item() == pytest.approx(mean, rel=1e-6)
    variance = (chances * (heads - mean) ** 2).sum().item()
    assert variance == pytest.approx(mean + dispersion * mean**2, rel=1e-6)


@pytest.mark.parametrize("heads", [0.0, 1.0, 300.0])
@pytest.mark.parametrize("mean", [0.0, 1e-30, 1.0, 500.0])
def test_losses_and_gradients_are_finite_at_the_ends(mean: float, heads: float) -> None:
    for loss in (poisson, lambda m, v: negative_binomial(m, v, dispersion=0.5)):
        expected = torch.tensor([mean], requires_grad=True)
        off = loss(expected, torch.tensor([heads]))
        off.sum().backward()
        assert off.item() >= -1e-5
        assert expected.grad is not None
        assert torch.isfinite(expected.grad).all()


@given(st.lists(st.integers(0, 20), min_size=1, max_size=8).filter(any), st.floats(0.05, 2))
def test_both_settle_at_the_mean(counts: list[int], dispersion: float) -> None:
    heads = torch.tensor(counts, dtype=torch.float64)
    for loss in (poisson, lambda m, v: negative_binomial(m, v, dispersion=dispersion)):
        mean = heads.mean().clone().requires_grad_()
        loss(mean.expand(len(counts)), heads).sum().backward()
        assert mean.grad is not None
        assert mean.grad.item() == pytest.approx(0, abs=1e-9)
