"""Pictures for TensorBoard: a validation picture, its truth and its prediction side by side."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon import picture
from crowdmon.values import DensityMap, Grid
from trainer.data.kernels import density as target
from trainer.data.sources import Item

WIDTH = 480
"""Pixels of one of the three panels."""


def compare(item: Item, predicted: DensityMap) -> NDArray[np.uint8]:
    """Return HxWx3: the picture, the picture under the true density, and under the predicted one."""
    height, width = item.rgb.shape[:2]
    rows, columns = predicted.people.shape
    true = target(item.points, height=rows * 8, width=columns * 8, stride=8)
    grid = Grid(rows, columns, 8.0, 8.0, width, height)
    small = cv2.resize(item.rgb, (WIDTH, max(1, round(WIDTH * height / width))), interpolation=cv2.INTER_AREA)
    rgb = np.asarray(small, np.uint8)
    panels = [rgb]
    for people in (true, predicted.people.copy()):
        heat = picture.heat(DensityMap(people, grid), rgb.shape[1], rgb.shape[0])
        panels.append(picture.blend(rgb, heat))
    for panel, count in zip(panels[1:], (len(item.points), predicted.count), strict=True):
        cv2.putText(
            panel, f"{count:.1f}", (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2, cv2.LINE_AA
        )
    return np.concatenate(panels, axis=1)
