"""What several cameras say together: every reading passes here once, before any sink.

No clock, no thread, no lock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, Fact, check_recordable
from crowdmon.track.alarms import VALID, Alarm, Rule
from crowdmon.values import Level, Reading


class Site:
    """Takes the new readings of all cameras in order, and returns the facts that follow from them.

    Replaying the history through it gives the same facts.
    """

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        """Watch no camera yet; ``rules`` are the alarm rules, each with a name of its own."""
        self._newest: dict[str, Reading] = {}
        self._refused: dict[str, str] = {}
        self._alarms = {rule.name: Alarm(rule) for rule in rules}

    @property
    def newest(self) -> Mapping[str, Reading]:
        """The newest reading of each camera."""
        return self._newest

    @property
    def refused(self) -> Mapping[str, str]:
        """Cameras whose last reading no file can hold, and why."""
        return self._refused

    @property
    def alarms(self) -> Mapping[str, Alarm]:
        """The state of each rule by its name; to be looked at only."""
        return self._alarms

    def step(self, readings: Sequence[Reading], now: float) -> tuple[Fact, ...]:
        """Return the facts of this moment.

        A reading that no file can hold is left out, and its reason is in :attr:`refused` until the next good
        one of that camera: in a queue it would stop everything behind it for ever.

        Args:
            readings: new ones, in order; none at all is fine.
            now: epoch seconds. Alarms go by the times of the readings, so that a replay gives the same ones.

        Returns:
            Each reading, and behind it the events that it brought about.
        """
        del now
        facts: list[Fact] = []
        for reading in readings:
            if not self._accepted(reading):
                continue
            facts.append(reading)
            for alarm in self._concerned(reading):
                if (event := alarm.step(self._newest)) is not None:
                    facts.append(event.to_event())
        return tuple(facts)

    def resume(self, facts: Iterable[Fact], now: float | None = None) -> tuple[Fact, ...]:
        """Go on where an earlier run of the program ended: its alarms are not raised again.

        Args:
            facts: what was recorded, in order: all events since before the oldest alarm that is still on, and
                the readings of the last minutes, which tell how long a value has been above a level.
            now: epoch seconds, of the events; None for the time of the newest fact.

        Returns:
            An event for each alarm that was on and whose rule is gone, or is about something else now.
        """
        left: dict[str, AlarmEvent] = {}
        newest = 0.0
        for fact in facts:
            newest = max(newest, fact.time)
            if isinstance(fact, Event):
                if (event := AlarmEvent.of(fact)) is not None:
                    left.pop(event.alarm, None)
                    if not self._taken(fact, event) and event.level is not Level.NONE:
                        left[event.alarm] = event
            elif isinstance(fact, Reading) and self._accepted(fact):
                for alarm in self._concerned(fact):
                    alarm.look(self._newest)
        return tuple(_withdrawn(one, newest if now is None else now) for one in left.values())

    def _taken(self, fact: Event, event: AlarmEvent) -> bool:
        """Let the rule that an event is about go on from it; return whether there is one."""
        alarm = self._alarms.get(event.alarm)
        if alarm is not None and alarm.rule.tells(fact, event):
            alarm.take(event)
            return True
        if alarm is not None:
            self._alarms[event.alarm] = Alarm(alarm.rule)
        return False

    def acknowledge(self, alarm: str, *, who: str, note: str = "", now: float) -> tuple[Fact, ...]:
        """Note that somebody has seen an alarm: it is not repeated until it has cleared or gets higher.

        Args:
            alarm: the rule's name.
            who: the person's name, not empty.
            note: what the person says about it.
            now: epoch seconds.

        Returns:
            The event; nothing if there is no such alarm at the moment, or it is acknowledged already.

        Raises:
            KeyError: no such rule.
            CrowdmonError: no name is given.
        """
        one = self._alarms[alarm]
        if not who.strip():
            raise CrowdmonError(f"the alarm '{alarm}' is not acknowledged without a name", "Give a name")
        event = one.acknowledge(who=who.strip(), note=note.strip(), time=now)
        return () if event is None else (event.to_event(),)

    def hear(self, fact: Event) -> None:
        """Take an acknowledgement that is recorded already, by another program on the same history."""
        event = AlarmEvent.of(fact)
        alarm = self._alarms.get(event.alarm) if event is not None else None
        if event is None or alarm is None or event.change is not AlarmChange.ACKNOWLEDGED:
            return
        if alarm.rule.tells(fact, event) and alarm.level is not Level.NONE and not alarm.acknowledged:
            alarm.take(event)

    def change_rules(self, rules: Sequence[Rule], now: float) -> tuple[Fact, ...]:
        """Take other rules; one that is about the same as before goes on with its other levels and times.

        Returns:
            An event for each alarm that is on and whose rule is gone.
        """
        before, self._alarms = self._alarms, {rule.name: Alarm(rule) for rule in rules}
        gone: list[Fact] = []
        for name, old in before.items():
            new = self._alarms.get(name)
            if new is not None and _about(new.rule) == _about(old.rule):
                new.follow(old)
            elif (event := old.withdraw(now)) is not None:
                gone.append(event.to_event())
        return tuple(gone)

    def keep(self, cameras: Container[str]) -> None:
        """Forget all other cameras."""
        self._newest = {name: one for name, one in self._newest.items() if name in cameras}
        self._refused = {name: why for name, why in self._refused.items() if name in cameras}

    def _concerned(self, reading: Reading) -> list[Alarm]:
        """Return the alarms that a reading may change, in the order of the rules."""
        return [
            alarm
            for alarm in self._alarms.values()
            if any(one.camera == reading.camera for one in alarm.rule.members)
        ]

    def _accepted(self, reading: Reading) -> bool:
        try:
            check_recordable(reading)
        except SinkError as error:
            self._refused = {**self._refused, reading.camera: str(error)}
            return False
        if reading.camera in self._refused:
            self._refused = {name: why for name, why in self._refused.items() if name != reading.camera}
        self._newest = {**self._still_true(reading), reading.camera: reading}
        return True

    def _still_true(self, reading: Reading) -> Mapping[str, Reading]:
        """Return the newest readings without those that a clock has left in the future when it was set back.

        A camera that has ended would else hold the time of its groups there until the clock is there again.
        """
        before = self._newest.get(reading.camera)
        if before is None or reading.time >= before.time - VALID:
            return self._newest
        return {name: one for name, one in self._newest.items() if one.time <= reading.time + VALID}


def _withdrawn(event: AlarmEvent, time: float) -> Event:
    """Return the end of an alarm whose rule was gone before anybody could say so."""
    gone = AlarmEvent(
        time=time,
        change=AlarmChange.WITHDRAWN,
        alarm=event.alarm,
        camera=event.camera,
        roi=event.roi,
        group=event.group,
        measure=event.measure,
        tell=event.tell,
    )
    return gone.to_event()


def _about(rule: Rule) -> tuple[object, ...]:
    return rule.measure, rule.group, tuple(one.key for one in rule.members)
