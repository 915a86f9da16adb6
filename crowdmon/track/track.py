"""The chain of one camera: a density map, or silence, becomes readings. No clock, no thread, no lock.

Live cameras, files and paused pictures all go through it: measure, smooth, give a level, say so when nothing
was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crowdmon.track.gaps import UNKNOWN_AFTER, Gaps
from crowdmon.track.levels import NO_LIMITS, Limits, with_levels
from crowdmon.track.measure import measure, not_counted
from crowdmon.track.smooth import Smoother
from crowdmon.values import DensityMap, Reading, ReadingState, Roi

LAG = 0.2
"""Seconds that rows of silence are entered late, at their own times: a picture that came before one may take
as long from its decoder to here."""


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """A picture was counted.

    Attributes:
        density: the people in it.
        moment: seconds on the clock of the source, for smoothing: its media time, or the time of capture.
        era: a new value starts the smoothing again: the recording moved to another position.
    """

    density: DensityMap
    moment: float
    era: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was counted until now.

    Attributes:
        epoch: this moment in the time of the camera's pictures, epoch seconds.
    """

    epoch: float


@dataclass(frozen=True, slots=True)
class Unusable:
    """A picture came and was counted, but it does not show what the camera is there to see.

    Attributes:
        epoch: the time of the picture, epoch seconds.
    """

    epoch: float


class Track:
    """Turns what one camera gives into readings, in the order of their times.

    All moments are seconds on one clock that only rises. Nothing is expected before the first
    :class:`Silence` or count.
    """

    def __init__(
        self,
        camera: str,
        rois: Sequence[Roi] = (),
        *,
        interval: float,
        unknown_after: float = UNKNOWN_AFTER,
        limits: Mapping[str, Limits] = NO_LIMITS,
        camera_id: str = "",
        whole: bool = True,
    ) -> None:
        """Start without a past.

        Args:
            camera: the name in the readings.
            rois: valid ROIs, in the order of the readings.
            interval: the usual seconds between two counts.
            unknown_after: seconds after which a stale count is unknown.
            limits: what gives the whole picture and each ROI its level, by name; no level without.
            camera_id: of the camera in the readings; empty for the same as its name.
            whole: whether the whole picture is counted, or only the ROIs.
        """
        self._camera, self._camera_id = camera, camera_id
        self._whole = whole
        self._rois = tuple(rois)
        self._limits = limits
        self._gaps = Gaps(interval=interval, unknown_after=unknown_after)
        self._smoother = Smoother(interval=interval)
        self._era = 0
        self._current: Reading | None = None

    @property
    def current(self) -> Reading | None:
        """The newest reading; None before the first."""
        return self._current

    def step(
        self, seen: Counted | Unusable | Silence, now: float, *, pace: float = 0.0
    ) -> tuple[Reading, ...]:
        """Return the readings that follow from what is known at ``now``.

        Args:
            seen: what was counted, that it means nothing, or that nothing was counted.
            now: seconds.
            pace: seconds the machine needs for one picture of every camera: it takes the place of a shorter
                interval, because a machine that is slow is not a camera that is silent.

        Returns:
            For a count one reading, smoothed and with its levels. For an unusable picture an unknown one;
            for silence one without a number for every moment at which one was due.

        Raises:
            CountingError: the density map holds values that are not numbers, or its picture has no time.
        """
        if isinstance(seen, Counted):
            made = self._count(seen, now, pace)
        elif isinstance(seen, Unusable):
            made = self._refuse(seen, now)
        else:
            made = self._wait(seen, now, pace)
        if made:
            self._current = made[-1]
        return made

    def waiting(self, now: float, *, late: float = 0.0) -> float | None:
        """Note that a picture waits to be counted.

        Args:
            now: seconds.
            late: seconds since it was taken.

        Returns:
            The time (epoch seconds) of the newest reading, before which no picture can be entered any more;
            None before the first.
        """
        self._gaps.arrived(now, late=late)
        return None if self._current is None else self._current.time

    def rest(self) -> None:
        """Expect nothing for now: the source has ended or stands still."""
        self._gaps.stop()

    def redraw(
        self, rois: Sequence[Roi], limits: Mapping[str, Limits] = NO_LIMITS, *, whole: bool = True
    ) -> None:
        """Measure other ROIs, with other limits. One that is counted elsewhere than before loses its past."""
        self._limits, self._whole = limits, whole
        before = {roi.key: roi.place for roi in self._rois}
        self._rois = tuple(rois)
        self._smoother.forget({one.key for one in rois if before.get(one.key, one.place) != one.place})

    def expect(self, *, interval: float, unknown_after: float) -> None:
        """Change the usual seconds between two counts, and those after which a stale count is unknown."""
        self._gaps.interval, self._gaps.unknown_after = interval, unknown_after

    def _count(self, seen: Counted, now: float, pace: float) -> tuple[Reading, ...]:
        measured = measure(seen.density, self._rois, whole=self._whole)
        reading = replace(measured, camera_id=self._camera_id)
        if self._gaps.open or seen.era != self._era:
            self._smoother.reset()
        self._era = seen.era
        self._smoother.interval = max(self._gaps.interval, pace)
        self._gaps.counted(now)
        return (with_levels(self._smoother.apply(reading, t=seen.moment), self._limits),)

    def _refuse(self, seen: Unusable, now: float) -> tuple[Reading, ...]:
        self._smoother.reset()
        self._gaps.counted(now)
        return (self._not_counted(seen.epoch, ReadingState.UNKNOWN),)

    def _wait(self, seen: Silence, now: float, pace: float) -> tuple[Reading, ...]:
        self._gaps.start(now)
        due = self._gaps.rows(now - LAG, pace=pace)
        rows = [(seen.epoch - (now - moment), state) for moment, state in due]
        if self._current is not None and self._current.time <= seen.epoch:
            # A picture that waited for its turn may be entered already; rows stay in order, unless the clock
            # was set back and the newest one is in the future.
            newest = self._current.time
            rows = [(time, state) for time, state in rows if time >= newest]
        return tuple(self._not_counted(time, state) for time, state in rows)

    def _not_counted(self, time: float, state: ReadingState) -> Reading:
        return not_counted(
            self._camera,
            self._rois,
            time=time,
            state=state,
            whole=self._whole,
            camera_id=self._camera_id,
        )
