"""How a stored picture has to be turned to stand upright. Pure.

FFmpeg hands phones' rotation and pictures' EXIF orientation over as one thing, a display matrix of
3x3 int32 (``libavutil/display.h``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.capture.picture_header import Bytes, read_header, tiff_tags


@dataclass(frozen=True, slots=True)
class Orientation:
    """Mirror left to right first, then turn.

    Attributes:
        quarters: quarter turns counter-clockwise, 0..3.
        mirrored: whether to mirror before turning.
    """

    quarters: int = 0
    mirrored: bool = False

    @property
    def sideways(self) -> bool:
        """Whether width and height swap."""
        return self.quarters % 2 == 1

    def size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Turn a (width, height); its own inverse."""
        return (size[1], size[0]) if self.sideways else size

    def apply(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn HxWx3 pixels; the result is contiguous."""
        if self.mirrored:
            rgb = rgb[:, ::-1]
        return np.ascontiguousarray(np.rot90(rgb, self.quarters))


UPRIGHT = Orientation()


def from_display_matrix(data: bytes) -> Orientation:
    """Read FFmpeg's display matrix; what is not a multiple of a quarter turn stays upright.

    The matrix maps a stored pixel (x, y), y down, to ``(a x + c y, b x + d y)``; only the signs
    matter here.
    """
    if len(data) < 36:
        return UPRIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", data[:36])
    straight, turned = abs(a) > abs(b) and abs(d) > abs(c), abs(b) > abs(a) and abs(c) > abs(d)
    if straight:
        return _STRAIGHT[a > 0, d > 0]
    return _TURNED[b > 0, c > 0] if turned else UPRIGHT


_STRAIGHT = {
    (True, True): Orientation(0),
    (False, False): Orientation(2),
    (False, True): Orientation(0, mirrored=True),
    (True, False): Orientation(2, mirrored=True),
}
# x goes down when b > 0, y goes right when c > 0.
_TURNED = {
    (True, False): Orientation(3),
    (False, True): Orientation(1),
    (True, True): Orientation(1, mirrored=True),
    (False, False): Orientation(3, mirrored=True),
}


_ORIENTATION = 0x0112
_BY_EXIF = {
    2: Orientation(0, mirrored=True),
    3: Orientation(2),
    4: Orientation(2, mirrored=True),
    5: Orientation(1, mirrored=True),
    6: Orientation(3),
    7: Orientation(3, mirrored=True),
    8: Orientation(1),
}


def from_exif(data: Bytes) -> Orientation:
    """Read the EXIF orientation of a picture file; upright if there is none.

    FFmpeg hands it over as well, but PyAV shows only its rotation and turns mirrored pictures wrongly.
    """
    header = read_header(data)
    return UPRIGHT if header is None else of_exif(header.exif)


def of_exif(exif: bytes) -> Orientation:
    """Read the orientation in an EXIF block; upright if there is none."""
    if exif[:6] == b"Exif\0\0":  # some programs repeat the mark inside a WebP or PNG
        exif = exif[6:]
    try:
        values = tiff_tags(exif).get(_ORIENTATION, ())
    except struct.error:  # cut short, or not EXIF after all
        return UPRIGHT
    return _BY_EXIF.get(values[0], UPRIGHT) if values else UPRIGHT
