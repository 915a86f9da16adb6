"""A stream on time is never touched, a lag never grows, and what cannot be caught up is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.capture.live_packets import AGAIN, BOUND, HOLD, LEAK, USUAL, Lateness

READ = 0.0002
"""Seconds that it takes to read a packet that is there."""

Packet = tuple[float | None, float, bool]
"""Its media time, when it is there to be read, and whether it is a key frame."""


@dataclass
class Seen:
    """What became of a stream: of each packet decoded its number, the seconds it waited, and when."""

    lateness: Lateness
    decoded: list[tuple[int, float, float]] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)


def camera(
    number: int,
    *,
    period: float = 0.04,
    gop: int = 25,
    media: Callable[[float], float | None] = lambda t: t,
    delay: Callable[[float], float] = lambda t: 0.0,
) -> list[Packet]:
    """Packets of a steady camera; ``media`` is its clock, ``delay`` that of the network."""
    packets, there = [], 0.0
    for k in range(number):
        there = max(there, k * period + delay(k * period))
        packets.append((media(k * period), there, k % gop == 0))
    return packets


def watch(packets: Iterable[Packet], *, cost: Callable[[float], float], began: float = 0.0) -> Seen:
    """Read them one after another; decoding one takes ``cost`` seconds."""
    seen, now = Seen(Lateness()), began
    for number, (media, there, key) in enumerate(packets):
        asked, now = now, max(now, there) + READ
        if seen.lateness.take(media, key=key, now=now, waited=now - asked):
            seen.decoded.append((number, now - there, now))
            now += cost(now)
        else:
            seen.dropped.append(number)
    return seen


def sound(seen: Seen, packets: Sequence[Packet]) -> bool:
    """Whether each packet decoded is a key frame or follows the one decoded before it."""
    numbers = [number for number, _, _ in seen.decoded]
    return all(b == a + 1 or packets[b][2] for a, b in zip([-1, *numbers], numbers, strict=False))


@given(
    st.sampled_from([0.01, 0.04, 0.2, 1.0, 10.0]),
    st.lists(st.floats(0.0, 0.9 * BOUND), min_size=1, max_size=20),
    st.floats(0.0, 0.95),
)
def test_a_stream_on_time_is_never_touched(period: float, jitter: list[float], load: float) -> None:
    packets = camera(400, period=period, delay=lambda t: jitter[round(t / period) % len(jitter)])
    seen = watch(packets, cost=lambda now: load * period)
    # Who decodes for nearly as long as it takes until the next one needs time to get over a hiccup.
    assert not seen.dropped or load > 0.5
    assert seen.lateness.stuck == 0.0 or load > 0.5


@pytest.mark.parametrize("drift", [-0.001, -0.0002, 0.0002, 0.001])
def test_two_clocks_may_drift_apart_for_hours(drift: float) -> None:
    packets = camera(6 * 3600 * 4, period=0.25, gop=8, media=lambda t: t * (1.0 + drift))
    seen = watch(packets, cost=lambda now: 0.2)
    assert not seen.dropped
    assert seen.lateness.behind < 0.05


@settings(max_examples=40)
@given(st.floats(2.5, 60.0), st.sampled_from([1, 12, 25, 100]), st.floats(0.1, 0.95))
def test_a_pause_is_caught_up_at_the_next_key_frame(pause: float, gop: int, load: float) -> None:
    """The machine stood still for so long, and everything waited."""
    paused = [pause]
    packets = camera(3000, gop=gop)
    seen = watch(packets, cost=lambda now: paused.pop() if paused and now > 5.0 else load * 0.04)
    over = 5.0 + pause + HOLD + 3000 * READ + gop * 0.04 + 0.1
    assert sound(seen, packets)
    assert all(late <= BOUND + 0.1 for _, late, now in seen.decoded if now > over)
    assert seen.decoded[-1][0] == 2999
    assert not seen.lateness.skipping
    assert seen.lateness.stuck == 0.0
    drops = [number for number in seen.dropped if number + 1 not in seen.dropped]
    assert len(drops) <= 2, "in one go"


@settings(max_examples=60)
@given(st.floats(0.0, 25.0), st.sampled_from([1, 12, 25, 100]), st.floats(0.0, 5.0))
def test_no_consumer_is_so_slow_that_the_delay_grows(load: float, gop: int, began: float) -> None:
    """Neither if packets waited already when it began."""
    cost = load * 0.04
    packets = camera(5000, gop=gop)
    seen = watch(packets, cost=lambda now: cost, began=began)
    assert sound(seen, packets)
    worst = max(late for _, late, _ in seen.decoded)
    assert worst <= began + BOUND + HOLD + 3.0 * cost + 0.1
    # Once it was caught up, what waited at the beginning is gone as well.
    first = next(
        (k for k, (a, b) in enumerate(zip(seen.decoded, seen.decoded[1:], strict=False)) if b[0] > a[0] + 1),
        0,
    )
    if first:
        assert max(late for _, late, _ in seen.decoded[first + 1 :]) <= BOUND + HOLD + 3.0 * cost + 0.1
    pauses = [b[2] - a[2] for a, b in zip(seen.decoded, seen.decoded[1:], strict=False)]
    assert max(pauses) <= 2.0 * gop * 0.04 + cost + 3.0, "and it is never dark for long"


@settings(max_examples=40)
@given(st.sampled_from([0.2, 1.0, 2.0, 5.0]), st.floats(0.0, 0.15))
def test_packets_may_come_in_bursts(burst: float, load: float) -> None:
    packets = camera(1000, delay=lambda t: burst - t % burst)
    seen = watch(packets, cost=lambda now: load * 0.04)
    assert not seen.dropped


@settings(max_examples=20)
@given(st.floats(0.3, 0.9), st.sampled_from([2.0, 5.0]))
def test_a_slow_machine_does_not_go_dark_over_bursts(load: float, burst: float) -> None:
    packets = camera(3000, delay=lambda t: burst - t % burst)
    seen = watch(packets, cost=lambda now: load * 0.04)
    assert sound(seen, packets)
    pauses = [b[2] - a[2] for a, b in zip(seen.decoded, seen.decoded[1:], strict=False)]
    assert max(pauses) <= 2.0 * burst + 1.0


@settings(max_examples=30)
@given(st.floats(0.0, 0.95), st.floats(0.0, 0.9))
def test_a_clock_that_runs_too_slowly_costs_a_few_key_frames_at_most(speed: float, load: float) -> None:
    """As of a camera that counts 25 pictures a second at night, too, when it takes eight."""
    packets = camera(25 * 1200, media=lambda t: t * speed)
    seen = watch(packets, cost=lambda now: load * 0.04)
    assert sound(seen, packets)
    assert len(seen.dropped) <= 8 * 25 * 3
    if 0.01 < speed < 0.9:
        assert seen.lateness.behind > BOUND
        assert seen.lateness.stuck > 0.25 * seen.lateness.behind


def test_what_stays_late_is_known_and_forgotten_after_a_while() -> None:
    """From the tenth second on the network takes 3 s longer."""
    packets = camera(25 * 60, delay=lambda t: 3.0 if t >= 10.0 else 0.0)
    seen = watch(packets, cost=lambda now: 0.01)
    assert sound(seen, packets)
    assert len(seen.dropped) <= 50
    assert seen.lateness.stuck == pytest.approx(3.0 - LEAK * 47.0, abs=0.1)
    later = camera(25 * 700, delay=lambda t: 3.0 if t >= 10.0 else 0.0)
    assert watch(later, cost=lambda now: 0.01).lateness.stuck < AGAIN


@pytest.mark.parametrize(
    "media",
    [
        lambda t: None,
        lambda t: 5.0,
        lambda t: t + (3600.0 if t > 10.0 else 0.0),
        lambda t: t - (3600.0 if t > 10.0 else 0.0),
        lambda t: t % 4.0,
        lambda t: t + (50.0 if 10.0 < t < 10.05 else 0.0),
        lambda t: t + (0.08 if round(t * 25) % 3 == 1 else 0.0),
    ],
    ids=["none", "constant", "ahead", "back", "in a loop", "once wrong", "out of order"],
)
def test_clocks_that_leap_or_stand_still_drop_nothing(media: Callable[[float], float | None]) -> None:
    seen = watch(camera(2000, media=media), cost=lambda now: 0.02)
    assert not seen.dropped
    assert seen.lateness.stuck == 0.0


def test_a_picture_is_as_old_as_it_is_late() -> None:
    lateness = Lateness()
    assert lateness.age(5.0, 100.0) == 0.0, "nothing was read yet"
    lateness.take(5.0, key=True, now=100.0, waited=0.1)
    lateness.take(6.0, key=True, now=101.3, waited=0.1)
    assert lateness.age(6.0, 101.3) == pytest.approx(0.3 - USUAL, abs=0.01)
    assert lateness.age(6.0, 101.5) == pytest.approx(0.5 - USUAL, abs=0.01), "and decoding took its time"
    assert lateness.age(7.5, 101.5) == 0.0
    assert lateness.age(6.45, 101.5) == 0.0, "that little is usual"
    assert lateness.age(None, 101.5) == 0.0


@given(st.lists(st.floats(0.0, 3.0), min_size=2, max_size=60))
def test_pictures_keep_their_order_when_they_are_dated_back(delays: list[float]) -> None:
    lateness, before = Lateness(), 0.0
    packets = [
        (k * 0.04, there)
        for k, (_, there, _) in enumerate(camera(len(delays), delay=lambda t: delays[round(t / 0.04)]))
    ]
    for media, there in packets:
        lateness.take(media, key=True, now=there, waited=0.01)
        taken = there - lateness.age(media, there)
        assert taken >= before - 1e-9
        assert taken >= media - 1e-9
        before = taken
