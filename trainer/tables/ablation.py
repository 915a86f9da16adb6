"""Tables VII and VIII: the same training with a part left out, or another number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crowdmon.errors import CountingError, DatasetError
from trainer.datasets import BENCHMARKS as BY_NAME
from trainer.datasets.find import find
from trainer.runs import Runs
from trainer.tables import paper
from trainer.tables.layout import Line, Pair, Table, missing
from trainer.variants import ABLATION, CLASSES, VARIANTS, Variant, of_classes

MEASURES = {"MAE": 1, "MSE": 1}
BENCHMARKS = ("shanghaitech_a", "shanghaitech_b", "ucf_cc_50", "ucf_qnrf", "worldexpo")
"""Columns of Table VII."""

MAIN = "shanghaitech_a"


def table_vii(runs: Runs, benchmarks: Sequence[str] = (MAIN,)) -> Table:
    """Return Table VII, training on ``benchmarks`` what is not trained yet; other finished runs are shown."""
    lines = []
    for name in ABLATION:
        variant = VARIANTS[name]
        printed = paper.TABLE_VII.get(name, {})
        for benchmark in dict.fromkeys((*BENCHMARKS, *benchmarks)):
            line = _line(runs, variant, benchmark, printed.get(benchmark), train=benchmark in benchmarks)
            lines.append(Line((variant.title, paper.NAMES.get(benchmark, benchmark)), line.values, line.note))
    title, keys = "Errors of different configurations", ("configuration", "benchmark")
    return Table("VII", title, keys, MEASURES, lines, _notes(runs))


def table_viii(runs: Runs, benchmark: str = MAIN) -> Table:
    """Return Table VIII, training what is not trained yet."""
    lines = []
    for number in CLASSES:
        printed = paper.TABLE_VIII[number] if benchmark == MAIN else None
        line = _line(runs, of_classes(number, runs.base), benchmark, printed, train=True)
        lines.append(Line((str(number), paper.NAMES.get(benchmark, benchmark)), line.values, line.note))
    title, keys = "Errors by the number of classes", ("classes", "benchmark")
    return Table("VIII", title, keys, MEASURES, lines, _notes(runs))


def _line(
    runs: Runs, variant: Variant, benchmark: str, printed: tuple[float, float] | None, *, train: bool
) -> Line:
    folds = (1, 2, 3, 4, 5) if benchmark == "ucf_cc_50" else (0,)
    mae, mse = printed or (None, None)
    pairs = {"MAE": Pair(mae), "MSE": Pair(mse)}
    reports, steps, seconds = [], 0, 0.0
    try:
        for fold in folds:
            done = (runs.finish if train else runs.done)(variant, benchmark, fold)
            spent = runs.spent(variant, benchmark, fold)
            steps, seconds = max(steps, spent.steps), seconds + spent.seconds
            if done:
                reports.append(runs.scores(variant, benchmark, fold))
    except DatasetError as error:
        return Line((), pairs, missing(error))
    except CountingError as error:
        # Others go on: a table is made unattended.
        return Line((), pairs, f"failed: {error.message}")
    if not reports:
        return Line((), pairs, f"stopped at step {steps}" if steps else _why_not(runs, benchmark, train))
    found = {key: float(np.mean([one[key] for one in reports])) for key in ("mae", "mse")}
    return Line(
        (),
        {"MAE": Pair(mae, found["mae"]), "MSE": Pair(mse, found["mse"])},
        _said(reports, folds, steps, seconds),
    )


def _why_not(runs: Runs, benchmark: str, train: bool) -> str:
    if train:
        return "not run yet"
    try:
        find(BY_NAME[benchmark], runs.root)
    except DatasetError as error:
        return missing(error)
    return f"not run: --dataset {benchmark} runs it"


def _said(reports: Sequence[dict[str, Any]], folds: Sequence[int], steps: int, seconds: float) -> str:
    pictures = sum(one["images"] for one in reports)
    said = [f"{steps:,} steps, {seconds / 3600:.2f} h", f"{pictures} pictures of {reports[0]['split']}"]
    if reports[0]["split"] != "test":
        said.append("the test split is not here, and these pictures selected the checkpoint")
    if len(folds) > 1:
        said.append(f"mean of {len(reports)} of {len(folds)} folds")
    return "; ".join(said)


def _notes(runs: Runs) -> tuple[str, ...]:
    return (
        f"Each run: {runs.budget.words(runs.base)}; loss of the base: pyramid {runs.base.losses.pyramid:g}.",
        "The checkpoint is the one with the least error on pictures held out of train; the test split was "
        "read once a run.",
        "With so few runs, differences of a few per cent are chance: another seed moves them as much.",
    )
