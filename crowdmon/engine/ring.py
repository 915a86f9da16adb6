"""The pictures of the last moment, so that one can be shown together with what was counted in it."""

from __future__ import annotations

import threading
from collections import deque

from crowdmon.values import Frame

VIEW_RATE = 30.0
"""Pictures a second for the eye, at most."""

SECONDS = 1.0
"""How far the pictures reach back at most."""

MOST = 34
"""Pictures that are kept at most: those of :data:`SECONDS` at the rate for the eye, and a few more."""

MOST_PIXELS = 1920 * 1080
"""The most pixels of a kept picture. So a camera that is looked at holds 212 MB at most, MOST x MOST_PIXELS x
3 bytes. In a widget of 960x540 that are 53 MB."""


class ViewRing:
    """The newest pictures for the eye, from the oldest to the newest; one thread puts, any may look.

    Nobody has to drain it. With :attr:`seconds` 0 it holds the newest picture only.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """How far to reach back, 0 to :data:`SECONDS`."""
        self._lock = threading.Lock()
        self._pictures: deque[Frame] = deque(maxlen=MOST)
        self._closed = self._elsewhere = False

    def put(self, frame: Frame) -> None:
        """Add a picture and drop those that are too old; a closed ring ignores it."""
        with self._lock:
            if self._closed:
                return
            if self._elsewhere or self.seconds <= 0.0:
                self._pictures.clear()
                self._elsewhere = False
            self._pictures.append(frame)
            # Also what seems to come later: then the clock was set back.
            while not 0.0 <= frame.time - self._pictures[0].time <= self.seconds:
                self._pictures.popleft()

    def peek(self) -> Frame | None:
        """Return the newest picture; None if there is none."""
        with self._lock:
            return self._pictures[-1] if self._pictures else None

    def pictures(self) -> tuple[Frame, ...]:
        """Return all pictures, from the oldest to the newest."""
        with self._lock:
            return tuple(self._pictures)

    def go_elsewhere(self) -> None:
        """Forget all pictures when the next one comes, for it is from another place of a recording."""
        with self._lock:
            self._elsewhere = True

    def clear(self) -> None:
        """Forget all pictures, so that no old one is shown as new."""
        with self._lock:
            self._pictures.clear()

    def close(self) -> None:
        """Take no more pictures; those that are here stay."""
        with self._lock:
            self._closed = True


def within(size: tuple[int, int]) -> tuple[int, int]:
    """Return a size of the same shape with at most :data:`MOST_PIXELS` pixels."""
    scale = min(1.0, (MOST_PIXELS / max(size[0] * size[1], 1)) ** 0.5)
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
