"""A reader that is too slow for a real camera for a while never stays behind it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crowdmon.capture.av_source import AvSource
from crowdmon.capture.live_packets import BOUND, HOLD
from crowdmon.capture.source import Picture, open_source

FPS = 12.5
GOP = 12 / FPS


@dataclass
class Read:
    """A picture and what is known of it: the seconds it had waited when it was read, and when that was."""

    picture: Picture
    waited: float
    at: float


def reading(pictures: Iterator[Picture]) -> Iterator[Read]:
    """Read on; a picture's media time says when it was taken, the first seconds what is on time."""
    least = float("inf")
    for picture in pictures:
        now = time.monotonic()
        assert picture.pts is not None
        least = min(least, now - picture.pts)
        yield Read(picture, now - picture.pts - least, now)


@pytest.fixture
def source(camera: str) -> Iterator[AvSource]:
    with open_source(camera, timeout=(5, 5)) as opened:
        assert isinstance(opened, AvSource)
        yield opened


@pytest.mark.peer
def test_a_reader_far_too_slow_is_never_far_behind(source: AvSource) -> None:
    stream = reading(source.pictures())
    list(itertools.islice(stream, 15))
    slow: list[Read] = []
    began = time.monotonic()
    while time.monotonic() - began < 7.0:  # it reads a fifth of what comes
        slow.append(next(stream))
        time.sleep(0.4)
    over = time.monotonic()
    after = [next(stream) for _ in range(40)]
    assert max(one.waited for one in slow) < BOUND + HOLD + 2 * 0.4 + 1.0, "5 s without leaving anything out"
    assert all(one.waited < BOUND for one in after if one.at - over > HOLD + GOP)
    assert after[-1].waited < BOUND
    assert source.late == 0.0
    # What was left out is counted, and nothing is out of order.
    for before, one in itertools.pairwise([*slow, *after]):
        assert one.picture.index > before.picture.index
        assert one.picture.time >= before.picture.time
    left_out = slow[-1].picture.index - slow[0].picture.index - len(slow)
    assert left_out > 0.5 * 7.0 * FPS
    assert after[-1].picture.index == pytest.approx((after[-1].picture.pts or 0.0) * FPS, abs=2.0)


@pytest.mark.peer
def test_what_waited_while_nobody_read_is_left_out(source: AvSource) -> None:
    stream = reading(source.pictures())
    on_time = [next(stream) for _ in range(15)][-1]
    time.sleep(6.0)
    back = time.monotonic()
    seen: list[Read] = []
    while not seen or seen[-1].at - back < HOLD + 2 * GOP + 1.0:
        seen.append(next(stream))
        time.sleep(0.06)  # three quarters of what it has: alone it would take 18 s to catch up
    assert seen[0].waited > 4.0
    # What is late is dated when it was taken.
    assert seen[0].picture.time - on_time.picture.time < 1.0
    assert seen[-1].waited < BOUND
    assert abs(seen[-1].picture.time - time.time()) < BOUND
    assert len(seen) < 50
