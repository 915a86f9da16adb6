"""Validation counts in a ROI as scoring does: to a fraction of a cell, not of a pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon.values import DensityMap, Grid
from tests.trainer import trees
from trainer.data import sources
from trainer.data.datasets import Dataset, Sample
from trainer.data.datasets.rois import cover
from trainer.data.sources import Item
from trainer.loop.validate import people

TRIANGLE = np.array([(-0.5, -0.5), (30.25, -0.5), (-0.5, 40.75)])


def density(width: int, height: int) -> DensityMap:
    rows, columns = -(-height // 8), -(-width // 8)
    values = np.random.default_rng(0).random((rows, columns)).astype(np.float32)
    return DensityMap(values, Grid(rows, columns, 8.0, 8.0, width, height))


def sample(folder: Path, *, mask: bool = False) -> Sample:
    path = trees.picture(folder / "one.png", width=64, height=48)
    if mask:
        inside = np.zeros((48, 64), dtype=bool)
        inside[:, :20] = True
        return Sample("one", path, np.zeros((0, 2)), (64, 48), mask=inside)
    return Sample("one", path, np.zeros((0, 2)), (64, 48), roi=TRIANGLE)


def item(one: Sample) -> Item:
    return sources.from_dataset(Dataset("worldexpo", "val", (one,))).item(0)


@pytest.mark.parametrize("mask", [False, True])
def test_a_roi_counts_as_it_is_scored(tmp_path: Path, mask: bool) -> None:
    one, seen = sample(tmp_path, mask=mask), density(64, 48)
    share = cover(one, seen.grid)
    assert share is not None
    assert people(seen, item(one)) == pytest.approx(float((seen.people * share).sum()), rel=1e-6)
    assert 0 < people(seen, item(one)) < seen.count


def test_a_whole_picture_is_its_sum(tmp_path: Path) -> None:
    one = Sample("one", trees.picture(tmp_path / "one.png"), np.zeros((0, 2)), (64, 48))
    assert people(density(64, 48), item(one)) == density(64, 48).count


def test_a_picture_made_smaller_takes_its_roi_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = sample(tmp_path)
    monkeypatch.setattr(sources, "MAX_SIDE", 32)
    small = item(one)
    assert small.rgb.shape == (24, 32, 3)
    ones = DensityMap(np.ones((3, 4), np.float32), Grid(3, 4, 8.0, 8.0, 32, 24))
    # A triangle of 30.75 x 41.25 pixels, in cells of 16 of the large picture.
    assert people(ones, small) == pytest.approx(30.75 * 41.25 / 2 / 16**2, rel=1e-5)
