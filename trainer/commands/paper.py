"""``crowdmon-train --table``: the paper's tables beside our own figures, for the data that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crowdmon.errors import ConfigError, DatasetError, SinkError
from trainer.commands.options import DEFAULT_OUT, Messages, Options, runs_of
from trainer.commands.pictures import report_left_out
from trainer.places import check_files

if TYPE_CHECKING:
    from trainer.paper.runs import Runs
    from trainer.paper.tables.layout import Table

TABLES = ("II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "folds")
TRAINED = ("VII", "VIII", "folds")
FOLDS_CONFIG = "configs/train/folds.yaml"


def table(name: str, options: Options) -> None:
    """Print a table as Markdown and as CSV; with ``--out``, or where it trains, write both there too.

    Raises:
        ConfigError: no such table, or a run folder of another budget. KeyboardInterrupt: after the
            table of what there is, if a signal stopped a run. DatasetError: after the table, if pictures
            were left out.
    """
    if name not in TABLES:
        raise ConfigError(f"there is no table {name!r}", f"Use one of {', '.join(TABLES)}.")
    options.check()
    if options.start is not None and name != "folds":
        raise ConfigError(
            f"--start is for --table folds, the rows of table {name} begin with nothing", "Leave it out."
        )
    out = options.out or (DEFAULT_OUT if name in TRAINED else None)
    if out is not None:
        files = {"--out:": out / f"table-{name}.md", "--out (CSV):": out / f"table-{name}.csv"}
        check_files(files, options.files())
    messages = Messages()
    if name not in TRAINED:
        left_out: list[DatasetError] = []
        _write(_read(name, options, messages.say, left_out), options.out)
        report_left_out(left_out)
        return
    config = {"config": FOLDS_CONFIG} if options.start is not None else {}
    with runs_of(options, messages, **config) as runs:
        made = _trained(name, options, runs)
    _write(made, runs.out)
    if runs.stopped:
        messages.say("Stopped and saved; the same command goes on.")
        raise KeyboardInterrupt
    report_left_out(runs.left_out)


def _trained(name: str, options: Options, runs: Runs) -> Table:
    from trainer.paper.tables import ablation, folds
    from trainer.paper.variants import ABLATION, CLASSES

    chosen = options.benchmark(folds.BENCHMARK if name == "folds" else ablation.MAIN)
    if name == "folds" and chosen != folds.BENCHMARK:
        raise ConfigError(f"{chosen} has no folds", f"--table folds is of {folds.BENCHMARK}.")
    number = {"VII": len(ABLATION), "VIII": len(CLASSES), "folds": 1}[name]
    number *= len(ablation.FOLDS) if chosen == folds.BENCHMARK else 1
    runs.say(f"Table {name} on {chosen}: {number} runs, each {runs.budget.words(runs.base)}")
    if name == "VII":
        return ablation.table_vii(runs, (chosen,))
    if name == "VIII":
        return ablation.table_viii(runs, chosen)
    return folds.table(runs, options.start)


def _read(name: str, options: Options, say: Callable[[str], None], left_out: list[DatasetError]) -> Table:
    """Return a table for which nothing is trained."""
    if name == "II":
        from trainer.paper.tables import statistics

        return statistics.table(options.root)
    if name == "IX":
        from trainer.paper.tables import speed

        return speed.table(repeats=options.steps or speed.REPEATS, say=say)
    from trainer.paper.tables import benchmarks

    made = {
        "III": benchmarks.table_iii,
        "IV": benchmarks.table_iv,
        "V": benchmarks.table_v,
        "VI": benchmarks.table_vi,
    }
    out = options.out or DEFAULT_OUT
    scoring = benchmarks.Scoring(
        options.weights, out, options.root, options.folds, say=say, left_out=left_out
    )
    return made[name](scoring)


def _write(made: Table, out: Path | None) -> None:
    from trainer.paper.tables.layout import as_csv, markdown

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
