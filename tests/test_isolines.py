"""The lines of the heat: where they are, their colours, and how wide."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from crowdmon import isolines
from crowdmon.area import HeatArea
from crowdmon.values import Grid

SQUARE = np.array([[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]], np.float32)


def area(*lines: NDArray[np.float32]) -> HeatArea:
    grid = Grid(columns=20, rows=10, width=160, height=80, cell_width=8, cell_height=8)
    return HeatArea(np.zeros((10, 20), np.float32), grid, False, ((0.5, lines),))


def test_a_line_is_white_on_a_dark_edge() -> None:
    painted = isolines.paint(area(SQUARE), 160, 80).astype(int)
    assert painted.shape == (80, 160, 4)
    across = painted[40, 34:48]  # the left side of the square lies between 39 and 40
    light = np.flatnonzero(across[:, 0] > 100) + 34
    assert light.tolist() == [39, 40]
    edges = across[[4, 7]]
    assert (edges[:, 3] > 100).all()
    assert (edges[:, 0] < 14).all()
    assert not across[[0, -1]].any()
    assert (painted[..., :3] <= painted[..., 3:] + 1).all(), "colours are multiplied by alpha"


def test_it_is_closed_and_nothing_else_is_painted() -> None:
    alpha = isolines.paint(area(SQUARE), 160, 80)[..., 3]
    assert alpha[20:60, 38:42].any(axis=1).all(), "the side between the last point and the first"
    assert not alpha[26:54, 46:114].any()
    assert not alpha[:16].any()


def test_on_a_fine_screen_it_is_wider() -> None:
    once = isolines.paint(area(SQUARE), 160, 80)[40, :, 3] > 0
    twice = isolines.paint(area(SQUARE), 320, 160, scale=2.0)[80, :, 3] > 0
    assert once[:80].sum() in (6, 7)
    assert twice[:160].sum() in range(9, 13)


@pytest.mark.parametrize("lines", [(), (SQUARE[:1],)])
def test_without_a_line_nothing_is_painted(lines: tuple[NDArray[np.float32], ...]) -> None:
    assert not isolines.paint(area(*lines), 16, 8).any()
