"""What several cameras say together: every reading passes here once, before any sink.

No clock, no thread, no lock.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from crowdmon.errors import SinkError
from crowdmon.facts import Fact, check_recordable
from crowdmon.values import Reading


class Site:
    """Takes the new readings of all cameras in order, and returns the facts that follow from them.

    Replaying the history through it gives the same facts.
    """

    def __init__(self) -> None:
        self._newest: dict[str, Reading] = {}
        self._refused: dict[str, str] = {}

    @property
    def newest(self) -> Mapping[str, Reading]:
        """The newest reading of each camera."""
        return self._newest

    @property
    def refused(self) -> Mapping[str, str]:
        """Cameras whose last reading no file can hold, and why."""
        return self._refused

    def step(self, readings: Sequence[Reading], now: float) -> tuple[Fact, ...]:
        """Return the facts of this moment.

        A reading that no file can hold is left out, and its reason is in :attr:`refused` until the next good
        one of that camera: in a queue it would stop everything behind it for ever.

        Args:
            readings: new ones, in order; none at all is fine.
            now: epoch seconds.
        """
        del now  # what is due at a time, such as an alarm that is held for a while, needs it
        return tuple(reading for reading in readings if self._accepted(reading))

    def keep(self, cameras: Container[str]) -> None:
        """Forget all other cameras."""
        self._newest = {name: one for name, one in self._newest.items() if name in cameras}
        self._refused = {name: why for name, why in self._refused.items() if name in cameras}

    def _accepted(self, reading: Reading) -> bool:
        try:
            check_recordable(reading)
        except SinkError as error:
            self._refused = {**self._refused, reading.camera: str(error)}
            return False
        if reading.camera in self._refused:
            self._refused = {name: why for name, why in self._refused.items() if name != reading.camera}
        self._newest = {**self._newest, reading.camera: reading}
        return True
