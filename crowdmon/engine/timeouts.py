"""How long to wait for a live camera: for its answer, and for its next picture. No clock, no thread.

A camera that is back is to be counted within 3 s. What it may cost to notice is therefore 2 s: the wait
between two attempts, an attempt that was lost on the line, or a silence. The rest is for opening it.
"""

from __future__ import annotations

SHORTEST = 2.0
"""Seconds that every camera is given."""

LONGEST = 30.0
"""Seconds for the next picture of a camera that sends one every ten."""

LONGEST_OPENING = 5.0
"""Seconds for an answer, and as many for the first packet after it; between the two, and at every packet, the
thread that waits looks whether it is to stop."""

SLOWEST_OPENING = 15.0
"""Seconds for the first picture of a camera that sends one every ten; one that nobody knows gets them now and
then."""

_FEW = 2
_TIMES = 4.0
_EVERY_THIRD = 3


def next_patience(patience: float, *, pictures: int, usual: float, silent: bool) -> float:
    """Return the seconds to wait for a picture of the next connection.

    A camera that gives a picture and then nothing is either broken or slower than we are patient: it
    gets twice the time. One whose rate is known gets three usual intervals at least.

    Args:
        patience: seconds waited for a picture of the connection that was lost.
        pictures: how many it gave.
        usual: seconds between two pictures, as a rule; 0 if unknown.
        silent: it was lost because no picture came.
    """
    if pictures > _FEW:
        return min(LONGEST, max(SHORTEST, 3.0 * usual))
    return min(LONGEST, max(2.0 * patience, 3.0 * usual)) if silent and pictures else patience


class Opening:
    """How long a camera has for its answer.

    One that has answered before gets four times what it took then: a call that was lost on the line must
    not hold up the next one. Every third call in vain gets the whole time, for the camera, or this
    machine, may have become slower.
    """

    def __init__(self) -> None:
        self._took: float | None = None
        self._in_vain = 0

    @property
    def patience(self) -> float:
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
        self._in_vain = self._in_vain + 1 if took >= 0.9 * self.patience else 0
