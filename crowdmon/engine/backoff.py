"""How long to wait before the next attempt. No clock, no thread."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST = 0.5
MOST = 2.0
"""Seconds from one attempt to the next: short, so that counting goes on within 3 s of a camera's return."""

REFUSED = 60.0
"""Seconds after a refused password: cameras lock accounts that try on."""

LEAST = 0.1
"""Seconds between attempts that take long by themselves."""

_JITTER = 0.25
"""Share of the wait left to chance, so that many cameras do not come back at one moment."""


class Backoff:
    """Doubles the wait with every failure, up to a limit."""

    def __init__(
        self, *, first: float = FIRST, most: float = MOST, chance: Callable[[], float] = random.random
    ) -> None:
        """Start at the first attempt; ``chance`` gives numbers in 0..1."""
        self._first, self._most, self._chance = first, most, chance
        self._failures = 0

    @property
    def attempt(self) -> int:
        """Number of the attempt that is running or comes next, from 1."""
        return self._failures + 1

    def failed(self, *, refused: bool = False, passed: float = 0.0) -> float:
        """Return the seconds to wait now.

        Args:
            refused: a password was.
            passed: seconds since the attempt began, or since it gave its last picture: they count, or a
                camera that is back during an attempt in vain would wait for both.
        """
        wait = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        if refused:
            return REFUSED
        return max(wait - passed, min(wait, LEAST)) * (1.0 - _JITTER * self._chance())

    def worked(self) -> None:
        """Start over: a picture arrived. (An open door alone proves nothing.)"""
        self._failures = 0
