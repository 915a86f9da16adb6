"""What may happen to a crop's pixels. Pure functions of the pixels and a random generator."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.config import Augment

Pixels = NDArray[np.uint8]

BLUR = (0.4, 1.5)
"""Standard deviations of a blur, in pixels."""

QUALITY = (15, 70)
"""Of JPEG, half-open."""

NOISE = (1, 10)
"""Standard deviations of noise, in levels of 255."""


def colour(rgb: Pixels, rng: np.random.Generator, settings: Augment) -> Pixels:
    """Change brightness, contrast and gamma a little, or make the crop grey."""
    if settings.colour:
        strength = settings.colour
        gamma = float(np.exp(rng.uniform(-strength, strength)))
        contrast = 1 + rng.uniform(-strength, strength)
        brightness = rng.uniform(-strength, strength) * 0.5
        levels = np.linspace(0, 1, 256) ** gamma
        levels = (levels - 0.5) * contrast + 0.5 + brightness
        rgb = cv2.LUT(rgb, (np.clip(levels, 0, 1) * 255).astype(np.uint8)).astype(np.uint8)
    if settings.grey and rng.random() < settings.grey:
        rgb = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    return rgb


def noise(rgb: Pixels, rng: np.random.Generator, settings: Augment) -> Pixels:
    """Add Gaussian noise to a share of the crops (the paper's "random noise", its kind inferred)."""
    if not settings.noise or rng.random() >= settings.noise:
        return rgb
    sigma = rng.uniform(*NOISE)
    # One small field repeated: drawing a normal number for each pixel would cost more than the crop.
    field = (rng.standard_normal((64, 64, 3)) * sigma).astype(np.int16)
    height, width = rgb.shape[:2]
    tiled = np.tile(field, (-(-height // 64), -(-width // 64), 1))[:height, :width]
    return np.asarray(np.clip(rgb.astype(np.int16) + tiled, 0, 255), np.uint8)


def degrade(rgb: Pixels, rng: np.random.Generator, settings: Augment) -> Pixels:
    """Blur, or compress as JPEG, a share of the crops: what cheap cameras and streams do."""
    if not settings.degrade or rng.random() >= settings.degrade:
        return rgb
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), float(rng.uniform(*BLUR))), np.uint8)
    _, packed = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITY))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
