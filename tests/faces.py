"""Rendered faces, to see what is left of them."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

WALL, SHIRT, HAIR, SKIN = (150, 150, 145), (40, 50, 90), (50, 35, 25), (215, 170, 140)
DARK, BROW, LIPS = (30, 25, 20), (60, 40, 30), (160, 60, 60)


class Box(NamedTuple):
    """The place of a face, in pixels; the ends are not in it."""

    left: int
    top: int
    right: int
    bottom: int


def face(size: int, at: tuple[int, int], *, width: int = 640, height: int = 360) -> tuple[np.ndarray, Box]:
    """Draw one person from the front.

    Args:
        size: pixels from ear to ear.
        at: the middle of the face (x, y).
        width, height: of the picture.

    Returns:
        The picture, in which each pixel differs from its neighbours, and where the face is.
    """
    rgb = np.full((height, width, 3), WALL, np.uint8)
    x, y = at
    half = size / 2
    _oval(rgb, (x, y + 2.4 * half), (1.8 * half, 1.6 * half), SHIRT)
    _oval(rgb, (x, y - 0.15 * half), (half, 1.2 * half), HAIR)
    _oval(rgb, (x, y), (0.85 * half, 1.05 * half), SKIN)
    for side in (-1, 1):
        _oval(rgb, (x + side * 0.35 * half, y - 0.2 * half), (0.15 * half, 0.08 * half), DARK)
        _oval(rgb, (x + side * 0.35 * half, y - 0.42 * half), (0.22 * half, 0.05 * half), BROW)
    _oval(rgb, (x, y + 0.55 * half), (0.3 * half, 0.08 * half), LIPS)
    grain = np.random.default_rng(size).normal(0.0, 8.0, rgb.shape)
    noisy = np.clip(rgb + grain, 0, 255).astype(np.uint8)
    # Hair, face and chin, as wide as high: what lies beyond the picture needs no hiding.
    box = Box(int(x - half), max(int(y - half), 0), int(x + half), min(int(y + half), height))
    return noisy, box


def _oval(
    rgb: np.ndarray, at: tuple[float, float], half: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    middle = round(at[0]), round(at[1])
    cv2.ellipse(
        rgb, middle, (max(round(half[0]), 1), max(round(half[1]), 1)), 0, 0, 360, colour, -1, cv2.LINE_AA
    )
