"""Networks for sizes that come again: how many are kept, what is given back, and that values stay."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from crowdmon.counting.openvino_backend import OpenVinoBackend
from tests.counting.test_counter import some_weights


class Counting(OpenVinoBackend):
    """Notes what is compiled."""

    steady = 3
    kept = 2
    recent = 20

    def __init__(self) -> None:
        self.compiled: list[str] = []
        super().__init__(some_weights(), precision="f32")

    def _compile(self, model):  # type: ignore[no-untyped-def]
        shape = model.input().partial_shape
        self.compiled.append("own" if shape.is_static else "any")
        return super()._compile(model)


@pytest.fixture
def made() -> Counting:
    return Counting()


def batch(height: int, width: int = 64) -> np.ndarray:
    rng = np.random.default_rng(height * 10_000 + width)
    return rng.random((1, 3, height, width), dtype=np.float32)


def test_a_size_that_comes_again_gets_its_own_network_and_the_one_for_any_size_is_given_back(
    made: Counting,
) -> None:
    before = made.run(batch(64))
    for _ in range(4):
        after = made.run(batch(64))
    assert made.compiled == ["any", "own"]
    assert made._any is None
    assert np.array_equal(before, after)


def test_another_size_brings_it_back_with_the_same_values(made: Counting) -> None:
    expected = made.run(batch(96))
    for _ in range(4):
        made.run(batch(64))
    assert np.allclose(made.run(batch(96)), expected, rtol=1e-6, atol=1e-7)
    assert made.compiled == ["any", "own", "any"]


def test_more_sizes_than_are_kept_that_take_turns_do_not_push_out_each_other(made: Counting) -> None:
    sizes = [64, 96, 128, 160]
    for height in itertools.islice(itertools.cycle(sizes), 200):
        made.run(batch(height))
    assert made.compiled.count("own") == 2
    assert made.compiled.count("any") <= 3


def test_a_size_that_is_gone_makes_room(made: Counting) -> None:
    for height in (64, 96):
        for _ in range(4):
            made.run(batch(height))
    for _ in range(40):
        made.run(batch(128))
    assert made.compiled.count("own") == 3
    assert len(made._own) == len(made._used) == 2


def test_very_many_sizes_start_afresh(made: Counting) -> None:
    for height in range(32, 32 * 20, 32):
        made.run(batch(height, 32))
    assert made.compiled == ["any", "any"]
