"""What is adopted: only what is better on unseen frames, beyond chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.adapt.choose import Trial, gain_over, is_better, ranked, regions
from trainer.adapt.curve import of_factor, words
from trainer.adapt.folds import folds, left_out, others

TRUTH = np.array([20.0, 30.0, 25.0, 18.0, 40.0, 22.0])


def trial(name: str, errors: list[float], places: np.ndarray | None = None) -> Trial:
    return Trial(name, TRUTH, TRUTH + errors, places=places)


BASE = trial("nothing", [-5, -6, -5, -4, -8, -5])


def test_the_best_is_adopted() -> None:
    good, better = trial("factor", [-2, -3, 3, 2, 2, 3]), trial("network", [1, 0, -1, 1, 0, 1])
    assert [one.name for one in ranked([good, better], BASE)] == ["network", "factor"]


def test_of_two_that_are_as_good_the_simpler_is_adopted() -> None:
    simple, other = trial("factor", [1, 0, -1.3, 1, 0, 1]), trial("network", [0, 1, 1, -1, 1, 0])
    assert ranked([simple, other], BASE)[0].name == "factor"


def test_what_is_better_by_chance_alone_is_not_adopted() -> None:
    lucky = trial("network", [-15, 1, -15, 1, 0, 0])  # 5.3 on average instead of 5.5, one frame to the next
    mean, error = gain_over(lucky, BASE)
    assert 0 < mean < error
    assert ranked([lucky], BASE) == []


def test_what_is_worse_is_never_adopted_however_sure() -> None:
    assert ranked([trial("factor", [-6, -7, -6, -5, -9, -6])], BASE) == []


def test_many_regions_say_what_few_frames_do_not() -> None:
    near = np.tile([3.0, -3.0], (6, 12))
    base = trial("nothing", [-5, 2, -5, 4, -1, 1], near)
    errors = [-2.0, -4, 3, -2, 2, -3]
    assert not is_better(trial("network", errors), base)
    assert is_better(trial("network", errors, near / 3), base)
    assert not is_better(trial("network", errors, near), base)


def test_a_factor_that_makes_places_worse_is_not_adopted() -> None:
    near = np.tile([3.0, -4.0], (6, 12))
    base, errors = trial("nothing", [-5, -6, -5, -4, -8, -5], near), [-1.0, 1, 0, 2, -2, 0]
    assert is_better(trial("factor", errors, near / 2), base)
    assert is_better(trial("factor", errors, near), base), "a bias of whole frames is gone"
    assert not is_better(trial("factor", errors, near * 1.01), base)


def test_a_gain_that_the_next_hour_takes_back_is_not_adopted() -> None:
    near = np.tile([3.0, -4.0], (6, 12))
    base = trial("nothing", [-5, -6, -5, -4, -8, -5], near)
    sure_but_small = [-4.0, -4.6, -4, -3, -6.5, -4]
    mean, error = gain_over(trial("network", sure_but_small), base)
    assert mean > 3 * error
    assert not is_better(trial("network", sure_but_small, near * 0.7), base)
    assert is_better(trial("network", sure_but_small, near * 0.5), base)


def test_the_simpler_must_be_as_good_in_places_too() -> None:
    base = trial("nothing", [-5, -6, -5, -4, -8, -5], np.tile([3.0, -4.0], (6, 12)))
    simple = trial("factor", [1, 0, -1.3, 1, 0, 1], np.tile([2.0, -2.0], (6, 12)))
    other = trial("network", [0, 1, 1, -1, 1, 0], np.tile([0.5, -0.5], (6, 12)))
    assert [one.name for one in ranked([simple, other], base)] == ["network", "factor"]


@given(st.integers(3, 40))
def test_every_frame_is_unseen_by_some_network_and_seen_by_most(frames: int) -> None:
    held = left_out(folds(frames))
    assert len(held) == min(frames, 5)
    for index in range(frames):
        without = sum(index in one for one in held)
        assert without == (2 if frames >= 5 else 1)


@given(st.integers(1, 40), st.integers(1, 10))
def test_every_frame_is_held_out_once_beside_its_neighbours(frames: int, most: int) -> None:
    made = folds(frames, most)
    assert [index for fold in made for index in fold] == list(range(frames))
    assert len(made) == min(frames, most)
    for fold in made:
        assert sorted((*fold, *others(frames, fold))) == list(range(frames))


@given(st.integers(4, 50), st.integers(6, 50), st.integers(1, 3))
def test_regions_hold_everybody(rows: int, columns: int, frames: int) -> None:
    cells = np.random.default_rng(0).random((frames, rows, columns)).astype(np.float32)
    found = regions(cells)
    assert found.shape == (frames, 24)
    assert found.sum(axis=1) == pytest.approx(cells.sum((1, 2)), rel=1e-5)


def test_the_curve_of_a_factor_falls_with_frames() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(10, 60, 20).astype(float)
    course = of_factor(truth, truth * 0.7 * rng.normal(1, 0.15, 20))
    assert [frames for frames, _ in course] == [1, 2, 3, 5, 8, 12]
    assert course[0][1] > course[-1][1]
    assert "more frames" in words(course, 20)
    assert "three frames" in words([], 2)
