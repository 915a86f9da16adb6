"""JHU-CROWD++ (and JHU-CROWD, its first version): pictures in all weathers, some without a crowd.

A label's line is ``x y w h o b``: head centre, head size, occlusion, blur; an empty file has no people.
``image_labels.txt`` holds ``id,count,scene,weather,distractor`` a line, the source of the categories
of the paper's Table IV. Points are taken as they stand, 0-based: they are text, not MATLAB's.

The first version has no validation split of its own; one picture in ten of train is held out then.
Its layout was not published in code: the same lines are expected of it, which is said in a note.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crowdmon.errors import DatasetError
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Points, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.heads import common_notes, inside, some
from trainer.data.datasets.pictures import picture_size, pictures_in
from trainer.data.datasets.splits import select, stratified

CATEGORIES = ("distractors", "low", "medium", "high", "weather")
"""Of Table IV, in its order; low is up to 50 people, medium up to 500."""

TREE = """\
jhu_crowd_v2.0/                (also jhu_crowd)
  train/
    images/0001.jpg ...
    gt/0001.txt ...            x y w h o b
    image_labels.txt           id,count,scene,weather,distractor
  val/
    images/ gt/ image_labels.txt
  test/
    images/ gt/ image_labels.txt"""


@dataclass(frozen=True)
class About:
    """What ``image_labels.txt`` says of a picture."""

    count: int | None
    weather: bool
    distractor: bool


def read(root: Path, request: Request) -> Dataset:
    """Read one split; ``val`` is the official one where there is one."""
    parted = child(root, "val") is not None
    wanted = ("train", "val") if request.split == "trainval" and parted else (request.split,)
    if request.split != "test" and not parted:
        wanted = ("train",)
    samples: list[Sample] = []
    notes: list[str] = []
    for split in wanted:
        found, said = _read(root, split)
        samples += found
        notes += said
    if request.split != "test" and not parted:
        notes.append(
            "no val split: a tenth of train is held out. It may be the first version, JHU-CROWD; it is read "
            "as the second one, untested for want of a published description"
        )
        samples = list(select(samples, stratified(samples, request.seed), request.split))
    return Dataset("jhu_crowd", request.split, tuple(samples), tuple(notes), categories=CATEGORIES)


def head_points(path: Path) -> Points:
    """Return the head centres of a label, N x 2; DatasetError names the line that cannot be read."""
    points = []
    for number, line in enumerate(_lines(path), 1):
        cells = line.split()
        if not cells:
            continue
        try:
            point = (float(cells[0]), float(cells[1]))
        except (ValueError, IndexError):
            point = (math.nan, math.nan)
        if not all(map(math.isfinite, point)):
            raise DatasetError(f"{path}, line {number}: {line[:40]!r} is no head", "Expected: x y w h o b.")
        points.append(point)
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def image_labels(path: Path) -> dict[str, About]:
    """Return what ``image_labels.txt`` says, by id without its leading zeros."""
    found = {}
    for number, line in enumerate(_lines(path), 1):
        cells = [cell.strip() for cell in line.split(",")]
        if not any(cells):
            continue
        if len(cells) < 5:
            raise DatasetError(
                f"{path}, line {number}: {line[:60]!r} has {len(cells)} values",
                "Expected: id,count,scene,weather,distractor.",
            )
        count = int(cells[1]) if cells[1].isdigit() else None
        found[_key(cells[0])] = About(count, cells[3] not in ("", "0"), cells[4] not in ("", "0"))
    return found


def categories(count: int, about: About | None) -> tuple[str, ...]:
    """Return the categories of a picture with ``count`` people."""
    found = ["low" if count <= 50 else "medium" if count <= 500 else "high"]
    if about is not None and about.distractor:
        found.append("distractors")
    if about is not None and about.weather:
        found.append("weather")
    return tuple(found)


def _read(root: Path, split: str) -> tuple[list[Sample], list[str]]:
    folder = child(root, split)
    images = child(folder, "images") if folder else None
    truth = child(folder, "gt", "ground_truth") if folder else None
    if folder is None or images is None or truth is None:
        missing = split if folder is None else "images" if images is None else "gt"
        raise MissingDataError(
            f"jhu_crowd has no {split} split in {root}: no folder {missing} in {folder or root}",
            "Check the copy against the tree drawn below.",
            tree=TREE,
        )
    table = folder / "image_labels.txt"
    about = image_labels(table) if table.is_file() else {}
    samples, without, differing = [], [], []
    for image in pictures_in(images):
        label = truth / f"{image.stem}.txt"
        if not label.is_file():
            without.append(image.stem)
            continue
        heads, known = head_points(label), about.get(_key(image.stem))
        if known is not None and known.count not in (None, len(heads)):
            differing.append(image.stem)
        size = picture_size(image)
        points, outside = inside(heads, size)
        kinds = categories(len(heads), known)
        samples.append(Sample(image.stem, image, points, size, outside, categories=kinds))
    if not samples:
        raise MissingDataError(f"jhu_crowd: no labelled picture in {images}", tree=TREE)
    unknown = [one.name for one in samples if _key(one.name) not in about]
    notes = [f"{split}: {note}" for note in common_notes(samples)]
    for names, what in (
        (without, "pictures without a label left out"),
        (unknown, "pictures are not in image_labels.txt, their weather and distractors are not known"),
        (differing, "pictures have another number of heads than image_labels.txt says; the heads count"),
    ):
        if names:
            notes.append(f"{split}: {len(names)} {what}: {some(names)}")
    return samples, notes


def _key(name: str) -> str:
    """Return an id as it is compared: some tools drop its leading zeros."""
    return name.lstrip("0") or "0"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"cannot read {path}: {error}", "Copy the file again.") from error


BENCHMARK = Benchmark(
    "jhu_crowd",
    read,
    TREE,
    folders=("jhu_crowd_v2.0", "jhu_crowd_v1.0", "jhu_crowd", "JHU-CROWD++", "jhu"),
    parents=("jhu_crowd", "JHU-CROWD++"),
    markers=("train/gt", "val/gt", "test/gt"),
    official=Official({"train": 2272, "val": 500, "test": 1600}, heads=1_515_005, largest=25_791),
)
