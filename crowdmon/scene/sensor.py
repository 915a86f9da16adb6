"""What the camera's sensor adds: a little exposure drift and noise, both functions of the time."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.scene.chance import dice

Bytes = NDArray[np.uint8]
MIDDLE = 32
"""What stands for no noise in the stored noise."""


@lru_cache(maxsize=4)
def _noise(height: int, width: int, night: bool) -> Bytes:
    """Return one sheet of noise, larger than the picture so that it can be shifted about."""
    rng = dice(71, 1)
    shape = (height + 64, width + 64)
    luma = rng.normal(0.0, 3.2 if night else 2.0, shape).astype(np.float32)
    # Chroma noise of a cheap sensor is coarser than its luma noise.
    chroma = cv2.GaussianBlur(
        rng.normal(0.0, 7.0 if night else 4.0, (*shape, 3)).astype(np.float32), (0, 0), 1.4
    )
    out: Bytes = np.clip(np.rint(MIDDLE + luma[..., None] + chroma), 0, 255).astype(np.uint8)
    out.flags.writeable = False
    return out


def expose(image: Bytes, t: float, *, seed: int, night: bool) -> Bytes:
    """Return what the sensor makes of an HxWx3 picture at time ``t``."""
    height, width = image.shape[:2]
    down, across = dice(seed, 73, round(abs(t) * 1e6), int(t < 0)).integers(0, 64, 2)
    sheet = _noise(height, width, night)[down : down + height, across : across + width]
    gain = 1.0 + 0.012 * math.sin(2 * math.pi * t / 41.0) + 0.008 * math.sin(2 * math.pi * t / 13.7)
    return np.asarray(cv2.addWeighted(image, gain, sheet, 1.0, -float(MIDDLE)), dtype=np.uint8)
