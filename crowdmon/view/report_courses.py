"""Sums up the readings of a day while they pass by, so that none has to be kept. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from crowdmon.config import AppConfig
from crowdmon.track.alarms import Rule, Stage, Target
from crowdmon.track.levels import RANK, RISING, Bounds, Limits, with_levels
from crowdmon.track.rule import seen_at
from crowdmon.values import WHOLE_FRAME, Level, Reading, ReadingState, RoiReading
from crowdmon.view.report_day import Curve, Gap, Place

LONGEST = 90.0
"""Seconds for which a reading stands at most: one of a thinned history stands for a minute."""

SHORTEST_GAP = 10.0
"""Seconds below which a gap is not listed."""

_WIDTHS = (1, 5, 15, 60, 300)
_MOST_BINS = 1500

_Stretch = tuple[float, float, bool]
"""From, to (epoch seconds), and whether there are readings."""


class _Course:
    """What is summed up of one place while its readings pass by."""

    def __init__(self, shown: tuple[float, float]) -> None:
        self.peak = self.peak_at = self.peak_per_m2 = self.peak_local = None  # type: float | None
        self.people = self.counted = self.unknown = 0.0
        self.at: dict[Level, float] = {}
        self.area: float | None = None
        self._start = shown[0]
        length = shown[1] - shown[0]
        self._width = next((one for one in _WIDTHS if length <= one * _MOST_BINS), _WIDTHS[-1])
        bins = math.ceil(length / self._width)
        # Lists: a day has millions of readings, and single cells of an array are slow.
        self._sum, self._most = [0.0] * bins, [-math.inf] * bins
        self._n, self._missed = [0] * bins, [0] * bins

    def take(self, time: float, roi: RoiReading | None) -> None:
        """Note a moment; None for one without a count."""
        place = int((time - self._start) // self._width)
        inside = 0 <= place < len(self._n)
        if roi is None or roi.count is None:
            if inside:
                self._missed[place] += 1
            return
        if inside:
            self._sum[place] += roi.count
            self._n[place] += 1
            if roi.count > self._most[place]:
                self._most[place] = roi.count
        if self.peak is None or roi.count > self.peak:
            self.peak, self.peak_at = roi.count, time
        if roi.density_per_m2 is not None:
            self.peak_per_m2 = max(self.peak_per_m2 or 0.0, roi.density_per_m2)
            if roi.density_per_m2 > 0.0:
                self.area = roi.count / roi.density_per_m2
        if roi.local_per_m2 is not None:
            self.peak_local = max(self.peak_local or 0.0, roi.local_per_m2)

    def lasted(self, roi: RoiReading | None, seconds: float) -> None:
        """Note for how long the last moment stood."""
        if roi is None or roi.count is None:
            self.unknown += seconds
            return
        self.counted += seconds
        self.people += roi.count * seconds
        if roi.level is not None and roi.level is not Level.NONE:
            self.at[roi.level] = self.at.get(roi.level, 0.0) + seconds

    def above(self) -> dict[Level, float]:
        """Return the seconds at or above each level."""
        return {
            level: sum(seconds for one, seconds in self.at.items() if RANK[one] >= RANK[level])
            for level in RISING
        }

    def curve(self) -> Curve:
        """Return it in bins."""
        n = np.array(self._n)
        mean = np.where(n > 0, np.array(self._sum) / np.maximum(n, 1), np.nan)
        most = np.where(n > 0, np.array(self._most), np.nan)
        return Curve(self._start, float(self._width), mean, most, (n == 0) & (np.array(self._missed) > 0))


@dataclass
class _Camera:
    """The course of a camera: its newest reading, and where it counted nothing."""

    last: Reading | None = None
    step: float | None = None
    courses: dict[str, _Course] = field(default_factory=dict)
    gaps: list[_Stretch] = field(default_factory=list)
    first: float = math.inf
    latest: float = -math.inf


class Collected:
    """Sums up a day while its readings pass by, so that none has to be kept."""

    def __init__(self, config: AppConfig, shown: tuple[float, float]) -> None:
        self._config, self._range = config, shown
        self._limits = {one.name: one.to_limits() for one in config.counted_cameras()}
        self._cameras: dict[str, _Camera] = {}
        self._groups = {one.name: _Course(shown) for one in config.groups}
        self._rules = {
            one.name: Rule(
                name=one.name,
                group=one.name,
                members=tuple(Target(m.camera, m.roi or WHOLE_FRAME, LONGEST) for m in one.members),
                stages=(Stage(Level.RED, one.capacity or math.inf, 0.0, 0.0),),
            )
            for one in config.groups
        }
        self._over = dict.fromkeys(self._groups, 0.0)
        self._at: dict[str, tuple[float, float | None]] = {}
        self._newest: dict[str, Reading] = {}

    def take(self, reading: Reading) -> None:
        """Take the next reading."""
        camera = self._cameras.setdefault(reading.camera, _Camera())
        self._until(camera, reading.time)
        camera.first, camera.latest = min(camera.first, reading.time), max(camera.latest, reading.time)
        camera.last = reading = self._with_levels(reading)
        for roi in reading.rois:
            course = camera.courses.get(roi.roi)
            if course is None:
                course = camera.courses[roi.roi] = _Course(self._range)
            course.take(reading.time, roi if reading.state is ReadingState.OK else None)
        self._newest[reading.camera] = reading
        for name, rule in self._rules.items():
            if any(one.camera == reading.camera for one in rule.members):
                self._of_group(name, rule, reading.time)

    def recorded(self) -> dict[str, tuple[float, float]]:
        """Return the earliest and the latest time of each camera's readings."""
        return {name: (one.first, one.latest) for name, one in self._cameras.items()}

    def _with_levels(self, reading: Reading) -> Reading:
        """Give a reading that has no levels those of the configuration: a thinned history keeps none."""
        limits = self._limits.get(reading.camera)
        if reading.state is not ReadingState.OK or not limits:
            return reading
        if any(one.level is not None for one in reversed(reading.rois)):
            return reading
        return with_levels(reading, limits)

    def _until(self, camera: _Camera, time: float) -> None:
        """Let the last reading of a camera stand until a moment, or as long as it can."""
        last = camera.last
        if last is None:
            return
        passed = max(0.0, time - last.time)
        usual = LONGEST if camera.step is None else max(2.0, 3.0 * camera.step)
        stood = min(passed, LONGEST, usual)
        if 0.0 < passed <= LONGEST:
            camera.step = passed
        ok = last.state is ReadingState.OK
        for roi in last.rois:
            camera.courses[roi.roi].lasted(roi if ok else None, stood)
        if not ok:
            camera.gaps.append((last.time, last.time + stood, True))
        if passed > stood:
            camera.gaps.append((last.time + stood, time, False))

    def _of_group(self, name: str, rule: Rule, time: float) -> None:
        seen = seen_at(rule, self._newest, time)
        value = seen.value if seen.exact else None
        self._group_until(name, time)
        self._at[name] = (time, value)
        self._groups[name].take(time, None if value is None else RoiReading(name, value))

    def _group_until(self, name: str, time: float | None) -> None:
        before = self._at.get(name)
        if before is None:
            return
        stood = 1.0 if time is None else min(max(0.0, time - before[0]), LONGEST)
        roi = None if before[1] is None else RoiReading(name, before[1])
        self._groups[name].lasted(roi, stood)
        if before[1] is not None and before[1] > self._rules[name].stages[0].above:
            self._over[name] += stood

    def close(self) -> None:
        """Let the last readings stand for their usual time."""
        for camera in self._cameras.values():
            if camera.last is not None:
                self._until(camera, camera.last.time + (camera.step or 1.0))
                camera.last = None
        for name in self._groups:
            self._group_until(name, None)

    def places(self) -> Iterable[Place]:
        """Return what every place came to: by camera, in the order of the configuration, then the groups."""
        order = [one.name for one in self._config.cameras]
        names = sorted(self._cameras, key=lambda name: order.index(name) if name in order else len(order))
        for name in names:
            limits = self._limits.get(name, {})
            for roi, course in self._cameras[name].courses.items():
                yield _place_of(course, roi, camera=name, limits=limits.get(roi))
        for group in self._config.groups:
            over = self._over[group.name] if group.capacity else None
            bounds = Bounds(red=group.capacity) if group.capacity else None
            yield _place_of(self._groups[group.name], group.name, camera=None, bounds=bounds, over=over)

    def gaps(self, start: float, until: float) -> Iterable[Gap]:
        """Return where cameras counted nothing, between two moments; those of which nothing is there, too."""
        for name, camera in self._cameras.items():
            last = camera.latest + (camera.step or 1.0)
            around = (start, camera.first, False), (last, until, False)
            for begin, end, recorded in _joined((around[0], *camera.gaps, around[1])):
                if end - begin >= SHORTEST_GAP:
                    yield Gap(name, max(start, begin), min(until, end), recorded)
        for name in self.missing():
            if until - start >= SHORTEST_GAP:
                yield Gap(name, start, until, recorded=False)

    def missing(self) -> tuple[str, ...]:
        """Return the cameras of the configuration of which nothing is there."""
        return tuple(name for name in self._limits if name not in self._cameras)


def _joined(gaps: Iterable[_Stretch]) -> list[_Stretch]:
    """Return stretches with those that follow on each other and are alike as one."""
    found: list[_Stretch] = []
    for begin, end, recorded in gaps:
        if found and found[-1][2] is recorded and begin - found[-1][1] < 1.0:
            found[-1] = (found[-1][0], end, recorded)
        else:
            found.append((begin, end, recorded))
    return found


def _place_of(
    course: _Course,
    name: str,
    *,
    camera: str | None,
    limits: Limits | None = None,
    bounds: Bounds | None = None,
    over: float | None = None,
) -> Place:
    if limits is not None:
        bounds = _in_people(limits, course.area)
    leveled = limits is not None and bounds is not None
    return Place(
        name=name,
        camera=camera,
        peak=course.peak,
        peak_at=course.peak_at,
        peak_per_m2=course.peak_per_m2,
        peak_local=course.peak_local,
        mean=course.people / course.counted if course.counted else None,
        above=course.above() if leveled else {},
        over_capacity=over,
        counted=course.counted,
        unknown=course.unknown,
        curve=course.curve(),
        bounds=bounds,
    )


def _in_people(limits: Limits, area: float | None) -> Bounds | None:
    """Return where levels begin in people, for an area; None where there are none."""
    if area is None:
        return limits.people
    if limits.per_m2 is None:
        return None
    return Bounds(*(None if one is None else one * area for one in _bounds(limits.per_m2)))


def _bounds(bounds: Bounds) -> Sequence[float | None]:
    return bounds.amber, bounds.red, bounds.critical
