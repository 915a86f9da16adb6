"""What people want of a recording: to pause, seek, step. Any thread says it, the capture thread obeys."""

from __future__ import annotations

import threading
from dataclasses import dataclass

JUST_BEFORE = 0.0005
"""Seconds; no recording has pictures closer to each other."""


@dataclass(frozen=True, slots=True)
class PlaybackRequest:
    """What to do next.

    Attributes:
        paused: stand still.
        target: media seconds to go to before anything else; None to stay.
        steps: pictures to go forward, or back if below 0; only while paused.
    """

    paused: bool = False
    target: float | None = None
    steps: int = 0

    @property
    def moves(self) -> bool:
        """Whether another picture is to be shown out of turn."""
        return self.target is not None or self.steps != 0


class PlaybackRequests:
    """The wishes for one recording, and where it stands.

    Attributes:
        position: media seconds of the picture shown last; None before the first.
        duration: media seconds of the whole; None if unknown or without end.
        seekable: whether it can move to another position; True until this is known.
    """

    def __init__(self) -> None:
        self.position: float | None = None
        self.duration: float | None = None
        self.seekable = True
        self._lock = threading.Lock()
        self._wish = PlaybackRequest()
        self._over = False

    @property
    def wish(self) -> PlaybackRequest:
        """What is wanted, without taking it."""
        return self._wish

    def pause(self) -> None:
        """Stand still at the picture shown."""
        with self._lock:
            self._wish = PlaybackRequest(True, self._wish.target, self._wish.steps)

    def resume(self) -> None:
        """Play on; steps that were not made yet are forgotten."""
        with self._lock:
            self._wish = PlaybackRequest(False, self._wish.target)

    def seek(self, pts: float) -> bool:
        """Go to ``pts`` seconds, and play on or stand still as before; the newest wish replaces older ones.

        Returns:
            Whether nobody plays it any more, because it had ended: the caller has to start somebody.
        """
        with self._lock:
            self._wish = PlaybackRequest(self._wish.paused, max(0.0, pts))
            return self._revived()

    def step(self, by: int) -> bool:
        """Stand still ``by`` pictures further, or earlier if below 0. Returns what :meth:`seek` does."""
        with self._lock:
            self._wish = PlaybackRequest(True, self._wish.target, self._wish.steps + by)
            return self._revived()

    def take(self) -> PlaybackRequest:
        """Return what is wanted, and forget what is done once; for the capture thread."""
        with self._lock:
            wish, self._wish = self._wish, PlaybackRequest(self._wish.paused)
            return wish

    def ended(self) -> bool:
        """Note that nobody plays it any more; False if somebody just wants to go elsewhere in it."""
        with self._lock:
            self._over = not self._wish.moves
            return self._over

    def _revived(self) -> bool:
        over, self._over = self._over, False
        return over
