"""Cells that hold the newest value: pictures overwrite, only facts queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from crowdmon.engine.scheduler import SLACK
from crowdmon.values import Frame

T = TypeVar("T")


class Latest(Generic[T]):
    """The newest value of a producer, for any number of readers of any speed.

    Each reader remembers the version it has seen, so none can take a value away from another.
    Nobody has to drain it: it holds one value, whether or not its readers are still alive.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._version = 0
        self._closed = False

    @property
    def version(self) -> int:
        """Number of values put so far."""
        return self._version

    @property
    def closed(self) -> bool:
        """Whether nothing new will come."""
        return self._closed

    def put(self, value: T) -> int:
        """Replace the value and wake all waiting threads; return its version. A closed cell ignores it."""
        with self._changed:
            if not self._closed:
                self._value = value
                self._version += 1
                self._changed.notify_all()
            return self._version

    def peek(self) -> T | None:
        """Return the newest value at once; None if there is none."""
        return self._value

    def get(self, after: int = 0, timeout: float | None = None) -> tuple[int, T] | None:
        """Wait for a value newer than version ``after``.

        Args:
            after: the version seen last; 0 for any value.
            timeout: seconds to wait at most; None for ever, 0 not at all.

        Returns:
            (version, value); None when the time is up, or when the cell was closed and
            holds nothing newer.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._newer(after) or self._closed, timeout)
            return (self._version, self._value) if self._value is not None and self._newer(after) else None

    def _newer(self, after: int) -> bool:
        return self._version > after and self._value is not None

    def clear(self) -> None:
        """Forget the value, so that an old picture is not shown as new; versions go on counting."""
        with self._changed:
            self._value = None

    def close(self) -> None:
        """Refuse further values and wake everybody; the last value stays readable."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class CountCell:
    """Holds the newest picture that was converted for counting.

    The capture thread asks :meth:`wants` before it converts anything, so a camera that nobody counts,
    or whose turn has not come, costs nothing. Nobody has to drain it when the counting thread is dead:
    it holds one picture.
    """

    def __init__(self) -> None:
        self.wanted_from = 0.0
        """Monotonic seconds from which on a picture is wanted; set by the counting thread."""
        self.pace = 0.0
        """Seconds that one picture of every camera takes, 0 before the first; set by the counting thread."""
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
        """CountCell a picture; for the capture thread."""
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
