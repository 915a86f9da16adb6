"""The time range of the plot: it follows the present, or stays where somebody moved it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

SPANS_S = (60.0, 120.0, 300.0)
"""Seconds shown by default: the shortest that holds all readings, or else the last."""

CHOICES = {
    "Automatic": 0,
    "1 min": 60,
    "5 min": 300,
    "10 min": 600,
    "15 min": 900,
    "30 min": 1800,
    "1 h": 3600,
    "1 day": 86_400,
    "30 d": 30 * 86_400,
    "400 d": 400 * 86_400,
}
"""Seconds by name; 0 for what :data:`SPANS_S` says."""

CHIPS = ("Automatic", "1 min", "10 min", "1 h", "1 day", "30 d", "400 d")
"""Those that stand above the plot; the menu has all."""

SHORTEST_S, LONGEST_S = 10.0, 400 * 86_400.0
"""The limits of zooming, in seconds."""


def span_for(age: float) -> float:
    """Return the seconds to show while the oldest reading is ``age`` seconds old."""
    return next((span for span in SPANS_S if age <= span), SPANS_S[-1])


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """What is shown.

    Attributes:
        span: seconds; 0 for as many as there are, see :func:`span_for`.
        end: epoch seconds of the right edge; None while it follows now.
    """

    span: float = 0.0
    end: float | None = None

    def bounds(self, now: float, oldest: float) -> tuple[float, float]:
        """Return (start, end) in epoch seconds, ``oldest`` being the time of the first reading."""
        end = now if self.end is None else self.end
        span = self.span or span_for(now - oldest)
        return end - span, end

    def since(self, now: float) -> float:
        """Return the time from which readings are needed."""
        end = now if self.end is None else min(self.end, now)
        return end - (self.span or SPANS_S[-1])

    def zoomed(self, factor: float, at: float, *, now: float, oldest: float) -> TimeWindow:
        """Return one that shows ``factor`` times as much; the point at ``at`` does not move.

        If it follows the present, it continues to do so.
        """
        start, end = self.bounds(now, oldest)
        span = min(max((end - start) * factor, SHORTEST_S), LONGEST_S)
        if self.end is None:
            return replace(self, span=span)
        share = (end - at) / (end - start)
        return TimeWindow(span, at + share * span)._held(now)

    def panned(self, seconds: float, *, now: float, oldest: float) -> TimeWindow:
        """Return one that is moved. At the present it follows again. It never leaves the stored readings."""
        start, end = self.bounds(now, oldest)
        return TimeWindow(end - start, end + seconds)._held(now)

    def day(self, start: float, end: float, *, now: float) -> TimeWindow:
        """Return one that shows a day, from ``start`` to ``end``; today it follows."""
        return TimeWindow(end - start, end)._held(now)

    def around(self, moment: float, *, now: float) -> TimeWindow:
        """Return one with a moment in its middle, wide enough to see what came before and after."""
        span = self.span if SPANS_S[0] <= self.span <= 3600.0 else 600.0
        return TimeWindow(span, moment + span / 2)._held(now)

    def following(self) -> TimeWindow:
        """Return one that shows as much and follows the present."""
        return replace(self, end=None)

    def _held(self, now: float) -> TimeWindow:
        if self.end is None or self.end >= now:
            return replace(self, end=None)
        return replace(self, end=max(self.end, now - LONGEST_S + self.span))
