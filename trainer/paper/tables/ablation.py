"""Tables VII and VIII: the same training with a part left out, or another number of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crowdmon.errors import CrowdmonError, DatasetError
from trainer.config import Losses
from trainer.data.datasets import BENCHMARKS as BY_NAME
from trainer.data.datasets.find import find
from trainer.paper.runs import Job, Runs
from trainer.paper.tables import published as paper
from trainer.paper.tables.layout import Line, Pair, Table, missing
from trainer.paper.variants import ABLATION, CLASSES, VARIANTS, Variant, of_classes

OURS = ("bias", "val MAE", "val MSE")
MEASURES = dict.fromkeys(("MAE", "MSE", *OURS), 1)
BENCHMARKS = ("shanghaitech_a", "shanghaitech_b", "ucf_cc_50", "ucf_qnrf", "worldexpo")
"""Columns of Table VII."""

MAIN = "shanghaitech_a"
CHANCE = (
    "One run a row, all rows on the same crops: differences of a few per cent are chance, another seed moves "
    "them as much."
)
FOLDS = (1, 2, 3, 4, 5)


def table_vii(runs: Runs, benchmarks: Sequence[str] = (MAIN,)) -> Table:
    """Return Table VII, training on ``benchmarks`` what is not trained yet; other finished runs are shown."""
    # The whole network first: the others are compared with it, and Table VIII has it too.
    failed = _train(runs, [(VARIANTS[name], one) for one in benchmarks for name in reversed(ABLATION)])
    lines = []
    for benchmark in dict.fromkeys((*benchmarks, *BENCHMARKS)):
        for name in ABLATION:
            printed = paper.TABLE_VII.get(name, {}).get(benchmark)
            keys = (paper.NAMES.get(benchmark, benchmark), VARIANTS[name].title)
            lines.append(_line(runs, keys, VARIANTS[name], benchmark, printed, failed))
    title, keys = "Errors of different configurations", ("benchmark", "configuration")
    return Table("VII", title, keys, MEASURES, lines, (*notes(runs), CHANCE), OURS)


def table_viii(runs: Runs, benchmark: str = MAIN) -> Table:
    """Return Table VIII, training what is not trained yet."""
    variants = {number: of_classes(number, runs.base) for number in CLASSES}
    first = sorted(CLASSES, key=lambda number: variants[number].name != "ssr-hef")
    failed = _train(runs, [(variants[number], benchmark) for number in first])
    lines = []
    for number, variant in variants.items():
        printed = paper.TABLE_VIII[number] if benchmark == MAIN else None
        keys = (paper.NAMES.get(benchmark, benchmark), str(number))
        lines.append(_line(runs, keys, variant, benchmark, printed, failed))
    title, keys = "Errors by the number of classes", ("benchmark", "classes")
    return Table("VIII", title, keys, MEASURES, lines, (*notes(runs), CHANCE), OURS)


def jobs(variant: Variant, benchmark: str) -> list[Job]:
    """Return the runs behind a line: five on UCF_CC_50, else one."""
    return [Job(variant, benchmark, fold) for fold in (FOLDS if benchmark == "ucf_cc_50" else (0,))]


def _train(runs: Runs, wanted: Sequence[tuple[Variant, str]]) -> Mapping[Path, CrowdmonError]:
    return runs.finish_all([job for one in wanted for job in jobs(*one)], score=True)


def _line(
    runs: Runs,
    keys: tuple[str, ...],
    variant: Variant,
    benchmark: str,
    printed: tuple[float, float] | None,
    failed: Mapping[Path, CrowdmonError],
) -> Line:
    mae, mse = printed or (None, None)
    wanted = jobs(variant, benchmark)
    finished = [job for job in wanted if runs.done(job) and runs.kept(job)]
    if not finished:
        return Line(keys, {"MAE": Pair(mae), "MSE": Pair(mse)}, why_not(runs, wanted, failed))
    kept = [runs.kept(job) or {} for job in finished]
    test = [one["test"] for one in kept if "test" in one]
    val = [one["val"] for one in kept if "val" in one]
    values = {
        "MAE": Pair(mae, mean(test, "mae")),
        "MSE": Pair(mse, mean(test, "mse")),
        "bias": Pair(None, mean(test, "bias")),
        "val MAE": Pair(None, mean(val, "mae")),
        "val MSE": Pair(None, mean(val, "mse")),
    }
    return Line(keys, values, _said(runs, wanted, finished, test, val))


def mean(reports: Sequence[Mapping[str, Any]], key: str) -> float | None:
    """Return the plain mean of a figure over reports; None without any."""
    return float(np.mean([one[key] for one in reports])) if reports else None


def why_not(runs: Runs, wanted: Sequence[Job], failed: Mapping[Path, CrowdmonError]) -> str:
    """Return why a line has no figures."""
    for job in wanted:
        error = failed.get(runs.folder(job))
        if error is not None:
            return missing(error) if isinstance(error, DatasetError) else f"failed: {error.message}"
    steps = max(runs.spent(job).steps for job in wanted)
    if steps:
        return "trained, not scored yet" if runs.done(wanted[-1]) else f"stopped at step {steps:,}"
    benchmark = wanted[0].benchmark
    try:
        find(BY_NAME[benchmark], runs.root)
    except DatasetError as error:
        return missing(error)
    return f"not run yet: --dataset {benchmark} runs it"


def _said(
    runs: Runs,
    wanted: Sequence[Job],
    finished: Sequence[Job],
    test: Sequence[dict[str, Any]],
    val: Sequence[dict[str, Any]],
) -> str:
    spent = [runs.spent(job) for job in finished]
    hours = sum(one.seconds for one in spent) / 3600
    pictures = " and ".join(
        f"{sum(one['images'] for one in part)} of {name}"
        for part, name in ((test, "test"), (val, "validation"))
        if part
    )
    said = [f"{max(one.steps for one in spent):,} steps, {hours:.2f} h", f"pictures: {pictures}"]
    if not test:
        said.append("the test split is not here")
    if len(wanted) > 1:
        said.append(f"mean of {len(finished)} of {len(wanted)} folds")
    return "; ".join(said)


def notes(runs: Runs) -> tuple[str, ...]:
    """Return what is said below a table whose rows were trained to one budget."""
    return (
        f"Each run: {runs.budget.words(runs.base)}. Losses of the base: {_losses(runs.base.losses)}.",
        "The last weights of each run are scored; nothing is selected. MAE, MSE and bias are of the test "
        "split, read once a run; val is held out of train.",
    )


def _losses(losses: Losses) -> str:
    parts = [losses.density.upper()]
    named = {
        "Dice": losses.segmentation,
        "classes": losses.classification,
        "blocks": losses.pyramid,
        "empty": losses.empty,
    }
    return " + ".join(parts + [f"{weight:g} {name}" for name, weight in named.items() if weight])
