"""Sums of blocks, and the density that has a logarithm."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer.loss.blocks import SOFT, absolute_errors, largest, positive, sums


def numbers(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)[None, None]


def test_the_positive_density_by_hand() -> None:
    made = positive(torch.tensor([0.0, 0.003, -0.003], dtype=torch.float64), soft=0.002)
    assert made.tolist() == pytest.approx([0.002, 0.004, 0.001])  # (D + 0.005) / 2


@given(st.floats(-1e4, 1e4, width=32))
def test_the_positive_density_is_above_zero_and_near_what_is_shown(value: float) -> None:
    made = positive(torch.tensor(value, dtype=torch.float32)).item()
    assert made > 0
    shown = max(value, 0.0)
    assert shown <= made * (1 + 1e-6)
    assert made <= shown + SOFT + 1e-6 * shown


@given(st.floats(-100, -1e-4))
def test_a_cell_below_zero_hears_of_its_head(value: float) -> None:
    cell = torch.tensor(value, dtype=torch.float64, requires_grad=True)
    positive(cell).log().backward()
    assert cell.grad is not None
    assert cell.grad.item() == pytest.approx((value**2 + 4 * SOFT**2) ** -0.5, rel=1e-6)


def test_an_empty_street_hides_hardly_anybody() -> None:
    # 12,288 cells of a street camera, as far below zero as an empty one is: 0.02 people.
    cells = torch.full((1, 1, 96, 128), -0.02, dtype=torch.float64)
    assert positive(cells).sum().item() < 0.05


def test_sums_and_largest_by_hand() -> None:
    cells = numbers([1, 2, 3], [4, 5, 6], [7, 8, 9])
    assert sums(cells, 2).flatten().tolist() == [12]
    assert largest(cells, 2).flatten().tolist() == [5]
    assert sums(cells, 5).flatten().tolist() == pytest.approx([45])


def test_absolute_errors_by_hand() -> None:
    predicted, target = numbers([1, 0], [0, 0]), numbers([0, 1], [0, 2])
    # Sides 1 and 2: |1| + |-1| + 0 + |-2| = 4, and |1 - 3| = 2, each over four cells.
    assert absolute_errors(predicted, target, blocks=(1, 2)).tolist() == pytest.approx([(1 + 0.5) / 2])


def test_unknown_cells_count_as_right_and_maps_apart() -> None:
    predicted = torch.cat([numbers([1, 0], [0, 0]), numbers([0, 0], [0, 4])])
    mask = torch.ones_like(predicted)
    mask[0] = 0
    assert absolute_errors(predicted, 0 * predicted, blocks=(1,), mask=mask).tolist() == [0, 1]


@given(st.integers(1, 6), st.integers(0, 2**31))
def test_a_block_s_error_is_at_most_that_of_its_parts(side: int, seed: int) -> None:
    both = torch.rand(2, 3, 1, 12, 12, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    small = absolute_errors(both[0], both[1], blocks=(1,))
    large = absolute_errors(both[0], both[1], blocks=(side,))
    whole = absolute_errors(both[0], both[1], blocks=(12,))
    assert (large <= small + 1e-12).all()
    if 12 % side == 0:
        assert (whole <= large + 1e-12).all()
