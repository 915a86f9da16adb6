"""What an alarm rule would have said of a time that is over, by the code that decides live. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.track.rule import Measure, Rule, Target, value_of
from crowdmon.track.site import Site
from crowdmon.values import Level, Reading, ReadingState, RoiReading

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """What one target was like, in 16 bytes a reading.

    Attributes:
        target: where.
        measure: what the values are.
        times: epoch seconds, in the order of recording.
        values: NaN where nothing was known.
    """

    target: Target
    measure: Measure
    times: Floats
    values: Floats


def course_of(readings: Iterable[Reading], target: Target, measure: Measure) -> Course:
    """Return the course of a target; readings of other cameras do not count. Not for ``unknown``."""
    found = [
        (one.time, np.nan if (value := value_of(target, one, measure, one.time)) is None else value)
        for one in readings
        if one.camera == target.camera
    ]
    pairs = np.array(found, np.float64).reshape(-1, 2)
    return Course(target, measure, pairs[:, 0].copy(), pairs[:, 1].copy())


def replay(rule: Rule, course: Course) -> tuple[AlarmEvent, ...]:
    """Return all that a rule about the course's target would have said; it begins without an alarm."""
    site = Site((rule,))
    found: list[AlarmEvent] = []
    for reading in _readings(course):
        for fact in site.step((reading,), reading.time):
            if isinstance(fact, Event) and (event := AlarmEvent.of(fact)) is not None:
                found.append(event)
    return tuple(found)


def times_raised(events: Iterable[AlarmEvent]) -> int:
    """Return how many alarms there were: one that gets higher, or is repeated, is still the same."""
    alarms, level = 0, Level.NONE
    for event in events:
        if event.change is AlarmChange.RAISED and level is Level.NONE:
            alarms += 1
        level = event.level
    return alarms


def _readings(course: Course) -> Iterator[Reading]:
    target, field = course.target, _FIELDS[course.measure]
    for time, value in zip(course.times.tolist(), course.values.tolist(), strict=True):
        known = value == value  # not NaN
        roi = RoiReading(target.roi, None)
        if known:
            more = {} if field == "count" else {field: value}
            roi = RoiReading(target.roi, value if field == "count" else 0.0, **more)
        state = ReadingState.OK if known else ReadingState.UNKNOWN
        yield Reading(time, target.camera, (roi,), state=state, frame=0 if known else None)


_FIELDS = {
    Measure.COUNT: "count",
    Measure.PER_M2: "density_per_m2",
    Measure.LOCAL_PER_M2: "local_per_m2",
}
