"""The ring of pictures behind what is shown: bounded, in order, and empty after a jump."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.ring import MOST, MOST_PIXELS, SECONDS, ViewRing, within
from crowdmon.values import Frame

PIXEL = np.zeros((1, 1, 3), np.uint8)


def at(time: float, index: int = 0) -> Frame:
    return Frame(PIXEL, time=time, index=index)


@given(st.lists(st.floats(0.0, 5.0), max_size=80), st.sampled_from([0.0, 0.5, SECONDS]))
def test_it_never_holds_more_than_it_says(steps: list[float], seconds: float) -> None:
    ring, time = ViewRing(), 0.0
    ring.seconds = seconds
    for number, step in enumerate(steps):
        time += step / 30
        ring.put(at(time, number))
        kept = ring.pictures()
        assert 1 <= len(kept) <= MOST
        assert kept[-1].time - kept[0].time <= seconds
        assert [one.index for one in kept] == list(range(kept[0].index, number + 1))
        assert ring.peek() is kept[-1]


def test_at_thirty_a_second_it_reaches_back_a_whole_second() -> None:
    ring = ViewRing()
    ring.seconds = SECONDS
    for number in range(90):
        ring.put(at(number / 30))
    assert ring.pictures()[0].time == pytest.approx(89 / 30 - 1.0, abs=0.04)


def test_after_a_jump_nothing_of_before_is_shown_and_until_then_all_of_it() -> None:
    ring = ViewRing()
    ring.seconds = SECONDS
    ring.put(at(1.0))
    ring.go_elsewhere()
    assert ring.peek() is not None, "the picture must not be gone before there is another"
    ring.put(at(1.1, 7))
    assert [one.index for one in ring.pictures()] == [7]
    ring.put(at(0.2, 8))
    assert [one.index for one in ring.pictures()] == [8], "somebody set the clock back"


def test_a_closed_ring_takes_nothing_and_a_cleared_one_has_nothing() -> None:
    ring = ViewRing()
    ring.put(at(1.0))
    ring.clear()
    assert ring.peek() is None
    assert ring.pictures() == ()
    ring.close()
    ring.put(at(2.0))
    assert ring.pictures() == ()


@given(st.tuples(st.integers(1, 8000), st.integers(1, 8000)))
def test_a_kept_picture_is_no_larger_than_it_says(size: tuple[int, int]) -> None:
    width, height = within(size)
    assert width * height <= max(MOST_PIXELS, 8000)
    assert (width, height) == size or width * height > 0.9 * MOST_PIXELS or min(width, height) == 1
    if min(width, height) > 100:
        assert width / height == pytest.approx(size[0] / size[1], rel=0.02)
