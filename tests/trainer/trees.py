"""Builders of tiny benchmark trees in the official layouts, with generated pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
from scipy.io import savemat

from trainer.data.datasets import Dataset

Heads = Sequence[tuple[float, float]]

ROI = ((1.0, 1.0), (40.0, 1.0), (40.0, 48.0), (1.0, 48.0))
"""1-based corners: the left 40 of a picture's 64 columns."""


def picture(path: Path, *, width: int = 64, height: int = 48, grey: bool = False, seed: int = 0) -> Path:
    """Write a picture of soft noise."""
    shape = (height, width) if grey else (height, width, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.GaussianBlur(pixels, (5, 5), 0))
    return path


def mat(path: Path, values: Mapping[str, Any], *, v73: bool = False) -> Path:
    """Write a MAT file, v5 or v7.3 (as MATLAB does: transposed, empty ones marked)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not v73:
        savemat(path, dict(values))
        return path
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in values.items():
            array = np.asarray(value, dtype=np.float64)
            if array.size:
                item = file.create_dataset(name, data=array.T)
            else:
                item = file.create_dataset(name, data=np.zeros(2, np.uint64))
                item.attrs["MATLAB_empty"] = np.uint8(1)
            item.attrs["MATLAB_class"] = np.bytes_("double")
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return path


def points(heads: Heads) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return heads as MATLAB holds them; nobody is 0 x 0."""
    return np.array(heads, dtype=np.float64) if len(heads) else np.zeros((0, 0))


def shanghaitech(
    root: Path,
    train: Mapping[int, Heads],
    test: Mapping[int, Heads] | None = None,
    *,
    truth: str = "ground_truth",
    grey: Sequence[int] = (),
) -> Path:
    """Build ``train_data`` and ``test_data`` of one part, each picture 64 x 48."""
    for split, pictures in (("train_data", train), ("test_data", test)):
        for number, heads in (pictures or {}).items():
            picture(root / split / "images" / f"IMG_{number}.jpg", grey=number in grey, seed=number)
            info = np.empty((1, 1), dtype=object)
            info[0, 0] = {"location": points(heads), "number": len(heads)}
            mat(root / split / truth / f"GT_IMG_{number}.mat", {"image_info": info})
    return root


def ucf_cc_50(root: Path, heads: Mapping[int, Heads]) -> Path:
    """Build UCF_CC_50, grey pictures."""
    for number, found in heads.items():
        picture(root / f"{number}.jpg", grey=True, seed=number)
        mat(root / f"{number}_ann.mat", {"annPoints": points(found)})
    return root


def ucf_qnrf(root: Path, train: Mapping[int, Heads], test: Mapping[int, Heads] | None = None) -> Path:
    """Build UCF-QNRF: pictures and labels beside each other."""
    for split, pictures in (("Train", train), ("Test", test or {})):
        for number, heads in pictures.items():
            picture(root / split / f"img_{number:04d}.jpg", seed=number)
            mat(root / split / f"img_{number:04d}_ann.mat", {"annPoints": points(heads)})
    return root


def jhu_crowd(
    root: Path,
    splits: Mapping[str, Mapping[str, Heads]],
    *,
    weather: Sequence[str] = (),
    distractors: Sequence[str] = (),
) -> Path:
    """Build JHU-CROWD++: splits by name, pictures by id, leading zeros and all."""
    for split, pictures in splits.items():
        folder = root / split
        (folder / "gt").mkdir(parents=True, exist_ok=True)
        lines = []
        for name, heads in pictures.items():
            picture(folder / "images" / f"{name}.jpg", seed=int(name))
            rows = "".join(f"{x} {y} 8 9 1 0\n" for x, y in heads)
            (folder / "gt" / f"{name}.txt").write_text(rows, encoding="utf-8")
            lines.append(f"{name},{len(heads)},street,{2 * (name in weather)},{int(name in distractors)}\n")
        (folder / "image_labels.txt").write_text("".join(lines), encoding="utf-8")
    return root


def nwpu(
    root: Path,
    splits: Mapping[str, Mapping[int, Heads]],
    *,
    mats: Sequence[int] = (),
    whole: bool = False,
) -> Path:
    """Build NWPU-Crowd; test gets no labels, ``mats`` get MATLAB labels only, ``whole`` one folder."""
    for split, pictures in splits.items():
        lines = []
        for number, heads in pictures.items():
            name, part = f"{number:04d}", min((number - 1) // 1000 + 1, 5)
            picture(root / ("images" if whole else f"images_part{part}") / f"{name}.jpg", seed=number)
            level = sum(len(heads) > limit for limit in (0, 100, 500, 5000))
            lines.append(f"{name} {number % 2} {level}\n")
            if split == "test":
                continue
            if number in mats:
                mat(root / "mats" / f"{name}.mat", {"annPoints": points(heads), "annBoxes": points(())})
                continue
            label = {"img_id": f"{name}.jpg", "human_num": len(heads), "points": [list(p) for p in heads]}
            (root / "jsons").mkdir(exist_ok=True)
            (root / "jsons" / f"{name}.json").write_text(json.dumps({**label, "boxes": []}))
        (root / f"{split}.txt").write_text("".join(lines), encoding="utf-8")
    return root


def beijing_brt(root: Path, train: Mapping[str, Heads], test: Mapping[str, Heads] | None = None) -> Path:
    """Build Beijing-BRT; keys are names such as 1-20160620091226."""
    for split, pictures in (("train", train), ("test", test or {})):
        for name, heads in pictures.items():
            picture(root / split / "frame" / f"{name}.jpg")
            mat(root / split / "ground_truth" / f"{name}.mat", {"loc": points(heads)})
    mat(root / "pMapN.mat", {"pMapN": np.ones((48, 64))})
    return root


def mall(root: Path, frames: Sequence[int], heads: Sequence[Heads], *, inside: int = 40) -> Path:
    """Build Mall with the frames of these numbers; the ROI is the left ``inside`` columns."""
    for number in frames:
        picture(root / "frames" / f"seq_{number:06d}.jpg", seed=number)
    cell = np.empty((1, len(heads)), dtype=object)
    for index, found in enumerate(heads):
        cell[0, index] = {"loc": points(found)}
    count = np.array([[len(found)] for found in heads])
    mat(root / "mall_gt.mat", {"frame": cell, "count": count})
    mask = np.zeros((48, 64), np.uint8)
    mask[:, :inside] = 1
    mat(root / "perspective_roi.mat", {"roi": {"mask": mask}, "pMapN": np.ones((48, 64))})
    return root


def worldexpo(
    root: Path,
    train: Mapping[str, Heads],
    test: Mapping[str, Heads],
    *,
    roi: Heads = ROI,
    v73: Sequence[str] = (),
) -> Path:
    """Build WorldExpo'10 with 64 x 48 pictures; keys are frame names, their first six letters the scene."""
    for split, frames in (("train", train), ("test", test)):
        for name, heads in frames.items():
            scene = name[:6]
            folder = root / "train_frame" if split == "train" else root / "test_frame" / scene
            picture(folder / f"{name}.jpg", seed=sum(map(ord, name)))
            labels = root / f"{split}_label" / scene
            values = {"point_num": np.array([[len(heads)]]), "point_position": points(heads)}
            mat(labels / f"{name}.mat", values, v73=name in v73)
            corners = np.array(roi)
            mat(
                labels / "roi.mat",
                {
                    "maskVerticesXCoordinates": corners[:, :1],
                    "maskVerticesYCoordinates": corners[:, 1:],
                },
            )
            rows = np.linspace(8.0, 24.0, 48)[:, None].repeat(64, axis=1)
            mat(root / f"{split}_perspective" / f"{scene}.mat", {"pMap": rows}, v73=scene in v73)
    return root


def own_pictures(root: Path, rows: str, names: Sequence[str], *, csv: str = "points.csv") -> Path:
    """Build a folder of pictures with a CSV of clicked heads."""
    for name in names:
        picture(root / name)
    (root / csv).write_text(rows, encoding="utf-8")
    return root


def names(dataset: Dataset) -> list[str]:
    """Return the names of a dataset's samples."""
    return [sample.name for sample in dataset.samples]


def note(dataset: Dataset, words: str) -> str:
    """Return the dataset's note that holds these words; fails without one."""
    found = [one for one in dataset.notes if words in one]
    assert found, f"no note with {words!r} in {dataset.notes}"
    return found[0]
