"""Figures 3 and 7: true maps, and the segmentation maps of a trained network at each depth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from crowdmon.counting.torch_backend import network_of
from crowdmon.counting.weights import Weights
from crowdmon.errors import ConfigError
from trainer.data.datasets import Dataset
from trainer.paper.figures.panels import Panel, fit, grid
from trainer.paper.figures.samples import choose, colour_limit, true_density, true_segmentations

PICTURES = 3
LONGEST = 1024
"""Larger pictures are shown to the network smaller: its features at 1/2 take much memory."""


def figure_3(dataset: Dataset, path: Path) -> Path:
    """Draw Figure 3 from a few pictures of a split."""
    rows = []
    for sample, rgb in choose(dataset, PICTURES):
        density = true_density(sample, rgb, stride=2)
        labels = true_segmentations(sample, rgb)
        rows.append(
            [
                Panel(fit(rgb), f"{sample.name}: {sample.count:,} people"),
                Panel(density, f"density, sum {density.sum():.1f}", top=colour_limit(density)),
                *(
                    Panel(label, f"segmentation 1/{side}")
                    for label, side in zip(labels, (2, 4, 8), strict=True)
                ),
            ]
        )
    return grid(rows, path, title=f"Figure 3. Ground truth, {dataset.name} {dataset.split}")


def figure_7(dataset: Dataset, weights: Weights, path: Path) -> Path:
    """Draw Figure 7 with weights that have the segmentation outputs; ConfigError if they have none."""
    rows = []
    for sample, whole in choose(dataset, PICTURES):
        rgb = fit(whole, longest=LONGEST)
        maps = segmentations(weights, rgb)
        rows.append(
            [
                Panel(fit(rgb), f"{sample.name}: {sample.count:,} people"),
                *(
                    Panel(one, f"SM{depth}, at 1/{2**depth}", top=1.0)
                    for depth, one in enumerate(maps, start=1)
                ),
            ]
        )
    trained = f"weights {weights.name}, {weights.provenance.get('steps', 'unknown')} steps"
    title = f"Figure 7. Segmentation maps by depth, {dataset.name} {dataset.split}"
    return grid(rows, path, title=title, note=f"{trained}; colours from 0 to 1")


@torch.inference_mode()
def segmentations(weights: Weights, rgb: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return the sigmoid segmentation maps at 1/2, 1/4 and 1/8, each at the picture's size."""
    network = network_of(weights)
    height, width = rgb.shape[:2]
    _, logits = network.features(torch.from_numpy(weights.preprocess.prepare(rgb)))
    if not logits:
        raise ConfigError(
            f"the weights {weights.name} were trained without the segmentation strategy",
            "Figure 7 needs weights with it; leave --weights out to train some.",
        )
    maps: list[NDArray[np.float32]] = []
    for one in logits:
        seen = torch.sigmoid(one)[0, 0].float().numpy()
        side = 2 ** (len(maps) + 1)
        full = cv2.resize(seen, (seen.shape[1] * side, seen.shape[0] * side), interpolation=cv2.INTER_NEAREST)
        maps.append(np.asarray(full[:height, :width], np.float32))
    return maps
