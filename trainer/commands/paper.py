"""``crowdmon-train --table``: the paper's tables beside our own figures, for the data that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from crowdmon.errors import ConfigError, SinkError
from trainer.commands.train import positive

if TYPE_CHECKING:
    from trainer.runs import Runs
    from trainer.tables.layout import Table

TABLES = ("II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
OPTIONS = ("dataset", "root", "out", "config", "minutes", "steps", "folds")
"""Of ``crowdmon-train``'s options those that tables and figures take."""

DEFAULT_CONFIG = "configs/train/ablation.yaml"
DEFAULT_OUT = Path("runs/paper")
"""Where the runs of tables and figures lie; one folder, because they share some."""


def table(
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
    """Print a table as Markdown and as CSV; with ``--out``, or where it trains, write both there too.

    Raises:
        ConfigError: no such table, or a run folder of another budget. KeyboardInterrupt: after the
            table of what there is, if a signal stopped a run.
    """
    if name not in TABLES:
        raise ConfigError(f"there is no table {name!r}", f"Use one of {', '.join(TABLES)}.")
    positive(minutes=minutes, steps=steps)
    console = Console(stderr=True)

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    runs = None
    if name == "II":
        from trainer.tables import statistics

        made = statistics.table(root)
    elif name == "IX":
        from trainer.tables import speed

        made = speed.table(repeats=steps or speed.REPEATS, say=say)
    elif name in ("VII", "VIII"):
        from trainer.datasets import BENCHMARKS
        from trainer.tables import ablation
        from trainer.variants import ABLATION, CLASSES

        chosen = dataset or ablation.MAIN
        if chosen not in BENCHMARKS:
            raise ConfigError(f"unknown dataset {chosen!r}", f"Use one of {', '.join(BENCHMARKS)}.")
        out = out or DEFAULT_OUT
        with runs_below(out, config, steps, minutes, root=root, folds=folds, console=console) as runs:
            cells = len(ABLATION) if name == "VII" else len(CLASSES)
            say(f"Table {name} on {chosen}: {cells} runs, each {runs.budget.words(runs.base)}")
            made = ablation.table_vii(runs, (chosen,)) if name == "VII" else ablation.table_viii(runs, chosen)
    else:
        made = _scored(name, weights, out, root, folds, say)
    _write(made, out)
    if runs is not None and runs.stopped:
        say("Stopped and saved; the same command goes on.")
        raise KeyboardInterrupt


def _scored(
    name: str,
    weights: Path | None,
    out: Path | None,
    root: Path | None,
    folds: str,
    say: Callable[[str], None],
) -> Table:
    from trainer.tables import benchmarks

    made = {
        "III": benchmarks.table_iii,
        "IV": benchmarks.table_iv,
        "V": benchmarks.table_v,
        "VI": benchmarks.table_vi,
    }
    return made[name](benchmarks.Scoring(weights, out or DEFAULT_OUT, root, folds, say=say))


@contextmanager
def runs_below(
    out: Path,
    config: Path | None,
    steps: int | None,
    minutes: float | None,
    *,
    root: Path | None,
    folds: str,
    console: Console,
) -> Iterator[Runs]:
    """Give the runs below ``out``, with a progress bar for the one that trains."""
    from crowdmon import resources
    from trainer import memory
    from trainer.commands.train import Report
    from trainer.config import load
    from trainer.runs import Budget, Runs

    memory.keep()
    base = load(config or resources.path(DEFAULT_CONFIG))

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    with Report(console) as report:
        yield Runs(out, base, Budget(steps, minutes), root=root, folds=folds, say=say, report=report.update)


def _write(made: Table, out: Path | None) -> None:
    from trainer.tables.layout import as_csv, markdown

    text, rows = markdown(made), as_csv(made)
    click.echo(f"{text}\n```csv\n{rows}```")
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"table-{made.name}.md").write_text(text, encoding="utf-8")
        (out / f"table-{made.name}.csv").write_text(rows, encoding="utf-8")
    except OSError as error:
        raise SinkError(f"cannot write the table to {out}: {error.strerror or error}") from error
