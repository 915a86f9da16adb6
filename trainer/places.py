"""What the commands read and write, compared before anything is written, so that no output destroys data."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from crowdmon import resources
from crowdmon.counting.weights import DEFAULT
from crowdmon.errors import ConfigError
from crowdmon.places import Place, check_apart
from trainer.config import TrainConfig
from trainer.data.datasets.base import Dataset

RUN_FILES = (
    "config.yaml", "provenance.json", "state.pt", "state.pt.part", "best.safetensors", "last.safetensors",
    "metrics.csv", "validation.csv", "report.md", "losses.png", "validation.png", "budget.json",
    "scores.json",
)  # fmt: skip
"""What a run writes into its folder."""

_FORMER = re.compile(rb'\{\s*"dataset": "|\S+ \d+\.\d{3}\r?\n')
"""How scores and submissions of an earlier time begin; these may be replaced."""

_LONGEST_START = 400


def check_run(
    out: Path, settings: TrainConfig, *, config: Path | None = None, data: Iterable[Path] = ()
) -> None:
    """Refuse a run folder whose files are those that the run begins with.

    Args:
        out: the run's folder.
        settings: names the start and the teacher.
        config: the file of the settings; None if it may be the run's own.
        data: the folders of the benchmarks.

    Raises:
        ConfigError: names both.
    """
    inputs = [
        Place("the bundled weights", resources.path(DEFAULT)),
        Place("start:", settings.start) if settings.start else None,
        Place("guide.weights:", settings.guide.weights) if settings.guide else None,
        Place("--config", config) if config else None,
    ]
    files = [Place("--out:", out / name) for name in RUN_FILES]
    check_apart(files, [place for place in inputs if place is not None])
    check_apart([Place("--out", out)], [Place("the data in", folder) for folder in data])


def check_files(outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]) -> None:
    """Refuse outputs that are inputs too, or one file; option -> file, None where it was not given.

    The weights in use are the bundled ones if no ``--weights`` is given.
    """
    bundled = {} if inputs.get("--weights") else {"the bundled weights": resources.path(DEFAULT)}
    check_apart(
        [Place(option, path) for option, path in outputs.items() if path is not None],
        [Place(option, path) for option, path in {**inputs, **bundled}.items() if path is not None],
    )


def check_data(outputs: Mapping[str, Path | None], parts: Iterable[Dataset], folder: Path) -> None:
    """Refuse to write over a picture or a label.

    Args:
        outputs: option -> file to write.
        parts: what is read.
        folder: where the benchmark lies.

    Raises:
        ConfigError: names the option and the file.
    """
    pictures = {_key(sample.image) for part in parts for sample in part.samples}
    for option, path in outputs.items():
        if path is None or not path.is_file():
            continue
        inside = path.resolve().is_relative_to(folder.resolve())
        if _key(path) in pictures or (inside and not _is_former(path)):
            raise ConfigError(
                f"{option} {path} is a file of the data in --root {folder}, which it would replace",
                f"Give {option} another",
            )


def _key(path: Path) -> tuple[int, int] | str:
    try:
        found = path.stat()
    except OSError:
        return os.path.realpath(path)
    return found.st_dev, found.st_ino


def _is_former(path: Path) -> bool:
    with path.open("rb") as file:
        return _FORMER.match(file.read(_LONGEST_START)) is not None
