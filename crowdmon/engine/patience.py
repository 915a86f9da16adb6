"""How long to wait for a live camera's next picture before it is opened again. No clock, no thread."""

from __future__ import annotations

SHORTEST = 5.0
"""Seconds; a thread that waits for a picture can be stopped within as many."""

LONGEST = 30.0
"""Seconds, for cameras that send a picture every ten."""

_FEW = 2


def next_patience(patience: float, *, pictures: int, usual: float, silent: bool) -> float:
    """Return the seconds to wait for a picture of the next connection.

    A camera that gives a picture and then nothing is either broken or slower than we are patient: it
    gets twice the time. One whose rate is known gets three usual intervals.

    Args:
        patience: seconds waited for a picture of the connection that was lost.
        pictures: how many it gave.
        usual: seconds between two pictures, as a rule; 0 if unknown.
        silent: it was lost because no picture came.
    """
    if pictures > _FEW:
        return min(LONGEST, max(SHORTEST, 3.0 * usual))
    return min(LONGEST, 2.0 * patience) if silent and pictures else patience
