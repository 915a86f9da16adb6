"""Back-off, meter, pacer: small, pure, and easily wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.player import LATEST, Pacer
from crowdmon.engine.retry import MOST, REFUSED, Backoff
from crowdmon.engine.source_status import RateMeter


def test_waits_double_up_to_two_seconds() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    assert [backoff.failed() for _ in range(5)] == [0.5, 1.0, 2.0, 2.0, 2.0]
    assert backoff.attempt == 6


@given(st.floats(0, 1), st.integers(0, 5000))
def test_waits_are_bounded_for_ever(chance: float, failures: int) -> None:
    backoff = Backoff(chance=lambda: chance)
    backoff._failures = failures
    assert 0.3 <= backoff.failed() <= MOST


def test_a_picture_starts_the_waits_over() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    for _ in range(4):
        backoff.failed()
    backoff.worked()
    assert backoff.attempt == 1
    assert backoff.failed() == 0.5


def test_a_refused_password_waits_long() -> None:
    assert Backoff().failed(refused=True) == REFUSED == 60.0


@pytest.mark.parametrize("fps", [0.1, 1.0, 25.0, 120.0])
def test_the_meter_measures_slow_and_fast(fps: float) -> None:
    meter = RateMeter()
    for k in range(int(max(5, fps * 5))):
        meter.tick(k / fps)
        now = k / fps
    assert meter.rate(now + 0.5 / fps) == pytest.approx(fps, rel=0.01)


def test_the_meter_falls_when_nothing_comes() -> None:
    meter = RateMeter()
    assert meter.rate(0.0) == 0.0
    for k in range(100):
        meter.tick(k / 25)
    rates = [meter.rate(4.0 + wait) for wait in (0.0, 1.0, 10.0, 100.0)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 1.0
    assert meter.total == 100


def test_a_recording_plays_at_its_own_speed() -> None:
    pacer = Pacer()
    assert [pacer.wait(k * 0.04, 50.0) for k in range(4)] == pytest.approx([0, 0.04, 0.08, 0.12])
    assert pacer.wait(0.2, 50.3) == pytest.approx(-0.1)


def test_a_long_delay_is_not_made_up_for() -> None:
    pacer = Pacer()
    pacer.wait(0.0, 50.0)
    assert pacer.wait(0.04, 60.0) == 0.0
    assert pacer.wait(0.08, 60.0) == pytest.approx(0.04)


def test_a_jump_back_goes_on_at_once() -> None:
    pacer = Pacer()
    pacer.wait(100.0, 50.0)
    assert pacer.wait(3.0, 50.1) == 0.0


def test_nobody_waits_an_hour_for_a_time_stamp_that_leapt() -> None:
    pacer = Pacer(usual=0.04)
    pacer.wait(1.0, 50.0)
    assert pacer.wait(3601.0, 50.04) == pytest.approx(0.0)
    assert pacer.wait(3601.04, 50.04) == pytest.approx(0.04)
    slow = Pacer(usual=60.0)
    slow.wait(0.0, 50.0)
    assert slow.wait(60.0, 50.0) == 60.0, "a picture a minute is no leap"


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=50))
def test_it_is_never_later_than_its_limit(steps: list[tuple[float, float]]) -> None:
    pacer, media, now = Pacer(), 0.0, 0.0
    for more, passed in steps:
        media, now = media + more, now + passed
        assert pacer.wait(media, now) >= -LATEST - 1e-6
