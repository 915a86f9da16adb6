"""How much time there is, what is done with it, and whether somebody has asked to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

Tell = Callable[[float, float, str], None]
"""Takes the share that is done, the seconds left, and what is being done."""


class Budget:
    """The time of one adaptation."""

    def __init__(
        self, seconds: float, *, tell: Tell | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin.

        Args:
            seconds: that it may take.
            tell: is called now and then.
            clock: seconds, rising.
        """
        self.seconds = seconds
        self._tell = tell
        self._clock = clock
        self._began = clock()
        self._told = float("-inf")

    def now(self) -> float:
        """Return the clock's time."""
        return self._clock()

    def left(self) -> float:
        """Return the seconds that are left, never below 0."""
        return max(0.0, self._began + self.seconds - self._clock())

    def tell(self, what: str, *, always: bool = False) -> None:
        """Say what is being done, twice a second at most."""
        now = self._clock()
        if self._tell is not None and (always or now - self._told >= 0.5):
            self._told = now
            self._tell(min(1.0, (now - self._began) / self.seconds), self.left(), what)
