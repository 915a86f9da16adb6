"""When a rule is in force: a weekly schedule in local time. Pure.

Local time is what a clock on the wall shows. When clocks go forward, the hour that is left out is in no
shift; when they go back, the hour that comes twice is in its shift both times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """A time of the day on some days.

    Attributes:
        days: 0 for Monday to 6 for Sunday; those on which it begins.
        start: minutes since midnight, 0..1439.
        end: the same, up to 1440 and not in the shift any more; not after ``start`` means on the next day.
    """

    days: frozenset[int]
    start: int
    end: int

    def holds(self, day: int, minute: float) -> bool:
        """Whether the shift is on at ``minute`` of ``day``."""
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        late, early = day in self.days, (day - 1) % 7 in self.days
        return (late and minute >= self.start) or (early and minute < self.end)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Shifts of a week.

    Attributes:
        shifts: it is on in any of them; without one, always.
        zone: of their times; None for the system's own.
    """

    shifts: Sequence[Shift] = ()
    zone: tzinfo | None = None

    def on(self, time: float) -> bool:
        """Whether it is on at ``time``, epoch seconds."""
        if not self.shifts:
            return True
        local = datetime.fromtimestamp(time, self.zone)
        minute = local.hour * 60 + local.minute
        return any(shift.holds(local.weekday(), minute) for shift in self.shifts)


ALWAYS = Schedule()
