"""``crowdmon-train`` and ``crowdmon-eval``: the options, and errors as one line and an exit code.

Nothing heavy is imported here, because ``--help`` has to answer at once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from crowdmon import logs
from crowdmon.errors import ConfigError, CrowdmonError, redact

INTERRUPTED = 130

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_FILE = click.Path(path_type=Path)


def _louder(_ctx: click.Context, _param: click.Parameter, value: int) -> None:

    logs.setup(value)


verbose = click.option(
    "-v", "--verbose", count=True, expose_value=False, callback=_louder, is_eager=True,
    help="Say more; an error shows where it came from.",
)  # fmt: skip
root_option = click.option(
    "--root", type=_FILE, metavar="DIR",
    help="The dataset's own folder, the one above it, or a folder of datasets. Default: $CROWDMON_DATA.",
)  # fmt: skip
folds_option = click.option(
    "--folds", default="pfdnet", metavar="pfdnet|sequential|seed", show_default=True,
    help="ucf_cc_50: which five folds; no official ones were published.",
)  # fmt: skip


@click.command("crowdmon-train", context_settings=_SETTINGS)
@click.option("--dataset", metavar="NAME", help="The benchmark to train on; --list names them.")
@root_option
@click.option(
    "--out",
    type=_FILE,
    metavar="DIR",
    help="The run's folder. Default: runs/NAME; of tables and figures runs/paper.",
)
@click.option(
    "--config",
    type=_FILE,
    metavar="FILE",
    help="Training configuration. Default: fast.yaml; of tables and figures ablation.yaml.",
)
@click.option("--resume", is_flag=True, help="Go on where the run in --out stopped.")
@click.option("--minutes", type=float, metavar="M", help="Stop after this long, saved and resumable.")
@click.option("--steps", type=int, metavar="N", help="Stop at this step, saved and resumable.")
@click.option("--fold", type=int, metavar="1..5", help="ucf_cc_50: the fold to leave out. Default: 1.")
@folds_option
@click.option("--list", "listing", is_flag=True, help="Show which benchmarks are there, and how complete.")
@click.option(
    "--verify", is_flag=True,
    help="With --list: read every picture once and name those that are damaged; exit status 5 if there are.",
)  # fmt: skip
@click.option(
    "--table", metavar="II..IX|folds",
    help="Print a table of the paper beside our figures, or UCF_CC_50 fold by fold; VII, VIII and folds "
    "train, --steps or --minutes a run. Started twice, they share the runs.",
)  # fmt: skip
@click.option(
    "--figure", metavar="1|3|7|8|9",
    help="Draw a figure of the paper into --out; all but 3 train, --steps or --minutes a run.",
)  # fmt: skip
@click.option(
    "--weights", type=_FILE, metavar="FILE",
    help="For --quantise; and for --table III to VI and --figure 7, where {dataset} and {fold} in the name "
    "are filled in. Default there: the run of SSR-HEF in --out, then the bundled ones.",
)  # fmt: skip
@click.option(
    "--start", type=_FILE, metavar="FILE",
    help="For --table folds: weights that every fold begins with. Default configuration then: folds.yaml.",
)  # fmt: skip
@click.option("--bench", is_flag=True, help="Say where a training step's time goes, and stop.")
@click.option(
    "--quantise", is_flag=True,
    help="Measure on training pictures what counting in int8 needs, and write it into the file of --weights, "
    "unless the counts would differ. With --dataset only on its pictures.",
)  # fmt: skip
@click.option(
    "--adapt", type=_FILE, metavar="FOLDER",
    help="Fit weights to one camera from a few of its frames and their points.csv, into --out; five minutes, "
    "or --minutes.",
)  # fmt: skip
@click.option("--base", type=_FILE, metavar="FILE", help="For --adapt: the weights to begin with.")
@click.option(
    "--roi", type=_FILE, metavar="FILE",
    help="For --adapt: only people inside count; a roi.mat, a mask, or a configuration of one camera.",
)  # fmt: skip
@click.option("--progress", is_flag=True, help="For --adapt: a line of JSON for each step of progress.")
@verbose
def train_command(
    *,
    adapt: Path | None,
    base: Path | None,
    roi: Path | None,
    progress: bool,
    listing: bool,
    verify: bool,
    table: str | None,
    figure: str | None,
    weights: Path | None,
    start: Path | None,
    quantise: bool,
    **options: Any,
) -> None:
    """Train the network on a benchmark, or on your own pictures with a CSV of clicked heads.

    Ctrl+C saves; the same command with --resume goes on along the same curve.
    """
    if adapt is not None:
        from trainer.commands.adapt import run as run_adapting

        mixed = [name for name in ("dataset", "root", "config", "resume", "fold", "bench") if options[name]]
        if mixed or listing or table is not None or figure is not None:
            raise ConfigError("--adapt goes with --base, --roi, --out, --minutes and --steps alone")
        run_adapting(
            folder=adapt,
            base=base,
            roi=roi,
            progress=progress,
            out=options["out"],
            minutes=options["minutes"],
            steps=options["steps"],
        )
        return
    if base is not None or roi is not None or progress:
        raise ConfigError("--base, --roi and --progress are for --adapt", "Give --adapt FOLDER as well")
    if listing:
        from trainer.commands.listing import run

        run(options["root"], verify=verify)
        return
    if verify:
        raise ConfigError("--verify reads what --list finds", "Give --list as well")
    if quantise:
        from trainer.commands.quantise import run as run_quantise

        run_quantise(weights, dataset=options["dataset"], root=options["root"], out=options["out"])
        return
    if table is not None or figure is not None:
        from dataclasses import fields

        from trainer.commands import figures, paper
        from trainer.commands.options import Options

        typed = {**options, "weights": weights, "start": start}
        shared = Options(**{one.name: typed[one.name] for one in fields(Options)})
        if table is not None:
            paper.table(table, shared)
        if figure is not None:
            figures.figure(figure, shared)
        return
    if start is not None:
        raise ConfigError("--start is for --table folds", "Write start: FILE into the configuration.")
    from trainer.commands.train import run as run_training

    run_training(**options)


@click.command("crowdmon-eval", context_settings=_SETTINGS)
@click.option(
    "--dataset", required=True, metavar="NAME", help="The benchmark; crowdmon-train --list names them."
)
@root_option
@click.option("--split", default="test", metavar="test|val|train|trainval", show_default=True)
@click.option(
    "--weights", type=_FILE, metavar="FILE",
    help="Weights; {fold} in the name takes each fold's own. Default: the bundled ones.",
)  # fmt: skip
@click.option("--json", "json", type=_FILE, metavar="FILE", help="Write the scores here too.")
@click.option(
    "--submission", type=_FILE, metavar="FILE",
    help="Write 'id count' lines here and score nothing: what NWPU-Crowd's server takes.",
)  # fmt: skip
@click.option("--backend", default="auto", metavar="NAME", help="What runs the network. Default: auto.")
@click.option(
    "--precision", default="f32", metavar="auto|f32|bf16|f16|int8", show_default=True,
    help="What the network computes in; auto for what the application would take here.",
)  # fmt: skip
@click.option("--fold", type=int, metavar="1..5", help="ucf_cc_50: score one fold. Default: all five.")
@folds_option
@verbose
def eval_command(**options: Any) -> None:
    """Score weights on a benchmark with the application's own counter.

    MAE is the mean absolute error, MSE the root of the mean squared error, as the field writes it.
    """
    from trainer.commands.evaluate import run

    run(**options)


def train(argv: Sequence[str] | None = None) -> int:
    """Run ``crowdmon-train`` and return its exit code."""
    return _run(train_command, "crowdmon-train", argv)


def evaluate(argv: Sequence[str] | None = None) -> int:
    """Run ``crowdmon-eval`` and return its exit code."""
    return _run(eval_command, "crowdmon-eval", argv)


def _run(command: click.Command, name: str, argv: Sequence[str] | None) -> int:
    try:
        command.main(args=argv, prog_name=name, standalone_mode=False)
    except CrowdmonError as error:
        tree = getattr(error, "tree", "")
        return _say(name, str(error), error.exit_code, drawing=tree)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _say(name, f"{error.format_message().rstrip('.')}. Try '{name} --help'", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _say(name, "interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone. Give stdout a place to flush to at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - no traceback reaches the user
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return _say(name, f"the file system takes no name as long as this one: {error.filename}", 2)
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        return _say(
            name, f"unexpected {what}. This is a fault in crowdmon; run again with -v to see where", 1
        )
    return 0


def _say(name: str, message: str, code: int, *, drawing: str = "") -> int:
    if logs.traced() and code != INTERRUPTED:
        sys.stderr.write(redact(traceback.format_exc()))
    with contextlib.suppress(OSError):  # a terminal that was closed
        sys.stderr.write(" ".join(f"{name}: {redact(message)}".split()) + "\n")
        if drawing:
            sys.stderr.write("\n" + drawing.rstrip() + "\n")
    return code


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m trainer train|eval ...``."""
    words = list(sys.argv[1:] if argv is None else argv)
    verbs = {"train": train, "eval": evaluate}
    if not words or words[0] not in verbs:
        error = ConfigError(
            "python -m trainer takes train or eval first", "Try 'python -m trainer train --help'."
        )
        return _say("trainer", str(error), error.exit_code)
    return verbs[words[0]](words[1:])


if __name__ == "__main__":
    sys.exit(main())
