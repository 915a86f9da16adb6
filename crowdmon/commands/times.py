"""Moments as they are typed: a date, a date and time, or so long before now."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from crowdmon.errors import ConfigError

_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_BACK = re.compile(r"-(\d+(?:\.\d+)?)(s|min|m|h|d|w)")

ALLOWED = "Write 2026-05-01, 2026-05-01T12:00, with +02:00 if it is not local time, -24h, -90min, -7d, or now"


def when(
    text: str | None, option: str, *, now: float, end: bool = False, zone: tzinfo | None = None
) -> float | None:
    """Return a typed moment as epoch seconds; None if none was typed.

    Args:
        text: ISO 8601, local time without an offset; a date alone is its midnight; ``-24h`` is a day ago.
        option: what was typed, for the message.
        now: epoch seconds.
        end: it ends a range: a date alone is then the midnight at its end.
        zone: of what is local; None for the system's own.

    Raises:
        ConfigError: it is none of these.
    """
    if text is None:
        return None
    words = text.strip()
    if words == "now":
        return now
    if match := _BACK.fullmatch(words):
        return now - float(match[1]) * _UNITS[match[2]]
    try:
        if (day := _date(words)) is not None:
            day += timedelta(days=1 if end else 0)
            # Through the calendar, for a day of the change to summer time has 23 hours.
            return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        moment = datetime.fromisoformat(words)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(f"{option} is {text!r:.60}, which is not a moment", ALLOWED) from error


def _date(words: str) -> date | None:
    """Return a date in any form of ISO 8601, such as 20260501 or 2026-W18-5; None if it is none."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None
