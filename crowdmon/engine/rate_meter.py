"""Events per second over the last seconds. No clock, no thread."""

from __future__ import annotations

from collections import deque

WINDOW = 3.0
"""Seconds looked back."""


class Meter:
    """Counts what happens and how often; slow events are measured by the time between two."""

    def __init__(self, window: float = WINDOW) -> None:
        """Look back ``window`` seconds, at least to the event before the last."""
        self._window = window
        self._times: deque[tuple[float, int]] = deque(maxlen=1024)
        self.total = 0

    @property
    def last(self) -> float | None:
        """When the last event was; None before the first."""
        return self._times[-1][0] if self._times else None

    def tick(self, now: float, number: int = 1) -> None:
        """Note one event, or that so many have come since the last one."""
        self.total += number
        self._times.append((now, self.total))
        while len(self._times) > 2 and self._times[0][0] < now - self._window:
            self._times.popleft()

    def rate(self, now: float) -> float:
        """Return events per second; falls to 0 when nothing comes any more."""
        if len(self._times) < 2:
            return 0.0
        (first, before), (last, total) = self._times[0], self._times[-1]
        span = last - first
        if now - last > 2.0 * span / (len(self._times) - 1):
            span = now - first
        return (total - before) / span if span > 0.0 else 0.0
