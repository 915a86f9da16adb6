"""What the window says of an alarm: short, calm, exact. Pure."""

from __future__ import annotations

from datetime import datetime

from crowdmon.facts import AlarmEvent
from crowdmon.track.alarm_words import place
from crowdmon.track.alarms import Measure
from crowdmon.values import Level
from crowdmon.view.alarms import Alarm, AlarmState
from crowdmon.view.wording import clock, people, span

LEVELS = {Level.NONE: "Over", Level.AMBER: "Amber", Level.RED: "Red", Level.CRITICAL: "Critical"}

_DENSITY = {
    Measure.PER_M2.value: "people/m²",
    Measure.LOCAL_PER_M2.value: "people/m² at the densest place",
}


def level_word(alarm: Alarm) -> str:
    """Return the level as a word: of one that is over, the highest it had."""
    return LEVELS[alarm.highest if alarm.over is not None else alarm.level]


def found(event: AlarmEvent) -> str:
    """Return what was measured, where, and above what."""
    if event.measure == Measure.UNKNOWN.value:
        lasted = f" for {span(event.limit, tenths=False)}" if event.limit else ""
        return f"Nothing is known of {place(event)}{lasted}"
    if event.value is None:
        return f"Nothing is known of {place(event)}"
    least = "At least " if event.at_least else ""
    if event.measure == Measure.COUNT.value:
        number, limit, unit = people(event.value), f"{event.limit or 0:g}", "people"
        if event.limit is not None and round(event.value) <= event.limit:
            number = f"{event.value:.1f}"  # or it says "11 people, above 11"
    else:
        number, limit, unit = f"{event.value:.2f}", f"{event.limit or 0:g}", _DENSITY[event.measure]
    above = "" if event.limit is None else f", above {limit}"
    return f"{least}{number} {unit} in {place(event)}{above}"


def state_line(alarm: Alarm) -> str:
    """Return what an alarm is waiting for, or how it ended, and who acknowledged it."""
    answer = alarm.answer
    by = f"{answer.who}, {clock(answer.time)}" if answer is not None else ""
    match alarm.state:
        case AlarmState.OPEN:
            again = " at this level" if answer is not None else ""
            return f"Not acknowledged{again}"
        case AlarmState.SEEN:
            return f"Acknowledged by {by}"
        case _:
            lasted = span((alarm.over or alarm.raised) - alarm.raised, tenths=False)
            ended = "Withdrawn" if alarm.withdrawn else "Over"
            seen = f"acknowledged by {by}" if by else "never acknowledged"
            return f"{ended} after {lasted}, {seen}"


def note_of(alarm: Alarm) -> str:
    """Return the note of the newest acknowledgement; empty without one."""
    return alarm.answer.note if alarm.answer is not None else ""


def when(alarm: Alarm, now: float) -> str:
    """Return when it was raised: the time of day, and the date where that is another one."""
    at, today = datetime.fromtimestamp(alarm.raised), datetime.fromtimestamp(now)
    day = "" if at.date() == today.date() else f"{at.day} {at:%b} "
    return f"{day}{at:%H:%M:%S}"


def sentence(alarm: Alarm) -> str:
    """Return all of it in one line, for a screen reader, a tool tip and the search."""
    parts = (f"{level_word(alarm)}: {alarm.name}", found(alarm.cause), state_line(alarm), note_of(alarm))
    return ". ".join(part for part in parts if part)


def headline(alarms: tuple[Alarm, ...]) -> tuple[str, str]:
    """Return the two lines that the strip says of open alarms, the most urgent first."""
    if not alarms:
        return "", ""
    first, more = alarms[0], len(alarms) - 1
    others = f" (and {more} more)" if more else ""
    return f"{first.name}{others}", f"{found(first.cause)}, since {clock(first.raised)}"
