"""From a configuration and a benchmark's name to what a run is fed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crowdmon import __version__
from crowdmon.counting import weights as weights_file
from crowdmon.errors import ConfigError
from trainer.config import TrainConfig
from trainer.data import sources
from trainer.data.datasets import BENCHMARKS, load
from trainer.data.sources import DataSource
from trainer.loop import run_folder
from trainer.loop.train import Data
from trainer.paper.tables.published import TABLE_II
from trainer.teacher.lite import PACKAGE

GENERATED = {"plaza": sources.plaza, sources.EMPTY: sources.empty_scenes}
"""Sources that need no data: rendered scenes, and made pictures without people."""


def gather(
    config: TrainConfig, name: str, root: Path | None, *, fold: int = 1, folds: str = "pfdnet"
) -> Data:
    """Read the labels of what a run trains and validates on.

    Args:
        config: the run; its ``sources`` replace ``name`` when there are any.
        name: the benchmark named on the command line.
        root: its folder or a data root.
        fold, folds: of UCF_CC_50.

    Raises:
        ConfigError: an unknown source. DatasetError: data is missing.
    """
    shares = config.sources or {name: 1.0}
    unknown = shares.keys() - BENCHMARKS.keys() - GENERATED.keys()
    if unknown:
        known = ", ".join([*BENCHMARKS, *GENERATED])
        raise ConfigError(f"unknown training source {sorted(unknown)[0]!r}", f"Known: {known}")
    perspective = config.kernel == "perspective"
    if perspective and set(shares) != {"worldexpo"}:
        # Mall's and Beijing-BRT's maps grow with distance, the opposite of pixels per metre.
        raise ConfigError(
            "kernel: perspective needs WorldExpo'10's maps", "Use kernel: fixed, or --dataset worldexpo"
        )
    joint = len(shares) > 1
    train: list[DataSource] = []
    val: dict[str, DataSource] = {}
    notes: list[str] = []
    for one in shares:
        if one in GENERATED:
            train.append(GENERATED[one]())
            continue
        settings: dict[str, Any] = {"fold": fold, "folds": folds, "joint": joint}
        made = load(one, root, "train" if config.held_out else "trainval", **settings)
        train.append(sources.from_dataset(made, perspective=perspective))
        if config.held_out:
            val[one] = sources.from_dataset(load(one, root, "val", **settings))
        notes += [f"{one}: {note}" for note in made.notes]
    largest = max((count for source in train for count in source.counts), default=0)
    official = TABLE_II[name].largest if name in TABLE_II and not joint else 0
    return Data(
        train=tuple(train),
        val=val,
        max_count=config.max_count or official or largest,
        provenance={
            **_provenance(config, shares, notes),
            **({"fold": fold, "folds": folds} if "ucf_cc_50" in shares else {"fold": 0}),
        },
    )


def _provenance(config: TrainConfig, shares: dict[str, float], notes: list[str]) -> dict[str, Any]:
    # These weights have seen what their start and their teacher have seen.
    start = None if config.start is None else _seen(config.start)
    return {
        "name": "+".join(one for one in shares if one in BENCHMARKS),
        "data": {one: round(share, 4) for one, share in shares.items()},
        "split": "train, less the fixed validation hold-out" if config.held_out else "the whole of train",
        "seed": config.seed,
        "commit": run_folder.commit(),
        "date": run_folder.now(),
        "version": __version__,
        "notes": notes,
        **({"start": start} if start is not None else {}),
        **({"guide": _seen(config.guide.weights)} if config.guide is not None else {}),
        **({"features": f"ImageNet's, of {PACKAGE}"} if config.model == "teacher" and start is None else {}),
    }


def _seen(start: Path) -> dict[str, Any]:
    """Return the provenance of what a run begins with."""
    if start.suffix == ".pt":
        return run_folder.provenance(start.parent)
    return dict(weights_file.load(start).provenance)
