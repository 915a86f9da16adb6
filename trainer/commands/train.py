"""``crowdmon-train``: configuration and data in, a run folder out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from crowdmon.errors import ConfigError
from trainer.commands.pictures import report_left_out
from trainer.config import TrainConfig
from trainer.config import load as load_config
from trainer.data.datasets import BENCHMARKS
from trainer.data.datasets.find import find
from trainer.loop import memory
from trainer.places import check_run

if TYPE_CHECKING:
    from trainer.loop.train import Progress

DEFAULT_CONFIG = "configs/train/fast.yaml"
QUIET_SECONDS = 30.0
"""Where there is no terminal, a line is written this often."""


def run(
    *,
    dataset: str | None,
    root: Path | None,
    out: Path | None,
    config: Path | None,
    resume: bool,
    minutes: float | None,
    steps: int | None,
    fold: int | None,
    folds: str,
    bench: bool,
) -> None:
    """Train, or with ``bench`` say where a step's time goes.

    Raises:
        CrowdmonError: the options cannot be used; cheap mistakes are found before torch is loaded.
        DatasetError: when all is done, if pictures could not be read and were left out.
    """
    positive(minutes=minutes, steps=steps)
    memory.keep()
    settings = load_config(_config_path(config, out if resume else None))
    name = _name(dataset, settings, root)
    folder = out if out is not None else Path("runs") / name

    if not bench:
        named = [one for one in settings.sources if one in BENCHMARKS] or [name]
        read = [find(BENCHMARKS[one], root) for one in named]
        # With --resume the configuration may be the run's own, which is not written again.
        check_run(folder, settings, config=None if resume else config, data=read)

    from trainer.data.prepare import gather

    data = gather(settings, name, root, fold=1 if fold is None else fold, folds=folds)
    console = Console(stderr=True)
    for note in data.provenance.get("notes", []):
        console.print(f"Note: {note}.", highlight=False, soft_wrap=True)
    if bench:
        from trainer.loop.step_times import run as measure

        measure(settings, data, Console())
        return

    from trainer.loop.train import train

    with ProgressLine(console) as progress:
        scores = train(
            settings, data, folder, resume=resume, minutes=minutes, steps=steps, report=progress.update
        )
    for benchmark, score in scores.items():
        console.print(
            f"{benchmark}, validation: MAE {score.mae:.1f}, MSE {score.mse:.1f}, bias {score.bias:+.1f}",
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"The run is in {folder}; go on with --resume.", highlight=False, soft_wrap=True)
    report_left_out([error for source in (*data.train, *data.val.values()) for error in source.bad.values()])


class ProgressLine:
    """Shows how a run is doing: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = time.monotonic()
        self._bar = Bar(
            TextColumn("step"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.fields[rate]}  loss {task.fields[loss]:.4f}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, rate="", loss=0.0, note="")
        self._rate = ""

    def __enter__(self) -> ProgressLine:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, now: Progress) -> None:
        """Take what the training loop reports."""
        if now.crops_per_second:
            self._rate = f"{now.crops_per_second:.1f} crops/s"
        shown: dict[str, Any] = {"note": now.note} if now.note else {}
        self._bar.update(
            self._task, completed=now.step, total=now.steps, rate=self._rate, loss=now.loss, **shown
        )
        if self._console.is_terminal:
            return
        if now.note or time.monotonic() - self._said > QUIET_SECONDS:
            self._said = time.monotonic()
            parts = (f"step {now.step} of {now.steps}", self._rate, f"loss {now.loss:.4f}", now.note)
            self._console.print(", ".join(filter(None, parts)), highlight=False, soft_wrap=True)


def positive(**values: float | None) -> None:
    """Refuse an option whose number is not above 0: ConfigError."""
    for option, value in values.items():
        if value is not None and not value > 0:
            raise ConfigError(f"--{option} {value} is not allowed", "Give a number above 0.")


def _config_path(config: Path | None, resumed: Path | None) -> Path:
    if config is not None:
        return config
    if resumed is not None and (resumed / "config.yaml").is_file():
        return resumed / "config.yaml"

    from crowdmon import resources

    return resources.path(DEFAULT_CONFIG)


def _name(dataset: str | None, settings: TrainConfig, root: Path | None) -> str:
    """Return the benchmark to train on, or of several sources the first; it must be there."""
    mixed = [name for name in settings.sources if name in BENCHMARKS]
    if dataset is None and not mixed:
        raise ConfigError("nothing to train on", "Give --dataset NAME; crowdmon-train --list names them.")
    if dataset is not None and dataset not in BENCHMARKS:
        raise ConfigError(f"unknown dataset {dataset!r}", f"Use one of {', '.join(BENCHMARKS)}.")
    if dataset is not None and mixed and dataset not in mixed:
        raise ConfigError(
            f"--dataset {dataset} is not among the sources of the configuration: {', '.join(mixed)}",
            "Leave --dataset out, or choose another --config.",
        )
    name = dataset or mixed[0]
    for one in mixed or [name]:
        find(BENCHMARKS[one], root)
    return name
