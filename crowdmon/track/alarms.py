"""Alarm rules: from readings to alarms that are raised, lowered, cleared and repeated. Pure.

A rule is driven by the times of the readings alone, so that it says the same live, from a file and from the
history, however often anything is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.track.levels import RANK
from crowdmon.track.rule import VALID, Measure, Rule, Second, Seen, Stage, Target, seen_at
from crowdmon.values import WHOLE_FRAME, Level, Reading

__all__ = ["VALID", "Alarm", "Measure", "Rule", "Second", "Seen", "Stage", "Target"]

_TOLERANCE = 1e-3
"""Seconds: times such as 0.1 are not exact, and nobody means a millisecond."""


@dataclass(slots=True)
class _Pending:
    """How long a value has been above, without the time in which nothing was known."""

    held: float = 0.0
    last: float | None = None


@dataclass(slots=True)
class _State:
    active: set[Level] = field(default_factory=set)
    pending: dict[Level, _Pending] = field(default_factory=dict)
    dark: dict[Level, float] = field(default_factory=dict)
    cool: dict[Level, float] = field(default_factory=dict)
    told: Level = Level.NONE
    acknowledged: Level = Level.NONE
    sounded: float = 0.0
    unanswered: float | None = None
    passed_on: bool = False
    last: float | None = None


class Alarm:
    """The state of one rule."""

    def __init__(self, rule: Rule) -> None:
        """Begin without an alarm."""
        self.rule = rule
        self._state = _State()
        self._valid = min(one.valid for one in rule.members)

    @property
    def level(self) -> Level:
        """The level of the alarm; none if there is no alarm."""
        return self._state.told

    @property
    def acknowledged(self) -> bool:
        """Whether somebody has acknowledged the alarm at its present level, or a higher one."""
        return self.level is not Level.NONE and RANK[self.level] <= RANK[self._state.acknowledged]

    def step(self, newest: Mapping[str, Reading]) -> AlarmEvent | None:
        """Return what follows from a new reading of one of the members; None if nothing does.

        Args:
            newest: the newest reading of each camera, with at least one of the members.
        """
        time, seen = self.look(newest)
        return self._tell(time, seen)

    def look(self, newest: Mapping[str, Reading]) -> tuple[float, Seen]:
        """Take a new reading without saying anything: what was said about it is known.

        Returns:
            The time of the rule, and what is known at it.
        """
        rule, state = self.rule, self._state
        time = max(newest[one.camera].time for one in rule.members if one.camera in newest)
        seen = seen_at(rule, newest, time)
        if state.last is not None and time < state.last:
            self._turn_back(state.last - time)
        state.last = time
        in_force = rule.schedule.on(time)
        for place, stage in enumerate(rule.stages):
            if stage.level in state.active:
                if seen.exact and seen.value is not None and seen.value < stage.clear:
                    self._end(stage.level, time)
            elif not in_force:
                state.pending.pop(stage.level, None)
            elif self._due(stage, seen, time):
                # What is above this level is above all lower ones.
                for lower in rule.stages[: place + 1]:
                    state.active.add(lower.level)
                    state.pending.pop(lower.level, None)
        return time, seen

    def take(self, event: AlarmEvent) -> None:
        """Go on from an event that was recorded."""
        state = self._state
        if event.change is AlarmChange.WITHDRAWN:
            self._state = _State()
            return
        if event.change is AlarmChange.ACKNOWLEDGED:
            state.acknowledged, state.unanswered = event.level, None
            return
        state.told = event.level
        if event.change in (AlarmChange.RAISED, AlarmChange.REPEATED, AlarmChange.PASSED_ON):
            state.sounded = event.time
        state.passed_on |= event.change is AlarmChange.PASSED_ON
        for stage in self.rule.stages:
            if RANK[stage.level] <= RANK[event.level]:
                state.active.add(stage.level)
                state.pending.pop(stage.level, None)
            elif stage.level in state.active:
                self._end(stage.level, event.time)
        if event.level is Level.NONE:
            state.acknowledged, state.passed_on = Level.NONE, False
        self._wait_for_answer(event.time)

    def acknowledge(self, *, who: str, note: str, time: float) -> AlarmEvent | None:
        """Acknowledge the alarm at its present level; None if there is none that is not acknowledged."""
        if self.level is Level.NONE or self.acknowledged:
            return None
        self._state.acknowledged, self._state.unanswered = self.level, None
        return self._event(AlarmChange.ACKNOWLEDGED, time, level=self.level, who=who, note=note or None)

    def withdraw(self, time: float) -> AlarmEvent | None:
        """End the alarm because its rule is gone; None if there is none."""
        told, event = self.level, self._event(AlarmChange.WITHDRAWN, time)
        self._state = _State()
        return None if told is Level.NONE else event

    def follow(self, other: Alarm) -> None:
        """Go on where the same rule with other levels or times was."""
        self._state = other._state
        kept = {stage.level for stage in self.rule.stages}
        self._state.active &= kept
        self._state.pending = {level: one for level, one in self._state.pending.items() if level in kept}

    def _due(self, stage: Stage, seen: Seen, time: float) -> bool:
        """Whether a stage that is not active has been exceeded for long enough."""
        pending = self._state.pending.get(stage.level)
        if seen.value is not None and seen.value > stage.above:
            if pending is None:
                pending = self._state.pending[stage.level] = _Pending()
            elif pending.last is not None and self._joined(pending.last, time, stage.level):
                pending.held += time - pending.last
            pending.last = time
            cool = self._state.cool.get(stage.level)
            return pending.held >= stage.hold - _TOLERANCE and (cool is None or time >= cool - _TOLERANCE)
        if seen.exact:
            self._state.pending.pop(stage.level, None)
        else:
            self._state.dark[stage.level] = time
            if pending is not None:
                pending.last = None
        return False

    def _joined(self, last: float, time: float, level: Level) -> bool:
        """Whether what was seen at two moments tells of the time between them.

        The first picture of a camera may be counted when rows of later times are there already.
        """
        dark = self._state.dark.get(level)
        return 0.0 <= time - last <= self._valid and (dark is None or not last < dark <= time)

    def _end(self, level: Level, time: float) -> None:
        self._state.active.discard(level)
        self._state.pending.pop(level, None)
        self._state.cool[level] = time + self.rule.cooldown

    def _turn_back(self, by: float) -> None:
        """The clock was set back: what is waited for stays as far away as it was."""
        self._state.sounded -= by
        if self._state.unanswered is not None:
            self._state.unanswered -= by
        self._state.cool = {level: moment - by for level, moment in self._state.cool.items()}

    def _tell(self, time: float, seen: Seen) -> AlarmEvent | None:
        state = self._state
        level = max(state.active, key=RANK.__getitem__, default=Level.NONE)
        told, state.told = state.told, level
        if RANK[level] > RANK[told]:
            state.sounded = time
            self._wait_for_answer(time)
            return self._event(AlarmChange.RAISED, time, level=level, seen=seen)
        if RANK[level] < RANK[told]:
            change = AlarmChange.CLEARED if level is Level.NONE else AlarmChange.LOWERED
            event = self._event(change, time, level=level, seen=seen)
            if level is Level.NONE:
                state.acknowledged, state.passed_on = Level.NONE, False
            self._wait_for_answer(time)
            return event
        return self._remind(time, level, seen)

    def _remind(self, time: float, level: Level, seen: Seen) -> AlarmEvent | None:
        """Say again that an alarm is on which nobody has acknowledged."""
        state, rule = self._state, self.rule
        if state.unanswered is None:
            return None
        then = rule.then if not state.passed_on else None
        if then is not None and time - state.unanswered >= then.after - _TOLERANCE:
            state.passed_on, change = True, AlarmChange.PASSED_ON
        elif rule.repeat is not None and time - state.sounded >= rule.repeat - _TOLERANCE:
            change = AlarmChange.REPEATED
        else:
            return None
        state.sounded = time
        return self._event(change, time, level=level, seen=seen)

    def _wait_for_answer(self, time: float) -> None:
        """Note since when a red or critical alarm is there that nobody has acknowledged."""
        state = self._state
        if self.acknowledged or RANK[state.told] < RANK[Level.RED]:
            state.unanswered = None
        elif state.unanswered is None:
            state.unanswered = time

    def _event(
        self,
        change: AlarmChange,
        time: float,
        *,
        level: Level = Level.NONE,
        seen: Seen | None = None,
        who: str | None = None,
        note: str | None = None,
    ) -> AlarmEvent:
        rule = self.rule
        one = rule.members[0] if rule.group is None else None
        unknown = rule.measure is Measure.UNKNOWN
        value = None if seen is None or unknown else seen.value
        return AlarmEvent(
            time=time,
            change=change,
            alarm=rule.name,
            camera=None if one is None else one.camera,
            roi=None if one is None or one.roi == WHOLE_FRAME else one.roi,
            group=rule.group,
            level=level,
            measure=rule.measure.value,
            value=value,
            limit=None if seen is None else self._limit(change, level),
            at_least=value is not None and seen is not None and not seen.exact,
            who=who,
            note=note,
            tell=self._people(),
        )

    def _people(self) -> tuple[str, ...]:
        """Return who is to be told: the second list, too, once the alarm was passed on to it."""
        then = self.rule.then if self._state.passed_on else None
        return tuple(dict.fromkeys((*self.rule.tell, *(then.tell if then else ()))))

    def _limit(self, change: AlarmChange, level: Level) -> float | None:
        """Return what the value was compared with: what it is above of, or has fallen below."""
        if change in (AlarmChange.LOWERED, AlarmChange.CLEARED):
            higher = [stage for stage in self.rule.stages if RANK[stage.level] > RANK[level]]
            return higher[0].clear if higher and self.rule.measure is not Measure.UNKNOWN else None
        stage = next((stage for stage in self.rule.stages if stage.level is level), None)
        if stage is None:
            return None
        return stage.hold if self.rule.measure is Measure.UNKNOWN else stage.above
