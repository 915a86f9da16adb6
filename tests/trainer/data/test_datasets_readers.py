"""Each reader on a tiny tree in its official layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import ConfigError, DatasetError
from tests.trainer import trees
from tests.trainer.trees import names, note
from trainer.data.datasets import BENCHMARKS, MissingDataError, load
from trainer.data.datasets.beijing_brt import sessions
from trainer.data.datasets.listing import survey
from trainer.data.datasets.shanghaitech import SHARED
from trainer.data.datasets.ucf_cc_50 import PFDNET, SHARED_WITH_PART_A, folds

ONE = [(10.0, 20.0)]


# ShanghaiTech


def test_shanghaitech_in_natural_order_with_0_based_points(tmp_path: Path) -> None:
    heads = {10: ONE, 9: [], 2: [(1.0, 1.0), (64.0, 48.0), (64.0, 48.0)]}
    root = trees.shanghaitech(tmp_path / "part_B", heads, heads, grey=(9,))
    test = load("shanghaitech_b", root, "test")
    assert names(test) == ["IMG_2", "IMG_9", "IMG_10"]
    two, nine, ten = test.samples
    # Its coordinates run from the picture's edge at 0 to the other edge at the width.
    np.testing.assert_allclose(two.points, [[0.5, 0.5], [63.0, 47.0], [63.0, 47.0]])
    np.testing.assert_allclose(ten.points, [[9.5, 19.5]])
    assert nine.points.shape == (0, 2)
    assert nine.size == (64, 48)
    assert nine.read().shape == (48, 64, 3)
    assert note(test, "repeated").startswith("1 exactly repeated")


def test_shanghaitech_drops_points_outside_and_reports_them(tmp_path: Path) -> None:
    root = trees.shanghaitech(tmp_path / "part_B", {1: ONE}, {1: [(10, 10), (90, 10), (5, 400)]})
    test = load("shanghaitech_b", root, "test")
    assert (test.heads, test.samples[0].outside) == (1, 2)
    assert "IMG_1" in note(test, "2 head points outside their picture")


def test_part_a_leaves_shared_photos_out_of_training_and_keeps_twins_together(tmp_path: Path) -> None:
    heads = {n: [(float(i + 1), 2.0) for i in range(n % 7)] for n in range(1, 301)}
    root = trees.shanghaitech(tmp_path / "part_A", heads, {1: ONE})
    shared = {f"IMG_{n}" for n in SHARED.values()}
    splits = {
        split: set(names(load("shanghaitech_a", root, split))) for split in ("train", "val", "trainval")
    }
    assert len(shared) == 6
    assert not splits["trainval"] & shared
    assert splits["train"] | splits["val"] == splits["trainval"]
    assert not splits["train"] & splits["val"]
    assert len(splits["trainval"]) == 294
    assert 28 <= len(splits["val"]) <= 31
    for seed in range(12):
        val = set(names(load("shanghaitech_a", root, "val", seed=seed)))
        for twins in ({"IMG_118", "IMG_283"}, {"IMG_167", "IMG_169"}):
            assert len(val & twins) in (0, 2)
    assert len(load("shanghaitech_a", root, "trainval", official=True)) == 300
    note(load("shanghaitech_a", root, "train"), "IMG_121")


def test_part_b_drops_the_picture_whose_dots_are_wrong(tmp_path: Path) -> None:
    root = trees.shanghaitech(tmp_path / "part_B", dict.fromkeys(range(100, 120), ONE))
    everything = load("shanghaitech_b", root, "trainval")
    assert "IMG_108" not in names(everything)
    assert len(everything) == 19
    note(everything, "IMG_108 left out")
    note(everything, "IMG_217")


def test_shanghaitech_says_what_is_missing(tmp_path: Path) -> None:
    root = trees.shanghaitech(tmp_path / "part_B", dict.fromkeys(range(1, 6), ONE))
    with pytest.raises(MissingDataError, match=r"no test split .* no folder test_data"):
        load("shanghaitech_b", root, "test")
    (root / "train_data/ground_truth/GT_IMG_3.mat").unlink()
    assert "IMG_3" in note(load("shanghaitech_b", root, "trainval"), "without a label")
    (root / "train_data/ground_truth/GT_IMG_4.mat").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"GT_IMG_4\.mat"):
        load("shanghaitech_b", root, "train")
    for label in (root / "train_data/ground_truth").iterdir():
        label.unlink()
    with pytest.raises(MissingDataError, match="no labelled picture"):
        load("shanghaitech_b", root, "train")


# UCF_CC_50


@pytest.fixture(scope="module")
def ucf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    heads = {n: [(float(i + 1), 2.0) for i in range(n % 9)] for n in range(1, 51)}
    return trees.ucf_cc_50(tmp_path_factory.mktemp("data") / "UCF_CC_50", heads)


@pytest.mark.parametrize("kind", ["pfdnet", "sequential", "seed"])
def test_ucf_folds_part_the_fifty(ucf: Path, kind: str) -> None:
    chosen = folds(kind, 3)
    assert sorted(int(n) for fold in chosen for n in fold) == list(range(1, 51))
    for number, fold in enumerate(chosen, 1):
        splits = {
            split: names(load("ucf_cc_50", ucf, split, fold=number, folds=kind, seed=3))
            for split in ("train", "val", "test")
        }
        assert splits["test"] == list(fold)
        assert sorted(map(int, [*splits["train"], *splits["val"], *splits["test"]])) == list(range(1, 51))
        assert len(splits["val"]) == 4


def test_ucf_published_folds() -> None:
    assert PFDNET[0] == ("1", "2", "11", "19", "20", "21", "25", "33", "48", "50")
    assert folds("sequential")[1] == tuple(str(n) for n in range(11, 21))
    assert folds("seed", 0) != folds("seed", 1)


def test_ucf_joint_training_leaves_out_what_part_a_holds(ucf: Path) -> None:
    for fold in range(6):
        joint = load("ucf_cc_50", ucf, "trainval", fold=fold, joint=True)
        assert not set(names(joint)) & SHARED_WITH_PART_A
    assert len(load("ucf_cc_50", ucf, "trainval", fold=0, joint=True)) == 42
    assert len(load("ucf_cc_50", ucf, "test", fold=0)) == 50


def test_ucf_unknown_folds_are_refused(ucf: Path) -> None:
    for settings in ({"fold": 6}, {"folds": "random"}):
        with pytest.raises(ConfigError, match="fold"):
            load("ucf_cc_50", ucf, "train", **settings)  # type: ignore[arg-type]


def test_ucf_points_are_1_based_and_pictures_grey(ucf: Path) -> None:
    two = load("ucf_cc_50", ucf, "test", fold=1).samples[1]
    np.testing.assert_allclose(two.points, [[0.0, 1.0], [1.0, 1.0]])
    assert two.read().shape == (48, 64, 3)


# Beijing-BRT


def test_beijing_clips_and_reports(tmp_path: Path) -> None:
    root = trees.beijing_brt(tmp_path / "Beijing-BRT", {"1-20160620091226": [(11.0, 21.0), (402.5, 702.5)]})
    found = load("beijing_brt", tmp_path, "trainval")
    np.testing.assert_allclose(found.samples[0].points, [[10.0, 20.0], [63.0, 47.0]])
    assert found.samples[0].outside == 0
    assert found.samples[0].perspective == root / "pMapN.mat"
    note(found, "1 head points slightly outside")


def test_beijing_sessions_are_never_parted(tmp_path: Path) -> None:
    frames = [
        f"{camera}-201705{day:02d}10{minute:02d}00"
        for camera in (1, 2)
        for day in range(1, 7)
        for minute in (0, 2, 5, 30)
    ]
    root = trees.beijing_brt(tmp_path / "Beijing-BRT", dict.fromkeys(frames, ONE), {"1-20180101000000": ONE})
    everything = load("beijing_brt", root, "trainval")
    groups = sessions(list(everything.samples))
    assert sorted(map(len, groups.values())) == [1] * 12 + [3] * 12
    for seed in range(8):
        val = set(names(load("beijing_brt", root, "val", seed=seed)))
        train = set(names(load("beijing_brt", root, "train", seed=seed)))
        assert val
        assert train | val == set(frames)
        assert not train & val
        assert all(len(val & {s.name for s in part}) in (0, len(part)) for part in groups.values())
    assert len(load("beijing_brt", root, "test")) == 1


def test_beijing_without_a_test_split_says_so(tmp_path: Path) -> None:
    trees.beijing_brt(tmp_path, {"1-20160620091226": ONE, "odd name": ONE})
    assert len(load("beijing_brt", tmp_path, "trainval")) == 2
    with pytest.raises(MissingDataError, match="no test split"):
        load("beijing_brt", tmp_path, "test")


# Mall


def test_mall_takes_any_number_of_frames_and_scores_its_roi(tmp_path: Path) -> None:
    heads = [[(40.0, 10.0), (41.0, 10.0)], [], [(1.0, 1.0)], *[ONE] * 9]
    root = trees.mall(tmp_path / "mall_dataset", [12, *range(1, 11)], heads)
    found = load("mall", tmp_path, "trainval")
    assert names(found)[:2] == ["seq_000001", "seq_000002"]
    assert [one.count for one in found.samples[:3]] == [1, 0, 1]
    np.testing.assert_allclose(found.samples[0].points, [[39.0, 9.0]])
    assert found.samples[0].outside_roi == 1
    assert found.samples[0].mask is not None
    note(found, "789 of 800 frames")
    val = [int(name[-3:]) for name in names(load("mall", root, "val"))]
    assert len(val) == 1
    assert len(load("mall", root, "train")) == 10
    with pytest.raises(MissingDataError, match=r"no frame of 801\.\.2000"):
        load("mall", root, "test")


def test_mall_test_frames_and_a_missing_mask(tmp_path: Path) -> None:
    root = trees.mall(tmp_path / "mall", [801, 2000], [ONE] * 2000)
    (root / "perspective_roi.mat").unlink()
    found = load("mall", root, "test")
    assert names(found) == ["seq_000801", "seq_002000"]
    assert found.samples[0].mask is None
    note(found, "whole picture is scored")


# what is there


def test_the_survey_reports_deviations(tmp_path: Path) -> None:
    trees.shanghaitech(tmp_path / "ShanghaiTech" / "part_A_final", {1: ONE, 2: [(500, 1)]})
    found = survey(BENCHMARKS["shanghaitech_a"], tmp_path)
    assert found.root is not None
    assert found.pictures == (("train", 2),)
    assert found.heads == 2
    assert found.deviations == ("train: 298 pictures fewer than 300", "no test split (182 pictures)")


def test_the_survey_survives_what_is_missing_or_broken(tmp_path: Path) -> None:
    assert survey(BENCHMARKS["mall"], tmp_path).root is None
    (tmp_path / "mall").mkdir()
    (tmp_path / "mall" / "mall_gt.mat").write_bytes(b"broken")
    found = survey(BENCHMARKS["mall"], tmp_path)
    assert found.root == tmp_path / "mall"
    assert found.problem


def test_the_survey_of_a_complete_copy(tmp_path: Path) -> None:
    heads = {n: [(1.0, 1.0)] * (1279 if n < 50 else 1303) for n in range(1, 51)}
    trees.ucf_cc_50(tmp_path / "UCF_CC_50", heads)
    found = survey(BENCHMARKS["ucf_cc_50"], tmp_path)
    assert found.heads == 63_974
    assert found.deviations == ("largest count 1,303, published 4,543",)
