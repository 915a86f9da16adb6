"""What is said about spot checks. Pure functions of values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from crowdmon.view.moments import ENOUGH, Moment

NOT_CHECKED = "not checked on this camera"
"""Stands where nobody has compared the count with the truth."""

NEW_WEIGHTS = "not checked with these weights"
"""The same, where other weights were checked."""

NAMES = {
    Moment.USUAL: "usual",
    Moment.EMPTY: "nearly empty",
    Moment.FULLEST: "at the fullest",
    Moment.NIGHT: "at night",
}
"""What the kinds of moments are called."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SummaryLike(Protocol):
    """What the spot checks of a camera come to."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def bias(self) -> float | None: ...  # noqa: D102
    @property
    def interval(self) -> float | None: ...  # noqa: D102
    @property
    def last(self) -> float: ...  # noqa: D102


def percent(share: float) -> str:
    """Return a share with its sign, such as ``-2 %``; 0 has none."""
    whole = round(100 * share)
    return f"{whole:+d} %" if whole else "0 %"


def day(time: float) -> str:
    """Return the local day of an epoch time, such as ``28 Nov``."""
    at = datetime.fromtimestamp(time)
    return f"{at.day} {_MONTHS[at.month - 1]}"


def frames(number: int) -> str:
    """Return a number of frames in words."""
    return "1 frame" if number == 1 else f"{number} frames"


def checked(summary: SummaryLike | None, *, others: int = 0) -> str:
    """Return how a camera was checked: ``checked: -2 % ±4 (10 frames, 28 Nov)``.

    Args:
        summary: of the checks of the weights that count now; None without any.
        others: checks of other weights, which say nothing about these.
    """
    if summary is None or not summary.n:
        return NEW_WEIGHTS if others else NOT_CHECKED
    about = f"({frames(summary.n)}, {day(summary.last)})"
    if summary.bias is None:
        return f"checked: nobody was there {about}"
    within = "" if summary.interval is None else f" ±{round(100 * summary.interval)}"
    return f"checked: {percent(summary.bias)}{within} {about}"


def verdict(truth: int, count: float) -> str:
    """Return the outcome of one frame: ``31 yours, 23 shown``, with the difference."""
    shown = round(max(count, 0.0))
    difference = shown - truth
    if not difference:
        return f"{truth} yours, {shown} shown: the same"
    if not truth:
        return f"0 yours, {shown} shown"
    return f"{truth} yours, {shown} shown: {percent(count / truth - 1.0)}"


def progress(done: int) -> str:
    """Return how many frames of :data:`ENOUGH` were checked."""
    return f"{done} of {ENOUGH} frames" if done < ENOUGH else f"{done} frames, enough to tell"


def still_missing(lacking: Mapping[Moment, int]) -> str:
    """Return which kinds of moments are missing, in words; empty if none is."""
    if not lacking:
        return ""
    parts = [f"{count} {NAMES[kind]}" for kind, count in lacking.items()]
    return f"Still missing: {', '.join(parts)}."
