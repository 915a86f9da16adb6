"""``crowdmon-train --figure``: the paper's figures as PNG, training what they compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crowdmon.errors import ConfigError
from trainer.commands.options import DEFAULT_OUT, Messages, Options, runs_of
from trainer.places import check_data, check_files

if TYPE_CHECKING:
    from trainer.data.datasets import Dataset
    from trainer.paper.runs import Job, Runs

FIGURES = ("1", "3", "7", "8", "9")


def figure(name: str, options: Options) -> None:
    """Draw a figure into ``--out`` and print where it is.

    Raises:
        ConfigError: no such figure, or a run folder of another budget. DatasetError: no data.
        KeyboardInterrupt: a signal stopped a run.
    """
    if name not in FIGURES:
        raise ConfigError(f"there is no figure {name!r}", f"Use one of {', '.join(FIGURES)}.")
    options.check()
    if options.start is not None:
        raise ConfigError("--start is for --table folds, figures begin with nothing", "Leave it out.")
    from trainer.data.datasets import BENCHMARKS
    from trainer.data.datasets.find import find
    from trainer.paper.runs import scored_splits

    chosen = options.benchmark(options.dataset or first_present(options.root))
    find(BENCHMARKS[chosen], options.root)
    fold = 1 if chosen == "ucf_cc_50" else 0
    part = scored_splits(chosen, options.root, fold=fold, folds=options.folds)[-1]
    path = (options.out or DEFAULT_OUT) / f"figure-{name}.png"
    check_files({"--out:": path}, options.files())
    check_data({"--out:": path}, [part], find(BENCHMARKS[chosen], options.root))
    with runs_of(options, Messages()) as runs:
        _draw(name, part, runs, options.weights, path, fold=fold)
    click.echo(str(path))


def first_present(root: Path | None) -> str:
    """Return the first benchmark that is there, Part A before all; MissingDataError without any."""
    from trainer.data.datasets import BENCHMARKS, MissingDataError
    from trainer.data.datasets.find import find

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
        from trainer.paper.figures import maps

        maps.figure_3(part, path)
        return
    if name == "7":
        from crowdmon.counting.weights import load
        from trainer.paper.figures import maps
        from trainer.paper.runs import weights_in

        if weights is None:
            (job,) = _train(runs, ("ssr-hef",), part, fold)
            weights = weights_in(runs.folder(job))
        maps.figure_7(part, load(Path(str(weights).replace("{dataset}", part.name))), path)
        return
    from trainer.paper.figures import compare

    names = ("mcnn", "mcnn-hef") if name == "1" else ("without-hef", "ssr-hef")
    jobs = _train(runs, names, part, fold, score=name == "8")
    note = f"Each trained for {runs.budget.words(runs.base)}."
    if name == "8":
        without, with_hef = (runs.scores(job)[part.split] for job in jobs)
        compare.figure_8(part, without, with_hef, path, note=note)
        return
    trained = [
        compare.Trained(title, runs.counter(job))
        for title, job in zip(("without HEF", "with HEF"), jobs, strict=True)
    ]
    draw = compare.figure_1 if name == "1" else compare.figure_9
    draw(part, trained[0], trained[1], path, note=note)


def _train(runs: Runs, names: tuple[str, ...], part: Dataset, fold: int, *, score: bool = False) -> list[Job]:
    from trainer.paper.runs import Job
    from trainer.paper.variants import VARIANTS

    jobs = [Job(VARIANTS[name], part.name, fold) for name in names]
    number = f"{len(jobs)} runs, each" if len(jobs) > 1 else "one run,"
    runs.say(f"On {part.name} {number} {runs.budget.words(runs.base)}")
    for error in runs.finish_all(jobs, score=score).values():
        raise error
    if runs.stopped:
        runs.say("Stopped and saved; the same command goes on.")
        raise KeyboardInterrupt
    return jobs
