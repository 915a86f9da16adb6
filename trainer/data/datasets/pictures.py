"""Picture files: their size from the header, their pixels, their natural order."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts IMG_2 before IMG_10."""
    parts = re.split(r"(\d+)", text)
    return tuple((0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts)


def pictures_in(folder: Path) -> list[Path]:
    """Return the picture files of a folder in natural order; hidden files are none."""
    found = (p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))
    return sort_naturally(found)


def sort_naturally(paths: Iterable[Path]) -> list[Path]:
    """Return paths by the natural order of their names."""
    return sorted(paths, key=lambda path: natural_key(path.name))


def read_picture(path: Path, *, upright: bool = False) -> NDArray[np.uint8]:
    """Return a picture as H x W x 3 uint8 RGB; grey, RGBA and 16-bit ones are converted.

    Args:
        path: the file.
        upright: turn it as its rotation tag says.

    Raises:
        DatasetError: the file is missing or is no picture.
    """
    import cv2

    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DatasetError(f"cannot read the picture {path}: {error.strerror or error}") from error
    flags = cv2.IMREAD_COLOR if upright else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    picture = cv2.imdecode(data, flags) if data.size else None
    if picture is None:
        raise DatasetError(
            f"{path} is not a picture that can be read ({data.size} bytes)", "Copy the file again."
        )
    return np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8)


def picture_size(path: Path, *, upright: bool = False) -> tuple[int, int] | None:
    """Return (width, height) in pixels; None if the file is no picture.

    JPEG and PNG headers are read in microseconds, other kinds are decoded.
    """
    try:
        with path.open("rb") as file:
            start = file.read(24)
            if start.startswith(_PNG):
                width, height = struct.unpack(">II", start[16:24])
                return int(width), int(height)
            if start.startswith(b"\xff\xd8") and not upright:
                file.seek(2)
                return _jpeg_size(file)
    except OSError:
        return None
    try:
        picture = read_picture(path, upright=upright)
    except DatasetError:
        return None
    return picture.shape[1], picture.shape[0]


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    """Walk a JPEG's segments to its frame header."""
    while True:
        byte = file.read(1)
        while byte not in (b"\xff", b""):
            byte = file.read(1)
        while byte == b"\xff":
            byte = file.read(1)
        if not byte:
            return None
        if byte[0] in _FRAME_MARKERS:
            segment = file.read(7)
            if len(segment) < 7:
                return None
            height, width = struct.unpack(">HH", segment[3:7])
            return (int(width), int(height)) if width and height else None
        if byte[0] == 0x01 or 0xD0 <= byte[0] <= 0xD9:
            continue
        length = file.read(2)
        if len(length) < 2:
            return None
        file.seek(struct.unpack(">H", length)[0] - 2, 1)
