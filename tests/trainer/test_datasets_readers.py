"""Each reader on a tiny tree in its official layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import ConfigError, DatasetError
from tests.trainer import trees
from trainer.datasets import BENCHMARKS, Dataset, MissingDataError, load
from trainer.datasets.beijing_brt import sessions
from trainer.datasets.listing import survey
from trainer.datasets.shanghaitech import SHARED
from trainer.datasets.ucf_cc_50 import PFDNET, SHARED_WITH_PART_A, folds
from trainer.datasets.worldexpo import TEST_SCENES

ONE = [(10.0, 20.0)]
NAME = "{scene}_1-04-S20100821071000000E20100821120000000_clip1_{n}"


def names(dataset: Dataset) -> list[str]:
    return [sample.name for sample in dataset.samples]


def note(dataset: Dataset, words: str) -> str:
    found = [one for one in dataset.notes if words in one]
    assert found, f"no note with {words!r} in {dataset.notes}"
    return found[0]


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


# WorldExpo'10


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


# points


def test_points_reads_clicked_heads(tmp_path: Path) -> None:
    heads = ("gate_10.jpg,4,5", "gate_2.jpg,1.5,2", "gate_2.jpg,63,47", "gate_2.jpg,300,2", "lost.jpg,1,1")
    rows = "\n".join(["image,x,y", *heads, "empty.jpg,,", ""])
    root = trees.own_pictures(tmp_path, rows, ["gate_2.jpg", "images/gate_10.jpg", "empty.jpg", "unused.jpg"])
    found = load("points", root, "trainval")
    assert names(found) == ["empty.jpg", "gate_2.jpg", "gate_10.jpg"]
    assert [one.count for one in found.samples] == [0, 2, 1]
    np.testing.assert_allclose(found.samples[1].points, [[1.5, 2.0], [63.0, 47.0]])
    assert "lost.jpg" in note(found, "1 pictures of points.csv are missing")
    assert "unused.jpg" in note(found, "not in points.csv")
    assert "gate_2.jpg" in note(found, "outside")


@pytest.mark.parametrize(
    "text",
    ["\ufeffX;Y;Image;by\n1;2;a.jpg;me\n", "image, x, y\r\na.jpg, 1, 2\r\n\r\n", "y,x,image\n2,1,.\\a.jpg\n"],
)
def test_points_takes_what_spreadsheets_write(tmp_path: Path, text: str) -> None:
    found = load("points", trees.own_pictures(tmp_path, text, ["a.jpg"], csv="mine.csv"), "trainval")
    np.testing.assert_allclose(found.samples[0].points, [[1.0, 2.0]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no columns image, x and y"),
        ("a.jpg,1,2\n", "Its first line must be image,x,y"),
        ("image,x,y\na.jpg,1,two\n", "line 2: x '1' and y 'two'"),
        ("image,x,y\na.jpg,1,2\na.jpg,nan,2\n", "line 3"),
        ("image,x,y\na.jpg,1\n", "line 2"),
        ("image,x,y\n,1,2\n", "no picture named"),
        ("image,x,y\nb.jpg,1,2\n", "none of the 1 pictures"),
    ],
)
def test_points_says_which_line_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    root = trees.own_pictures(tmp_path, text, ["a.jpg"])
    with pytest.raises(DatasetError, match=words):
        load("points", root, "train")


def test_points_splits(tmp_path: Path) -> None:
    rows = "image,x,y\n" + "".join(f"{n}.jpg,{n},1\n" for n in range(20))
    root = trees.own_pictures(tmp_path, rows, [f"{n}.jpg" for n in range(20)])
    val = [int(name[:-4]) for name in names(load("points", root, "val"))]
    assert len(val) == 2
    assert val[1] == val[0] + 1
    assert len(load("points", root, "train")) == 18
    with pytest.raises(MissingDataError, match=r"no test\.csv"):
        load("points", root, "test")
    (root / "test.csv").write_text("image,x,y\n3.jpg,1,1\n")
    assert names(load("points", root, "test")) == ["3.jpg"]
    assert len(load("points", root, "train")) == 18


def test_points_with_two_tables_wants_a_name(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        trees.own_pictures(tmp_path, "image,x,y\n", [], csv=name)
    with pytest.raises(MissingDataError, match=r"a\.csv, b\.csv"):
        load("points", tmp_path, "train")


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
