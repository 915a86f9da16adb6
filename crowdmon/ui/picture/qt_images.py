"""Converts arrays to Qt pictures and back, without a copy where Qt can read the array."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtGui import QImage


def from_rgb(rgb: NDArray[np.uint8]) -> QImage:
    """Return an HxWx3 uint8 picture as a QImage that owns its pixels.

    The array is read where it lies; the one copy turns it into 32 bits a pixel, which is what Qt
    scales fast, and cuts the tie to the array's memory.
    """
    if not rgb.flags.c_contiguous:
        rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    wrapped = QImage(_bytes(rgb), width, height, 3 * width, QImage.Format.Format_RGB888)
    return wrapped.convertToFormat(QImage.Format.Format_RGB32)


def from_rgba(rgba: NDArray[np.uint8]) -> QImage:
    """Return an HxWx4 uint8 picture, colours multiplied by alpha already, as a QImage with its own memory."""
    height, width = rgba.shape[:2]
    kind = QImage.Format.Format_RGBA8888_Premultiplied
    wrapped = QImage(_bytes(np.ascontiguousarray(rgba)), width, height, 4 * width, kind)
    return wrapped.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _bytes(array: NDArray[np.uint8]) -> bytes:
    # Qt's stubs ask for bytes; what it takes is any buffer, and a view of the array costs nothing.
    return cast(bytes, array.data)


def greyed(image: QImage) -> QImage:
    """Return a picture without its colours, for one that is no longer live."""
    return image.convertToFormat(QImage.Format.Format_Grayscale8)


def to_rgb(image: QImage) -> NDArray[np.uint8]:
    """Return a QImage as an HxWx3 uint8 array with its own memory."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    bits = plain.constBits()
    if bits is None:
        return np.zeros((0, 0, 3), np.uint8)
    bits.setsize(plain.sizeInBytes())
    rows = np.frombuffer(cast(Any, bits), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    rgb: NDArray[np.uint8] = rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
    return rgb
