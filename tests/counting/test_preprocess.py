"""Pixels to tensor and back; tiles that keep every cell once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.counting.preprocess import Preprocess, tiles

P = Preprocess()


def test_the_mean_colour_becomes_zero_and_padding_is_the_mean() -> None:
    p = Preprocess(mean=(0.2, 0.4, 0.6), std=(0.5, 0.5, 0.5))
    grey = np.full((40, 50, 3), (51, 102, 153), np.uint8)
    made = p.prepare(grey)
    assert made.shape == (1, 3, 64, 64)
    assert np.abs(made).max() < 1e-6


def test_normalising_is_the_textbook_formula() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    expected = ((rgb / 255.0 - P.mean) / P.std).transpose(2, 0, 1)
    np.testing.assert_allclose(P.tensor(rgb), expected, atol=1e-6)


def test_a_batch_and_its_pictures_give_the_same_bits() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (3, 32, 64, 3), np.uint8)
    one_by_one = np.concatenate([P.prepare(picture) for picture in rgb])
    assert np.array_equal(P.tensor(rgb), one_by_one)


@given(st.integers(1, 300), st.integers(1, 300))
def test_the_grid_covers_the_picture_and_no_more_than_a_cell_beyond(height: int, width: int) -> None:
    grid = P.grid(height=height, width=width)
    assert height <= grid.rows * grid.cell_height < height + 8
    assert width <= grid.columns * grid.cell_width < width + 8
    padded = P.prepare(np.zeros((height, width, 3), np.uint8))
    assert padded.shape[2] % 32 == 0
    output = np.ones((padded.shape[2] // 8, padded.shape[3] // 8), np.float32)
    people = P.people(output, height=height, width=width)
    assert people.shape == (grid.rows, grid.columns)
    np.testing.assert_allclose(people, 0.1)


def test_a_scaled_copy_has_cells_in_pixels_of_the_source() -> None:
    grid = P.grid(height=360, width=640, size=(1280, 720))
    assert (grid.rows, grid.columns) == (45, 80)
    assert (grid.cell_width, grid.cell_height) == (16.0, 16.0)
    assert (grid.width, grid.height) == (1280, 720)


@given(st.integers(1, 1500), st.integers(1, 1500), st.sampled_from([5_000, 60_000, 250_000]))
def test_every_cell_is_kept_by_exactly_one_tile(height: int, width: int, max_pixels: int) -> None:
    kept = np.zeros((-(-height // 8), -(-width // 8)), int)
    for tile in tiles(height, width, max_pixels=max_pixels, halo=32):
        kept[tile.rows[0] : tile.rows[1], tile.columns[0] : tile.columns[1]] += 1
        assert tile.left % 32 == 0
        assert tile.top <= tile.rows[0] * 8
        assert tile.bottom >= min(height, tile.rows[1] * 8)
        assert (tile.bottom - tile.top) * (tile.right - tile.left) <= max(max_pixels, 128 * 128)
        assert tile.top % 32 == 0
    assert (kept == 1).all()


def test_a_picture_that_fits_is_one_tile() -> None:
    (tile,) = tiles(1080, 1920)
    assert (tile.top, tile.bottom, tile.left, tile.right) == (0, 1080, 0, 1920)


def test_a_tile_sees_a_halo_on_every_inner_side() -> None:
    for tile in tiles(2000, 3000, max_pixels=500_000, halo=128):
        assert tile.top == max(0, tile.rows[0] * 8 - 128)
        assert tile.right == min(3000, min(3000, tile.columns[1] * 8) + 128)


def test_headers_survive_and_nonsense_is_refused() -> None:
    assert Preprocess.from_header(P.header()) == P
    with pytest.raises(ValueError, match="density_scale is 0, allowed is"):
        Preprocess.from_header({**P.header(), "density_scale": 0})
    with pytest.raises(ValueError, match="unknown 'colour'"):
        Preprocess.from_header({**P.header(), "colour": "bgr"})
