"""Small trainings for tables and figures: each to the same budget, resumed where it stopped, scored once.

A run's folder is ``OUT/<benchmark>/<variant>`` (``<benchmark>-fold<n>`` for UCF_CC_50), so that tables
and figures that need the same run share it. ``budget.json`` in it says what was spent; ``scores.json``
is the one reading of the test split.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import load as load_weights
from crowdmon.errors import ConfigError
from trainer import evaluate, models
from trainer.config import TrainConfig
from trainer.data import gather
from trainer.datasets import Dataset, MissingDataError, load
from trainer.train import Data, Progress, train
from trainer.variants import Variant

Say = Callable[[str], None]


@dataclass(frozen=True)
class Budget:
    """What every run of a table may spend; None leaves it to the configuration's own steps."""

    steps: int | None = None
    minutes: float | None = None

    def apply(self, config: TrainConfig) -> TrainConfig:
        """Return the configuration with its schedule over the budget's steps."""
        steps = self.steps or config.steps
        return config.model_copy(
            update={
                "steps": steps,
                "warmup": min(config.warmup, steps // 10),
                "validate_every": min(config.validate_every, steps),
                "log_every": min(config.log_every, steps),
            }
        )

    def words(self, config: TrainConfig) -> str:
        """Say what one run may spend."""
        steps = self.apply(config).steps
        size = "patches of a picture's 1/16, 1/4 and 1" if config.protocol == "paper" else f"{config.crop} px"
        most = f", at most {self.minutes:g} minutes" if self.minutes else ""
        return f"{steps:,} steps of {config.batch} crops ({size}){most}, seed {config.seed}"


@dataclass(frozen=True)
class Spent:
    """What a run has spent so far."""

    steps: int = 0
    seconds: float = 0.0

    def done(self, config: TrainConfig, budget: Budget) -> bool:
        """Tell whether the budget is used up."""
        late = budget.minutes is not None and self.seconds >= budget.minutes * 60
        return late or self.steps >= config.steps


class Runs:
    """The runs below one folder, all from one base configuration to one budget.

    Attributes:
        root: of the benchmarks.
        say: told what is being done.
        stopped: a signal ended a run: start no other one.
    """

    def __init__(
        self,
        out: Path,
        base: TrainConfig,
        budget: Budget,
        *,
        root: Path | None = None,
        folds: str = "pfdnet",
        say: Say = lambda _: None,
        report: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self.out, self.base, self.budget = out, base, budget
        self.stopped = False
        self.root, self.say = root, say
        self._folds, self._report = folds, report
        self._data: dict[tuple[str, int], Data] = {}

    def folder(self, variant: Variant, benchmark: str, fold: int = 0) -> Path:
        """Return where a run lies."""
        return self.out / (f"{benchmark}-fold{fold}" if fold else benchmark) / variant.name

    def config(self, variant: Variant, benchmark: str) -> TrainConfig:
        """Return the configuration of a run; WorldExpo'10's kernels follow its perspective maps."""
        config = self.budget.apply(variant.apply(self.base))
        return config.model_copy(update={"kernel": "perspective"}) if benchmark == "worldexpo" else config

    def done(self, variant: Variant, benchmark: str, fold: int = 0) -> bool:
        """Tell whether a run has used up its budget."""
        return self.spent(variant, benchmark, fold).done(self.config(variant, benchmark), self.budget)

    def finish(self, variant: Variant, benchmark: str, fold: int = 0) -> bool:
        """Train a run until its budget is used up; False if it was stopped before.

        Raises:
            DatasetError: the data is missing.
            ConfigError: the folder holds a run of another configuration or budget.
        """
        folder = self.folder(variant, benchmark, fold)
        config = self.config(variant, benchmark)
        spent = _spent(folder)
        _check(folder, config)
        if spent.done(config, self.budget):
            return True
        if self.stopped:
            return False
        self.say(f"{folder}: from step {spent.steps} to {config.steps}")
        minutes = None
        if self.budget.minutes is not None:
            minutes = max(self.budget.minutes - spent.seconds / 60, 1e-3)
        # What was read of the test split is of other weights than those there will be.
        (folder / "scores.json").unlink(missing_ok=True)
        begun = time.monotonic()
        train(
            config,
            self._gather(config, benchmark, fold),
            folder,
            resume=True,
            minutes=minutes,
            report=self._report,
        )
        spent = Spent(_steps(folder), spent.seconds + time.monotonic() - begun)
        _write(folder / "budget.json", {"steps": spent.steps, "seconds": spent.seconds})
        self.stopped = not spent.done(config, self.budget)
        return not self.stopped

    def counter(self, variant: Variant, benchmark: str, fold: int = 0) -> Counter:
        """Return a counter with the run's weights, those validation selected."""
        return models.counter(load_weights(weights_in(self.folder(variant, benchmark, fold))))

    def scores(self, variant: Variant, benchmark: str, fold: int = 0) -> dict[str, Any]:
        """Return the report of a finished run on the test split, read once and kept.

        Where the test split is not there, the validation split is scored; ``split`` says which.
        """
        kept = self.folder(variant, benchmark, fold) / "scores.json"
        if kept.is_file():
            found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
            return found
        part = scored_split(benchmark, self.root, fold=fold, folds=self._folds)
        counter = self.counter(variant, benchmark, fold)
        self.say(f"{kept.parent}: counting {len(part)} pictures of {part.split}")
        scored = evaluate.score(part, counter)
        found = evaluate.report(part, scored, weights=counter.name, backend=counter.device)
        evaluate.write_json(found, kept)
        return found

    def spent(self, variant: Variant, benchmark: str, fold: int = 0) -> Spent:
        """Return what a run has spent; nothing if there is none."""
        return _spent(self.folder(variant, benchmark, fold))

    def _gather(self, config: TrainConfig, benchmark: str, fold: int) -> Data:
        # Kept, because the variants read the same pictures.
        key = (benchmark, fold)
        if key not in self._data:
            self._data = {key: gather(config, benchmark, self.root, fold=fold or 1, folds=self._folds)}
        return self._data[key]


def weights_in(folder: Path) -> Path:
    """Return the weights of a run: the best of validation, or the last ones without any."""
    best = folder / "best.safetensors"
    return best if best.is_file() else folder / "last.safetensors"


def scored_split(benchmark: str, root: Path | None, *, fold: int = 0, folds: str = "pfdnet") -> Dataset:
    """Return the test split, or validation where test is not there or its truth is withheld."""
    try:
        part = load(benchmark, root, "test", fold=fold or 1, folds=folds)
        if all(sample.labelled for sample in part.samples):
            return part
    except MissingDataError:
        pass
    return load(benchmark, root, "val", fold=fold or 1, folds=folds)


def _spent(folder: Path) -> Spent:
    path = folder / "budget.json"
    if not path.is_file():
        return Spent()
    return Spent(**json.loads(path.read_text(encoding="utf-8")))


def _check(folder: Path, config: TrainConfig) -> None:
    settings = folder / "config.yaml"
    if not settings.is_file():
        return
    before = TrainConfig.model_validate(yaml.safe_load(settings.read_text(encoding="utf-8")))
    if before != config:
        old, new = before.model_dump(), config.model_dump()
        changed = ", ".join(f"{key} {old[key]!r} -> {new[key]!r}" for key in old if old[key] != new[key])
        raise ConfigError(
            f"{folder} holds a run of another configuration or budget: {changed}",
            "Give the same --config, --steps and --minutes again, or choose another --out.",
        )


def _steps(folder: Path) -> int:
    return int(load_weights(folder / "last.safetensors").provenance.get("steps", 0))


def _write(path: Path, values: dict[str, Any]) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(values) + "\n", encoding="utf-8")
    part.replace(path)
