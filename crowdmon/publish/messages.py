"""What people are told of an alarm: a title and a text. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.values import Level

ORDER = (Level.NONE, Level.AMBER, Level.RED, Level.CRITICAL)

TOLD = frozenset(
    {
        AlarmChange.RAISED,
        AlarmChange.REPEATED,
        AlarmChange.PASSED_ON,
        AlarmChange.CLEARED,
    }
)
"""What people are told of. That somebody acknowledged an alarm stands in the history."""

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~])")

AID = "Counts are estimates: an aid to people who watch, not a safety device."


def is_told(event: AlarmEvent, *, least: Level) -> bool:
    """Whether people are told of an event; the end of an alarm always, for its beginning was told."""
    if event.change not in TOLD:
        return False
    return event.change is AlarmChange.CLEARED or ORDER.index(event.level) >= ORDER.index(least)


def title(event: AlarmEvent, *, test: bool = False) -> str:
    """Return one line: the level in capitals, and the alarm's name."""
    state = "OVER" if event.change is AlarmChange.CLEARED else event.level.value.upper()
    again = {AlarmChange.REPEATED: " (again)", AlarmChange.PASSED_ON: " (nobody acknowledged it)"}
    return f"{'TEST ' if test else ''}{state}: {one_line(event.alarm)}{again.get(event.change, '')}"


def text(event: AlarmEvent, sentence: str, *, zone: tzinfo | None = None, test: bool = False) -> str:
    """Return what happened and when, as plain text.

    Args:
        event: what happened.
        sentence: the same in words.
        zone: of the time; the system's own if None.
        test: whether nothing happened, and this only shows that messages arrive.
    """
    moment = datetime.fromtimestamp(event.time, UTC).astimezone(zone)
    first = ["This is a test. Nothing has happened."] if test else []
    return "\n".join([*first, one_line(sentence), f"{moment:%Y-%m-%d %H:%M:%S %Z}", "", AID])


def plain_markdown(text: str) -> str:
    """Return text that Markdown shows as it is: a name is no link, no heading and no emphasis."""
    return _MARKS.sub(r"\\\1", text)


def one_line(text: str) -> str:
    """Return text without what could start another line, or another header of a mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
