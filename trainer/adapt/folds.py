"""Which frames are held out together: neighbours in time, for they show the same people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Fold = tuple[int, ...]


def folds(frames: int, most: int = 5) -> tuple[Fold, ...]:
    """Return the indices of consecutive frames that are held out together, at most ``most`` runs of them."""
    parts = np.array_split(np.arange(frames), min(frames, most))
    return tuple(tuple(int(index) for index in part) for part in parts)


def others(frames: int, held: Fold) -> Fold:
    """Return the indices that are not held out."""
    return tuple(index for index in range(frames) if index not in held)


def left_out(blocks: Sequence[Fold]) -> tuple[Fold, ...]:
    """Return what each of several networks does not see: two blocks of five, so that two miss each frame.

    Of fewer blocks each network misses one: the rest would be too little to learn from.
    """
    if len(blocks) < 5:
        return tuple(blocks)
    pairs = [(number, (number + 2) % len(blocks)) for number in range(len(blocks))]
    return tuple(tuple(sorted((*blocks[one], *blocks[two]))) for one, two in pairs)
