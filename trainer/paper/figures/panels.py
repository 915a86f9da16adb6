"""Pictures and maps as panels of one figure, drawn without a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import ConfigError, SinkError

INCHES = 3.0
"""Width of a panel."""

DPI = 110


@dataclass(frozen=True, eq=False)
class Panel:
    """One picture or map.

    Attributes:
        values: HxWx3 uint8 RGB, or HxW of numbers drawn in colours.
        title: above it.
        top: the value at the hot end of the colours; a map without it is drawn in grey from 0 to 1.
    """

    values: NDArray[Any]
    title: str = ""
    top: float | None = None


def grid(rows: Sequence[Sequence[Panel]], path: Path, *, title: str, note: str = "") -> Path:
    """Write panels as a PNG; each row of panels belongs together.

    Raises:
        ConfigError: matplotlib is not installed. SinkError: the file cannot be written.
    """
    columns = max(map(len, rows))
    height, width = _shape(rows)
    size = (INCHES * columns, (INCHES * height / width + 0.3) * len(rows) + 0.8)
    figure = new(size)
    for row, panels in enumerate(rows):
        for column, panel in enumerate(panels):
            axes = figure.add_subplot(len(rows), columns, row * columns + column + 1)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(panel.title, fontsize=9)
            if panel.values.ndim == 3:
                axes.imshow(panel.values)
            elif panel.top is None:
                axes.imshow(panel.values, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            else:
                axes.imshow(panel.values, cmap="jet", vmin=0, vmax=max(panel.top, 1e-6))
    return save(figure, path, title=title, note=note)


def new(size: tuple[float, float]) -> Any:
    """Return an empty figure of this size in inches; ConfigError without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError("figures need matplotlib", "pip install 'crowdmon[train]'") from error
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Any, path: Path, *, title: str, note: str = "") -> Path:
    """Write a figure with its title and a note below; SinkError if it cannot be written."""
    figure.suptitle(title, fontsize=11)
    if note:
        figure.supxlabel(note, fontsize=8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=DPI)
    except OSError as error:
        raise SinkError(f"cannot write the figure to {path}: {error.strerror or error}") from error
    return path


def fit(rgb: NDArray[np.uint8], *, longest: int = 640) -> NDArray[np.uint8]:
    """Return a picture made smaller where a side is longer than this."""
    scale = longest / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _shape(rows: Sequence[Sequence[Panel]]) -> tuple[int, int]:
    """Return the height and width of the panel that is tallest for its width."""
    shapes = [panel.values.shape[:2] for panels in rows for panel in panels]
    return max(shapes, key=lambda shape: shape[0] / shape[1])
