"""How long it takes until red, if it goes on as it does: said only where the readings support it. Pure.

The readings of the last minutes are gathered in bins, whose medians hardly follow single wrong counts. The
slope is the median of the slopes between all pairs of bins (Theil and Sen), and its interval follows from
their order (Sen 1968). It is an extrapolation: what made the place fill may end at any moment.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.track.rule import Measure, Rule, seen_at
from crowdmon.values import Level, Reading

WINDOW = 300.0
"""Seconds that are looked back."""

BIN = 15.0
"""Seconds of a bin: neighbouring counts are wrong together, so that they tell less than they seem to."""

LEAST_BINS = 8
"""Bins with a count that are needed, two minutes of them."""

HORIZON = 900.0
"""Seconds beyond which nothing is said: it is not known how long people keep coming."""

_WIDEST = 4.0
"""The latest moment is at most so many times as far as the earliest; else the interval says nothing."""

_CONFIDENCE = 1.96

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outlook:
    """When a limit is reached at the present slope.

    Attributes:
        seconds: until then.
        earliest, latest: the same with the slope's 95 % interval.
        slope: units a second, > 0.
    """

    seconds: float
    earliest: float
    latest: float
    slope: float


def outlook(times: Sequence[float], values: Sequence[float], limit: float, now: float) -> Outlook | None:
    """Return when values reach a limit if they go on rising as they do.

    Args:
        times: seconds, in any order; those older than :data:`WINDOW` do not count.
        values: of the same length, without those that are not known.
        limit: what they may reach.
        now: seconds, not before the newest time.

    Returns:
        None if they do not surely rise, are there already, are known for too little of the time, hardly rise
        any more, or would take longer than :data:`HORIZON`.
    """
    at, value = _bins(np.asarray(times, np.float64), np.asarray(values, np.float64), now)
    if len(at) < LEAST_BINS or at.max() < -2.0 * BIN:
        return None
    slope, low, high = _slopes(at, value)
    newer = at >= np.median(at)
    if low <= 0.0 or _slopes(at[newer], value[newer])[0] < 0.5 * slope:
        return None
    # Each slope with the line through the bins that goes with it.
    seconds, earliest, latest = (
        (limit - float(np.median(value - one * at))) / one for one in (slope, high, low)
    )
    if earliest <= 0.0 or seconds > HORIZON or latest > _WIDEST * earliest:
        return None
    return Outlook(seconds, earliest, latest, slope)


def _bins(times: Floats, values: Floats, now: float) -> tuple[Floats, Floats]:
    """Return the mean time, in seconds from now, and the median value of every bin that holds a value."""
    at = times - now
    kept = (at > -WINDOW) & (at <= 0.0) & np.isfinite(values)
    at, values = at[kept], values[kept]
    number = np.floor(-at / BIN).astype(np.intp)
    found = [
        (float(at[number == one].mean()), float(np.median(values[number == one]))) for one in set(number)
    ]
    pairs = np.array(sorted(found), np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _slopes(at: Floats, value: Floats) -> tuple[float, float, float]:
    """Return the median of the slopes of all pairs, and the ends of its interval."""
    first, second = np.triu_indices(len(at), 1)
    slopes = np.sort((value[second] - value[first]) / (at[second] - at[first]))
    n, pairs = len(at), len(slopes)
    off = _CONFIDENCE * math.sqrt(n * (n - 1) * (2 * n + 5) / 18.0)
    low = max(0, math.floor((pairs - off) / 2.0))
    high = min(pairs - 1, math.ceil((pairs + off) / 2.0))
    return float(np.median(slopes)), float(slopes[low]), float(slopes[high])


class Outlooks:
    """Keeps what rules measured in the last minutes, to tell when they would be red."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Know nothing yet; rules that have no red level, or measure no number, are left out."""
        self._rules = {
            rule.name: rule
            for rule in rules
            if rule.measure is not Measure.UNKNOWN and any(one.level is Level.RED for one in rule.stages)
        }
        self._newest: dict[str, Reading] = {}
        self._seen: dict[str, deque[tuple[float, float]]] = {name: deque() for name in self._rules}

    def take(self, reading: Reading) -> None:
        """Take the next reading, in the order of recording."""
        self._newest[reading.camera] = reading
        for name, rule in self._rules.items():
            if any(one.camera == reading.camera for one in rule.members):
                seen = seen_at(rule, self._newest, reading.time)
                past = self._seen[name]
                if seen.exact and seen.value is not None:
                    past.append((reading.time, seen.value))
                while past and not 0.0 <= reading.time - past[0][0] <= WINDOW:
                    past.popleft()

    def until_red(self, rule: str, now: float) -> Outlook | None:
        """Return when a rule would be red; None if nothing supports it, or there is no such rule."""
        past = self._seen.get(rule)
        if not past:
            return None
        limit = next(one.above for one in self._rules[rule].stages if one.level is Level.RED)
        return outlook([time for time, _ in past], [value for _, value in past], limit, now)


def words(found: Outlook) -> str:
    """Return it as a part of a sentence: ``red in about 4 min (3 to 6 min) if it goes on like this``."""
    low, high = (_minutes(one) for one in (found.earliest, found.latest))
    between = f" ({low} to {high} min)" if low < high else ""
    return f"red in about {_minutes(found.seconds)} min{between} if it goes on like this"


def _minutes(seconds: float) -> int:
    return max(1, round(seconds / 60.0))
