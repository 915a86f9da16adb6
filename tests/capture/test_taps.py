from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.taps import Tap, fit, frame_from
from tests.fakes import FakePicture


def taken(tap: Tap, times: list[float]) -> list[float]:
    chosen, following = [], None
    for now in times:
        due, following = tap.due(following, now)
        if due:
            chosen.append(now)
    return chosen


def test_without_a_rate_each_picture_is_taken() -> None:
    times = [0.0, 0.04, 0.01, 5.0]
    assert taken(Tap(), times) == times


@given(fps=st.floats(5, 60), share=st.floats(0.05, 1), seconds=st.integers(4, 20))
def test_the_rate_is_kept_on_average(fps: float, share: float, seconds: int) -> None:
    rate = fps * share
    times = [i / fps for i in range(int(fps * seconds))]
    got = len(taken(Tap(rate=rate), times))
    assert got == pytest.approx(len(times) * share, rel=0.15, abs=2)
    assert got <= len(times) * share * 1.02 + 2


@given(jitter=st.lists(st.floats(-0.003, 0.003), min_size=100, max_size=100))
def test_jitter_does_not_halve_the_rate(jitter: list[float]) -> None:
    times = [i / 25 + shift for i, shift in enumerate(jitter)]
    assert len(taken(Tap(rate=25), times)) >= 97


def test_a_pause_is_not_caught_up_with_a_burst() -> None:
    tap = Tap(rate=10)
    late = [10 + i / 100 for i in range(100)]
    got = taken(tap, [0.0, 0.1, *late])
    assert len([t for t in got if t >= 10]) in (9, 10, 11)
    assert got[2] == 10


def test_a_jump_back_takes_the_picture_at_once() -> None:
    tap = Tap(rate=1)
    due, following = tap.due(None, 500.0)
    assert due
    assert tap.due(following, 3.0) == (True, 4.0)


@pytest.mark.parametrize("wrong", [{"rate": 0.0}, {"rate": -1.0}, {"rate": float("inf")}, {"size": (0, 5)}])
def test_nonsense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="tap"):
        Tap(**wrong)  # type: ignore[arg-type]


sides = st.integers(1, 5000)


@given(size=st.tuples(sides, sides), box=st.tuples(sides, sides))
def test_fit_stays_inside_the_box_and_keeps_the_shape(size: tuple[int, int], box: tuple[int, int]) -> None:
    width, height = fit(size, box)
    assert 1 <= width <= box[0]
    assert 1 <= height <= box[1]
    assert width <= size[0]
    assert height <= size[1]
    scale = min(box[0] / size[0], box[1] / size[1], 1)
    assert abs(width - size[0] * scale) <= 1
    assert abs(height - size[1] * scale) <= 1


def test_a_frame_has_the_pictures_facts_and_the_wanted_size() -> None:
    picture = FakePicture(index=7, time=123.0, pts=0.28, size=(64, 48))
    frame = frame_from(picture, "gate", (32, 32))
    assert frame.rgb.shape == (24, 32, 3)
    assert (frame.camera, frame.index, frame.time, frame.pts, frame.size) == (
        "gate",
        7,
        123.0,
        0.28,
        (64, 48),
    )
    assert picture.converted == [(32, 24)]
    assert frame_from(picture, "gate").rgb.shape == (48, 64, 3)
