from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.ui.plot.axes import labels, step_for, ticks


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system has no tzset")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_ticks_are_round_in_local_time(berlin: None) -> None:
    start = at("2026-05-01T12:00:07")
    assert labels(ticks(start, start + 300, 60), 60) == ["12:01", "12:02", "12:03", "12:04", "12:05"]
    assert labels(ticks(start, start + 20, 10), 10) == ["12:00:10", "12:00:20"]


def test_the_date_stands_where_it_changes(berlin: None) -> None:
    start = at("2026-05-01T23:58:30")
    shown = labels(ticks(start, start + 240, 60), 60)
    assert shown == ["23:59", "2 May 00:00", "00:01", "00:02"]


def test_ticks_stay_round_when_summer_time_ends(berlin: None) -> None:
    start = at("2026-10-24T22:00:00")
    shown = labels(ticks(start, start + 12 * 3600, 7200), 7200)
    assert shown[:3] == ["22:00", "25 Oct 00:00", "02:00"]
    assert all(text.endswith(":00") for text in shown)


@given(st.floats(1e9, 2e9), st.floats(5, 1e6), st.integers(1, 20))
def test_ticks_rise_lie_inside_and_are_few(start: float, span: float, most: int) -> None:
    found = ticks(start, start + span, step_for(span, most))
    assert found == sorted(set(found))
    assert all(start <= tick <= start + span for tick in found)
    assert len(found) <= max(most, span / 86400) + 1
