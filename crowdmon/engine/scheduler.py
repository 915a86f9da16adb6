"""Whose picture is counted next. No clock, no thread: every call says what time it is.

Each camera has a time at which it is due. The one that has been due longest comes first. A camera that was
served is due again one interval later, but never earlier than now. So all waiting cameras come before it:
none waits for more than one picture of every other camera, however many pictures those have. A machine
that is too slow serves all cameras less often; it never falls behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SLACK = 0.1
"""Share of the interval a picture may come early: cameras jitter, and the next one may be far."""

ACTIVE = 10.0
"""Seconds after its last count during which a camera's cost counts for the pace."""

_NEARLY = 0.75
"""Share of its cost after which a camera's next picture is wanted, on a machine too slow for its rate."""

_LONGEST = 2.0
"""Seconds for which a picture is not wanted for that reason, at most: one count may have taken very long."""

_MEMORY = 0.3
"""Weight of the newest cost in its running mean."""


@dataclass(slots=True)
class _Turn:
    interval: float
    due: float
    cost: float | None = None
    last: float | None = None
    begun: float = float("-inf")


class Scheduler:
    """Serves cameras fairly by target rate. For one thread."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def keep(self, cameras: Iterable[tuple[str, float]], now: float) -> None:
        """Serve these cameras, given as (name, counts per second), and no others."""
        rates = dict(cameras)
        self._turns = {name: turn for name, turn in self._turns.items() if name in rates}
        for name, rate in rates.items():
            turn = self._turns.setdefault(name, _Turn(1.0 / rate, now))
            if turn.interval != 1.0 / rate:
                turn.interval = 1.0 / rate
                turn.due = min(turn.due, now + turn.interval)

    def anew(self, camera: str, now: float) -> None:
        """Forget what is known of a camera: another one bears its name now."""
        if camera in self._turns:
            self._turns[camera] = _Turn(self._turns[camera].interval, now)

    def hurry(self, camera: str, now: float) -> None:
        """Serve a camera as soon as its turn among those that are due allows, whatever its rate."""
        turn = self._turns[camera]
        turn.due = min(turn.due, now)

    def due(self, camera: str) -> float:
        """Return from when on a picture of ``camera`` may be counted."""
        turn = self._turns[camera]
        return turn.due - SLACK * turn.interval

    def wanted(self, camera: str) -> float:
        """Return from when on a picture of ``camera`` is wanted, so that it does not wait for long.

        While its last one is counted, on a machine that needs longer for that than the interval, the next
        picture would be due at once. It would wait until the count is done, and be as old as that then.
        """
        turn = self._turns[camera]
        busy = 0.0 if turn.cost is None else min(_NEARLY * turn.cost, _LONGEST)
        return max(self.due(camera), turn.begun + busy)

    def turns(self, waiting: Iterable[str], now: float) -> list[str]:
        """Return whose pictures may be counted now, in the order in which they are to be.

        Args:
            waiting: cameras with a picture that was not counted yet.
            now: seconds.

        Returns:
            Those that are due, the longest due first; of several, the slowest first.
        """
        ready = [name for name in waiting if name in self._turns and self.due(name) <= now]
        return sorted(ready, key=lambda name: (self._turns[name].due, -self._turns[name].interval))

    def next(self, waiting: Iterable[str], now: float) -> str | None:
        """Return the camera to count now, see :meth:`turns`; None if none is due."""
        return next(iter(self.turns(waiting, now)), None)

    def wait(self, waiting: Iterable[str], now: float) -> float | None:
        """Return the seconds until one of ``waiting`` is due; None if none of them will be."""
        times = [self.due(name) for name in waiting if name in self._turns]
        return max(0.0, min(times) - now) if times else None

    def begin(self, camera: str, now: float) -> None:
        """Note that a picture of ``camera`` is taken now."""
        turn = self._turns[camera]
        # After a silence the interval starts again, or the first two pictures would be counted at once.
        silent = now - turn.due > 2.0 * max(turn.interval, self.pace(now))
        turn.due = now + turn.interval if silent else max(turn.due + turn.interval, now)
        turn.begun = now

    def end(self, camera: str, *, cost: float, now: float) -> None:
        """Note that counting it took ``cost`` seconds."""
        if (turn := self._turns.get(camera)) is not None:
            turn.cost = cost if turn.cost is None else turn.cost + _MEMORY * (cost - turn.cost)
            turn.last = now

    def pace(self, now: float) -> float:
        """Return the seconds one picture of every camera counted lately takes together."""
        return sum(
            turn.cost
            for turn in self._turns.values()
            if turn.cost is not None and turn.last is not None and now - turn.last <= ACTIVE
        )
