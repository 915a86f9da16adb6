"""Validation during training: the averaged network through the application's own counter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from crowdmon.counting.weights import Weights
from crowdmon.errors import DatasetError
from crowdmon.values import DensityMap, Frame
from trainer import models
from trainer.data.datasets.rois import cover
from trainer.data.sources import DataSource, Item


@dataclass(frozen=True)
class Score:
    """How far off a benchmark's validation pictures are, in people."""

    mae: float
    mse: float
    bias: float
    truth: float


def validate(
    weights: Weights,
    sources: Mapping[str, DataSource],
    *,
    watch: Callable[[str, int, Item, DensityMap], None] = lambda *_: None,
) -> dict[str, Score]:
    """Score every source; a picture's ROI counts where it has one.

    Args:
        weights: what to score.
        sources: by benchmark.
        watch: called with benchmark, number, picture and density map of each picture.

    Raises:
        DatasetError: no picture of a source can be read; single ones are left out.
    """
    counter = models.counter(weights)
    found = {}
    for name, source in sources.items():
        errors, truths = [], []
        for index in range(len(source)):
            try:
                item = source.item(index)
            except DatasetError as damaged:
                source.leave_out(index, damaged)
                continue
            truth = source.counts[index]
            density = counter.count(Frame(item.rgb))
            watch(name, index, item, density)
            errors.append(people(density, item) - truth)
            truths.append(truth)
        if source.bad and not errors:
            raise next(iter(source.bad.values()))
        error = np.asarray(errors)
        found[name] = Score(
            mae=float(np.abs(error).mean()),
            mse=float(np.sqrt((error**2).mean())),
            bias=float(error.mean()),
            truth=float(np.mean(truths)),
        )
    return found


def people(density: DensityMap, item: Item) -> float:
    """Return the people of a picture, inside of its ROI where it has one."""
    share = cover(item, density.grid)
    return density.count if share is None else float((density.people * share).sum(dtype=np.float64))


def overall(scores: Mapping[str, Score]) -> float:
    """Return one number to select by: the geometric mean of the benchmarks' errors.

    A ratio of errors weighs the same on a benchmark of five people a picture and of five hundred.
    """
    return float(np.exp(np.mean([np.log(max(score.mae, 1e-6)) for score in scores.values()])))
