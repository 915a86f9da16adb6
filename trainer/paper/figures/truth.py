"""Figure 3: pictures, their true density and their true segmentation maps."""

from __future__ import annotations

from pathlib import Path

from trainer.data.datasets import Dataset
from trainer.paper.figures.panels import Panel, fit, grid
from trainer.paper.figures.subjects import choose, hot, true_density, true_segmentations

PICTURES = 3


def draw(dataset: Dataset, path: Path) -> Path:
    """Draw Figure 3 from a few pictures of a split."""
    rows = []
    for sample in choose(dataset, PICTURES):
        rgb = sample.read()
        density = true_density(sample, rgb, stride=2)
        labels = true_segmentations(sample, rgb)
        rows.append(
            [
                Panel(fit(rgb), f"{sample.name}: {sample.count:,} people"),
                Panel(density, f"density, sum {density.sum():.1f}", top=hot(density)),
                *(
                    Panel(label, f"segmentation 1/{side}")
                    for label, side in zip(labels, (2, 4, 8), strict=True)
                ),
            ]
        )
    return grid(rows, path, title=f"Figure 3. Ground truth, {dataset.name} {dataset.split}")
