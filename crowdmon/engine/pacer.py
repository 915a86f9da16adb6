"""Plays a recording at the speed it was made. No clock, no thread."""

from __future__ import annotations

LATEST = 0.5
"""Seconds behind after which to go on from here instead of rushing after."""

LEAP = 5.0
"""Seconds ahead, at least, at which a time stamp is not believed: nobody waits an hour for a picture."""


class Pacer:
    """Ties media time to the clock at the first picture, and anew after a jump or a long delay."""

    def __init__(self, *, usual: float = 0.0) -> None:
        """``usual`` is the seconds between two pictures; three of them are not a jump."""
        self._leap = max(LEAP, 3.0 * usual)
        self._offset: float | None = None
        self._media = 0.0

    def wait(self, media: float, now: float) -> float:
        """Return the seconds until the picture of ``media`` seconds is due; below 0 if it is late."""
        jumped = not 0.0 <= media - self._media <= self._leap
        if self._offset is None or jumped or now - (media + self._offset) > LATEST:
            self._offset = now - media
        self._media = media
        return media + self._offset - now
