"""Pictures that were received and not decoded count as received, and keep a camera live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crowdmon.engine.connection import Connection
from crowdmon.engine.source_status import RateMeter
from tests.fakes import FakeSource, ManualClock


class Sparing(FakeSource):
    """A source that says what it is told to say."""

    heard: float | None = None
    late = 0.0

    def spare(self, needed: Callable[[], bool]) -> None:
        self.needed: Any = needed


def test_events_that_came_together_count_one_by_one() -> None:
    meter = RateMeter()
    for second in range(5):
        meter.tick(float(second), 25)
    assert meter.total == 125
    assert meter.rate(4.0) == pytest.approx(25.0)
    assert meter.rate(5.5) == pytest.approx(25.0), "the next ones are not late yet"
    assert 0 < meter.rate(20.0) < 25.0


def test_a_camera_is_as_old_as_the_last_it_sent_decoded_or_not() -> None:
    clock = ManualClock()
    link = Connection(clock, tell=lambda state, why: None)
    source = Sparing(live=True)
    link.hears(source)
    assert link.figures(clock.monotonic()) == (0.0, None, 0)
    link.arrived(clock.wall())
    clock.forward(2.0)
    assert link.figures(clock.monotonic())[1] == pytest.approx(2.0)
    source.heard = clock.monotonic() - 0.1
    assert link.figures(clock.monotonic())[1] == pytest.approx(0.1)
    link.arrived(clock.wall(), pictures=50)
    rate, age, number = link.figures(clock.monotonic())
    assert (age, number) == (0.0, 51)
    assert rate == pytest.approx(25.0)
    clock.forward(2.0)
    link.arrived(clock.wall(), pictures=50)
    assert link.state.usual == pytest.approx(0.04)
    link.hears(None)
    clock.forward(3.0)
    assert link.figures(clock.monotonic())[1] == pytest.approx(3.0)


def test_a_camera_is_as_late_as_its_source_says() -> None:
    link, source = Connection(ManualClock(), tell=lambda state, why: None), Sparing(live=True)
    assert link.late() == 0.0
    link.hears(source)
    source.late = 3.5
    assert link.late() == 3.5
    link.hears(None)
    assert link.late() == 0.0
