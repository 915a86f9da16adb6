"""The count tap of one camera: between its capture thread and the counting thread."""

from __future__ import annotations

from crowdmon.engine.latest import Latest
from crowdmon.engine.scheduler import SLACK
from crowdmon.values import Frame


class Offer:
    """Holds the newest picture that was converted for counting.

    The capture thread asks :meth:`wants` before it converts anything, so a camera that nobody counts,
    or whose turn has not come, costs nothing. Nobody has to drain it when the counting thread is dead:
    it holds one picture.
    """

    def __init__(self) -> None:
        self.wanted_from = 0.0
        """Monotonic seconds from which on a picture is wanted; set by the counting thread."""
        self.era = 0
        """Rises whenever the source goes elsewhere in its recording; set by the capture thread."""
        self.taken_era = 0
        """The era of the picture taken last; for the counting thread."""
        self._cell: Latest[tuple[Frame, int]] = Latest()
        self._taken = self._urgent = 0
        self._put_at = 0.0
        self._counting = False

    def wants(self, now: float, *, refresh: float) -> bool:
        """Whether a picture that arrives now should be converted; for the capture thread.

        Yes when its turn has come, unless one converted less than ``refresh`` seconds ago still waits.
        """
        if now < self.wanted_from or self._cell.closed:
            return False
        return self._cell.version == self._taken or now - self._put_at >= refresh * (1.0 - SLACK)

    def put(self, frame: Frame, now: float) -> None:
        """Offer a picture; for the capture thread."""
        self._put_at = now
        self._cell.put((frame, self.era))

    def hurry(self) -> None:
        """Have the picture on offer counted next, whatever the rate: no other one follows it."""
        self._urgent = self._cell.version

    @property
    def urgent(self) -> bool:
        """Whether the picture on offer is to be counted next; for the counting thread."""
        return self._urgent > self._taken

    def age(self, now: float) -> float | None:
        """Seconds the picture on offer has waited; None if there is none. For the counting thread."""
        return now - self._put_at if self._cell.version > self._taken else None

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width and channels of the picture on offer; empty if there is none."""
        got = self._cell.peek()
        return () if got is None else got[0].rgb.shape

    def take(self) -> Frame | None:
        """Take the picture on offer, once; for the counting thread."""
        got = self._cell.get(after=self._taken, timeout=0)
        if got is None:
            return None
        self._counting = True
        self._taken, (frame, self.taken_era) = got
        return frame

    def done(self) -> None:
        """Note that the picture taken has been counted, or has failed; for the counting thread."""
        self._counting = False

    @property
    def busy(self) -> bool:
        """Whether a picture waits or is being counted."""
        return self._cell.version > self._taken or self._counting

    def close(self) -> None:
        """Take no more pictures."""
        self._cell.close()
