"""Classes of blocks and their expectation, by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.loss.block_classes import LEAST, VALUES, block_classes, classes, expectation


def logits(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).view(1, -1, 1, 1)


def block(value: float) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64).view(1, 1, 1, 1)


def test_a_count_has_its_class() -> None:
    counts = torch.tensor([0.0, 1, 2, 3, 4, 5, 6, 7, 40])
    assert classes(counts).tolist() == [0, 1, 2, 3, 4, 5, 5, 6, 6]


def test_the_people_of_a_class_are_in_its_bounds() -> None:
    for least, value, following in zip(LEAST, VALUES, (*LEAST[1:], math.inf), strict=True):
        assert least <= value < following


def test_the_expectation_by_hand() -> None:
    assert expectation(logits(*[0.0] * 7)).item() == pytest.approx(sum(VALUES) / 7)
    two_of_three = expectation(logits(-99, math.log(2), 0, -99, -99, -99, -99)).item()
    assert two_of_three == pytest.approx(2 / 3 * 1 + 1 / 3 * 2)


def test_the_loss_by_hand() -> None:
    even = logits(*[0.0] * 7)
    off = abs(sum(VALUES) / 7 - 1.5)
    assert block_classes(even, block(2), block(1.5)).item() == pytest.approx(math.log(7) + off)
    sure = logits(-99, -99, 99, -99, -99, -99, -99)
    assert block_classes(sure, block(2), block(2)).item() == pytest.approx(0)


@given(st.lists(st.floats(-30, 30), min_size=7, max_size=7), st.integers(0, 30), st.floats(0, 30))
def test_the_density_goes_towards_the_expectation(values: list[float], heads: int, mean: float) -> None:
    density = block(mean).requires_grad_()
    off = block_classes(logits(*values), block(heads), density)
    off.sum().backward()
    assert off.item() >= 0
    assert density.grad is not None
    expected = expectation(logits(*values)).item()
    assert density.grad.item() == (math.copysign(1, mean - expected) if mean != expected else 0)
