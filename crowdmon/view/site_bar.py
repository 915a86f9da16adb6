"""What the site bar says of groups: people of capacity, the level, and what is not known. No Qt, no state.

The sum is that of :func:`crowdmon.track.rule.seen_at`, from the readings that alarm rules go by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crowdmon.config import AppConfig
from crowdmon.config.rules import target_of
from crowdmon.track.levels import RANK
from crowdmon.track.rule import Measure, Rule, Stage, Target, seen_at, value_of
from crowdmon.values import Level, Reading
from crowdmon.view.wall import LEVEL_WORDS
from crowdmon.view.wording import people


@dataclass(frozen=True, slots=True)
class Watched:
    """A group as it is configured.

    Attributes:
        name: unique.
        members: where its people are counted.
        capacity: people; None if none is given.
        stages: the levels of the alarm rules that compare its people.
    """

    name: str
    members: tuple[Target, ...]
    capacity: float | None = None
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What one group says.

    Attributes:
        name: unique.
        text: people of capacity, and how many cameras are not known.
        level: by the people that are known; None if they say nothing.
        known: all members are known.
        word: the level as words; empty where a group has neither a rule nor a capacity.
        camera: the first one that is not known, else the one with the most people: what to look at.
    """

    name: str
    text: str
    level: Level | None
    known: bool
    word: str
    camera: str

    def short(self) -> str:
        """Return the text for a narrow place."""
        text = self.text.replace("at least ", "≥ ")
        return text.replace(" cameras unknown", " unknown").replace(" camera unknown", " unknown")

    def spoken(self) -> str:
        """Return it as a sentence for a screen reader and the tool tip."""
        return ": ".join((self.name, ", ".join(part for part in (self.word, self.text) if part)))


def watched(config: AppConfig) -> tuple[Watched, ...]:
    """Return the groups of a configuration that fit its cameras, in its order."""
    fits = config.fitting()
    cameras = {one.name: one for one in fits.cameras}
    rules = [one for one in fits.to_rules() if one.measure is Measure.COUNT]
    return tuple(
        Watched(
            group.name,
            tuple(target_of(one, cameras[one.camera]) for one in group.members),
            group.capacity,
            tuple(stage for rule in rules if rule.group == group.name for stage in rule.stages),
        )
        for group in fits.groups
    )


def site_facts(
    groups: Sequence[Watched], newest: Mapping[str, Reading], now: float
) -> tuple[GroupFacts, ...]:
    """Return what is said of each group.

    Args:
        groups: as configured.
        newest: the newest reading of each camera.
        now: epoch seconds; a reading that is too old then says nothing.
    """
    return tuple(_facts(one, newest, now) for one in groups)


def _facts(group: Watched, newest: Mapping[str, Reading], now: float) -> GroupFacts:
    seen = seen_at(Rule(name=group.name, members=group.members, stages=()), newest, now)
    each = [(one.camera, value_of(one, newest.get(one.camera), Measure.COUNT, now)) for one in group.members]
    lost = list(dict.fromkeys(camera for camera, value in each if value is None))
    most = max(each, key=lambda one: -1.0 if one[1] is None else one[1])[0]
    level = _level(group, seen.value)
    if not seen.exact and level is Level.NONE:
        level = None  # what is not known may hold the people that are missing: never normal
    return GroupFacts(
        name=group.name,
        text=_text(group, seen.value, len(lost)),
        level=level,
        known=seen.exact,
        word=_word(level, known=seen.exact, rated=bool(group.stages) or group.capacity is not None),
        camera=lost[0] if lost else most,
    )


def _level(group: Watched, value: float | None) -> Level | None:
    """Return the highest level that is exceeded; without a rule, more than the capacity is red."""
    if value is None or not (group.stages or group.capacity):
        return None
    reached = [one.level for one in group.stages if value > one.above]
    if not group.stages and group.capacity is not None and value > group.capacity:
        reached.append(Level.RED)
    return max(reached, key=RANK.__getitem__, default=Level.NONE)


def _text(group: Watched, value: float | None, lost: int) -> str:
    full = "" if group.capacity is None else f" of {people(group.capacity)}"
    cameras = f"{lost} camera{'s' if lost > 1 else ''} unknown"
    if value is None:
        return f"No count{full and f', capacity {full[4:]}'}, {cameras}"
    said = f"{people(value)}{full}"
    return f"at least {said}, {cameras}" if lost else said


def _word(level: Level | None, *, known: bool, rated: bool) -> str:
    if level is not None:
        return LEVEL_WORDS[level] if known else f"At least {LEVEL_WORDS[level].lower()}"
    return "" if known or not rated else "Unknown"
