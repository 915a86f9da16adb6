"""A factor for the whole picture, and a factor by row: closed forms of counts and head points.

Both are pulled towards doing nothing (1), or towards the one factor, by as many people as the
base is trusted with: a few heads in a row say little about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crowdmon.counting.preprocess import Preprocess, gain_map
from crowdmon.values import Grid

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]

ROWS = 4
"""Factors from top to bottom; more would each rest on a handful of heads."""

PULL = 5.0
"""People that pull a factor of the whole towards 1."""

ROW_PULL = 20.0
"""People that pull a row's factor towards the whole picture's."""

LOW, HIGH = 0.2, 5.0
"""No factor is believed beyond these."""


def factor(truth: Floats, counts: Floats) -> float:
    """Return the factor that makes counts right on average, pulled towards 1."""
    return _bounded((truth.sum() + PULL) / (counts.sum() + PULL))


def by_row(truth: Maps, people: Maps, *, knots: int = ROWS) -> tuple[float, ...]:
    """Return a factor for each part of the picture from top to bottom.

    Args:
        truth, people: N x rows x columns, labelled and counted people per cell, inside the ROI.
        knots: how many parts.
    """
    whole = factor(truth.sum((1, 2), dtype=np.float64), people.sum((1, 2), dtype=np.float64))
    weights = _row_weights(people.shape[1], knots)
    heads, counted = (weights.T @ one.sum((0, 2), dtype=np.float64) for one in (truth, people))
    rows = (heads + ROW_PULL * whole) / (counted + ROW_PULL)
    return tuple(_bounded(value) for value in rows)


def row_map(rows: Sequence[float], grid: Grid) -> Maps:
    """Return the factor of each cell."""
    return gain_map(tuple((value,) for value in rows), grid)


def with_factor(preprocess: Preprocess, value: float) -> Preprocess:
    """Return pre-processing whose counts are ``value`` times as high."""
    return replace(preprocess, density_scale=preprocess.density_scale / value)


def with_rows(preprocess: Preprocess, rows: Sequence[float]) -> Preprocess:
    """Return pre-processing with a factor by row, on top of the gains it has already."""
    former = preprocess.gains or ((1.0,),)
    down = max(len(former), len(rows))
    grid = Grid(down, len(former[0]), 1.0, 1.0, len(former[0]), down)
    both = gain_map(former, grid).astype(float) * row_map(rows, grid).astype(float)
    gains = tuple(tuple(round(float(value), 5) for value in row) for row in np.clip(both, 0.0, 100.0))
    return replace(preprocess, gains=gains)


def _row_weights(rows: int, knots: int) -> Floats:
    """Return rows x knots: the same even change between the knots as when counting."""
    grid = Grid(rows, 1, 1.0, 1.0, 1.0, rows)
    return np.stack(
        [gain_map(tuple((float(k == at),) for k in range(knots)), grid)[:, 0] for at in range(knots)], axis=1
    ).astype(np.float64)


def _bounded(value: float) -> float:
    return float(np.clip(value, LOW, HIGH))
