"""Figures 1, 8 and 9: the same network trained with and without HEF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crowdmon.counting.counter import Counter
from trainer.data.datasets import Dataset
from trainer.evaluate import frame_of
from trainer.paper.figures.panels import Panel, fit, grid, new, save
from trainer.paper.figures.samples import choose, colour_limit, true_density

PICTURES = 4


@dataclass(frozen=True)
class Trained:
    """A trained network, as a figure names it."""

    title: str
    counter: Counter


def figure_1(dataset: Dataset, without: Trained, with_hef: Trained, path: Path, *, note: str) -> Path:
    """Draw a picture, its truth, and the density of MCNN without and with HEF, side by side."""
    rows = _panels(dataset, (without, with_hef), 2)
    return grid(
        rows, path, title=f"Figure 1. MCNN with and without HEF, {dataset.name} {dataset.split}", note=note
    )


def figure_9(dataset: Dataset, without: Trained, with_hef: Trained, path: Path, *, note: str) -> Path:
    """Draw pictures, their truth, and the density without and with HEF, below each other."""
    columns = _panels(dataset, (without, with_hef), PICTURES)
    rows = list(map(list, zip(*columns, strict=True)))
    title = f"Figure 9. Density with and without HEF, {dataset.name} {dataset.split}"
    return grid(rows, path, title=title, note=note)


def figure_8(
    dataset: Dataset, without: dict[str, Any], with_hef: dict[str, Any], path: Path, *, note: str
) -> Path:
    """Draw each picture's count without and with HEF beside the truth, from two reports.

    Pictures stand in the order of their truth, as their numbers mean nothing.
    """
    truth = {row["image"]: row["truth"] for row in with_hef["per_image"]}
    order = sorted(truth, key=lambda name: (truth[name], name))
    counts = [{row["image"]: row["count"] for row in report["per_image"]} for report in (without, with_hef)]
    figure = new((11.0, 5.0))
    axes = figure.add_subplot()
    across = np.arange(len(order))
    for values, marker, colour, name in (
        (counts[0], "*", "tab:green", f"without HEF, MAE {without['mae']:.1f}"),
        (counts[1], "o", "tab:blue", f"with HEF, MAE {with_hef['mae']:.1f}"),
        (truth, "^", "tab:red", "ground truth"),
    ):
        axes.plot(across, [values[name] for name in order], marker, color=colour, markersize=4, label=name,
                  fillstyle="none")  # fmt: skip
    closer = np.mean(
        [abs(counts[1][name] - truth[name]) < abs(counts[0][name] - truth[name]) for name in order]
    )
    axes.set_yscale("symlog", linthresh=10)
    axes.set_xlabel("picture, by its truth")
    axes.set_ylabel("people")
    axes.grid(alpha=0.3)
    axes.legend()
    title = f"Figure 8. Counts with and without HEF, {dataset.name} {dataset.split}"
    return save(
        figure, path, title=title, note=f"With HEF closer in {closer:.0%} of {len(order)} pictures. {note}"
    )


def _panels(dataset: Dataset, trained: Sequence[Trained], number: int) -> list[list[Panel]]:
    """Return each picture, its truth and what each network makes of it, in the same colours."""
    rows = []
    for sample, rgb in choose(dataset, number):
        true = true_density(sample, rgb)
        top = colour_limit(true)
        panels = [Panel(fit(rgb), sample.name), Panel(true, f"GT {sample.count:,}", top=top)]
        for one in trained:
            density = one.counter.count(frame_of(sample))
            panels.append(Panel(density.people, f"{one.title}: ET {density.count:,.1f}", top=top))
        rows.append(panels)
    return rows
