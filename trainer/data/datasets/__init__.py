"""Benchmarks: one short reader each, all turned into the same :class:`Dataset` of :class:`Sample`."""

from __future__ import annotations

from pathlib import Path

from crowdmon.errors import ConfigError
from trainer.data.datasets import (
    beijing_brt,
    jhu_crowd,
    mall,
    nwpu,
    points,
    shanghaitech,
    ucf_cc_50,
    ucf_qnrf,
    worldexpo,
)
from trainer.data.datasets.base import SPLITS, Benchmark, Dataset, MissingDataError, Request, Sample
from trainer.data.datasets.find import find

__all__ = [
    "BENCHMARKS",
    "NAMES",
    "SPLITS",
    "Benchmark",
    "Dataset",
    "MissingDataError",
    "Request",
    "Sample",
    "load",
]

BENCHMARKS: dict[str, Benchmark] = {
    one.name: one
    for one in (
        shanghaitech.PART_A,
        shanghaitech.PART_B,
        ucf_cc_50.BENCHMARK,
        ucf_qnrf.BENCHMARK,
        mall.BENCHMARK,
        beijing_brt.BENCHMARK,
        worldexpo.BENCHMARK,
        jhu_crowd.BENCHMARK,
        nwpu.BENCHMARK,
        points.BENCHMARK,
    )
}

NAMES: tuple[str, ...] = tuple(BENCHMARKS)


def load(
    name: str,
    root: Path | None,
    split: str,
    *,
    seed: int = 0,
    fold: int = 1,
    folds: str = "pfdnet",
    joint: bool = False,
    official: bool = False,
) -> Dataset:
    """Read the labels of one split of a benchmark; pictures are read later, by ``Sample.read``.

    Args:
        name: one of ``NAMES``.
        root: the benchmark's folder, the one above or a data root; None: the variable CROWDMON_DATA.
        split: ``train`` (less the validation hold-out), ``val``, ``trainval`` or ``test``.
        seed: of the hold-out; the same seed gives the same one everywhere.
        fold: 1..5, or 0 for all pictures in every split, for ucf_cc_50.
        folds: ``pfdnet``, ``sequential`` or ``seed``, for ucf_cc_50.
        joint: leave out photos that are in another benchmark too, for training on several at once.
        official: keep pictures known to be flawed, to compare with official figures.

    Raises:
        ConfigError: an unknown name, split or fold.
        MissingDataError: (a DatasetError) what was looked for and where; ``tree`` draws what was expected.
        DatasetError: a label that cannot be read.
    """
    if name not in BENCHMARKS:
        raise ConfigError(f"unknown dataset {name!r}", f"Use one of {', '.join(NAMES)}.")
    if split not in SPLITS:
        raise ConfigError(f"unknown split {split!r}", f"Use one of {', '.join(SPLITS)}.")
    benchmark = BENCHMARKS[name]
    request = Request(split, seed=seed, fold=fold, folds=folds, joint=joint, official=official)
    dataset = benchmark.read(find(benchmark, root), request)
    if not dataset.samples:
        reason = "; ".join(dataset.notes) or "too few pictures"
        raise MissingDataError(f"{name} has nothing in its {split} split ({reason})", tree=benchmark.tree)
    return dataset
