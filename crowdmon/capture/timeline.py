"""Media time that only rises, whatever the stream says. Pure arithmetic, no clock."""

from __future__ import annotations

_BACKWARDS = 1.0
"""Seconds; a larger step back is a stream that started anew, a smaller one is disorder."""

_FORWARDS = 5.0
"""Seconds by which live pictures may run ahead of the clock; beyond that the camera's clock was set."""

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
        self._arrived: float | None = None

    def stamp(self, raw: float | None, *, arrived: float | None = None) -> float:
        """Return the seconds of the next picture.

        Args:
            raw: its time stamp; None where it has none.
            arrived: seconds on a steady clock, for live pictures, at which it came or should have come: a
                stamp that leaps ahead of it is not believed.
        """
        passed = None if arrived is None or self._arrived is None else arrived - self._arrived
        pts = self._expected if raw is None else self._place(raw, passed)
        self._last, self._arrived = pts, arrived
        self._expected = pts + self._step
        return pts

    def restart(self, at: float) -> None:
        """After a seek: the next picture is about ``at`` seconds, before or after the last one."""
        self._last = None
        self._expected = at

    def _place(self, raw: float, passed: float | None) -> float:
        if self._origin is None:
            self._origin = raw - self._expected
        pts = raw - self._origin
        if self._last is None:
            return max(pts, 0.0)
        leapt = passed is not None and pts - self._expected > passed + _FORWARDS
        if leapt or pts < self._last - _BACKWARDS:
            self._origin = raw - self._expected
            return self._expected
        return max(pts, self._last + _NUDGE)
