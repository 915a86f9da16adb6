"""The lines of the heat as pixels: drawn once for an area and a size, because drawing them is slow."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.area import HeatArea

_DARK, _DARK_ALPHA = (14, 17, 22), 110
_LIGHT, _LIGHT_ALPHA = (255, 255, 255), 170

_BITS = 4
"""Binary digits of a pixel's fraction that a line's points keep."""


def paint(area: HeatArea, width: int, height: int, *, scale: float = 1.0) -> NDArray[np.uint8]:
    """Return the lines of an area on a picture of ``width`` x ``height`` pixels, white on a dark edge.

    Args:
        area: whose lines.
        width: of the picture as it is shown, pixels.
        height: the same.
        scale: pixels of the screen for one of the window; lines get wider by it.

    Returns:
        height x width x 4 uint8 RGBA, colours multiplied by alpha.
    """
    painted = np.zeros((height, width, 4), np.uint8)
    size = np.array([width, height], np.float32)
    lines = [
        # A coordinate names the edge between pixels, OpenCV's the middle of one.
        np.round((line * size - 0.5) * (1 << _BITS)).astype(np.int32)
        for _, level in area.lines
        for line in level
        if len(line) > 1
    ]
    dark = _multiplied(_DARK, _DARK_ALPHA)
    light = _multiplied(_LIGHT, _LIGHT_ALPHA)
    under = 1 - _LIGHT_ALPHA / 255
    both = tuple(over + under * below for over, below in zip(light, dark, strict=True))
    for colour, wide in ((dark, 3.0), (both, 1.0)):
        thickness = max(round(wide * scale), 1)
        cv2.polylines(painted, lines, True, colour, thickness, cv2.LINE_AA, _BITS)
    return painted


def _multiplied(colour: tuple[int, int, int], alpha: int) -> tuple[float, float, float, float]:
    red, green, blue = (one * alpha / 255 for one in colour)
    return red, green, blue, float(alpha)
