"""What a run writes while it goes: two CSV files, and TensorBoard where it is installed."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from crowdmon import picture
from crowdmon.values import DensityMap, Grid
from trainer.data import kernels
from trainer.data.labels import STRIDE
from trainer.data.sources import Item
from trainer.loop.state import Cursor

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


PANEL_WIDTH = 480
"""Pixels of one of the three panels of a validation picture."""


class MetricSums:
    """Adds up a row's metrics on the device: reading a number from it waits for all of its queue."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._steps = 0

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add the metrics of one step."""
        for key, value in values.items():
            number = value.detach().double()
            self._sums[key] = self._sums[key] + number if key in self._sums else number
        self._steps += 1

    def drain(self, cursor: Cursor) -> None:
        """Move the sums into the cursor, which is saved with the run."""
        for key, value in self._sums.items():
            cursor.sums[key] = cursor.sums.get(key, 0.0) + float(value)
        cursor.steps += self._steps
        self._sums, self._steps = {}, 0


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
            self._board = _tensorboard(folder)

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


def panels(item: Item, predicted: DensityMap) -> NDArray[np.uint8]:
    """Return HxWx3 uint8: the picture, then under its true density, then under the predicted one."""
    height, width = item.rgb.shape[:2]
    rows, columns = predicted.people.shape
    true = kernels.density(item.points, height=rows * STRIDE, width=columns * STRIDE, stride=STRIDE)
    grid = Grid(rows, columns, 8.0, 8.0, width, height)
    small = cv2.resize(
        item.rgb, (PANEL_WIDTH, max(1, round(PANEL_WIDTH * height / width))), interpolation=cv2.INTER_AREA
    )
    rgb = np.asarray(small, np.uint8)
    shown = [rgb]
    for people in (true, predicted.people.copy()):
        heat = picture.heat(DensityMap(people, grid), rgb.shape[1], rgb.shape[0])
        shown.append(picture.blend(rgb, heat))
    for panel, count in zip(shown[1:], (len(item.points), predicted.count), strict=True):
        cv2.putText(
            panel, f"{count:.1f}", (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA
        )
    return np.concatenate(shown, axis=1)


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        log.info("TensorBoard is not installed (pip install crowdmon[train]); the CSV files have it all")
        return None
    return SummaryWriter(str(folder / "tensorboard"))
