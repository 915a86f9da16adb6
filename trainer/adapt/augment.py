"""Other looks of one frame: nearer, farther, mirrored, in other light, with noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.data.datasets.base import Points

SCALES = (0.8, 1.25)


def look(
    rgb: NDArray[np.uint8], heads: Points, share: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], Points, NDArray[np.float32]]:
    """Return another look of a frame, its heads, and the share of each pixel-block that counts.

    Args:
        rgb: HxWx3.
        heads: N x 2 (x, y).
        share: per cell; it is scaled and mirrored with the picture.
        rng: what is drawn.
    """
    pixels = rgb.astype(np.float32)
    if rng.random() < 0.7:
        scale = float(np.exp(rng.uniform(*np.log(SCALES))))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        size = (max(32, round(rgb.shape[1] * scale)), max(32, round(rgb.shape[0] * scale)))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.float32)
        heads = heads * (size[0] / rgb.shape[1], size[1] / rgb.shape[0])
    if rng.random() < 0.5:
        pixels, share = pixels[:, ::-1], share[:, ::-1]
        heads = np.stack([pixels.shape[1] - 1 - heads[:, 0], heads[:, 1]], axis=1)
    return _lit(pixels, rng), heads, np.ascontiguousarray(share)


def _lit(pixels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Change contrast, brightness and colour, and blur or add noise now and then."""
    middle = float(pixels.mean())
    pixels = (pixels - middle) * float(rng.uniform(0.75, 1.25)) + middle * float(rng.uniform(0.8, 1.2))
    pixels = pixels * rng.uniform(0.92, 1.08, 3).astype(np.float32)
    if rng.random() < 0.3:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.3, 1.0))), np.float32)
    if rng.random() < 0.5:
        pixels = pixels + rng.normal(0, rng.uniform(1, 8), pixels.shape).astype(np.float32)
    return np.ascontiguousarray(np.clip(pixels, 0, 255).astype(np.uint8))
