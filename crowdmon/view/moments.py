"""Which kinds of moments a camera was checked at, and which are still missing. Pure.

A check of ten busy noons says nothing about the empty square at night. So checks are to be spread: over what
is usual, over the emptiest and the fullest, and over the night.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from crowdmon.values import Reading

ENOUGH = 10
"""Frames after which a check says something about the camera."""

NIGHT = (21, 6)
"""The local hours from which, and until which, it is night."""

_LEAST_READINGS = 20
"""Counts below which nothing can be said about what is usual."""

_LEAST_S = 300.0
"""Seconds of counts below which nothing can be said about it: what is usual is not what was just now."""

_LOW, _HIGH = 0.15, 0.85
"""Shares of all counts below which a moment is empty, and above which it is one of the fullest."""


class Moment(StrEnum):
    """A kind of moment."""

    USUAL = "usual"
    EMPTY = "empty"
    FULLEST = "fullest"
    NIGHT = "night"


WANTED: Mapping[Moment, int] = {Moment.USUAL: 4, Moment.EMPTY: 2, Moment.FULLEST: 2, Moment.NIGHT: 2}
"""Frames of each kind that make :data:`ENOUGH`."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at a camera.

    Attributes:
        low, high: people at most in an empty moment, and at least in one of the fullest.
        nights: whether it is counted at night at all.
    """

    low: float
    high: float
    nights: bool = True


def usual_of(readings: Iterable[tuple[float, float]]) -> Usual | None:
    """Return what is usual from readings (epoch seconds, people); None while there are too few of them."""
    found = [(time, count) for time, count in readings if math.isfinite(count)]
    times = [time for time, _ in found]
    if len(found) < _LEAST_READINGS or max(times) - min(times) < _LEAST_S:
        return None
    low, high = np.quantile([count for _, count in found], (_LOW, _HIGH))
    return Usual(float(low), float(high), any(is_night(time) for time, _ in found))


def total_of(reading: Reading) -> float | None:
    """Return the people of the whole picture, or of the first ROI if only ROIs are counted; None: unknown."""
    return reading.rois[0].count if reading.rois else None


def is_night(time: float) -> bool:
    """Whether it is night in local time."""
    hour = datetime.fromtimestamp(time).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def moment_of(time: float, count: float, usual: Usual | None) -> Moment:
    """Return the kind of one moment: night goes first, for light matters more than the number of people."""
    if is_night(time):
        return Moment.NIGHT
    if usual is None or usual.high - usual.low < 1.0:  # nothing ever changes here
        return Moment.USUAL
    if count <= usual.low:
        return Moment.EMPTY
    return Moment.FULLEST if count >= usual.high else Moment.USUAL


def have(checked: Sequence[tuple[float, float]], usual: Usual | None) -> dict[Moment, int]:
    """Return how many frames of each kind were checked, given as (epoch seconds, true number of people)."""
    kinds = [moment_of(time, truth, usual) for time, truth in checked]
    return {kind: kinds.count(kind) for kind in Moment}


def wanted(usual: Usual | None) -> dict[Moment, int]:
    """Return how many frames of each kind are wanted; what this camera never has is usual instead."""
    if usual is None:
        return {**dict.fromkeys(Moment, 0), Moment.USUAL: ENOUGH}
    counts = dict(WANTED)
    if not usual.nights:
        counts[Moment.USUAL] += counts.pop(Moment.NIGHT)
    if usual.high - usual.low < 1.0:
        counts[Moment.USUAL] += counts.pop(Moment.EMPTY) + counts.pop(Moment.FULLEST)
    return {kind: counts.get(kind, 0) for kind in Moment}


def missing(checked: Sequence[tuple[float, float]], usual: Usual | None) -> dict[Moment, int]:
    """Return how many frames of each kind are missing; kinds of which there are enough are left out."""
    there = have(checked, usual)
    short = {kind: count - there[kind] for kind, count in wanted(usual).items()}
    return {kind: count for kind, count in short.items() if count > 0}
