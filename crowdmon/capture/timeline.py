"""Media time that only rises, whatever the stream says. Pure arithmetic, no clock."""

from __future__ import annotations

_BACKWARDS = 1.0
"""Seconds; a larger step back is a stream that started anew, a smaller one is disorder."""

_NUDGE = 0.001
"""Seconds between pictures that claim the same moment."""


class Timeline:
    """Turns raw time stamps into seconds since the stream's start, strictly rising.

    Args:
        origin: raw seconds of the stream's start; None takes the first stamp seen.
        fps: pictures per second, for pictures without a stamp; None assumes 25.
    """

    def __init__(self, origin: float | None = None, fps: float | None = None) -> None:
        self._origin = origin
        self._step = 1.0 / (fps or 25.0)
        self._expected = 0.0
        self._last: float | None = None

    def stamp(self, raw: float | None) -> float:
        """Return the seconds of the next picture; ``raw`` is None where it has no stamp."""
        pts = self._expected if raw is None else self._place(raw)
        self._last = pts
        self._expected = pts + self._step
        return pts

    def restart(self, at: float) -> None:
        """After a seek: the next picture is about ``at`` seconds, before or after the last one."""
        self._last = None
        self._expected = at

    def _place(self, raw: float) -> float:
        if self._origin is None:
            self._origin = raw - self._expected
        pts = raw - self._origin
        if self._last is None:
            return max(pts, 0.0)
        if pts < self._last - _BACKWARDS:
            self._origin = raw - self._expected
            return self._expected
        return max(pts, self._last + _NUDGE)
