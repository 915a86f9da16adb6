"""What every reader shares: finding a tree, points, splits, natural order, pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import ConfigError, DatasetError
from tests.trainer import trees
from trainer.data.datasets import BENCHMARKS, NAMES, MissingDataError, Sample, load
from trainer.data.datasets.heads import clip, inside
from trainer.data.datasets.pictures import natural_key, picture_size, pictures_in, read_picture
from trainer.data.datasets.splits import block, by_group, select, stratified

HEADS = {n: [(float(n), 5.0)] for n in range(1, 13)}


def sample(name: str, people: int = 1) -> Sample:
    return Sample(name, Path(f"{name}.jpg"), np.zeros((people, 2)))


@pytest.mark.parametrize(
    "where", ["part_A", "part_A_final", "Part-A", "ShanghaiTech/part_A", "shanghaitech/PART_A"]
)
@pytest.mark.parametrize("truth", ["ground_truth", "ground-truth"])
def test_a_tree_is_found_under_all_names_it_goes_by(tmp_path: Path, where: str, truth: str) -> None:
    root = trees.shanghaitech(tmp_path / where, HEADS, HEADS, truth=truth)
    for start in (root, root.parent, tmp_path):
        assert len(load("shanghaitech_a", start, "test")) == 12


def test_the_kaggle_copy_is_found_from_above(tmp_path: Path) -> None:
    trees.shanghaitech(tmp_path / "ShanghaiTech_Crowd_Counting_Dataset" / "part_B_final", HEADS, HEADS)
    assert len(load("shanghaitech_b", tmp_path, "test")) == 12


def test_part_b_is_not_taken_for_part_a(tmp_path: Path) -> None:
    root = trees.shanghaitech(tmp_path / "part_B", HEADS, HEADS)
    with pytest.raises(MissingDataError, match="shanghaitech_a is not in"):
        load("shanghaitech_a", root, "test")


def test_without_root_the_variable_names_the_data_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.ucf_cc_50(tmp_path / "UCF_CC_50", HEADS)
    monkeypatch.setenv("CROWDMON_DATA", str(tmp_path))
    assert len(load("ucf_cc_50", None, "trainval", fold=0)) == 12
    monkeypatch.delenv("CROWDMON_DATA")
    with pytest.raises(MissingDataError, match="CROWDMON_DATA is not set"):
        load("ucf_cc_50", None, "train")


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_root_says_what_was_looked_for_and_draws_the_tree(tmp_path: Path, name: str) -> None:
    for root in (tmp_path, tmp_path / "nowhere", trees.picture(tmp_path / "file.jpg")):
        with pytest.raises(MissingDataError) as caught:
            load(name, root, "train")
        assert str(root) in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.tree == BENCHMARKS[name].tree
        assert caught.value.exit_code == 5


def test_unknown_names_and_splits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shanghaitech_a, shanghaitech_b"):
        load("shanghaitech", tmp_path, "train")
    with pytest.raises(ConfigError, match="train, val, trainval, test"):
        load("shanghaitech_a", tmp_path, "validation")


def test_points_near_the_border_are_moved_in_and_far_ones_dropped() -> None:
    points = np.array([[-0.9, 3.0], [63.9, 47.2], [10.0, 10.0], [70.0, 5.0], [3.0, -358.0]])
    kept, dropped = inside(points, (64, 48))
    np.testing.assert_allclose(kept, [[0.0, 3.0], [63.0, 47.0], [10.0, 10.0]])
    assert dropped == 2


@given(
    st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), max_size=30),
    st.integers(1, 400),
    st.integers(1, 400),
)
def test_what_is_kept_lies_in_the_picture_and_nothing_vanishes_unsaid(
    heads: list[tuple[float, float]], width: int, height: int
) -> None:
    points = np.array(heads, dtype=np.float64).reshape(-1, 2)
    kept, dropped = inside(points, (width, height))
    assert len(kept) + dropped == len(points)
    moved, _ = clip(points, (width, height))
    assert len(moved) == len(points)
    for some in (kept, moved):
        assert ((some >= 0) & (some <= [width - 1, height - 1])).all()


def test_natural_order() -> None:
    names = ["IMG_10.jpg", "IMG_2.jpg", "IMG_1.jpg", "seq_000003.jpg", "a", "10", "9"]
    assert sorted(names, key=natural_key) == [
        "9",
        "10",
        "IMG_1.jpg",
        "IMG_2.jpg",
        "IMG_10.jpg",
        "a",
        "seq_000003.jpg",
    ]


def test_pictures_in_a_folder_are_in_natural_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("IMG_10.jpg", "IMG_9.JPG", "IMG_1.png", "Thumbs.db", ".hidden.jpg"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in pictures_in(tmp_path)] == ["IMG_1.png", "IMG_9.JPG", "IMG_10.jpg"]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp"])
@pytest.mark.parametrize("grey", [False, True])
def test_size_from_the_header_is_the_size_of_the_pixels(tmp_path: Path, suffix: str, grey: bool) -> None:
    path = trees.picture(tmp_path / f"a{suffix}", width=37, height=21, grey=grey)
    assert picture_size(path) == (37, 21)
    pixels = read_picture(path)
    assert pixels.shape == (21, 37, 3)
    if grey:
        assert (pixels[..., 0] == pixels[..., 2]).all()


def test_a_picture_is_rgb(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "red.png"), np.full((4, 4, 3), (0, 0, 255), np.uint8))
    assert read_picture(tmp_path / "red.png")[0, 0].tolist() == [255, 0, 0]


def test_sixteen_bit_and_transparent_pictures_become_rgb(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((4, 4), 0x8000, np.uint16))
    cv2.imwrite(str(tmp_path / "clear.png"), np.full((4, 4, 4), 77, np.uint8))
    assert read_picture(tmp_path / "deep.png")[0, 0].tolist() == [128, 128, 128]
    assert read_picture(tmp_path / "clear.png").shape == (4, 4, 3)


def exif_rotated(path: Path, *, width: int, height: int) -> Path:
    """A JPEG stored width x height with a tag that says: turn by 90 degrees."""
    trees.picture(path, width=width, height=height)
    tiff = (
        b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
    )
    segment = b"Exif\x00\x00" + tiff
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:])
    return path


def test_a_rotation_tag_is_followed_only_if_asked(tmp_path: Path) -> None:
    path = exif_rotated(tmp_path / "phone.jpg", width=40, height=24)
    assert picture_size(path) == (40, 24)
    assert read_picture(path).shape == (24, 40, 3)
    assert picture_size(path, upright=True) == (24, 40)
    assert read_picture(path, upright=True).shape == (40, 24, 3)


def test_what_is_no_picture_has_no_size_and_cannot_be_read(tmp_path: Path) -> None:
    whole = trees.picture(tmp_path / "a.jpg").read_bytes()
    for name, data in {
        "empty.jpg": b"",
        "text.jpg": b"hello",
        "cut.jpg": whole[:30],
        "bare.jpg": b"\xff\xd8",
    }.items():
        (tmp_path / name).write_bytes(data)
        assert picture_size(tmp_path / name) is None
        with pytest.raises(DatasetError, match=name):
            read_picture(tmp_path / name)
    with pytest.raises(DatasetError, match=r"gone\.jpg"):
        read_picture(tmp_path / "gone.jpg")


@given(st.integers(2, 200), st.integers(0, 5))
def test_a_stratified_hold_out_is_about_a_tenth_and_the_same_again(number: int, seed: int) -> None:
    samples = [sample(str(n), people=n) for n in range(number)]
    held = stratified(samples, seed)
    assert held == stratified(samples[::-1], seed)
    assert held <= {one.name for one in samples}
    assert max(1, number // 10) <= len(held) <= number // 10 + 1
    train, val = select(samples, held, "train"), select(samples, held, "val")
    assert len(train) + len(val) == number == len(select(samples, held, "trainval"))


def test_near_duplicates_are_never_parted() -> None:
    samples = [sample(str(n), people=n) for n in range(40)]
    twins = frozenset({"3", "37"})
    drawn = [stratified(samples, seed, together=[twins]) & twins for seed in range(60)]
    assert {frozenset(), twins} == set(map(frozenset, drawn))


def test_groups_are_never_parted() -> None:
    groups = {
        key: [sample(f"{key}{n}") for n in range(size)]
        for key, size in zip("abcdef", (9, 3, 30, 5, 1, 2), strict=True)
    }
    for seed in range(30):
        held = by_group(groups, seed)
        assert 0 < len(held) <= 5
        assert all(len(held & {one.name for one in part}) in (0, len(part)) for part in groups.values())
    assert by_group({"a": groups["a"]}, 0) == set()


def test_a_block_is_one_run_of_neighbours() -> None:
    samples = [sample(str(n)) for n in range(57)]
    for seed in range(20):
        numbers = sorted(map(int, block(samples, seed)))
        assert numbers == list(range(numbers[0], numbers[0] + 5))
