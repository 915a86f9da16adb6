"""Events as CSV: one row each, what an alarm says in columns of its own."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.sinks.csv_rows import BOM, local_time, name_cell, number_cell, text_of
from crowdmon.sinks.rows_file import RowsFile
from crowdmon.values import Reading

EVENT_COLUMNS = (
    "time", "kind", "camera", "roi", "group", "alarm", "level", "measure", "value", "limit", "at_least",
    "who", "note", "detail", "tell",
)  # fmt: skip
"""Columns are added at the end only. ``detail`` is for events that are not those of alarms."""

EVENT_HEADER = (",".join(EVENT_COLUMNS) + "\n").encode()


class EventCsv(RowsFile):
    """Writes events to one CSV file. For one thread at a time.

    The file is begun with the first reading, so that a run in which nothing happened leaves one that says so
    and none of an earlier run.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading, Event)

    def __init__(self, path: Path | str, *, excel: bool = False) -> None:
        """Check the place; nothing is created yet.

        Args:
            path: the file; an existing one is replaced.
            excel: the file begins with the mark by which Excel knows UTF-8.

        Raises:
            SinkError: the folder is missing or nothing can be written there.
        """
        super().__init__(path, header=BOM + EVENT_HEADER if excel else EVENT_HEADER)

    def rows(self, fact: Fact) -> bytes:
        """Return the row of an event; none of a reading."""
        return encode_event(fact) if isinstance(fact, Event) else b""


def encode_event(event: Event) -> bytes:
    """Return the row of an event, UTF-8, with its line end; what is not known is empty."""
    alarm = AlarmEvent.of(event)
    start = [local_time(event.time), event.kind, name_cell(event.camera), name_cell(event.roi)]
    if alarm is None:
        nothing = [""] * 7
        return text_of([[*start, *nothing, name_cell(event.who), "", name_cell(event.detail), ""]])
    said = [
        name_cell(alarm.group),
        name_cell(alarm.alarm),
        alarm.level.value,
        alarm.measure,
        number_cell(alarm.value, 4),
        number_cell(alarm.limit, 4),
        "yes" if alarm.at_least else "",
        name_cell(alarm.who),
        name_cell(alarm.note),
        "",
        name_cell("; ".join(alarm.tell)),
    ]
    return text_of([[*start, *said]])
