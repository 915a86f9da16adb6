"""What the spot checks of a camera come to: how far its counts are off, and how sure that is. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from crowdmon.facts import SpotCheck

APART = 300.0
"""Seconds: checks that are closer show much the same people, and tell no more than one of them."""

# Student's t for 95 % on both sides, by degrees of freedom from 1. For more of them the series below it is
# exact to the second decimal.
_STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)
_NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class SpotSummary:
    """What some spot checks come to.

    Attributes:
        n: how many there are.
        mean_truth: heads on average, as people counted them; 0 without a check.
        bias: by which share the program counts too many, -0.02 for 2 % too few; None where nobody was there.
        interval: half the width of the interval of 95 % around ``bias``; None where too few moments were
            checked to tell.
        mae: by how many people a count is off on average.
        last: epoch seconds of the newest check; 0 without one.
    """

    n: int
    mean_truth: float
    bias: float | None
    interval: float | None
    mae: float
    last: float


def summary(checks: Iterable[SpotCheck]) -> SpotSummary:
    """Return what checks come to; those of one camera, or of one ROI, and of the same weights.

    The bias is that of all people together, so that a nearly empty picture, where one person is a large
    share, weighs as much as it has people. Its interval takes checks within :data:`APART` seconds as one, and
    is that of Student for as many moments as there are: with two it is wide, with one there is none.
    """
    checks = list(checks)
    if not checks:
        return SpotSummary(0, 0.0, None, None, 0.0, 0.0)
    number = len(checks)
    truth = sum(one.truth for one in checks)
    off = sum(one.count - one.truth for one in checks)
    bias = off / truth if truth else None
    return SpotSummary(
        n=number,
        mean_truth=truth / number,
        bias=bias,
        interval=None if bias is None else _half_width(checks, truth, bias),
        mae=sum(abs(one.count - one.truth) for one in checks) / number,
        last=max(one.time for one in checks),
    )


def _half_width(checks: list[SpotCheck], truth: float, bias: float) -> float | None:
    """Return half the interval of a ratio of sums, from how much the moments differ."""
    rests = [sum(one.count - one.truth - bias * one.truth for one in moment) for moment in _moments(checks)]
    if len(rests) < 2:
        return None
    # The spread of the sum of all moments is that of one, times how many there are.
    spread = math.sqrt(sum(rest * rest for rest in rests) * len(rests) / (len(rests) - 1))
    return student(len(rests) - 1) * spread / truth


def _moments(checks: list[SpotCheck]) -> list[list[SpotCheck]]:
    """Return the checks by camera and moment."""
    found: list[list[SpotCheck]] = []
    for one in sorted(checks, key=lambda check: (check.camera_key, check.time)):
        last = found[-1][-1] if found else None
        if last is not None and last.camera_key == one.camera_key and one.time - last.time < APART:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def student(freedom: int) -> float:
    """Return what the spread is multiplied with for 95 %, for ``freedom`` >= 1 degrees of freedom."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = _NORMAL
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
