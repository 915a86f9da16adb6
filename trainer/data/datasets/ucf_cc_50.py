"""UCF_CC_50: fifty pictures, five folds.

The authors' folds are random and were never published, and the choice alone moves the figure, so
there are three: ``pfdnet`` (published with PFDNet), ``sequential`` (in file order) and ``seed``.
Validation: four pictures of a fold's forty, spread over the ranks of their counts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crowdmon.errors import ConfigError
from trainer.data.datasets.base import Benchmark, Dataset, Official, Request
from trainer.data.datasets.pairs import read_folder
from trainer.data.datasets.splits import select, stratified

SHARED_WITH_PART_A = frozenset({"16", "25", "28", "32", "41", "45", "46", "49"})
"""Photos that are in ShanghaiTech Part A too; 45 is in its test split."""

PFDNET = (
    ("1", "2", "11", "19", "20", "21", "25", "33", "48", "50"),
    ("9", "10", "16", "18", "26", "27", "30", "40", "44", "47"),
    ("5", "13", "17", "22", "31", "38", "41", "42", "45", "49"),
    ("4", "6", "8", "14", "23", "28", "29", "34", "37", "39"),
    ("3", "7", "12", "15", "24", "32", "35", "36", "43", "46"),
)

FOLDS = ("pfdnet", "sequential", "seed")

TREE = """\
UCF_CC_50/
  1.jpg  1_ann.mat
  ...
  50.jpg 50_ann.mat"""


def folds(kind: str, seed: int = 0) -> tuple[tuple[str, ...], ...]:
    """Return the names of each fold's ten test pictures. ConfigError for an unknown kind."""
    if kind == "pfdnet":
        return PFDNET
    if kind == "sequential":
        numbers = np.arange(1, 51)
    elif kind == "seed":
        numbers = np.random.default_rng(seed).permutation(np.arange(1, 51))
    else:
        raise ConfigError(f"unknown folds {kind!r}", f"Use one of {', '.join(FOLDS)}.")
    return tuple(tuple(str(n) for n in sorted(map(int, part))) for part in np.split(numbers, 5))


def read(root: Path, request: Request) -> Dataset:
    """Read one fold; fold 0 trains on all fifty pictures, for a general model that is tested elsewhere.

    ``request.official`` gives all fifty whatever the split.
    """
    samples, notes = read_folder(root, name="ucf_cc_50", tree=TREE)
    chosen = folds(request.folds, request.seed)
    if request.official:
        return Dataset("ucf_cc_50", request.split, tuple(samples), tuple(notes), chosen)
    if not 0 <= request.fold <= 5:
        raise ConfigError(f"ucf_cc_50 has no fold {request.fold}", "Use --fold 1 to 5.")
    everything = request.fold == 0
    test = {sample.name for sample in samples} if everything else set(chosen[request.fold - 1])
    if request.split == "test":
        part = tuple(sample for sample in samples if sample.name in test)
        return Dataset("ucf_cc_50", "test", part, tuple(notes), chosen, request.fold)
    rest = [sample for sample in samples if everything or sample.name not in test]
    if request.joint:
        rest = [sample for sample in rest if sample.name not in SHARED_WITH_PART_A]
        notes.append("photos that are in ShanghaiTech Part A too left out")
    held = stratified(rest, request.seed)
    part = select(rest, held, request.split)
    return Dataset("ucf_cc_50", request.split, part, tuple(notes), chosen, request.fold)


BENCHMARK = Benchmark(
    "ucf_cc_50",
    read,
    TREE,
    folders=("UCF_CC_50", "UCFCC50"),
    parents=("UCF_CC_50", "UCF"),
    markers=("[0-9]*_ann.mat",),
    official=Official({"all": 50}, heads=63_974, largest=4543),
)
