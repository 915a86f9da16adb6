"""Weekly schedules across midnight and daylight saving."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.schedule import ALWAYS, MINUTES_A_DAY, Schedule, Shift

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = frozenset({4})
NIGHT = Shift(FRIDAY, 22 * 60, 4 * 60)


def at(text: str, *, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2024-06-14T21:59:59", False),
        ("2024-06-14T22:00:00", True),
        ("2024-06-15T00:00:00", True),
        ("2024-06-15T03:59:59", True),
        ("2024-06-15T04:00:00", False),
        ("2024-06-15T22:30:00", False),
        ("2024-06-14T03:00:00", False),
    ],
)
def test_a_shift_over_midnight_is_one_shift_of_the_day_it_begins(moment: str, on: bool) -> None:
    assert Schedule((NIGHT,), BERLIN).on(at(moment)) is on


def test_sunday_night_ends_on_monday() -> None:
    schedule = Schedule((Shift(frozenset({6}), 22 * 60, 60),), BERLIN)
    assert schedule.on(at("2024-06-17T00:30:00"))
    assert not schedule.on(at("2024-06-16T00:30:00"))


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice() -> None:
    hour = Schedule((Shift(frozenset({6}), 2 * 60, 3 * 60),), BERLIN)
    spring = at("2024-03-31T00:00:00")
    assert not any(hour.on(spring + 60 * minute) for minute in range(23 * 60))
    autumn = at("2024-10-27T00:00:00")
    assert sum(hour.on(autumn + 60 * minute) for minute in range(25 * 60)) == 120
    assert hour.on(at("2024-10-27T02:30:00", fold=0))
    assert hour.on(at("2024-10-27T02:30:00", fold=1))
    # 22:00 to 04:00 is one shift of five hours in spring and of seven in autumn.
    night = Schedule((Shift(frozenset({5}), 22 * 60, 4 * 60),), BERLIN)
    for evening, hours in (("2024-03-30", 5), ("2024-10-26", 7), ("2024-06-15", 6)):
        start = at(f"{evening}T12:00:00")
        assert sum(night.on(start + 60 * minute) for minute in range(24 * 60)) == 60 * hours


def test_a_whole_day_and_no_schedule_at_all() -> None:
    day = Schedule((Shift(FRIDAY, 0, MINUTES_A_DAY),), BERLIN)
    start = at("2024-06-14T00:00:00")
    assert [day.on(start + hours * 3600) for hours in (-0.01, 0, 23.99, 24)] == [False, True, True, False]
    assert ALWAYS.on(start)


def test_without_a_zone_the_systems_own_is_meant() -> None:
    local = datetime(2024, 6, 14, 12, 30)
    assert Schedule((Shift(FRIDAY, 12 * 60, 13 * 60),)).on(local.timestamp())
    assert not Schedule((Shift(FRIDAY, 12 * 60, 13 * 60),)).on((local + timedelta(hours=1)).timestamp())


@given(
    st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
def test_a_shift_is_on_as_long_as_its_times_say(days: frozenset[int], start: int, end: int) -> None:
    shift = Shift(days, start, end)
    length = end - start if start < end else MINUTES_A_DAY - start + end
    minutes = sum(shift.holds(day, minute) for day in range(7) for minute in range(MINUTES_A_DAY))
    assert minutes == len(days) * min(length, MINUTES_A_DAY) or start == end % MINUTES_A_DAY
