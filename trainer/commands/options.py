"""The options of ``crowdmon-train`` for tables and figures, and the runs they mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from crowdmon.errors import ConfigError
from trainer.commands.train import positive

if TYPE_CHECKING:
    from trainer.paper.runs import Runs

DEFAULT_CONFIG = "configs/train/ablation.yaml"
DEFAULT_OUT = Path("runs/paper")
"""Where the runs of tables and figures lie; one folder, because they share some."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was typed; None where nothing was."""

    dataset: str | None
    root: Path | None
    out: Path | None
    config: Path | None
    weights: Path | None
    start: Path | None
    minutes: float | None
    steps: int | None
    folds: str

    def benchmark(self, default: str) -> str:
        """Return the benchmark the options name; ConfigError if there is none of that name."""
        from trainer.data.datasets import BENCHMARKS

        chosen = self.dataset or default
        if chosen not in BENCHMARKS:
            raise ConfigError(f"unknown dataset {chosen!r}", f"Use one of {', '.join(BENCHMARKS)}.")
        return chosen

    def files(self) -> dict[str, Path | None]:
        """Return the files that are read, by their options."""
        return {"--config": self.config, "--weights": self.weights, "--start": self.start}

    def check(self) -> None:
        """Refuse numbers that cannot be: ConfigError."""
        positive(minutes=self.minutes, steps=self.steps)


class Messages:
    """Writes what is being done to stderr, a line at a time."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)

    def say(self, text: str) -> None:
        """Say one line."""
        self.console.print(text, highlight=False, soft_wrap=True)


@contextmanager
def runs_of(options: Options, messages: Messages, *, config: str = DEFAULT_CONFIG) -> Iterator[Runs]:
    """Give the runs below ``--out``, with a progress bar for the one that trains.

    Args:
        options: what was typed.
        messages: where what is being done is written.
        config: taken without ``--config``.

    Raises:
        ConfigError: the configuration cannot be read, or several processes were started as one.
    """
    from crowdmon import resources
    from trainer.commands.train import ProgressLine
    from trainer.config import load
    from trainer.loop import memory
    from trainer.paper.budget import RunBudget
    from trainer.paper.runs import Runs

    if int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise ConfigError(
            "tables and figures train each run in one process",
            "Start the command several times in place of torchrun: each takes the runs no other one holds.",
        )
    memory.keep()
    base = load(options.config or resources.path(config))
    budget = RunBudget(options.steps, options.minutes)
    out = options.out or DEFAULT_OUT
    with ProgressLine(messages.console) as progress:
        yield Runs(
            out,
            base,
            budget,
            root=options.root,
            folds=options.folds,
            say=messages.say,
            report=progress.update,
        )
