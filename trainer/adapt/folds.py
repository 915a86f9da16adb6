"""Which frames are held out together: neighbours in time, for they show the same people."""

from __future__ import annotations

import numpy as np

Fold = tuple[int, ...]


def folds(frames: int, most: int = 4) -> tuple[Fold, ...]:
    """Return the indices of consecutive frames that are held out together, at most ``most`` runs of them."""
    parts = np.array_split(np.arange(frames), min(frames, most))
    return tuple(tuple(int(index) for index in part) for part in parts)


def others(frames: int, held: Fold) -> Fold:
    """Return the indices that are not held out."""
    return tuple(index for index in range(frames) if index not in held)
