"""The clock of the machine, behind the seam that tests replace."""

from __future__ import annotations

import time


class SystemClock:
    """The real :class:`~crowdmon.engine.protocols.Clock`."""

    def monotonic(self) -> float:
        """Seconds that only rise."""
        return time.monotonic()

    def wall(self) -> float:
        """Epoch seconds."""
        return time.time()
