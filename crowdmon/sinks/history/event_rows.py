"""Events as rows of a CSV. Pure."""

from __future__ import annotations

from crowdmon.facts import AlarmEvent, Event
from crowdmon.sinks.csv_rows import _name, _number, _text, local_time

EVENT_COLUMNS = (
    "time", "kind", "camera", "roi", "group", "alarm", "level", "measure", "value", "limit", "at_least",
    "who", "note", "detail",
)  # fmt: skip

EVENT_HEADER = (",".join(EVENT_COLUMNS) + "\n").encode()


def encode_event(event: Event) -> bytes:
    """Return the row of an event."""
    start = [local_time(event.time), event.kind, _name(event.camera or ""), _name(event.roi or "")]
    alarm = AlarmEvent.of(event)
    if alarm is None:
        return _text([[*start, *[""] * 7, _name(event.who or ""), "", _name(event.detail or "")]])
    said = [
        *(_name(alarm.group or ""), _name(alarm.alarm), alarm.level.value, alarm.measure),
        *(_number(alarm.value, 4), _number(alarm.limit, 4), "yes" if alarm.at_least else ""),
        *(_name(alarm.who or ""), _name(alarm.note or ""), ""),
    ]
    return _text([[*start, *said]])
