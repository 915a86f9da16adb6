"""Alarms as CSV: one row each, and no cell that a spreadsheet takes for a formula. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from crowdmon.sinks.csv_rows import BOM, local_time, name_cell, number_cell, text_of
from crowdmon.view.alarms import Alarm

ALARM_COLUMNS = (
    "raised", "alarm", "camera", "roi", "group", "level", "highest", "state", "measure", "value", "limit",
    "at_least", "over", "acknowledged", "who", "note", "picture",
)  # fmt: skip
"""Columns are added at the end only."""


def encode_alarms(alarms: Iterable[Alarm], pictures: dict[tuple[str, float], str] | None = None) -> bytes:
    """Return a whole file, UTF-8 with the mark by which Excel knows it.

    Args:
        alarms: in the order of the rows.
        pictures: the file name of the picture of each alarm that has one, by its key.
    """
    known = pictures or {}
    return BOM + text_of([ALARM_COLUMNS, *(_row(one, known.get(one.key, "")) for one in alarms)])


def _row(alarm: Alarm, picture: str) -> list[str]:
    cause, answer = alarm.cause, alarm.answer
    return [
        local_time(alarm.raised),
        name_cell(alarm.name),
        name_cell(cause.camera),
        name_cell(cause.roi),
        name_cell(cause.group),
        alarm.level.value,
        alarm.highest.value,
        alarm.state.value,
        name_cell(cause.measure),
        number_cell(cause.value, 4),
        number_cell(cause.limit, 4),
        "yes" if cause.at_least else "",
        "" if alarm.over is None else local_time(alarm.over),
        "" if answer is None else local_time(answer.time),
        "" if answer is None else name_cell(answer.who),
        "" if answer is None else name_cell(answer.note),
        name_cell(picture),
    ]
