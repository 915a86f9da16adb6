"""The Bayesian loss, by hand and against what its paper says it does."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.loss.terms import BACKGROUND_FROM, HEAD_REACH, HEAD_SIGMA, bayesian

SIDE = 4 * HEAD_REACH
BACKGROUND = math.exp(-((BACKGROUND_FROM / HEAD_SIGMA) ** 2) / 2)


def maps(*heads: tuple[int, int, float]) -> torch.Tensor:
    made = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.float64)
    for y, x, people in heads:
        made[0, 0, y, x] = people
    return made


def test_people_on_a_lone_head_by_hand() -> None:
    # Its cell's people are the head's but for what the background takes, and miss it by as much.
    middle = (SIDE // 2, SIDE // 2, 1.0)
    missed = BACKGROUND / (1 + BACKGROUND)
    assert bayesian(maps(middle), maps(middle)).item() == pytest.approx(2 * missed)


def test_people_two_standard_deviations_away_by_hand() -> None:
    head, beside = (SIDE // 2, SIDE // 2, 1.0), (SIDE // 2, SIDE // 2 + 3, 1.0)
    near = math.exp(-((3 / HEAD_SIGMA) ** 2) / 2)
    share = near / (near + BACKGROUND)
    assert bayesian(maps(beside), maps(head)).item() == pytest.approx(2 * (1 - share))


def test_people_where_nobody_is_are_all_the_background_s() -> None:
    assert bayesian(maps((3, 3, 2.5)), maps()).item() == pytest.approx(2.5)


def test_a_head_nobody_counts_costs_one() -> None:
    assert bayesian(maps(), maps((9, 9, 1.0), (2, 3, 2.0))).item() == pytest.approx(3.0)


def test_where_in_a_crowd_its_people_lie_costs_little() -> None:
    # What it is for: squared, the same shift by a cell doubles the error of nobody there at all.
    crowd = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.float64)
    crowd[:, :, ::2, ::2] = 1
    shifted = crowd.roll(1, dims=3)
    inside = torch.zeros_like(crowd)
    inside[:, :, HEAD_REACH:-HEAD_REACH, HEAD_REACH:-HEAD_REACH] = 1
    none = bayesian(torch.zeros_like(crowd), crowd, mask=inside)
    assert bayesian(shifted, crowd, mask=inside).item() < 0.25 * none.item()
    assert (inside * (shifted - crowd) ** 2).sum() > 1.9 * (inside * crowd**2).sum()


def test_what_is_unknown_is_not_judged() -> None:
    mask = torch.ones(1, 1, SIDE, SIDE, dtype=torch.float64)
    mask[:, :, :, : SIDE // 2] = 0
    assert bayesian(maps(), maps((9, 2, 1.0)), mask=mask).item() == 0
    assert bayesian(maps((9, 2, 1.0)), maps(), mask=mask).item() == 0


def test_each_map_has_its_own() -> None:
    both = bayesian(torch.cat([maps(), maps((3, 3, 2.0))]), torch.cat([maps((9, 9, 1.0)), maps()]))
    assert both.tolist() == pytest.approx([1.0, 2.0])


@given(st.lists(st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)), max_size=30))
def test_it_is_never_less_than_what_the_count_is_off(places: list[tuple[int, int]]) -> None:
    # Shares of a cell add up to its people: what all heads and the background have is the count.
    heads = torch.zeros(1, 1, SIDE, SIDE, dtype=torch.float64)
    for y, x in places:
        heads[0, 0, y, x] += 1
    predicted = torch.rand(1, 1, SIDE, SIDE, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    off = abs(predicted.sum().item() - len(places))
    assert bayesian(predicted, heads).item() >= off - 1e-6


def test_its_gradient_is_the_numerical_one() -> None:
    torch.manual_seed(0)
    predicted = torch.rand(2, 1, 5, 6, dtype=torch.float64).requires_grad_()
    target = (torch.rand(2, 1, 5, 6, dtype=torch.float64) > 0.6).double()
    assert torch.autograd.gradcheck(lambda p: bayesian(p, target), (predicted,))
