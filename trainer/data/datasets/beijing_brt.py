"""Beijing-BRT: bus-stop cameras by day and night, 360 x 640.

Validation: whole sessions, that is pictures of one camera without a pause of five minutes between
them (their names tell camera and time), so that nearly the same picture is never on both sides.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from crowdmon.formats.points import loc
from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Points, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.heads import clip
from trainer.data.datasets.pairs import read_pairs
from trainer.data.datasets.pictures import pictures_in
from trainer.data.datasets.splits import by_group, select

PAUSE = 300.0
"""Seconds without a picture that part two sessions of a camera."""

TREE = """\
Beijing-BRT/
  pMapN.mat
  train/frame/1-20160620091226.jpg ...
  train/ground_truth/1-20160620091226.mat ...
  test/frame/ test/ground_truth/"""

_NAME = re.compile(r"(\d+)-(\d{14})")


def read(root: Path, request: Request) -> Dataset:
    """Read one split; points slightly outside the picture are moved onto its border."""
    samples, notes = _read(root, "test" if request.split == "test" else "train")
    if request.split != "test":
        held = by_group(sessions(samples), request.seed)
        samples = list(select(samples, held, request.split))
    return Dataset("beijing_brt", request.split, tuple(samples), tuple(notes))


def sessions(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Return the samples by camera and session; a name without a time is a session of its own."""
    groups: dict[str, list[Sample]] = {}
    last: tuple[str, datetime] | None = None
    key = ""
    for sample in sorted(samples, key=lambda one: one.name):
        found = _NAME.fullmatch(sample.name)
        if found is None:
            groups[sample.name] = [sample]
            continue
        now = (found[1], datetime.strptime(found[2], "%Y%m%d%H%M%S"))
        if last is None or last[0] != now[0] or (now[1] - last[1]).total_seconds() > PAUSE:
            key = sample.name
        groups.setdefault(key, []).append(sample)
        last = now
    return groups


def _read(root: Path, split: str) -> tuple[list[Sample], list[str]]:
    folder = child(root, split)
    images = child(folder, "frame", "frames", "images") if folder else None
    truth = child(folder, "ground_truth", "gt") if folder else None
    if images is None or truth is None:
        raise MissingDataError(
            f"beijing_brt has no {split} split in {root}: no {split}/frame and {split}/ground_truth there",
            "Check the copy against the tree drawn below.",
            tree=TREE,
        )
    clipped = 0

    def place(heads: Points, size: tuple[int, int] | None) -> tuple[Points, int]:
        nonlocal clipped
        points, beyond = clip(heads, size)
        clipped += beyond
        return points, 0

    samples, notes = read_pairs(
        images,
        pictures_in(images),
        label=lambda image: truth / f"{image.stem}.mat",
        heads=loc,
        name="beijing_brt",
        tree=TREE,
        place=place,
    )
    if clipped:
        notes.append(f"{clipped} head points slightly outside their picture moved onto its border")
    perspective = root / "pMapN.mat"
    if perspective.is_file():
        samples = [replace(one, perspective=perspective) for one in samples]
    return samples, notes


BENCHMARK = Benchmark(
    "beijing_brt",
    read,
    TREE,
    folders=("Beijing-BRT", "BeijingBRT", "BRT"),
    parents=("Beijing-BRT-dataset", "Beijing-BRT"),
    markers=("train/ground_truth", "test/ground_truth", "train/frame"),
    official=Official({"train": 720, "test": 560}, heads=16_795),
)
