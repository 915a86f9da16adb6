"""The sound of alarms, and its pause: a muted sound comes back by itself. No clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crowdmon.track.levels import RANK
from crowdmon.values import Level
from crowdmon.view.alarms import Alarm

AGAIN_S = 10.0
"""Seconds after which a red or critical alarm that nobody has acknowledged sounds again."""

MUTE_S = 600.0
"""Seconds for which the sound is muted, unless somebody turns it on before."""


class Sounder:
    """Beeps once for each alarm that is raised, and again while a red or critical one is open."""

    def __init__(self, beep: Callable[[], object]) -> None:
        """``beep`` makes one short sound."""
        self._beep = beep
        self._told: dict[tuple[str, float], int] = {}
        self._again = float("inf")
        self._until = float("-inf")

    def left(self, now: float) -> float:
        """Return the seconds for which it stays muted; 0 if it is not."""
        # A clock that was set back must not mute for longer than was asked for.
        return min(max(self._until - now, 0.0), MUTE_S)

    def mute(self, now: float) -> None:
        """Make no sound for :data:`MUTE_S` seconds."""
        self._until = now + MUTE_S

    def unmute(self) -> None:
        """Sound again."""
        self._until = float("-inf")

    def test(self) -> None:
        """Sound once, muted or not: somebody wants to hear it."""
        self._beep()

    def look(self, open_alarms: Sequence[Alarm], now: float) -> None:
        """Sound if something new is open, or something urgent still is."""
        told = {one.key: one.told for one in open_alarms}
        new = any(count > self._told.get(key, 0) for key, count in told.items())
        self._told = told
        urgent = any(RANK[one.level] >= RANK[Level.RED] for one in open_alarms)
        if not urgent:
            self._again = float("inf")
        due = urgent and (now >= self._again or self._again > now + AGAIN_S)
        muted = self.left(now) > 0.0
        if (new or due) and urgent:
            self._again = now if muted else now + AGAIN_S  # so that it sounds when the pause is over
        if (new or due) and not muted:
            self._beep()
