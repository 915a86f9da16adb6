"""The readers on the real benchmarks, where they are at hand: official totals, splits, speed of use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer.data.datasets import Dataset, MissingDataError, load

pytestmark = pytest.mark.data


def read(name: str, root: Path, split: str, **settings: bool | int) -> Dataset:
    try:
        return load(name, root, split, **settings)  # type: ignore[arg-type]
    except MissingDataError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("name", "split", "pictures", "heads"),
    [
        ("shanghaitech_a", "trainval", 300, 162_413),
        ("shanghaitech_a", "test", 182, 78_862),
        ("shanghaitech_b", "trainval", 400, 49_151),
        ("ucf_cc_50", "test", 50, 63_974),
        ("beijing_brt", "trainval", 720, 9_483),
    ],
)
def test_official_totals(data_root: Path, name: str, split: str, pictures: int, heads: int) -> None:
    found = read(name, data_root, split, official=True)
    assert len(found) == pictures
    assert sum(one.count + one.outside for one in found.samples) == heads
    for one in found.samples:
        assert one.size is not None
        assert ((one.points >= 0) & (one.points <= np.array(one.size) - 1)).all()


@pytest.mark.parametrize("name", ["shanghaitech_a", "shanghaitech_b", "ucf_cc_50", "beijing_brt", "mall"])
def test_train_and_validation_share_no_picture(data_root: Path, name: str) -> None:
    train, val = read(name, data_root, "train"), read(name, data_root, "val")
    both = read(name, data_root, "trainval")
    files = [{one.image for one in part.samples} for part in (train, val)]
    assert not files[0] & files[1]
    assert files[0] | files[1] == {one.image for one in both.samples}
    assert 0.08 <= len(val) / len(both) <= 0.12
    if name in ("shanghaitech_a", "ucf_cc_50"):
        test = read(name, data_root, "test")
        assert not (files[0] | files[1]) & {one.image for one in test.samples}


def test_what_is_left_out_and_what_repeats(data_root: Path) -> None:
    part_a, part_b = (read(f"shanghaitech_{part}", data_root, "trainval") for part in "ab")
    assert (len(part_a), len(part_b)) == (294, 399)
    whole = [read("shanghaitech_a", data_root, split, official=True) for split in ("trainval", "test")]
    notes = [note for part in whole for note in part.notes if "repeated" in note]
    assert sum(int(note.split()[0]) for note in notes) == 124


def test_pictures_have_the_size_their_header_says(data_root: Path) -> None:
    for name in ("shanghaitech_a", "ucf_cc_50", "beijing_brt", "mall"):
        for one in read(name, data_root, "val").samples[:3]:
            height, width = one.read().shape[:2]
            assert one.size == (width, height)


def test_mall_lies_inside_its_roi(data_root: Path) -> None:
    found = read("mall", data_root, "trainval")
    one = found.samples[0]
    assert one.mask is not None
    assert one.mask.shape == (480, 640)
    assert one.mask.mean() == pytest.approx(0.902, abs=1e-3)
    assert one.count == 29
