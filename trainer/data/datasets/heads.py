"""Head points against their picture, and the notes about them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainer.data.datasets.base import Points, Sample


def inside(points: Points, size: tuple[int, int] | None, *, margin: float = 1.0) -> tuple[Points, int]:
    """Return the points inside a picture, and how many were dropped.

    Points at most ``margin`` pixels beyond the border are moved onto it: labelling tools disagree
    about where a picture's first pixel begins, and the head is in the picture.
    """
    if size is None or not len(points):
        return points, 0
    limit = np.array(size, dtype=np.float64) - 1.0
    keep = ((points >= -margin - 0.5) & (points <= limit + margin + 0.5)).all(axis=1)
    return np.clip(points[keep], 0.0, limit), int((~keep).sum())


def clip(points: Points, size: tuple[int, int] | None) -> tuple[Points, int]:
    """Return all points moved into the picture, and how many lay outside it."""
    if size is None or not len(points):
        return points, 0
    limit = np.array(size, dtype=np.float64) - 1.0
    beyond = ((points < -0.5) | (points > limit + 0.5)).any(axis=1)
    return np.clip(points, 0.0, limit), int(beyond.sum())


def repeated(samples: Sequence[Sample]) -> int:
    """Return how many head points repeat another one of their picture exactly."""
    return sum(one.count - len(np.unique(one.points, axis=0)) for one in samples if one.count)


def common_notes(samples: Sequence[Sample]) -> list[str]:
    """Return the notes every reader gives: what lies outside, what repeats, what is empty."""
    notes = []
    away = [one for one in samples if one.outside]
    if away:
        total = sum(one.outside for one in away)
        notes.append(
            f"{total} head points outside their picture dropped, in {some([one.name for one in away])}"
        )
    beyond = sum(one.outside_roi for one in samples)
    if beyond:
        notes.append(f"{beyond} head points outside the ROI dropped")
    twice = repeated(samples)
    if twice:
        notes.append(f"{twice} exactly repeated head points kept, they are part of the official truth")
    return notes


def some(names: Sequence[str], most: int = 5) -> str:
    """Return names in a row for a note, the first few of many."""
    text = ", ".join(names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"
