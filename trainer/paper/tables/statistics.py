"""Table II: what the benchmarks hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crowdmon.errors import DatasetError
from trainer.data.datasets import BENCHMARKS, Sample
from trainer.data.datasets.base import Benchmark, Request
from trainer.data.datasets.find import find
from trainer.data.datasets.listing import survey
from trainer.paper.tables.layout import Line, Pair, Table, missing
from trainer.paper.tables.published import NAMES, TABLE_II, Statistics

CLASSES = 15

MEASURES = {"pictures": 0, "largest": 0, "Thr": 1, "mean": 1, "heads": 0, "mean height": 0, "mean width": 0}


def table(root: Path | None) -> Table:
    """Return Table II for the benchmarks that are there."""
    return Table(
        "II",
        "Statistics of the benchmarks",
        ("benchmark",),
        MEASURES,
        [_line(name, root) for name in NAMES],
        (
            "Heads as labelled, also outside of the picture or the ROI; Thr is the largest count by 15.",
            "WorldExpo'10's mean is over all its frames; JHU-CROWD's figures are those of its first version.",
        ),
    )


def _line(name: str, root: Path | None) -> Line:
    printed = TABLE_II[name]
    pairs = {key: Pair(paper=value) for key, value in _measures(printed).items()}
    found = survey(BENCHMARKS[name], root)
    if found.root is None or not found.pictures:
        return Line((NAMES[name],), pairs, missing(DatasetError(found.problem)))
    pictures = sum(number for _, number in found.pictures)
    height, width = _mean_size(BENCHMARKS[name], root)
    ours = Statistics(
        height, width, pictures, found.largest, found.largest / CLASSES, found.heads / pictures, found.heads
    )
    pairs = {key: Pair(pairs[key].paper, value) for key, value in _measures(ours).items()}
    return Line((NAMES[name],), pairs, "; ".join(found.deviations))


def _measures(one: Statistics) -> dict[str, float]:
    values = (one.pictures, one.largest, one.thr, one.average, one.heads, one.height, one.width)
    return dict(zip(MEASURES, map(float, values), strict=True))


def _mean_size(benchmark: Benchmark, root: Path | None) -> tuple[int, int]:
    """Return the mean height and width of all pictures that are there."""
    samples: list[Sample] = []
    folder = find(benchmark, root)
    for split in ("trainval", "test") if benchmark.name != "ucf_cc_50" else ("test",):
        try:
            samples += benchmark.read(folder, Request(split, official=True)).samples
        except DatasetError:
            continue
    sizes = np.array([one.size for one in samples if one.size is not None], dtype=np.float64)
    width, height = sizes.mean(axis=0) if len(sizes) else (0.0, 0.0)
    return round(float(height)), round(float(width))
