"""The readings of the last while, in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from crowdmon.values import Reading

BOUND = 20_000
"""Readings kept a camera: more than an hour at five a second; about 15 MB with two ROIs."""


class History:
    """Keeps the newest readings of each camera. Any thread may add and ask."""

    def __init__(self, bound: int = BOUND) -> None:
        """Keep ``bound`` readings a camera; the oldest go first."""
        self._bound = bound
        self._lock = threading.Lock()
        self._readings: dict[str, deque[Reading]] = {}

    def add(self, reading: Reading) -> None:
        """Keep a reading."""
        with self._lock:
            if (kept := self._readings.get(reading.camera)) is None:
                kept = self._readings[reading.camera] = deque(maxlen=self._bound)
            kept.append(reading)

    def query(self, since: float, until: float) -> list[Reading]:
        """Return the readings of all cameras with ``since <= time < until``, by time."""
        with self._lock:  # held for the copy alone
            copies = [list(kept) for kept in self._readings.values()]
        found = [reading for copy in copies for reading in copy if since <= reading.time < until]
        return sorted(found, key=lambda reading: reading.time)

    def keep(self, cameras: Iterable[str]) -> None:
        """Forget the readings of all other cameras."""
        names = set(cameras)
        with self._lock:
            self._readings = {name: kept for name, kept in self._readings.items() if name in names}
