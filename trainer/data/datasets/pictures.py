"""Picture files: their size from the header, their pixels, their natural order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import DatasetError, SourceError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")


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


def read_picture(path: Path, *, upright: bool = False, megapixels: float | None = None) -> NDArray[np.uint8]:
    """Return a picture as H x W x 3 uint8 RGB, as the application reads it.

    Args:
        path: the file.
        upright: turn it as its rotation tag says.
        megapixels: millions of pixels it may have; None for what the application reads.

    Raises:
        DatasetError: the file is missing, damaged, too large or no picture.
    """
    from crowdmon.capture.still import read_rgb

    try:
        return read_rgb(path, upright=upright, megapixels=megapixels)
    except SourceError as error:
        raise DatasetError(error.message, error.hint) from error


def picture_size(path: Path, *, upright: bool = False) -> tuple[int, int] | None:
    """Return (width, height) in pixels from the file's header; None if the file is no picture."""
    from crowdmon.capture.still import picture_size as size_of

    return size_of(path, upright=upright)
