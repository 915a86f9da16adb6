"""The picture of the plaza without anybody on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.camera import Camera
from crowdmon.scene.layout import FACADE_SLOPE, FACADE_Y


@lru_cache(maxsize=8)
def backdrop(camera: Camera, night: bool) -> NDArray[np.uint8]:
    """Return the empty plaza, HxWx3 uint8, read-only."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float64)
    ground = camera.to_ground(np.stack([columns, rows], axis=-1))
    x, y = ground[..., 0], ground[..., 1]
    paved = (y > 0) & (y < FACADE_Y + FACADE_SLOPE * x)
    tile = (np.floor(x / 1.2).astype(int) + np.floor(y / 1.2).astype(int)) % 2
    shade = np.where(paved, 168 + 8 * tile, 120)
    image = np.stack([shade, shade * 0.97, shade * 0.92], axis=-1) * (0.35 if night else 1.0)
    out: NDArray[np.uint8] = image.astype(np.uint8)
    out.flags.writeable = False
    return out
