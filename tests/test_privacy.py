from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.privacy import BLOCKS, FACE_BLOCKS, _hidden, pixelate
from crowdmon.values import DensityMap, Frame, Grid
from tests.faces import Box, face

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


def test_where_only_parts_were_counted_everything_is_hidden() -> None:
    parts = replace(density(), parts=((0, 20, 0, 30),))
    assert np.array_equal(pixelate(NOISE, parts), pixelate(NOISE, None))


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


SIZES = (20, 35, 60, 90, 140, 200)


def across(made: np.ndarray, box: Box) -> int:
    """Return the most places, along any row or column of the face, where the colour changes, plus one."""
    part = made[box.top : box.bottom, box.left : box.right].astype(int)
    rows = (np.abs(np.diff(part, axis=1)).sum(axis=2) > 0).sum(axis=1).max()
    columns = (np.abs(np.diff(part, axis=0)).sum(axis=2) > 0).sum(axis=0).max()
    return int(max(rows, columns)) + 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", [(320, 160), (333, 171), (296, 158)])
def test_no_face_is_more_than_a_few_blocks_where_nothing_is_known(size: int, place: tuple[int, int]) -> None:
    rgb, box = face(size, place)
    assert across(rgb, box) > 2 * FACE_BLOCKS, "the test sees a face that is not hidden"
    assert across(pixelate(rgb, None), box) <= FACE_BLOCKS + 1, "a block may begin within the face"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("side", ["left", "right", "top", "bottom", "whole"])
def test_a_face_is_hidden_wholly_also_if_the_density_lies_on_half_of_it(size: int, side: str) -> None:
    rgb, box = face(size, (320, 180))
    made = pixelate(rgb, on(box, side))
    assert across(made, box) <= FACE_BLOCKS + 1


@pytest.mark.parametrize("size", [20, 30, 40, 60])
def test_a_face_that_the_network_sees_is_hidden_wholly(size: int) -> None:
    from crowdmon.counting.factory import make_counter_factory

    rgb, box = face(size, (320, 160))
    seen = make_counter_factory()().count(Frame(rgb))
    assert seen.count > 0.5, "the network sees it"
    assert across(pixelate(rgb, seen), box) <= FACE_BLOCKS + 1


def test_a_dense_crowd_keeps_small_blocks() -> None:
    made = pixelate(NOISE, density(*((row, column) for row in range(45) for column in range(80))))
    assert len(np.unique(made.reshape(-1, 3), axis=0)) > 1500


def on(box: Box, side: str) -> DensityMap:
    """One person, spread evenly over a half of a face."""
    grid = Grid(45, 80, 8, 8, 640, 360)
    middle, centre = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    left = middle if side == "right" else box.left
    right = middle if side == "left" else box.right
    top = centre if side == "bottom" else box.top
    bottom = centre if side == "top" else box.bottom
    people = np.zeros((45, 80), np.float32)
    people[int(top // 8) : int(bottom // 8) + 1, int(left // 8) : int(right // 8) + 1] = 1.0
    return DensityMap((people / people.sum()).astype(np.float32), grid)
