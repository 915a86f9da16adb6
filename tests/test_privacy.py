from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.privacy import BLOCKS, _hidden, pixelate
from crowdmon.values import DensityMap, Grid

NOISE = np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8)


def density(*cells: tuple[int, int], value: float = 0.2, cell: int = 8) -> DensityMap:
    grid = Grid(360 // cell, 640 // cell, cell, cell, 640, 360)
    people = np.zeros((grid.rows, grid.columns), np.float32)
    for at in cells:
        people[at] = value
    return DensityMap(people, grid)


def changed(rgb: np.ndarray, made: np.ndarray) -> np.ndarray:
    return (rgb != made).any(axis=2)


def test_nothing_changes_where_nobody_is() -> None:
    assert np.array_equal(pixelate(NOISE, density()), NOISE)


def test_without_knowledge_everything_is_hidden() -> None:
    made = pixelate(NOISE, None)
    assert changed(NOISE, made).mean() > 0.98
    assert len(np.unique(made.reshape(-1, 3), axis=0)) <= BLOCKS * 36


def test_the_input_is_left_alone() -> None:
    rgb = NOISE.copy()
    rgb.flags.writeable = False
    pixelate(rgb, None)
    assert np.array_equal(rgb, NOISE)


@given(
    st.integers(0, 44), st.integers(0, 79), st.sampled_from([(640, 360), (320, 180), (1000, 563), (97, 55)])
)
def test_a_cell_with_somebody_is_hidden_at_any_scale(row: int, column: int, size: tuple[int, int]) -> None:
    width, height = size
    rgb = np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)
    made = pixelate(rgb, density((row, column)))
    top, bottom = row * 8 * height / 360, (row + 1) * 8 * height / 360
    left, right = column * 8 * width / 640, (column + 1) * 8 * width / 640
    inside = changed(rgb, made)[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))]
    assert inside.mean() > 0.9
    assert changed(rgb, made).mean() < 0.08, "and hardly anything else"


def test_what_is_no_number_is_not_taken_for_nobody() -> None:
    assert changed(NOISE, pixelate(NOISE, density((20, 40), value=np.nan)))[160:168, 320:328].mean() > 0.9


def test_a_face_is_gone() -> None:
    rgb = np.full((360, 640, 3), 90, np.uint8)
    rgb[100:108, 200:204] = 250  # something fine, as eyes are
    made = pixelate(rgb, density((13, 25)))
    assert made.max() < 190


@given(
    st.integers(33, 300),
    st.integers(33, 300),
    st.sampled_from([3.5, 8, 11]),
    st.integers(4, 40),
    st.integers(0, 99),
)
def test_every_block_that_a_cell_touches_is_hidden(
    width: int, height: int, cell: float, block: int, seed: int
) -> None:
    grid = Grid(int(np.ceil(180 / cell)), int(np.ceil(320 / cell)), cell, cell, 320, 180)
    rng = np.random.default_rng(seed)
    people = np.where(rng.random((grid.rows, grid.columns)) < 0.02, 1.0, 0.0).astype(np.float32)
    people.flat[seed % people.size] = np.nan
    rows, columns = -(-height // block), -(-width // block)
    wanted = np.zeros((rows, columns), np.uint8)
    for row, column in np.argwhere(~(people < 0.5)):
        top, bottom = (row + np.array((0, 1))) * (cell * height / 180 / block)
        left, right = (column + np.array((0, 1))) * (cell * width / 320 / block)
        wanted[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] = 255
    found = _hidden(DensityMap(people, grid), (width, height), block, threshold=0.5, margin=0)
    assert (found == wanted).all()
