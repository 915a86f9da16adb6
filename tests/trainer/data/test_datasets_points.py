"""A person's own pictures with a CSV of clicked heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon.errors import DatasetError
from tests.trainer import trees
from tests.trainer.trees import names, note
from trainer.data.datasets import MissingDataError, load


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
        ('image,x,y\na.jpg,1,"2\n' + "a.jpg,1,2\n" * 14_000, r"y '2a.{0,40} are not two"),
        ('image,x,y\na.jpg,1,"2\n' + "a.jpg,1,2\n" * 20_000, "cannot read .*field"),
        ("image,x,y\nb.jpg,1,2\n", "none of the 1 pictures"),
    ],
)
def test_points_says_which_line_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    root = trees.own_pictures(tmp_path, text, ["a.jpg"])
    with pytest.raises(DatasetError, match=words):
        load("points", root, "train")


def test_points_says_what_is_spelt_otherwise_on_the_disk(tmp_path: Path) -> None:
    rows = "image,x,y\na.jpg,1,2\ng.jpg,1,2\nlost.jpg,1,2\n"
    root = trees.own_pictures(tmp_path / "some", rows, ["a.jpg", "images/g.JPG"])
    found = load("points", root, "trainval")
    assert note(found, "are missing").endswith("g.jpg (there is g.JPG), lost.jpg")
    root = trees.own_pictures(tmp_path / "none", "image,x,y\ng.jpg,1,2\n", ["g.JPG"])
    with pytest.raises(DatasetError, match=r"g\.jpg \(there is g\.JPG\)"):
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
