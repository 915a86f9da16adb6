"""A cell that holds the newest value. Pictures overwrite; only facts queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

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
        """Replace the value and wake whoever waits; return its version. A closed cell ignores it."""
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
