"""Factors from counts and head points, and how they get into a weights file."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.counting.preprocess import Preprocess
from trainer.adapt import factors

GRID = Preprocess().grid(height=160, width=80)


def test_a_factor_makes_many_people_right() -> None:
    truth, counts = np.full(10, 300.0), np.full(10, 200.0)
    assert factors.factor(truth, counts) == pytest.approx(1.5, rel=0.01)


def test_a_handful_of_people_hardly_moves_it() -> None:
    assert factors.factor(np.array([2.0]), np.array([1.0])) < 1.2


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=9))
def test_no_factor_is_absurd(pairs: list[tuple[float, float]]) -> None:
    truth, counts = np.array(pairs).T
    assert factors.LOW <= factors.factor(truth, counts) <= factors.HIGH


def test_rows_differ_where_the_picture_says_so() -> None:
    people = np.full((10, GRID.rows, GRID.columns), 1.0, np.float32)
    truth = people.copy()
    truth[:, : GRID.rows // 2] *= 2
    rows = factors.by_row(truth, people)
    assert rows[0] > 1.8
    assert rows[-1] == pytest.approx(1.0, abs=0.15)
    counted = (people * factors.row_map(rows, GRID)).sum()
    assert counted == pytest.approx(truth.sum(), rel=0.05)


def test_without_people_rows_are_the_whole_pictures_factor() -> None:
    people = np.zeros((3, GRID.rows, GRID.columns), np.float32)
    assert factors.by_row(people, people) == pytest.approx([1.0] * factors.ROWS)


def test_a_factor_is_the_density_scale() -> None:
    assert factors.with_factor(Preprocess(), 2.0).density_scale == pytest.approx(5.0)


def test_rows_come_on_top_of_gains() -> None:
    once = factors.with_rows(Preprocess(), (1.0, 2.0, 3.0, 4.0))
    assert once.gains == ((1.0,), (2.0,), (3.0,), (4.0,))
    twice = factors.with_rows(once, (1.0, 2.0, 3.0, 4.0))
    assert twice.gains == ((1.0,), (4.0,), (9.0,), (16.0,))
    assert Preprocess.from_header(twice.header()) == twice
