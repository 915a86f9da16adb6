"""``crowdmon-train --figure``: the paper's figures as PNG, training what they compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from crowdmon.errors import ConfigError
from trainer.commands.paper import DEFAULT_OUT, runs_below
from trainer.commands.train import positive

if TYPE_CHECKING:
    from trainer.datasets import Dataset
    from trainer.runs import Runs
    from trainer.variants import Variant

FIGURES = ("1", "3", "7", "8", "9")


def figure(
    name: str,
    *,
    dataset: str | None,
    root: Path | None,
    out: Path | None,
    config: Path | None,
    weights: Path | None,
    minutes: float | None,
    steps: int | None,
    folds: str,
) -> None:
    """Draw a figure into ``--out`` and print where it is.

    Raises:
        ConfigError: no such figure, or a run folder of another budget. DatasetError: no data.
        KeyboardInterrupt: a signal stopped a run.
    """
    if name not in FIGURES:
        raise ConfigError(f"there is no figure {name!r}", f"Use one of {', '.join(FIGURES)}.")
    positive(minutes=minutes, steps=steps)
    from trainer.datasets import BENCHMARKS
    from trainer.datasets.find import find
    from trainer.runs import scored_split

    console = Console(stderr=True)
    chosen = dataset or first_present(root)
    if chosen not in BENCHMARKS:
        raise ConfigError(f"unknown dataset {chosen!r}", f"Use one of {', '.join(BENCHMARKS)}.")
    find(BENCHMARKS[chosen], root)
    fold = 1 if chosen == "ucf_cc_50" else 0
    part = scored_split(chosen, root, fold=fold, folds=folds)
    path = (out or DEFAULT_OUT) / f"figure-{name}.png"
    with runs_below(
        out or DEFAULT_OUT, config, steps, minutes, root=root, folds=folds, console=console
    ) as runs:
        _draw(name, part, runs, weights, path, fold=fold)
    click.echo(str(path))


def first_present(root: Path | None) -> str:
    """Return the first benchmark that is there, Part A before all; MissingDataError without any."""
    from trainer.datasets import BENCHMARKS, MissingDataError
    from trainer.datasets.find import find

    for benchmark in BENCHMARKS.values():
        try:
            find(benchmark, root)
        except MissingDataError:
            continue
        return benchmark.name
    find(BENCHMARKS["shanghaitech_a"], root)
    raise AssertionError("find returns or raises")


def _draw(name: str, part: Dataset, runs: Runs, weights: Path | None, path: Path, *, fold: int) -> None:
    if name == "3":
        from trainer.figures import truth

        truth.draw(part, path)
        return
    if name == "7":
        from crowdmon.counting.weights import load
        from trainer.figures import depth
        from trainer.runs import weights_in

        if weights is None:
            _train(runs, ("ssr-hef",), part, fold)
            weights = weights_in(runs.folder(_variant("ssr-hef"), part.name, fold))
        depth.draw(part, load(Path(str(weights).replace("{dataset}", part.name))), path)
        return
    from trainer.figures import compare

    names = ("mcnn", "mcnn-hef") if name == "1" else ("without-hef", "ssr-hef")
    _train(runs, names, part, fold)
    note = f"Each trained for {runs.budget.words(runs.base)}."
    without, with_hef = map(_variant, names)
    if name == "8":
        reports = [runs.scores(one, part.name, fold) for one in (without, with_hef)]
        compare.figure_8(part, reports[0], reports[1], path, note=note)
        return
    trained = [
        compare.Trained(title, runs.counter(one, part.name, fold))
        for title, one in (("without HEF", without), ("with HEF", with_hef))
    ]
    draw = compare.figure_1 if name == "1" else compare.figure_9
    draw(part, trained[0], trained[1], path, note=note)


def _train(runs: Runs, names: tuple[str, ...], part: Dataset, fold: int) -> None:
    runs.say(f"{len(names)} runs on {part.name}, each {runs.budget.words(runs.base)}")
    for name in names:
        if not runs.finish(_variant(name), part.name, fold):
            runs.say("Stopped and saved; the same command goes on.")
            raise KeyboardInterrupt


def _variant(name: str) -> Variant:
    from trainer.variants import VARIANTS

    return VARIANTS[name]
