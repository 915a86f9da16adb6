"""Where a density map sees single people: a start for somebody who clicks heads. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crowdmon.values import DensityMap

LEAST = 0.5
"""People around a cell without which nobody is taken to stand there."""

_WIDEST = 6
"""Cells on each side of a peak over which the density of one person may be spread."""


def peaks(density: DensityMap, *, least: float = LEAST) -> tuple[tuple[float, float], ...]:
    """Return the points (x, y), in fractions of the picture, at which one person each is likely to be.

    The strongest cell comes first. The density of one person is taken away around it, from as few cells as
    hold it, and the search begins again. A person near the camera covers many cells, one far away a few.

    Args:
        density: what was counted.
        least: people that must be left around a peak, above 0.
    """
    people = np.maximum(density.people.astype(np.float64), 0.0)
    grid = density.grid
    found: list[tuple[float, float]] = []
    for _ in range(int(people.sum() / least) + 1):
        row, column = np.unravel_index(int(np.argmax(_around(people))), people.shape)
        taken = _one_person(people, int(row), int(column))
        if taken is None or taken[0] < least:
            break
        _, y, x = taken
        found.append(
            (
                min((x + 0.5) * grid.cell_width / grid.width, 1.0),
                min((y + 0.5) * grid.cell_height / grid.height, 1.0),
            )
        )
    return tuple(found)


def _around(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the people in each cell (hxw) and its eight neighbours, those beside it for half."""
    padded = np.pad(people, 1)
    rows = padded[:-2] / 2 + padded[1:-1] + padded[2:] / 2
    return rows[:, :-2] / 2 + rows[:, 1:-1] + rows[:, 2:] / 2


def _one_person(people: NDArray[np.float64], row: int, column: int) -> tuple[float, float, float] | None:
    """Take at most one person away around a cell; return how much that was, and its centre (row, column)."""
    window = people[row : row + 1, column : column + 1]
    top, left, mass = row, column, float(window.sum())
    for reach in range(1, _WIDEST + 1):
        top, left = max(row - reach, 0), max(column - reach, 0)
        window = people[top : row + reach + 1, left : column + reach + 1]
        before, mass = mass, float(window.sum())
        if mass >= 1.0 or (reach > 1 and mass - before < 0.02):
            break
    if mass <= 0.0:
        return None
    ys, xs = np.mgrid[top : top + window.shape[0], left : left + window.shape[1]]
    y, x = float((ys * window).sum() / mass), float((xs * window).sum() / mass)
    window *= 1.0 - min(1.0, mass) / mass
    return min(mass, 1.0), y, x
