"""Draw how the validation errors fell, run by run, from ``docs/curves``: ``docs/images/learning.png``.

Run by ``make docs``. Crops count from scratch: what a run's start had seen is on its left.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

HERE = Path(__file__).resolve().parent
TARGET = HERE / "images" / "learning.png"
TEXT, MUTED, LINE = "#1f2328", "#656d76", "#d0d7de"


@dataclass(frozen=True)
class Run:
    """One curve: its file, its name by its rows in docs/results.md, crops a step and crops of its start."""

    file: str
    label: str
    batch: int
    before: int
    colour: str


RUNS = (
    Run("general1", "rows 1-4", 16, 0, "#8c959f"),
    Run("general5", "rows 9-10", 16, 112_000, "#b08500"),
    Run("general6", "row 11", 16, 310_000, "#d1750c"),
    Run("part_a1", "row 12", 8, 0, "#0f7b6c"),
    Run("general7", "rows 13-14", 16, 120_000, "#2f6fd0"),
    Run("general10", "rows 18-19", 16, 360_000, "#8250df"),
    Run("part_a2", "row 20", 8, 0, "#cf222e"),
    Run("general11", "row 21", 16, 88_000, "#82071e"),
    Run("general15", "row 23", 54, 200_000, "#bf3989"),
    Run("general18", "row 26", 32, 481_000, "#1f2328"),
    Run("teacher1", "row 27, the teacher", 8, 0, "#57ab5a"),
    Run("general19", "row 28, taught", 32, 481_000, "#e16f24"),
    Run("general20", "row 30, dropout", 32, 481_000, "#0a3069"),
    Run("part_a4", "row 31, A for hours", 18, 0, "#3fa7d6"),
    Run("general21", "row 32, from row 31", 108, 342_000, "#1a7f37"),
    Run("teacher2", "row 33, the teacher again", 108, 67_000, "#9a6700"),
    Run("general23", "row 34 (a), taught again", 108, 758_000, "#fa4549"),
    Run("general25", "row 35 (a)", 27, 1_010_000, "#6639ba"),
)
PANELS = {
    "shanghaitech_a": ("ShanghaiTech Part A", (80, 90, 100, 120, 160, 200, 250)),
    "shanghaitech_b": ("ShanghaiTech Part B", (10, 12, 16, 20, 25, 30, 40)),
    "beijing_brt": ("Beijing-BRT", (1.6, 2, 2.5, 3, 4, 5, 6, 8)),
}


def points(run: Run, benchmark: str) -> tuple[list[float], list[float]]:
    """Return thousands of crops and MAE of a run's validations of a benchmark."""
    with (HERE / "curves" / f"{run.file}_validation.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["benchmark"] == benchmark]
    crops = [(run.before + int(row["step"]) * run.batch) / 1000 for row in rows]
    return crops, [float(row["mae"]) for row in rows]


def draw() -> None:
    """Write the picture."""
    style()
    figure, axes = plt.subplots(1, 3, figsize=(10, 4.6), dpi=120)
    for panel, (benchmark, (title, ticks)) in zip(axes, PANELS.items(), strict=True):
        for run in RUNS:
            crops, errors = points(run, benchmark)
            if crops:
                panel.plot(crops, errors, color=run.colour, linewidth=1.6, label=run.label)
                panel.plot(crops[-1:], errors[-1:], "o", color=run.colour, markersize=4)
        dress(panel, title, "MAE on validation, people")
        _ticks(panel, ticks)
    # The first panel has every run: Part A is in all of them.
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="lower center",
        ncols=math.ceil(len(RUNS) / 4),
        frameon=False,
    )
    figure.tight_layout(rect=(0, 0.24, 1, 1))
    figure.savefig(TARGET, metadata={"Software": None})
    plt.close(figure)


def style() -> None:
    """Set what all pictures of curves share."""
    plt.rcParams.update({"font.size": 9, "font.family": "DejaVu Sans", "text.color": TEXT})


def dress(panel: Axes, title: str, measured: str) -> None:
    """Give a panel of curves over thousands of crops its words and its quiet grid."""
    panel.set_title(title, loc="left", fontsize=10, fontweight="bold")
    panel.set_xlabel("thousand crops", color=MUTED)
    panel.set_ylabel(measured, color=MUTED)
    panel.grid(color=LINE, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(colors=MUTED, length=0)
    for side in ("top", "right", "left", "bottom"):
        panel.spines[side].set_visible(False)


def _ticks(panel: Axes, ticks: tuple[float, ...]) -> None:
    panel.set_yscale("log")
    panel.set_ylim(ticks[0] * 0.94, ticks[-1] * 1.08)
    panel.yaxis.set_major_locator(FixedLocator(list(ticks)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(ScalarFormatter())


if __name__ == "__main__":
    draw()
