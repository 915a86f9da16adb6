"""NWPU-Crowd: 5,109 pictures, up to 20,033 people, 351 without people; the truth of test is withheld.

``train.txt``, ``val.txt`` and ``test.txt`` name the pictures, ``id illumination level`` a line; the
pictures lie in ``images`` or in ``images_part1`` to ``images_part5``. Labels are JSON (taken as they
stand, 0-based) or, where that is missing, MATLAB's (1-based). ``crowdmon-eval --submission`` writes
what the benchmark's server takes. Its licence is non-commercial.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from crowdmon.errors import DatasetError
from crowdmon.formats.points import ann_points
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Points, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.heads import common_notes, inside, some
from trainer.data.datasets.pictures import natural_key, picture_size, pictures_in

MEGAPIXELS = 260.0
"""As much as FFmpeg decodes; the benchmark holds pictures of 20 thousand pixels a side."""

TREE = """\
NWPU-Crowd/
  train.txt val.txt test.txt             id illumination level
  images_part1/0001.jpg ... images_part5/  (or all in images/)
  jsons/0001.json ...                    (test has none)
  mats/0001.mat ...                      (read where a JSON is missing)"""

LEVELS = ("0", "1-100", "101-500", "501-5000", "> 5000")
"""People, of the five levels of the benchmark's lists."""


def read(root: Path, request: Request) -> Dataset:
    """Read one split; ``val`` is the official one, ``trainval`` both, ``test`` has no labels."""
    wanted = ("train", "val") if request.split == "trainval" else (request.split,)
    files = _pictures(root)
    samples: list[Sample] = []
    notes: list[str] = []
    for split in wanted:
        found, said = _read(root, split, files)
        samples += found
        notes += said
    samples.sort(key=lambda one: natural_key(one.name))
    kinds = {kind for one in samples for kind in one.categories}
    return Dataset("nwpu", request.split, tuple(samples), tuple(notes), categories=_ordered(kinds))


def entries(path: Path) -> list[tuple[str, str, str]]:
    """Return (id, illumination, level) of each line of a list; the last two may be missing."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"cannot read {path}: {error}", "Copy the file again.") from error
    found = []
    for line in lines:
        cells = line.replace(",", " ").split()
        if cells:
            illumination, level = (*cells[1:3], "", "")[:2]
            found.append((cells[0].zfill(4), illumination, level))
    return found


def json_points(path: Path) -> tuple[Points, int | None]:
    """Return the head points of a JSON label, N x 2, and how many it announces."""
    try:
        label: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        points = np.array(label["points"], dtype=np.float64).reshape(-1, 2)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"cannot read {path}: {type(error).__name__} {error}",
            "Expected: human_num, points [[x, y], ...].",
        ) from error
    if not np.isfinite(points).all():
        raise DatasetError(f"{path} holds a head point that is not finite", "Remove it.")
    number = label.get("human_num")
    return points, number if isinstance(number, int) else None


def _read(root: Path, split: str, files: dict[str, Path]) -> tuple[list[Sample], list[str]]:
    named = root / f"{split}.txt"
    if not named.is_file():
        raise MissingDataError(
            f"nwpu has no {split} split in {root}: no {split}.txt there",
            "Check the copy against the tree drawn below.",
            tree=TREE,
        )
    samples, missing, without, differing = [], [], [], []
    for name, illumination, level in sorted(entries(named), key=lambda entry: natural_key(entry[0])):
        image = files.get(name)
        if image is None:
            missing.append(name)
            continue
        kinds = _categories(illumination, level)
        found = _heads(root, name)
        if found is None:
            if split != "test":
                without.append(name)
                continue
            size = picture_size(image)
            samples.append(
                Sample(
                    name,
                    image,
                    np.zeros((0, 2)),
                    size,
                    categories=kinds,
                    labelled=False,
                    megapixels=MEGAPIXELS,
                )
            )
            continue
        heads, announced = found
        if announced not in (None, len(heads)):
            differing.append(name)
        size = picture_size(image)
        points, outside = inside(heads, size)
        samples.append(Sample(name, image, points, size, outside, categories=kinds, megapixels=MEGAPIXELS))
    if not samples:
        raise MissingDataError(f"nwpu: no picture of {named} is in {root} with a label", tree=TREE)
    notes = [f"{split}: {note}" for note in common_notes(samples)]
    for names, what in (
        (missing, f"pictures of {split}.txt are missing"),
        (without, "pictures without a label left out"),
        (differing, "labels announce another number of heads than they hold; the heads count"),
    ):
        if names:
            notes.append(f"{split}: {len(names)} {what}: {some(names)}")
    hidden = sum(not one.labelled for one in samples)
    if hidden:
        notes.append(f"the truth of {hidden} pictures of {split} is withheld")
    return samples, notes


def _heads(root: Path, name: str) -> tuple[Points, int | None] | None:
    label = root / "jsons" / f"{name}.json"
    if label.is_file():
        return json_points(label)
    label = root / "mats" / f"{name}.mat"
    return (ann_points(label), None) if label.is_file() else None


def _pictures(root: Path) -> dict[str, Path]:
    """Return every picture by its id; ``images`` before the parts, in their order."""
    names = ("images", *(f"images_part{number}" for number in range(1, 6)))
    folders = [folder for name in names if (folder := child(root, name)) is not None]
    if not folders:
        raise MissingDataError(f"nwpu: no folder images or images_part1 in {root}", tree=TREE)
    found: dict[str, Path] = {}
    for folder in folders:
        for image in pictures_in(folder):
            found.setdefault(image.stem, image)
    return found


def _categories(illumination: str, level: str) -> tuple[str, ...]:
    found = []
    if level.isdigit() and int(level) < len(LEVELS):
        found.append(f"level {level}: {LEVELS[int(level)]}")
    if illumination:
        found.append(f"illumination {illumination}")
    return tuple(found)


def _ordered(kinds: set[str]) -> tuple[str, ...]:
    return tuple(sorted(kinds, key=lambda kind: (not kind.startswith("level"), natural_key(kind))))


BENCHMARK = Benchmark(
    "nwpu",
    read,
    TREE,
    folders=("NWPU-Crowd", "NWPU"),
    parents=("NWPU-Crowd", "NWPU"),
    markers=("jsons", "mats", "images_part1"),
    official=Official({"train": 3109, "val": 500, "test": 1500}, heads=2_133_375, largest=20_033),
)
