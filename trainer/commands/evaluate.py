"""``crowdmon-eval``: load, count, print, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table

from crowdmon.errors import ConfigError, DatasetError, SinkError
from trainer import evaluate
from trainer.commands.pictures import progress, report_left_out
from trainer.data.datasets import BENCHMARKS, Dataset, load
from trainer.data.datasets.find import find
from trainer.places import check_data, check_files

if TYPE_CHECKING:
    from crowdmon.counting.counter import Counter

ALL_FOLDS = 5


def run(
    *,
    dataset: str,
    root: Path | None,
    split: str,
    weights: Path | None,
    json: Path | None,
    submission: Path | None,
    backend: str,
    precision: str,
    fold: int | None,
    folds: str,
) -> None:
    """Score one dataset, over all folds where it has some and none is chosen.

    Raises:
        CrowdmonError: anything that keeps it from being scored, before anything is counted if possible.
        DatasetError: when all is done, if pictures could not be read and were left out.
    """
    for target, what in ((json, "scores"), (submission, "submission")):
        if target is not None and not target.absolute().parent.is_dir():
            raise SinkError(f"cannot write the {what} to {target}: {target.absolute().parent} is no folder")
    outputs = {"--json": json, "--submission": submission}
    chosen = (fold,) if fold is not None else range(1, ALL_FOLDS + 1) if dataset == "ucf_cc_50" else (1,)
    for one in chosen:
        check_files(outputs, {"--weights": _of_fold(weights, one) if weights else None})
    parts = [load(dataset, root, split, fold=one, folds=folds) for one in chosen]
    check_data(outputs, parts, find(BENCHMARKS[dataset], root))
    if submission is not None:
        _submit(parts[0], _counter(weights, 0, backend, precision), submission)
        return
    hidden = sum(not sample.labelled for part in parts for sample in part.samples)
    if hidden:
        raise ConfigError(
            f"the truth of {hidden} pictures of {dataset}'s {split} split is withheld",
            "Write their counts with --submission FILE, or score --split val.",
        )
    counters = [_counter(weights, part.fold, backend, precision) for part in parts]
    reports = []
    left_out: list[DatasetError] = []
    with progress(Console(stderr=True)) as bar:
        task = bar.add_task(dataset, total=sum(map(len, parts)))
        for part, counter in zip(parts, counters, strict=True):
            reports.append(_score(part, counter, left_out, done=lambda _name: bar.advance(task)))
    result = reports[0] if len(reports) == 1 else evaluate.over_folds(reports, parts[0].folds)
    if json is not None:
        evaluate.write_json(result, json)
    show(result, Console())
    report_left_out(left_out)


def _submit(part: Dataset, counter: Counter, target: Path) -> None:
    """Count every picture and write what the benchmark's server takes."""
    with progress(Console(stderr=True)) as bar:
        task = bar.add_task(part.name, total=len(part))
        scored = evaluate.score(part, counter, done=lambda _name: bar.advance(task))
    evaluate.write_submission(scored, target)
    people = sum(one.count for one in scored)
    Console().print(
        f"{len(scored)} lines, {people:,.0f} people counted with {counter.name}, are in {target}.",
        highlight=False,
        soft_wrap=True,
    )
    for note in part.notes:
        Console().print(f"Note: {note}.", highlight=False, soft_wrap=True)


def _counter(weights: Path | None, fold: int, backend: str, precision: str) -> Counter:
    from crowdmon.counting.counter import Counter
    from crowdmon.counting.weights import load as load_weights
    from trainer import models

    if weights is None:
        return Counter(backend=backend, precision=precision)
    path = _of_fold(weights, fold)
    return models.counter(load_weights(path), backend=backend, precision=precision)


def _of_fold(weights: Path, fold: int) -> Path:
    """Return the weights of a fold."""
    return Path(str(weights).replace("{fold}", str(fold)))


def _score(
    part: Dataset, counter: Counter, left_out: list[DatasetError], *, done: Callable[[str], None]
) -> dict[str, Any]:
    part, scored = evaluate.score_readable(part, counter, left_out, done=done)
    used = counter.weights.path
    name = f"{counter.name} ({evaluate.fingerprint(used)})" if used is not None else counter.name
    part = replace(part, notes=(*part.notes, *evaluate.seen_before(part, counter.weights.provenance)))
    return evaluate.report(part, scored, weights=name, backend=counter.device)


def show(result: dict[str, Any], console: Console) -> None:
    """Print a report for people."""
    where = f"fold {result['fold']}" if result.get("fold") else ""
    console.print(
        f"[bold]{result['dataset']}[/] {result['split']} {where} - "
        f"weights {result['weights']}, {result['backend']}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"MAE [bold]{_number(result['mae'])}[/]  MSE [bold]{_number(result['mse'])}[/]  "
        f"bias {_number(result['bias'], sign=True)} people a picture, "
        f"{_number(result['bias_percent'], sign=True)} % of {result['truth']:,} people, "
        f"{result['images']} pictures",
        highlight=False,
        soft_wrap=True,
    )
    if result.get("nae") is not None:
        console.print(f"NAE {result['nae']:.3f}, of pictures with people in them", highlight=False)
    _ratios(result, console)
    for key, first in (
        ("per_fold", "fold"),
        ("per_scene", "scene"),
        ("by_category", "category"),
        ("by_range", "range"),
    ):
        if result.get(key):
            console.print(_table(result[key], first))
    if "no_mask" in result:
        console.print(
            f"Without the ROI on the count: MAE {_number(result['no_mask']['mae'])}, "
            f"MSE {_number(result['no_mask']['mse'])}; for comparison with code that scores so.",
            highlight=False,
            soft_wrap=True,
        )
    console.print(_worst(result["worst"]))
    if result.get("folds"):
        for number, names in enumerate(result["folds"], 1):
            console.print(f"fold {number} tests on {' '.join(names)}", highlight=False, soft_wrap=True)
    for note in result["notes"]:
        console.print(f"Note: {note}.", highlight=False, soft_wrap=True)


def _ratios(result: dict[str, Any], console: Console) -> None:
    """Print the logarithms of the ratios of count and truth, as factors: of pictures, then of scenes."""
    for key, of in (("log_ratio", "pictures"), ("log_ratio_of_scenes", "scenes")):
        found = result.get(key)
        if found and found["mean"] is not None:
            spread = "" if found["spread"] is None else f", spread {found['spread']:.3f}"
            console.print(
                f"log(count / truth) {found['mean']:+.3f} on average, {found['off']:.3f} off{spread}, "
                f"of {found['images']} {of} with somebody in them",
                highlight=False,
                soft_wrap=True,
            )


def _table(rows: list[dict[str, Any]], first: str) -> Table:
    names = {"range": "people", "fold": "fold", "scene": "scene", "category": "category"}
    table = Table(box=box.SIMPLE_HEAD)
    for name in (names[first], "pictures", "MAE", "MSE", "bias", "bias %"):
        table.add_column(name, justify="left" if name == names[first] else "right")
    for row in rows:
        signed = (_number(row[key], sign=True) for key in ("bias", "bias_percent"))
        table.add_row(str(row[first]), str(row["images"]), _number(row["mae"]), _number(row["mse"]), *signed)
    return table


def _worst(rows: list[dict[str, Any]]) -> Table:
    table = Table("worst", box=box.SIMPLE_HEAD)
    for name in ("truth", "count", "error"):
        table.add_column(name, justify="right")
    for row in rows:
        error = _number(row["count"] - row["truth"], sign=True)
        table.add_row(row["image"], str(row["truth"]), _number(row["count"]), error)
    return table


def _number(value: float | None, *, sign: bool = False) -> str:
    return "-" if value is None else f"{value:+.1f}" if sign else f"{value:.1f}"
