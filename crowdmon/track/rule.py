"""What alarm rules are made of, and what readings say about one at a moment. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crowdmon.facts import AlarmEvent, Event
from crowdmon.track.schedule import ALWAYS, Schedule
from crowdmon.values import WHOLE_FRAME, Level, Reading, ReadingState

VALID = 60.0
"""Seconds after which a reading says nothing of the present. A live camera says within seconds that it is
silent; this is for one that has ended or stands still, and long enough for a machine that is slow."""


class Measure(StrEnum):
    """What a rule compares with its levels."""

    COUNT = "count"
    PER_M2 = "per_m2"
    LOCAL_PER_M2 = "local_per_m2"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """Where people are counted for a rule.

    Attributes:
        camera, roi: names.
        valid: seconds after which a reading is too old to speak for the present, > 0.
        camera_id, roi_id: what they are called for ever; empty for the same as the name.
    """

    camera: str
    roi: str = WHOLE_FRAME
    valid: float = VALID
    camera_id: str = field(default="", compare=False)
    roi_id: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What it is whatever its names: an alarm goes on when one is renamed."""
        return self.camera_id or self.camera, self.roi_id or self.roi


@dataclass(frozen=True, slots=True)
class Stage:
    """One level of a rule.

    Attributes:
        level: amber, red or critical.
        above: raised by values above it; seconds without meaning for the measure ``unknown``.
        hold: seconds for which it must have been so.
        clear: cleared by a value below it; at most ``above``.
    """

    level: Level
    above: float
    hold: float
    clear: float


@dataclass(frozen=True, slots=True)
class Second:
    """Who is to be told of a red or critical alarm that nobody acknowledges.

    Attributes:
        after: seconds for which nobody has acknowledged it.
        tell: names, at least one.
    """

    after: float
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An alarm rule.

    Attributes:
        name: unique.
        members: one target, or those of a group.
        group: the group's name; None for a single target.
        measure: what is compared; of a group the sum of all counts.
        stages: rising in level, ``above`` and ``clear``; at least one.
        repeat: seconds after which red and critical are repeated until they are acknowledged; never if None.
        cooldown: seconds for which a level is not raised again after it was cleared.
        schedule: when anything may be raised.
        tell: names of people who are to be told of it.
        then: further people, if nobody acknowledges it; None for nobody.
    """

    name: str
    members: tuple[Target, ...]
    stages: tuple[Stage, ...]
    group: str | None = None
    measure: Measure = Measure.COUNT
    repeat: float | None = None
    cooldown: float = 0.0
    schedule: Schedule = ALWAYS
    tell: tuple[str, ...] = ()
    then: Second | None = None

    def tells(self, fact: Event, event: AlarmEvent) -> bool:
        """Whether an event that was recorded under the rule's name is about the same as the rule."""
        if (event.group, event.measure) != (self.group, self.measure.value):
            return False
        if self.group is not None:
            return True
        return (fact.camera_key, fact.roi_key or WHOLE_FRAME) == self.members[0].key


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known at a moment: a value, the least it may be, or nothing (None, and not exact)."""

    value: float | None
    exact: bool


def seen_at(rule: Rule, newest: Mapping[str, Reading], time: float) -> Seen:
    """Return what the newest readings say at ``time`` about a rule's members together."""
    one_by_one = [value_of(one, newest.get(one.camera), rule.measure, time) for one in rule.members]
    known = [value for value in one_by_one if value is not None]
    if rule.measure is Measure.UNKNOWN:
        # 1 for unknown and 0 for counted; a member that is merely late says nothing yet.
        return Seen(max(known) if known else None, len(known) == len(one_by_one) or 1.0 in known)
    return Seen(sum(known) if known else None, len(known) == len(one_by_one))


def value_of(target: Target, reading: Reading | None, measure: Measure, time: float) -> float | None:
    """Return one member's value; None if it is not known at ``time``."""
    late = reading is None or time - reading.time > target.valid
    if measure is Measure.UNKNOWN:
        if reading is None or (late and reading.state is not ReadingState.UNKNOWN):
            return None
        return {ReadingState.OK: 0.0, ReadingState.STALE: None, ReadingState.UNKNOWN: 1.0}[reading.state]
    if reading is None or late:
        return None
    roi = next((one for one in reading.rois if one.roi == target.roi), None)
    if roi is None:
        return None
    if measure is Measure.COUNT:
        return roi.count
    return roi.density_per_m2 if measure is Measure.PER_M2 else roi.local_per_m2
