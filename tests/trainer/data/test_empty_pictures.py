"""Pictures with nobody in them: always the same, always pictures, and different from one another."""

import numpy as np
import pytest

from trainer.data import empty_pictures as nobody


@pytest.mark.parametrize("number", range(2 * len(nobody.PATTERNS)))
def test_each_is_a_picture_and_the_same_one_again(number: int) -> None:
    picture = nobody.picture(number)
    assert picture.shape == (nobody.HEIGHT, nobody.WIDTH, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, nobody.picture(number))


def test_a_pattern_comes_back_in_other_colours() -> None:
    kinds = len(nobody.PATTERNS)
    for number in range(kinds):
        assert not np.array_equal(nobody.picture(number), nobody.picture(number + kinds))


def test_noise_of_one_pixel_at_full_strength_is_among_them() -> None:
    snow = [
        number
        for number in range(20 * len(nobody.PATTERNS))
        if nobody.PATTERNS[number % len(nobody.PATTERNS)].__name__ == "_snow"
    ]
    full = [
        number
        for number in snow
        # Neighbours that have nothing to do with each other differ by a third of the range on average.
        if np.abs(np.diff(nobody.picture(number)[:, :, 0].astype(float), axis=1)).mean() > 80
    ]
    assert len(full) >= 5
