"""What a run is fed, from its configuration to its sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainer import trees
from trainer.config import TrainConfig
from trainer.data.prepare import gather


@pytest.fixture
def root(tmp_path: Path) -> Path:
    heads = {number: [(5 + number, 9), (20, 30)] for number in range(1, 21)}
    return trees.shanghaitech(tmp_path / "part_B", train=heads, test={1: [(4, 4)]})


def test_a_run_holds_a_tenth_of_train_out_and_says_so(root: Path) -> None:
    data = gather(TrainConfig(), "shanghaitech_b", root)
    assert (len(data.train[0]), len(data.val["shanghaitech_b"])) == (18, 2)
    assert "hold-out" in data.provenance["split"]


def test_a_settled_recipe_trains_on_all_of_train_and_validates_nothing(root: Path) -> None:
    data = gather(TrainConfig(held_out=False), "shanghaitech_b", root)
    assert len(data.train[0]) == 20
    assert data.val == {}
    assert data.provenance["split"] == "the whole of train"
