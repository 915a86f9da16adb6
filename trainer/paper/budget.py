"""What every run of a table may spend, and what one has spent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from crowdmon.atomic import write_whole
from trainer.config import TrainConfig

VALIDATIONS = 3
"""A run's: twice on the way, so that its curve can be seen, and at its end."""


@dataclass(frozen=True)
class RunBudget:
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
                "validate_every": -(-steps // VALIDATIONS),
                "log_every": min(config.log_every, steps),
            }
        )

    def words(self, config: TrainConfig) -> str:
        """Say what one run may spend."""
        steps = self.apply(config).steps
        size = "patches of a picture's 1/16, 1/4 and 1" if config.protocol == "paper" else f"{config.crop} px"
        most = f", at most {self.minutes:g} minutes" if self.minutes else ""
        crops = f"{steps:,} steps of {config.batch} crops ({size}), {steps * config.batch:,} crops in all"
        return f"{crops}{most}, seed {config.seed}"


@dataclass(frozen=True)
class Spent:
    """What a run has spent so far."""

    steps: int = 0
    seconds: float = 0.0

    def done(self, config: TrainConfig, budget: RunBudget) -> bool:
        """Tell whether the budget is used up."""
        late = budget.minutes is not None and self.seconds >= budget.minutes * 60
        return late or self.steps >= config.steps

    def save(self, folder: Path) -> None:
        """Write it into a run's folder, whole or not at all."""
        write_whole(folder / "budget.json", (json.dumps(asdict(self)) + "\n").encode())


def spent(folder: Path) -> Spent:
    """Return what the run in a folder has spent; nothing if there is none."""
    path = folder / "budget.json"
    return Spent(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else Spent()
