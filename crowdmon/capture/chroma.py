"""Colour at full resolution for pictures that store it at half, as the JPEG library does it.

FFmpeg's scaler shifts the colours of pictures with odd sides, by up to 50 of 255, and differs a little
everywhere. Networks are trained on pictures as the JPEG library reads them.
"""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

_HALVED = frozenset(
    f"yuv{kind}{form}p" for kind in ("", "j", "a") for form in ("420", "422", "440", "411", "410")
)
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG

Plane = NDArray[np.uint8]


def full_chroma(frame: VideoFrame) -> VideoFrame:
    """Return a frame with as many colours as pixels; one that has them already, or no colours, as it is.

    Transparency is dropped where colours are added.
    """
    name = frame.format.name
    if name not in _HALVED:
        return frame
    bright, *colours = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in list(frame.planes)[:3]
    )
    made = VideoFrame(frame.width, frame.height, "yuv444p")
    for place, plane in enumerate((bright, *(_grown(one, bright.shape) for one in colours))):
        target = made.planes[place]
        rows = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        rows[: frame.height, : frame.width] = plane
    made.colorspace = frame.colorspace
    made.color_range = _FULL_RANGE if name.startswith("yuvj") else frame.color_range
    return made


def _grown(plane: Plane, shape: tuple[int, ...]) -> Plane:
    height, width = shape
    down, across = -(-height // plane.shape[0]), -(-width // plane.shape[1])
    if (down, across) == (2, 2):
        grown = _both(plane)
    elif (down, across) == (1, 2):
        grown = _across(plane)
    elif (down, across) == (2, 1):
        grown = np.ascontiguousarray(_across(plane.T).T)
    else:
        grown = plane.repeat(down, axis=0).repeat(across, axis=1)
    return grown[:height, :width]


def _both(plane: Plane) -> Plane:
    """Double both sides: 9, 3, 3 and 1 sixteenths of the four nearest, rounded up and down in turn."""
    before, after = _neighbours(plane.T)
    rows = np.empty((2 * plane.shape[0], plane.shape[1]), np.int16)
    middle = 3 * plane.astype(np.int16)
    rows[0::2], rows[1::2] = middle + before.T, middle + after.T
    left, right = _neighbours(rows)
    grown = np.empty((rows.shape[0], 2 * rows.shape[1]), np.uint8)
    grown[:, 0::2] = (3 * rows + left + 8) >> 4
    grown[:, 1::2] = (3 * rows + right + 7) >> 4
    return grown


def _across(plane: Plane) -> Plane:
    """Double the width: three quarters of the nearest and one of the next."""
    left, right = _neighbours(plane)
    middle = 3 * plane.astype(np.int16)
    grown = np.empty((plane.shape[0], 2 * plane.shape[1]), np.uint8)
    grown[:, 0::2] = (middle + left + 1) >> 2
    grown[:, 1::2] = (middle + right + 2) >> 2
    return grown


def _neighbours(rows: NDArray[np.integer]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return what lies left and right of each value; beyond the edges the edge itself."""
    left, right = np.empty(rows.shape, np.int16), np.empty(rows.shape, np.int16)
    left[:, 1:], left[:, 0] = rows[:, :-1], rows[:, 0]
    right[:, :-1], right[:, -1] = rows[:, 1:], rows[:, -1]
    return left, right
