"""The readers of UCF-QNRF, JHU-CROWD and NWPU-Crowd on tiny trees in their official layouts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import DatasetError
from tests.trainer import trees
from tests.trainer.trees import names, note
from trainer.data.datasets import BENCHMARKS, MissingDataError, load
from trainer.data.datasets.listing import survey

ONE = [(10.0, 20.0)]


def crowd(people: int) -> list[tuple[float, float]]:
    return [(1.0 + index % 60, 1.0 + index // 60) for index in range(people)]


# UCF-QNRF


def test_qnrf_in_natural_order_with_0_based_points_and_none_outside(tmp_path: Path) -> None:
    test = {10: ONE, 9: [], 2: [(1.0, 1.0), (64.0, 48.0), (90.0, 10.0), (5.0, -7.0)]}
    root = trees.ucf_qnrf(tmp_path / "UCF-QNRF_ECCV18", {1: ONE}, test)
    found = load("ucf_qnrf", root, "test")
    assert names(found) == ["img_0002", "img_0009", "img_0010"]
    two, nine, ten = found.samples
    np.testing.assert_allclose(two.points, [[0.0, 0.0], [63.0, 47.0]])
    np.testing.assert_allclose(ten.points, [[9.0, 19.0]])
    assert nine.points.shape == (0, 2)
    assert two.outside == 2
    assert "img_0002" in note(found, "2 head points outside their picture")


@pytest.mark.parametrize("folder", ["UCF-QNRF", "UCF QNRF", "ucf-qnrf_eccv18", "qnrf"])
def test_qnrf_by_other_names(tmp_path: Path, folder: str) -> None:
    trees.ucf_qnrf(tmp_path / folder, {}, {1: ONE})
    assert len(load("ucf_qnrf", tmp_path, "test")) == 1


def test_qnrf_holds_a_tenth_of_train_out(tmp_path: Path) -> None:
    root = trees.ucf_qnrf(tmp_path / "UCF-QNRF", {n: crowd(n) for n in range(1, 31)})
    parts = {split: set(names(load("ucf_qnrf", root, split))) for split in ("train", "val", "trainval")}
    assert len(parts["val"]) == 3
    assert parts["train"] | parts["val"] == parts["trainval"]
    assert not parts["train"] & parts["val"]
    with pytest.raises(MissingDataError, match=r"no folder Test|no labelled picture"):
        load("ucf_qnrf", root, "test")


def test_qnrf_says_what_is_missing_or_broken(tmp_path: Path) -> None:
    root = trees.ucf_qnrf(tmp_path / "UCF-QNRF", dict.fromkeys(range(1, 5), ONE))
    (root / "Train" / "img_0003_ann.mat").unlink()
    assert "img_0003" in note(load("ucf_qnrf", root, "trainval"), "without a label")
    (root / "Train" / "img_0001_ann.mat").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"img_0001_ann\.mat"):
        load("ucf_qnrf", root, "train")
    with pytest.raises(MissingDataError) as missing:
        load("ucf_qnrf", tmp_path / "UCF-QNRF" / "Train", "train")
    assert "Train/" in missing.value.tree


# JHU-CROWD


def test_jhu_ids_keep_their_zeros_and_points_stand_as_written(tmp_path: Path) -> None:
    pictures = {"0010": ONE, "0009": [], "0002": [(0.0, 0.0), (63.0, 47.0), (300.0, 9.0)]}
    root = trees.jhu_crowd(tmp_path / "jhu_crowd_v2.0", {"train": {}, "val": {}, "test": pictures})
    found = load("jhu_crowd", root, "test")
    assert names(found) == ["0002", "0009", "0010"]
    two, nine, ten = found.samples
    np.testing.assert_allclose(two.points, [[0.0, 0.0], [63.0, 47.0]])
    np.testing.assert_allclose(ten.points, ONE)
    assert nine.count == 0
    assert "0002" in note(found, "test: 1 head points outside")


def test_jhu_categories_of_table_iv(tmp_path: Path) -> None:
    pictures = {"0001": [], "0050": crowd(50), "0051": crowd(51), "0500": crowd(500), "0501": crowd(501)}
    root = trees.jhu_crowd(
        tmp_path / "jhu_crowd", {"val": {}, "test": pictures}, weather=["0051"], distractors=["0001"]
    )
    found = load("jhu_crowd", root, "test")
    assert found.categories == ("distractors", "low", "medium", "high", "weather")
    assert {one.name: set(one.categories) for one in found.samples} == {
        "0001": {"low", "distractors"},
        "0050": {"low"},
        "0051": {"medium", "weather"},
        "0500": {"medium"},
        "0501": {"high"},
    }


def test_jhu_splits_are_the_official_ones(tmp_path: Path) -> None:
    train, val = {f"{n:04d}": ONE for n in (3, 4, 12)}, {"0007": ONE}
    root = trees.jhu_crowd(tmp_path / "jhu", {"train": train, "val": val, "test": {}})
    assert names(load("jhu_crowd", root, "train")) == ["0003", "0004", "0012"]
    assert names(load("jhu_crowd", root, "val")) == ["0007"]
    assert sorted(names(load("jhu_crowd", root, "trainval"))) == ["0003", "0004", "0007", "0012"]


def test_jhu_first_version_has_no_val_and_is_said_to_be_untested(tmp_path: Path) -> None:
    root = trees.jhu_crowd(tmp_path / "jhu_crowd_v1.0", {"train": {f"{n:04d}": crowd(n) for n in range(20)}})
    train, val = load("jhu_crowd", root, "train"), load("jhu_crowd", root, "val")
    note(train, "untested")
    assert (len(train), len(val)) == (18, 2)


def test_jhu_says_what_is_missing_or_broken(tmp_path: Path) -> None:
    root = trees.jhu_crowd(tmp_path / "jhu", {"val": {}, "test": {"0001": ONE, "0002": ONE, "0003": ONE}})
    (root / "test" / "gt" / "0002.txt").unlink()
    (root / "test" / "image_labels.txt").write_text("1,5,street,0,0\n")
    found = load("jhu_crowd", root, "test")
    assert "0002" in note(found, "without a label")
    assert "0003" in note(found, "not in image_labels.txt")
    assert "0001" in note(found, "another number of heads")
    (root / "test" / "gt" / "0003.txt").write_text("3 4 1 1 1 0\n3 oops\n")
    with pytest.raises(DatasetError, match=r"0003\.txt, line 2"):
        load("jhu_crowd", root, "test")
    (root / "test" / "image_labels.txt").write_text("1,5\n")
    with pytest.raises(DatasetError, match=r"image_labels\.txt, line 1"):
        load("jhu_crowd", root, "test")
    with pytest.raises(MissingDataError, match=r"no train split .* no folder train"):
        load("jhu_crowd", root, "train")


# NWPU-Crowd


@pytest.fixture
def square(tmp_path: Path) -> Path:
    splits = {
        "train": {2: ONE, 10: [(0.0, 0.0), (70.0, 9.0)], 1500: crowd(101)},
        "val": {3200: []},
        "test": {3610: (), 5001: ()},
    }
    return trees.nwpu(tmp_path / "NWPU-Crowd", splits, mats=[2])


def test_nwpu_from_lists_parts_json_and_mat(square: Path) -> None:
    train = load("nwpu", square, "train")
    assert names(train) == ["0002", "0010", "1500"]
    two, ten, many = train.samples
    np.testing.assert_allclose(two.points, [[9.0, 19.0]], err_msg="MATLAB labels are 1-based")
    np.testing.assert_allclose(ten.points, [[0.0, 0.0]], err_msg="JSON labels stand as written")
    assert (ten.outside, many.count) == (1, 101)
    assert many.categories == ("level 2: 101-500", "illumination 0")
    assert train.categories == ("level 1: 1-100", "level 2: 101-500", "illumination 0")
    val = load("nwpu", square, "val")
    assert (names(val), val.heads, val.samples[0].labelled) == (["3200"], 0, True)
    assert names(load("nwpu", square, "trainval")) == ["0002", "0010", "1500", "3200"]


def test_nwpu_test_has_no_truth(square: Path) -> None:
    test = load("nwpu", square, "test")
    assert names(test) == ["3610", "5001"]
    assert not any(one.labelled for one in test.samples)
    note(test, "withheld")
    row = survey(BENCHMARKS["nwpu"], square)
    assert dict(row.pictures) == {"train": 3, "val": 1, "test": 2}
    assert "the truth of 2 pictures is withheld" in row.deviations


def test_nwpu_in_one_folder_of_pictures(tmp_path: Path) -> None:
    root = trees.nwpu(tmp_path / "nwpu", {"val": {7: ONE, 4000: ONE}}, whole=True)
    assert names(load("nwpu", tmp_path, "val")) == ["0007", "4000"]
    assert (root / "images" / "4000.jpg").is_file()


def test_nwpu_says_what_is_missing_or_broken(square: Path) -> None:
    (square / "jsons" / "0010.json").unlink()
    (square / "images_part2" / "1500.jpg").unlink()
    train = load("nwpu", square, "train")
    assert "0010" in note(train, "without a label")
    assert "1500" in note(train, "are missing")
    label = square / "jsons" / "3200.json"
    label.write_text(json.dumps({"human_num": 4, "points": [[1, 2]]}))
    assert "3200" in note(load("nwpu", square, "val"), "another number of heads")
    label.write_text('{"points": [[1, 2], [3]]}')
    with pytest.raises(DatasetError, match=r"3200\.json"):
        load("nwpu", square, "val")
    (square / "val.txt").unlink()
    with pytest.raises(MissingDataError, match=r"no val split .* no val\.txt"):
        load("nwpu", square, "val")


@pytest.mark.parametrize("name", ["ucf_qnrf", "jhu_crowd", "nwpu"])
def test_an_empty_folder_is_not_the_benchmark(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingDataError, match=f"{name} is not in"):
        load(name, tmp_path, "test")
