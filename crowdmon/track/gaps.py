"""When silence becomes a row: the rule by which an old number never looks new. No clock, no thread."""

from __future__ import annotations

from crowdmon.values import ReadingState

UNKNOWN_AFTER = 15.0
"""Seconds without a newly counted frame after which a count is unknown and no longer just stale."""

HOLD = 1.0
"""Seconds, at least, that rows wait for a picture that waits: counted late, it still comes before them."""

_LOOK = 0.5
"""Seconds that count as waiting at most between two looks: of a program that stood still, or got no turn for
long, the counter stood still as well."""

MOST_AT_ONCE = 600
"""Rows made up for at most when nobody looked for long; what lies before stays a visible gap."""


class Gaps:
    """Watches one camera for the lack of newly counted frames.

    Silence is counted from the last newly counted frame. When it exceeds twice the interval, a row is
    due, and another one every interval until a frame is counted again. A picture that waits for its
    turn holds back the rows that are due after it was taken, so that rows stay in the order of their times;
    but not for ever, for a counter that hangs is a silence as well.
    """

    def __init__(self, *, interval: float, unknown_after: float = UNKNOWN_AFTER) -> None:
        """Take the usual seconds between two counts; nothing is watched before :meth:`start`."""
        self.interval = interval
        self.unknown_after = unknown_after
        self._since: float | None = None
        self._waiting: float | None = None
        self._taken = self._held = self._looked = 0.0
        self._step = interval
        self._next: float | None = None

    @property
    def open(self) -> bool:
        """Whether a row without a count was due since the last count."""
        return self._next is not None

    def start(self, now: float) -> None:
        """Expect counts from now on, unless they are expected already."""
        if self._since is None:
            self._since = now

    def stop(self) -> None:
        """Expect nothing any more: the source has ended."""
        self._since = self._waiting = self._next = None

    def arrived(self, now: float, *, late: float = 0.0) -> None:
        """Note a picture that may be counted, and that was taken ``late`` seconds ago."""
        if self._waiting is None:
            self._waiting, self._taken, self._held = now, now - late, 0.0

    def counted(self, now: float) -> None:
        """Note a newly counted frame: the silence is over, except for the time while that one waited."""
        waited, self._since, self._waiting, self._next = self._waiting, now, None, None
        if waited is not None and now - waited > max(HOLD, 2.0 * self._step):
            self._since, self._next = waited, waited + 2.0 * self._step

    def rows(self, now: float, *, pace: float = 0.0) -> list[tuple[float, ReadingState]]:
        """Return when, since the last call, a row without a count was due, and its state.

        Args:
            now: seconds on the clock of all other calls.
            pace: seconds the machine needs for a turn of all cameras: it takes the place of a
                shorter interval, for a machine that is slow is not a camera that is silent.
        """
        looked, self._looked = self._looked, now
        if self._since is None:
            return []
        self._step = step = max(self.interval, pace)
        waiting, end = self._waiting, now
        if waiting is not None:
            self._held += min(max(0.0, now - max(waiting, looked)), _LOOK)
            if self._held <= max(HOLD, 2.0 * step):
                end = min(now, self._taken)
            else:
                self._waiting = None
        if self._next is None:
            first = max(self._since, waiting or self._since) + 2.0 * step
            if end <= first:
                return []
            self._next = first
        self._next = max(self._next, now - MOST_AT_ONCE * step)
        due: list[tuple[float, ReadingState]] = []
        while self._next <= end:
            late = self._next - self._since > self.unknown_after
            due.append((self._next, ReadingState.UNKNOWN if late else ReadingState.STALE))
            self._next += step
        return due
