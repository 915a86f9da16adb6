"""Plays a recording at the speed it was made. No clock, no thread."""

from __future__ import annotations

LATEST = 0.5
"""Seconds behind after which to go on from here instead of rushing after."""


class Pacer:
    """Ties media time to the clock at the first picture, and anew after a jump or a long delay."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._media = 0.0

    def wait(self, media: float, now: float) -> float:
        """Return the seconds until the picture of ``media`` seconds is due; below 0 if it is late."""
        if self._offset is None or media < self._media or now - (media + self._offset) > LATEST:
            self._offset = now - media
        self._media = media
        return media + self._offset - now
