"""What happened to an alarm, as one sentence for people. Pure."""

from __future__ import annotations

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.track.alarms import Measure

_UNITS = {
    Measure.COUNT.value: "people",
    Measure.PER_M2.value: "people per m2",
    Measure.LOCAL_PER_M2.value: "people per m2 at the densest place",
}


def sentence(event: AlarmEvent) -> str:
    """Return what happened, where, and to whom it is to be told: calm, exact, without a time."""
    level = event.level.value
    match event.change:
        case AlarmChange.RAISED:
            text = f"'{event.alarm}' is {level}: {_found(event, 'above')}"
        case AlarmChange.LOWERED:
            text = f"'{event.alarm}' fell to {level}: {_found(event, 'below')}"
        case AlarmChange.CLEARED:
            text = f"'{event.alarm}' is over: {_found(event, 'below')}"
        case AlarmChange.REPEATED | AlarmChange.PASSED_ON:
            more = ", more people are to be told" if event.change is AlarmChange.PASSED_ON else ""
            found = _found(event, "raised above")
            text = f"'{event.alarm}' is still {level} and not acknowledged{more}: {found}"
        case AlarmChange.ACKNOWLEDGED:
            note = f": {event.note}" if event.note else ""
            text = f"'{event.alarm}' was acknowledged by {event.who}{note}"
        case AlarmChange.WITHDRAWN:
            text = f"'{event.alarm}' was withdrawn: its rule is gone"
    return f"{text}. To be told: {', '.join(event.tell)}" if event.tell else text


def place(event: AlarmEvent) -> str:
    """Return what the rule is about."""
    if event.group is not None:
        return f"group {event.group}"
    return f"{event.roi} of {event.camera}" if event.roi else str(event.camera)


def _found(event: AlarmEvent, side: str) -> str:
    """Return what was measured, and the limit that it is above or below of."""
    if event.measure == Measure.UNKNOWN:
        lasted = f" for {event.limit:g} s" if event.limit else ""
        is_over = side == "below"
        return (
            f"{place(event)} is counted again" if is_over else f"nothing is known of {place(event)}{lasted}"
        )
    if event.value is None:  # a value that is not known raises nothing; an alarm that is on may repeat
        return f"nothing is known of {place(event)} now"
    least = "at least " if event.at_least else ""
    limit = "" if event.limit is None else f", {side} {event.limit:g}"
    decimals = 1 if event.measure == Measure.COUNT else 2
    unit = _UNITS.get(event.measure, event.measure)
    return f"{least}{event.value:.{decimals}f} {unit} in {place(event)}{limit}"
