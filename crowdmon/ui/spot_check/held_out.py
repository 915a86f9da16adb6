"""People per cell of labelled frames, counted by what had not learned them; the child wrote it down."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HeldOut = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Rows x columns of people per cell, before and after."""


def read(path: Path) -> dict[str, HeldOut]:
    """Return what the file holds of each frame, by its name; nothing where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as content:
            names = [str(name) for name in content["names"]]
            before, after = (np.asarray(content[key], np.float32) for key in ("before", "after"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    whole = before.shape == after.shape and before.ndim == 3 and len(before) == len(names)
    if not whole or not all(np.isfinite(one).all() and (one >= 0).all() for one in (before, after)):
        return {}
    return {name: (before[at].copy(), after[at].copy()) for at, name in enumerate(names)}
