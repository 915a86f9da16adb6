"""Which packets of a live stream are decoded, when not every picture is needed. Pure.

A picture can be decoded only after those it refers to, back to the last key frame. So packets wait until a
picture is needed, and are forgotten when the next key frame comes before that: never is more decoded than
without waiting, and of a camera that is counted now and then little more than its key frames.
"""

from __future__ import annotations

from typing import Generic, TypeVar

P = TypeVar("P")

LONGEST = 4.0
"""Seconds from one key frame to the next up to which packets wait: what waits has to be decoded at once."""

BEAT = 0.9
"""Seconds after which a key frame is decoded although nobody needs it: it shows that the stream is sound."""

MOST = 250
"""Packets that wait."""


class Thrift(Generic[P]):
    """Holds back what is not needed yet.

    Attributes:
        passed: packets that were forgotten, since this was last set to 0.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._waiting: list[P] = []
        self._key_at: float | None = None
        self._between: float | None = None
        self._taken = 0.0

    def take(self, packet: P, *, key: bool, now: float, needed: bool) -> list[P]:
        """Return the packets to decode now, in order; only the last one's picture is of use.

        Args:
            packet: the next one of the stream.
            key: whether it is a key frame.
            now: seconds.
            needed: whether its picture would be used.
        """
        if key:
            self._between = None if self._key_at is None else now - self._key_at
            self._key_at = now
            self.passed += len(self._waiting)
            self._waiting.clear()
        self._waiting.append(packet)
        if not needed and not (key and now - self._taken >= BEAT) and self._may_wait(now):
            return []
        self._taken = now
        ready, self._waiting = self._waiting, []
        return ready

    def _may_wait(self, now: float) -> bool:
        """Whether the next key frame can be expected soon enough."""
        if self._key_at is None or self._between is None or len(self._waiting) >= MOST:
            return False
        return self._between <= LONGEST and now - self._key_at <= 2.0 * self._between
