"""Small trainings for tables and figures: each to the same budget, resumed where it stopped, scored once.

A run's folder is ``OUT/<benchmark>/<variant>`` (``<benchmark>-fold<n>`` for UCF_CC_50), so that tables
and figures that need the same run share it, as do processes started side by side: each takes what no
other one holds. ``budget.json`` in it says what was spent; ``scores.json`` is the one reading of the
validation and the test split, with the last weights: selected by nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from crowdmon.counting.counter import Counter
from crowdmon.counting.weights import load as load_weights
from crowdmon.errors import ConfigError, CountingError, CrowdmonError, DatasetError
from trainer import evaluate, models
from trainer.config import TrainConfig
from trainer.data.datasets import Dataset, MissingDataError, load
from trainer.data.prepare import gather
from trainer.loop import run_folder
from trainer.loop.train import Data, Progress, train
from trainer.paper import budget as spending
from trainer.paper.budget import RunBudget, Spent
from trainer.paper.variants import Variant
from trainer.places import check_run

Say = Callable[[str], None]

WAIT_SECONDS = 2.0
"""Between looks at a run that another process holds."""


class Job(NamedTuple):
    """One run: what is trained, on what; ``fold`` is 0 where there are none."""

    variant: Variant
    benchmark: str
    fold: int = 0


class Runs:
    """The runs below one folder, all from one base configuration to one budget.

    Attributes:
        root: of the benchmarks.
        folds: of UCF_CC_50.
        say: told what is being done.
        stopped: a signal ended a run: start no other one.
    """

    def __init__(
        self,
        out: Path,
        base: TrainConfig,
        budget: RunBudget,
        *,
        root: Path | None = None,
        folds: str = "pfdnet",
        say: Say = lambda _: None,
        report: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self.out, self.base, self.budget = out, base, budget
        self.stopped = False
        self.left_out: list[DatasetError] = []
        self.root, self.folds, self.say = root, folds, say
        self._report = report
        self._data: dict[tuple[str, int], Data] = {}

    def folder(self, job: Job) -> Path:
        """Return where a run lies."""
        place = f"{job.benchmark}-fold{job.fold}" if job.fold else job.benchmark
        return self.out / place / job.variant.name

    def config(self, job: Job) -> TrainConfig:
        """Return the configuration of a run; WorldExpo'10's kernels follow its perspective maps."""
        config = self.budget.apply(job.variant.apply(self.base))
        return config.model_copy(update={"kernel": "perspective"}) if job.benchmark == "worldexpo" else config

    def spent(self, job: Job) -> Spent:
        """Return what a run has spent; nothing if there is none."""
        return spending.spent(self.folder(job))

    def done(self, job: Job) -> bool:
        """Tell whether a run has used up its budget."""
        return self.spent(job).done(self.config(job), self.budget)

    def finish_all(self, jobs: Sequence[Job], *, score: bool = False) -> dict[Path, CrowdmonError]:
        """Finish runs in this order, first those no other process holds; wait for the others.

        Returns:
            Why a run could not be finished, by its folder. The others are finished, unless ``stopped``.

        Raises:
            ConfigError: as of :meth:`finish`.
        """
        failed: dict[Path, CrowdmonError] = {}
        waiting, said = list(jobs), set[str]()
        try:
            while waiting and not self.stopped:
                busy = []
                for job in waiting:
                    try:
                        self.finish(job, score=score)
                    except (DatasetError, CountingError) as error:
                        # The others go on: a table is made unattended.
                        failed[self.folder(job)] = error
                    except run_folder.BusyError as error:
                        busy.append(job)
                        if error.message not in said:
                            said.add(error.message)
                            self.say(error.message)
                if len(busy) == len(waiting):
                    time.sleep(WAIT_SECONDS)
                waiting = busy
        except KeyboardInterrupt:
            self.stopped = True
        return failed

    def finish(self, job: Job, *, score: bool = False) -> bool:
        """Train a run until its budget is used up, and with ``score`` score it; False if it was stopped.

        Raises:
            DatasetError: the data is missing.
            ConfigError: the folder holds a run of another configuration or budget.
            BusyError: another process holds it.
        """
        folder, config = self.folder(job), self.config(job)
        check_run(folder, config)
        _check(folder, config)
        if self.done(job) and (not score or self.kept(job)):
            return True
        if self.stopped:
            return False
        data = self._gather(config, job)
        with run_folder.held(folder):
            # Another process may have finished it, or started it differently, while the data was read.
            _check(folder, config)
            if not self.done(job):
                self._train(folder, config, data, self.spent(job))
                self.stopped = not self.done(job)
            if score and not self.stopped:
                self.scores(job)
        return not self.stopped

    def counter(self, job: Job) -> Counter:
        """Return a counter with the run's last weights."""
        return models.counter(load_weights(weights_in(self.folder(job))))

    def kept(self, job: Job) -> dict[str, dict[str, Any]] | None:
        """Return the scores of a run as :meth:`scores` left them; None before that."""
        path = self.folder(job) / "scores.json"
        if not path.is_file():
            return None
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def scores(self, job: Job) -> dict[str, dict[str, Any]]:
        """Return a finished run's reports by split, read once and kept.

        They are of ``val`` and ``test``, those that are there with their truth.
        """
        found = self.kept(job)
        if found is not None:
            return found
        counter, found = self.counter(job), {}
        for whole in scored_splits(job.benchmark, self.root, fold=job.fold, folds=self.folds):
            self.say(f"{self.folder(job)}: counting {len(whole)} pictures of {whole.split}")
            bad: list[DatasetError] = []
            part, scored = evaluate.score_readable(whole, counter, bad)
            self.left_out += bad
            found[part.split] = evaluate.report(part, scored, weights=counter.name, backend=counter.device)
        evaluate.write_json(found, self.folder(job) / "scores.json")
        return found

    def _train(self, folder: Path, config: TrainConfig, data: Data, before: Spent) -> None:
        self.say(f"{folder}: from step {before.steps} to {config.steps}")
        minutes = None
        if self.budget.minutes is not None:
            minutes = max(self.budget.minutes - before.seconds / 60, 1e-3)
        # What was scored is of other weights than those there will be.
        (folder / "scores.json").unlink(missing_ok=True)
        begun = time.monotonic()
        train(config, data, folder, resume=True, minutes=minutes, report=self._report)
        steps = int(load_weights(weights_in(folder)).provenance.get("steps", 0))
        Spent(steps, before.seconds + time.monotonic() - begun).save(folder)

    def _gather(self, config: TrainConfig, job: Job) -> Data:
        # Kept, because the variants read the same pictures.
        key = (job.benchmark, job.fold)
        if key not in self._data:
            made = gather(config, job.benchmark, self.root, fold=job.fold or 1, folds=self.folds)
            self._data = {key: made}
        return self._data[key]


def weights_in(folder: Path) -> Path:
    """Return the last weights of a run: those that nothing has selected."""
    return folder / "last.safetensors"


def scored_splits(
    benchmark: str, root: Path | None, *, fold: int = 0, folds: str = "pfdnet"
) -> list[Dataset]:
    """Return the validation and the test split, those of them that are there with their truth.

    Raises:
        MissingDataError: neither is.
    """
    found, missing = [], None
    for split in ("val", "test"):
        try:
            part = load(benchmark, root, split, fold=fold or 1, folds=folds)
        except MissingDataError as error:
            missing = error
            continue
        if all(sample.labelled for sample in part.samples):
            found.append(part)
    if not found:
        raise missing or MissingDataError(f"{benchmark} has no picture whose truth is known")
    return found


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
