"""When to try again, and how long to wait for a live camera. No clock, no thread.

A camera that is back is to be counted within 3 s. What it may cost to notice is therefore 2 s: the wait
between two attempts, an attempt that was lost on the line, or a silence. The rest is for opening it.
"""

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
                camera that is back during a failed attempt would wait for both.
        """
        wait = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        if refused:
            return REFUSED
        return max(wait - passed, min(wait, LEAST)) * (1.0 - _JITTER * self._chance())

    def worked(self) -> None:
        """Start over: a picture arrived. (An open door alone proves nothing.)"""
        self._failures = 0


SHORTEST = 2.0
"""Seconds that every camera gets at least."""

LONGEST = 30.0
"""Seconds for the next picture of a camera that sends one every ten."""

LONGEST_OPENING = 5.0
"""Seconds for an answer, and as many for the first packet after it; between the two, and at every packet, the
thread that waits looks whether it is to stop."""

SLOWEST_OPENING = 15.0
"""Seconds for the first picture of a camera that sends one every ten; a new camera gets them on every third
attempt."""

_FEW = 2
_TIMES = 4.0
_EVERY_THIRD = 3

LONGEST_PAUSE = 10.0
"""Seconds between two bursts, at most, that are waited for: a camera that died silently is called again
then."""

TRIAL = 8.0
"""Seconds that a connection gets now and then when those before fell silent soon: it may send in bursts."""

SOON = 15.0
"""Seconds within which a connection has to fall silent to count as a burst."""

_TRIAL_AT, _TRIAL_EVERY = 2, 6


class Patience:
    """Learns how long a camera pauses between its pictures. No clock, no thread.

    A line may let nothing through for 3 s of every 4, and then all at once. Who hangs up after 2 s throws
    away what each burst brings, and never learns that it would have come.
    """

    def __init__(self) -> None:
        self._bursts = 0
        self._longest = 0.0

    def picture(self, after: float) -> None:
        """Note a picture that came ``after`` seconds without one, on the same connection."""
        self._longest = max(self._longest, after)

    def lost(self, *, pictures: int, silent: bool, lived: float) -> float:
        """Return the seconds to wait at least on the next connection; 0 to wait as usual.

        Args:
            pictures: how many the connection gave.
            silent: it was lost because no picture came.
            lived: seconds from its first picture to its last.
        """
        longest, self._longest = self._longest, 0.0
        burst = silent and pictures > _FEW
        if burst and longest > SHORTEST:  # it did go on after a pause
            return min(LONGEST_PAUSE, 1.5 * longest)
        # A call without an answer says nothing about bursts.
        if pictures:
            self._bursts = self._bursts + 1 if burst and lived < SOON else 0
        trial = burst and self._bursts % _TRIAL_EVERY == _TRIAL_AT
        return TRIAL if trial else 0.0


def next_timeout(
    timeout: float, *, pictures: int, usual: float, silent: bool, patience: float = 0.0
) -> float:
    """Return the seconds to wait for a picture of the next connection.

    A camera that gives a picture and then nothing is either broken or slower than the time it was given: it
    gets twice the time. One whose rate is known gets three usual intervals at least.

    Args:
        timeout: seconds waited for a picture of the connection that was lost.
        pictures: how many it gave.
        usual: seconds between two pictures, as a rule; 0 if unknown.
        silent: it was lost because no picture came.
        patience: seconds to wait at least, see :class:`Patience`.
    """
    if pictures > _FEW:
        return min(LONGEST, max(SHORTEST, 3.0 * usual, patience))
    return min(LONGEST, max(2.0 * timeout, 3.0 * usual)) if silent and pictures else timeout


class AnswerTimeout:
    """How long a camera has for its answer.

    One that has answered before gets four times what it took then: a call that was lost on the line must
    not hold up the next one. Every third call that fails gets the whole time, for the camera, or this
    machine, may have become slower.
    """

    def __init__(self) -> None:
        self._took: float | None = None
        self._in_vain = 0

    @property
    def timeout(self) -> float:
        """Seconds to wait for the next answer."""
        third = self._in_vain % _EVERY_THIRD == _EVERY_THIRD - 1
        if self._took is None:
            return SLOWEST_OPENING if third else LONGEST_OPENING
        usual = min(SLOWEST_OPENING, max(SHORTEST, _TIMES * self._took))
        return max(LONGEST_OPENING, usual) if third else usual

    def answered(self, took: float) -> None:
        """Note an answer after ``took`` seconds: the camera is open."""
        self._took, self._in_vain = took, 0

    def failed(self, took: float) -> None:
        """Note that there is none after ``took`` seconds; a refusal is an answer, too."""
        self._in_vain = self._in_vain + 1 if took >= 0.9 * self.timeout else 0
