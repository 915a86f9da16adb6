"""The readings of one camera, in order: the counted ones, and those that say that nothing was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from crowdmon.track.gaps import UNKNOWN_AFTER, Gaps
from crowdmon.track.measure import not_counted
from crowdmon.track.smooth import Smoother
from crowdmon.values import Reading, Roi

LAG = 0.2
"""Seconds that rows of silence are entered late, at their own times: a picture that came before one may take
as long from its decoder to here."""


class Account:
    """Smooths what was counted, and says so when nothing was.

    The counting thread brings what it counted; whoever looks first (the recording thread, or somebody
    who asks for a snapshot) finds out that nothing came. One lock keeps both in order.
    """

    def __init__(
        self,
        camera: str,
        *,
        interval: float,
        out: Callable[[Reading], None],
        unknown_after: float = UNKNOWN_AFTER,
    ) -> None:
        """Hand every reading to ``out``; ``interval`` is the usual seconds between two counts."""
        self._camera = camera
        self._out = out
        self._gaps = Gaps(interval=interval, unknown_after=unknown_after)
        self._smoother = Smoother(interval=interval)
        self._lock = threading.Lock()
        self._closed = False
        self._era = 0
        self._current: Reading | None = None

    @property
    def current(self) -> Reading | None:
        """The newest reading; None before the first."""
        return self._current

    def arrived(self, now: float, *, late: float = 0.0) -> float | None:
        """Note that a picture waits to be counted.

        Args:
            now: monotonic seconds.
            late: seconds since it was taken.

        Returns:
            The time (epoch seconds) of the newest reading, before which no picture can be entered any more;
            None before the first.
        """
        with self._lock:
            self._gaps.arrived(now, late=late)
            return None if self._current is None else self._current.time

    def counted(
        self, reading: Reading, *, now: float, t: float, patience: float, era: int = 0
    ) -> Reading | None:
        """Enter a counted reading.

        Args:
            reading: measured, not smoothed.
            now: monotonic seconds.
            t: media seconds, for the smoothing.
            patience: see :meth:`Gaps.rows`.
            era: another one than the last starts the smoothing anew: the recording was sought.

        Returns:
            It, smoothed; None if the camera was closed meanwhile.
        """
        with self._lock:
            if self._closed:
                return None
            if self._gaps.open or era != self._era:
                self._smoother.reset()
            self._era = era
            self._smoother.interval = max(self._gaps.interval, patience)
            self._gaps.counted(now)
            self._enter(smoothed := self._smoother.apply(reading, t=t))
            return smoothed

    def look(self, rois: Sequence[Roi], *, now: float, epoch: float, patience: float) -> None:
        """Enter a reading without a number for every moment at which one was due by ``now``.

        Counts are expected from the first look on.

        Args:
            rois: the camera's ROIs.
            now: monotonic seconds.
            epoch: the same moment in the time of the camera's pictures.
            patience: see :meth:`Gaps.rows`.
        """
        with self._lock:
            if self._closed:
                return
            self._gaps.start(now)
            for moment, state in self._gaps.rows(now - LAG, patience=patience):
                time = epoch - (now - moment)
                self._enter(not_counted(self._camera, rois, time=time, state=state))

    def set_interval(self, seconds: float) -> None:
        """Change the usual seconds between two counts."""
        with self._lock:
            self._gaps.interval = seconds

    def set_unknown_after(self, seconds: float) -> None:
        """Change the seconds after which a stale count is unknown."""
        with self._lock:
            self._gaps.unknown_after = seconds

    def rest(self) -> None:
        """Expect nothing for now: the source has ended or stands still."""
        with self._lock:
            self._gaps.stop()

    def redrawn(self, rois: Sequence[str]) -> None:
        """Forget the past of ROIs that mean something else now."""
        with self._lock:
            self._smoother.forget(frozenset(rois))

    def close(self) -> None:
        """Enter nothing more."""
        with self._lock:
            self._closed = True

    def _enter(self, reading: Reading) -> None:
        self._current = reading
        self._out(reading)
