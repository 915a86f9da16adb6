"""WorldExpo'10 on a tiny tree in its official layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.trainer import trees
from tests.trainer.trees import names, note
from trainer.data.datasets import MissingDataError, load
from trainer.data.datasets.worldexpo import TEST_SCENES

ONE = [(10.0, 20.0)]
NAME = "{scene}_1-04-S20100821071000000E20100821120000000_clip1_{n}"


def frames(scene: str, number: int, heads: trees.Heads = ONE) -> dict[str, trees.Heads]:
    return {NAME.format(scene=scene, n=n): heads for n in range(1, number + 1)}


def test_worldexpo_counts_inside_the_roi_with_its_boundary(tmp_path: Path) -> None:
    heads = [(40.0, 10.0), (40.5, 10.0), (1.0, 1.0), (20.0, 48.0), (90.0, 3.0)]
    root = trees.worldexpo(tmp_path / "WorldExpo", frames("000001", 1), frames("104207", 2, heads))
    test = load("worldexpo", tmp_path, "test")
    one = test.samples[0]
    assert (one.count, one.outside, one.outside_roi, one.scene) == (3, 1, 1, "104207")
    np.testing.assert_allclose(one.points[0], [39.0, 9.0])
    assert one.roi is not None
    np.testing.assert_allclose(one.roi, np.array(trees.ROI) - 1)
    assert one.perspective == root / "test_perspective" / "104207.mat"
    assert note(test, "test scenes missing").endswith("200608, 200702, 202201, 500717")


def test_worldexpo_scene_is_the_first_six_characters(tmp_path: Path) -> None:
    odd = {"104242-3-04-S2010_clip1_1": ONE, "200247-7-S2010_clip1_2": []}
    trees.worldexpo(tmp_path, odd, {})
    found = load("worldexpo", tmp_path, "trainval")
    assert [one.scene for one in found.samples] == ["104242", "200247"]
    assert [one.count for one in found.samples] == [1, 0]


def test_worldexpo_reads_v73_and_keeps_empty_frames(tmp_path: Path) -> None:
    train = {
        NAME.format(scene="000001", n=n): heads
        for n, heads in ((1, [(3.0, 4.0), (5.0, 6.0)]), (2, []), (10, ONE))
    }
    trees.worldexpo(tmp_path, train, {}, v73=[*train, "000001"])
    found = load("worldexpo", tmp_path, "trainval")
    assert [one.count for one in found.samples] == [2, 0, 1]
    np.testing.assert_allclose(found.samples[0].points, [[2.0, 3.0], [4.0, 5.0]])
    assert names(found)[-1].endswith("_10")


def test_worldexpo_reports_missing_and_empty_labels(tmp_path: Path) -> None:
    train = frames("000001", 6)
    trees.worldexpo(tmp_path, train, {})
    folder = tmp_path / "train_label" / "000001"
    first, second, third, fourth, *_ = train
    (folder / f"{first}.mat").unlink()
    (folder / f"{second}.mat").write_bytes(b"")
    trees.mat(folder / f"{third}.mat", {"point_num": np.array([[7]]), "point_position": np.zeros((0, 0))})
    trees.mat(
        folder / f"{fourth}.mat", {"point_num": np.array([[7]]), "point_position": np.array([[1.0, 1.0]])}
    )
    (tmp_path / "train_perspective" / "000001.mat").unlink()
    (folder / "roi.mat").unlink()
    found = load("worldexpo", tmp_path, "trainval")
    assert len(found) == 3
    assert first in note(found, "1 pictures without a label")
    assert second in note(found, "2 labels are empty files")
    note(found, "says 7 heads and has 1 points")
    note(found, "no perspective map for the scenes 000001")
    note(found, "000001 has no roi.mat")


def test_worldexpo_leaves_known_wrong_labels_out(tmp_path: Path) -> None:
    wrong = "200778_C10-03-S20100717083000000E20100717233000000_4_clip1_3"
    trees.worldexpo(tmp_path, {wrong: ONE, **frames("200778", 2)}, {})
    assert len(load("worldexpo", tmp_path, "trainval")) == 2
    assert len(load("worldexpo", tmp_path, "trainval", official=True)) == 3


def test_worldexpo_validates_on_whole_scenes(tmp_path: Path) -> None:
    train = {key: value for n in range(12) for key, value in frames(f"{n:06d}", 2).items()}
    root = trees.worldexpo(tmp_path, train, frames("104207", 1))
    for seed in range(6):
        val = {one.scene for one in load("worldexpo", root, "val", seed=seed).samples}
        assert val
        assert not val & {one.scene for one in load("worldexpo", root, "train", seed=seed).samples}


def test_worldexpo_with_one_training_scene_still_validates(tmp_path: Path) -> None:
    trees.worldexpo(tmp_path, frames("000001", 20), frames("104207", 1))
    assert len(load("worldexpo", tmp_path, "val")) == 2
    note(load("worldexpo", tmp_path, "train"), "a single training scene")


def test_worldexpo_test_scenes_in_the_order_of_the_tables(tmp_path: Path) -> None:
    test = {key: value for scene in reversed(TEST_SCENES) for key, value in frames(scene, 1).items()}
    trees.worldexpo(tmp_path, {}, test)
    assert tuple(one.scene for one in load("worldexpo", tmp_path, "test").samples) == TEST_SCENES
    with pytest.raises(MissingDataError, match="no folder train_frame"):
        load("worldexpo", tmp_path, "train")
