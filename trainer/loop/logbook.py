"""What a run writes while it goes: two CSV files, TensorBoard where installed."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

LOSSES = (
    "density", "segmentation", "classification", "pyramid", "empty", "count", "bayesian",
    "zip", "poisson", "negative_binomial", "block_classes", "block_errors",
    "teacher_density", "teacher_pyramid", "hint",
)  # fmt: skip
"""What a step's loss may be the sum of."""

METRICS = (
    "step", "crops", "rate", "total", *LOSSES, "count_error", "seconds",
)  # fmt: skip
"""Columns of ``metrics.csv``: means since the row before; losses are weighted. All but the last
depend on the configuration alone, so an interrupted and an uninterrupted run agree on them."""

VALIDATION = ("step", "benchmark", "mae", "mse", "bias")
"""Columns of ``validation.csv``; bias is mean prediction less truth, in people."""


class Table:
    """A CSV file that only grows; rows from a step that will be repeated are cut off on resume."""

    def __init__(self, path: Path, columns: tuple[str, ...], *, until: int) -> None:
        self._path, self._columns = path, columns
        kept: list[dict[str, str]] = []
        if until and path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                kept = [row for row in csv.DictReader(file) if int(row["step"]) <= until]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(kept)

    def write(self, row: Mapping[str, Any]) -> None:
        """Append one row; floats with six significant digits."""
        text = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self._columns).writerow(text)


class Logbook:
    """Everything a run writes about itself, beside its weights; a context manager.

    Args:
        folder: the run's.
        until: the step the run goes on from.
        silent: write nothing, for all processes but the first.
    """

    def __init__(self, folder: Path, *, until: int, silent: bool = False) -> None:
        self._silent = silent
        if not silent:
            self._metrics = Table(folder / "metrics.csv", METRICS, until=until)
            self._validation = Table(folder / "validation.csv", VALIDATION, until=until)
            self._board = _board(folder)

    def __enter__(self) -> Logbook:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._silent and self._board is not None:
            self._board.close()

    def step(self, row: Mapping[str, Any]) -> None:
        """Log one row of metrics."""
        if self._silent:
            return
        self._metrics.write(row)
        if self._board is not None:
            for key, value in row.items():
                if key != "step":
                    self._board.add_scalar(f"train/{key}", value, row["step"])

    def validated(self, row: Mapping[str, Any]) -> None:
        """Log one benchmark's validation."""
        if self._silent:
            return
        self._validation.write(row)
        if self._board is not None:
            for key in ("mae", "mse", "bias"):
                self._board.add_scalar(f"{row['benchmark']}/{key}", row[key], row["step"])

    def picture(self, name: str, rgb: NDArray[np.uint8], step: int) -> None:
        """Log one HxWx3 picture."""
        if not self._silent and self._board is not None:
            self._board.add_image(name, rgb, step, dataformats="HWC")


def _board(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("TensorBoard is not installed (pip install crowdmon[train]); the CSV files have it all")
        return None
    return SummaryWriter(str(folder / "tensorboard"))
