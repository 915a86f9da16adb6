"""The alarms of a site as people see them: each from when it was raised until it is over. No Qt, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.track.levels import RANK
from crowdmon.values import Level

LATE_S = 10.0
"""Seconds by which an event of another program on the same history may come late and still find its place.
A larger step back is a clock that was set: then events keep the order in which they came."""

MOST_EVENTS = 20_000
"""Events that are kept; the oldest go first."""

_KEPT = MOST_EVENTS * 9 // 10


class AlarmState(StrEnum):
    """What an alarm is waiting for. Each has a word, because no state is told by colour alone."""

    OPEN = "not acknowledged"
    SEEN = "acknowledged"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Answer:
    """An acknowledgement.

    Attributes:
        time: epoch seconds.
        who, note: the person, and what the person said; the note may be empty.
        level: of the alarm then. One that gets higher afterwards has to be acknowledged again.
    """

    time: float
    who: str
    note: str
    level: Level


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm.

    Attributes:
        cause: the newest event that raised it; what it is about, what was measured, and above what.
        raised: epoch seconds of the first of these.
        level: now; none once it is over.
        highest: the highest level it had.
        answers: who acknowledged it, the oldest first.
        over: epoch seconds of its end; None while it is on.
        withdrawn: it ended because its rule was taken out of the configuration.
        told: how often it sounded: each time that it was raised, repeated or passed on.
    """

    cause: AlarmEvent
    raised: float
    level: Level
    highest: Level
    answers: tuple[Answer, ...] = ()
    over: float | None = None
    withdrawn: bool = False
    told: int = 1

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.cause.alarm

    @property
    def key(self) -> tuple[str, float]:
        """What tells it from every other one."""
        return self.cause.alarm, self.raised

    @property
    def answer(self) -> Answer | None:
        """The newest acknowledgement."""
        return self.answers[-1] if self.answers else None

    @property
    def state(self) -> AlarmState:
        """What it is waiting for."""
        if self.over is not None:
            return AlarmState.OVER
        rank = max((RANK[one.level] for one in self.answers), default=-1)
        return AlarmState.SEEN if rank >= RANK[self.level] else AlarmState.OPEN

    @property
    def place(self) -> str:
        """The camera or the group that it is about."""
        return self.cause.group or self.cause.camera or ""

    def concerns(self, camera: str, groups: Collection[str]) -> bool:
        """Whether it is about a camera, or about one of the groups that the camera is in."""
        return self.cause.group in groups if self.cause.group is not None else self.cause.camera == camera


class AlarmBook:
    """All alarms that are known, from events in the order of recording."""

    def __init__(self) -> None:
        self._events: list[AlarmEvent] = []
        self._known: set[tuple[float, str, str]] = set()
        self._told = _Told()
        self._alarms: tuple[Alarm, ...] = ()
        self._on: tuple[Alarm, ...] = ()
        self._open: tuple[Alarm, ...] = ()

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The newest first."""
        return self._alarms

    @property
    def on(self) -> tuple[Alarm, ...]:
        """Those that are not over, the most urgent first: open before acknowledged, high before low."""
        return self._on

    @property
    def open(self) -> tuple[Alarm, ...]:
        """Those that are on and not acknowledged, the most urgent first."""
        return self._open

    def add(self, events: Iterable[AlarmEvent]) -> list[AlarmEvent]:
        """Take events, in the order of recording, and return those that were not known yet."""
        new = [event for event in events if self._is_new(event)]
        if not new:
            return []
        # Nearly always they come last, and what is known already need not be told again.
        late = [self._insert(event) for event in new]
        if any(late) or len(self._events) > MOST_EVENTS:
            if len(self._events) > MOST_EVENTS:  # a tenth more at once, so that this is rare
                for gone in self._events[:-_KEPT]:
                    self._known.discard(_key(gone))
                del self._events[:-_KEPT]
            self._told = _Told()
            new_ones: Iterable[AlarmEvent] = self._events
        else:
            new_ones = new
        for event in new_ones:
            self._told.take(event)
        self._look()
        return new

    def _look(self) -> None:
        self._alarms = tuple(reversed(self._told.alarms))
        on = [one for one in self._alarms if one.over is None]
        self._on = tuple(sorted(on, key=lambda one: (one.state is not AlarmState.OPEN, -RANK[one.level])))
        self._open = tuple(one for one in self._on if one.state is AlarmState.OPEN)

    def find(self, key: tuple[str, float] | None) -> Alarm | None:
        """Return an alarm by its key, as it is now."""
        return next((one for one in self._alarms if one.key == key), None)

    def of(self, camera: str, groups: Collection[str]) -> Alarm | None:
        """Return the most urgent alarm that is on and about a camera; None without one."""
        return next((one for one in self.on if one.concerns(camera, groups)), None)

    def _is_new(self, event: AlarmEvent) -> bool:
        key = _key(event)
        if key in self._known:
            return False
        self._known.add(key)
        return True

    def _insert(self, event: AlarmEvent) -> bool:
        """Put an event into its place; return whether others come behind it."""
        at = len(self._events)
        while at and 0.0 < self._events[at - 1].time - event.time < LATE_S:
            at -= 1
        self._events.insert(at, event)
        return at < len(self._events) - 1


class _Told:
    """The alarms that events tell of, in the order in which they began."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []
        self._newest: dict[str, int] = {}

    def take(self, event: AlarmEvent) -> None:
        at = self._newest.get(event.alarm)
        acknowledges = event.change is AlarmChange.ACKNOWLEDGED
        if at is not None and (self.alarms[at].over is None or acknowledges):
            self.alarms[at] = after(self.alarms[at], event)
        elif event.level is not Level.NONE and not acknowledges:
            # The beginning of one that was repeated or lowered may be older than what was read.
            self._newest[event.alarm] = len(self.alarms)
            self.alarms.append(Alarm(event, event.time, event.level, event.level))


def told(events: Iterable[AlarmEvent]) -> list[Alarm]:
    """Return the alarms that events in the order of recording tell of, in the order in which they began."""
    found = _Told()
    for event in events:
        found.take(event)
    return found.alarms


def after(alarm: Alarm, event: AlarmEvent) -> Alarm:
    """Return an alarm after one more event of it."""
    change = event.change
    if change is AlarmChange.ACKNOWLEDGED:
        answer = Answer(event.time, event.who or "", event.note or "", event.level)
        return replace(alarm, answers=(*alarm.answers, answer))
    if event.level is Level.NONE or change is AlarmChange.CLEARED:
        gone = change is AlarmChange.WITHDRAWN
        return replace(alarm, level=Level.NONE, over=event.time, withdrawn=gone)
    if change is AlarmChange.LOWERED and RANK[event.level] < RANK[alarm.level]:
        return replace(alarm, level=event.level)
    if change in (AlarmChange.REPEATED, AlarmChange.PASSED_ON):
        return replace(alarm, told=alarm.told + 1)
    # Two programs that count the same cameras raise the same alarm, each at its own moment.
    if RANK[event.level] <= RANK[alarm.level]:
        return alarm
    highest = max(alarm.highest, event.level, key=RANK.__getitem__)
    return replace(alarm, cause=event, level=event.level, highest=highest, told=alarm.told + 1)


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which alarms a list shows.

    Attributes:
        place: a camera or a group; every one if empty.
        states: what they wait for.
        text: words that must all be in what is said of it, in any case.
        back: seconds; only alarms that were on within them. None for all.
    """

    place: str = ""
    states: frozenset[AlarmState] = frozenset(AlarmState)
    text: str = ""
    back: float | None = None

    def takes(self, alarm: Alarm, said: str, now: float) -> bool:
        """Whether an alarm of which ``said`` is said is shown at the time ``now``, epoch seconds."""
        last = now if alarm.over is None else alarm.over
        return (
            self.place in ("", alarm.place)
            and alarm.state in self.states
            and (self.back is None or last >= now - self.back)
            and all(word in said.casefold() for word in self.text.casefold().split())
        )


def places_of(alarms: Sequence[Alarm]) -> list[str]:
    """Return the cameras and groups that alarms are about, by name."""
    return sorted({one.place for one in alarms if one.place})


def _key(event: AlarmEvent) -> tuple[float, str, str]:
    return event.time, event.change.value, event.alarm
