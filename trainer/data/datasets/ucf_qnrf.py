"""UCF-QNRF: 1,535 pictures from the web, up to 9,000 pixels wide, up to 12,865 people.

Validation: one picture in ten of train, spread over the ranks of their counts; there is no official
one. Pictures keep their size here; training and scoring both make those above 2,048 pixels smaller.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trainer.data.datasets.base import Benchmark, Dataset, MissingDataError, Official, Request, Sample
from trainer.data.datasets.find import child
from trainer.data.datasets.pairs import read_folder
from trainer.data.datasets.splits import select, stratified

MEGAPIXELS = 100.0
"""The largest picture has 9,999 x 6,666 pixels."""

TREE = """\
UCF-QNRF_ECCV18/               (also UCF-QNRF)
  Train/
    img_0001.jpg  img_0001_ann.mat
    ...
  Test/
    img_0001.jpg  img_0001_ann.mat ..."""


def read(root: Path, request: Request) -> Dataset:
    """Read one split; head points outside their picture are dropped."""
    samples, notes = _read(root, "test" if request.split == "test" else "train")
    if request.split != "test":
        samples = list(select(samples, stratified(samples, request.seed), request.split))
    return Dataset("ucf_qnrf", request.split, tuple(samples), tuple(notes))


def _read(root: Path, split: str) -> tuple[list[Sample], list[str]]:
    folder = child(root, split)
    if folder is None:
        raise MissingDataError(
            f"ucf_qnrf has no {split} split in {root}: no folder {split.title()} there",
            "Check the copy against the tree drawn below.",
            tree=TREE,
        )
    samples, notes = read_folder(folder, name="ucf_qnrf", tree=TREE)
    return [replace(one, megapixels=MEGAPIXELS) for one in samples], notes


BENCHMARK = Benchmark(
    "ucf_qnrf",
    read,
    TREE,
    folders=("UCF-QNRF_ECCV18", "UCF-QNRF", "QNRF"),
    parents=("UCF-QNRF_ECCV18", "UCF-QNRF", "UCF"),
    markers=("[Tt]rain/*_ann.mat", "[Tt]est/*_ann.mat"),
    official=Official({"train": 1201, "test": 334}, heads=1_251_642, largest=12_865),
)
