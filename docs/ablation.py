"""Draw Table VII's runs, from ``docs/curves``: what is minimised falls alike, what is counted does not.

Run by ``make docs``. Writes ``docs/images/ablation.png``.
"""

from __future__ import annotations

import csv

import learning
import numpy as np
from matplotlib import pyplot as plt

TARGET = learning.HERE / "images" / "ablation.png"
ROWS = {
    "ssr-hef": ("SSR-HEF", "#8250df"),
    "without-enhancement": ("without enhancement", "#b08500"),
    "without-ssr": ("without SSR", "#d1750c"),
    "without-hef": ("without HEF: L2", "#2f6fd0"),
    "l2-quarter": ("L2/4 in place of HEF", "#0f7b6c"),
}
WINDOW = 5
"""Rows of the log that a point is the mean of: 250 steps."""


def curve(name: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return thousands of crops and the running mean of a column of a run's log."""
    with (learning.HERE / "curves" / f"vii_{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    crops = np.array([int(row["crops"]) / 1000 for row in rows])
    values = np.array([float(row[column]) for row in rows])
    return crops[WINDOW - 1 :], np.convolve(values, np.ones(WINDOW) / WINDOW, "valid")


def draw() -> None:
    """Write the picture."""
    learning.style()
    figure, (loss, count) = plt.subplots(1, 2, figsize=(10, 3.6), dpi=120)
    for name, (label, colour) in ROWS.items():
        crops, values = curve(name, "density")
        loss.plot(crops, values / values[0], color=colour, linewidth=1.6, label=label)
        crops, values = curve(name, "count_error")
        # Of a batch of eight crops, as the log has it.
        count.plot(crops, values / 8, color=colour, linewidth=1.6)
    learning.dress(loss, "The density loss falls", "of its first 250 steps")
    learning.dress(count, "The count error need not", "of a batch, people a crop")
    for panel in (loss, count):
        panel.set_ylim(bottom=0)
    figure.legend(*loss.get_legend_handles_labels(), loc="lower center", ncols=len(ROWS), frameon=False)
    figure.tight_layout(rect=(0, 0.07, 1, 1))
    figure.savefig(TARGET, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    draw()
