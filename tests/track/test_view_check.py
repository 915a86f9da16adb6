"""What is noticed of a covered, blurred or turned camera, and what is not mistaken for it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from crowdmon.scene import parse_scene
from crowdmon.track.view_check import CHANGED_S, COVERED_S, EMPTY_S, View, ViewCheck
from crowdmon.track.view_edges import SIZE, small_grey

Grey = np.ndarray
Change = Callable[[Grey], Grey]
LEARNED = 40

RNG = np.random.default_rng(5)


def rendered(scene: str, pictures: int = 30) -> list[Grey]:
    plaza = parse_scene(f"{scene}?people=80&seed=2&width=640&height=360")
    return [small_grey(plaza.render(float(second)).rgb) for second in range(pictures)]


@pytest.fixture(scope="module")
def day() -> list[Grey]:
    return rendered("plaza")


@pytest.fixture(scope="module")
def night() -> list[Grey]:
    return rendered("plaza-night")


def noise(grey: Grey, mean: float, spread: float) -> Grey:
    return np.clip(RNG.normal(mean, spread, grey.shape), 0, 255).astype(np.uint8)


def moved(grey: Grey, x: float = 0.0, y: float = 0.0, turn: float = 0.0) -> Grey:
    """What a camera sees that was moved by pixels and rotated by degrees."""
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), turn, 1.0)
    matrix[:, 2] += x, y
    return cv2.warpAffine(grey, matrix, SIZE, borderMode=cv2.BORDER_REFLECT)


def hand(grey: Grey) -> Grey:
    skin = cv2.GaussianBlur(RNG.normal(0, 60, grey.shape).astype(np.float32), (0, 0), 12) + 70
    skin[:, :12] = grey[:, :12]
    return np.clip(skin, 0, 255).astype(np.uint8)


def spray(grey: Grey) -> Grey:
    paint = cv2.GaussianBlur(RNG.random(grey.shape).astype(np.float32), (0, 0), 5)
    paint = np.clip((paint - paint.mean()) / paint.std() * 0.3 + 0.95, 0, 1)
    return np.clip(grey * (1 - paint) + paint * 200, 0, 255).astype(np.uint8)


def crowd(grey: Grey) -> Grey:
    """People everywhere, others each time."""
    out = grey.copy()
    for _ in range(260):
        x, y = int(RNG.integers(0, 160)), int(RNG.integers(8, 95))
        cv2.ellipse(out, (x, y), (4, 6), 0, 0, 360, int(RNG.integers(20, 230)), -1)
    return out


def fog(grey: Grey) -> Grey:
    return np.clip(grey * 0.1 + 162 + RNG.normal(0, 0.7, grey.shape), 0, 255).astype(np.uint8)


def defocus(grey: Grey) -> Grey:
    return cv2.GaussianBlur(grey, (0, 0), 2.0)


def black(grey: Grey) -> Grey:
    return noise(grey, 5, 2)


def one_colour(grey: Grey) -> Grey:
    return noise(grey, 120, 1)


def white(grey: Grey) -> Grey:
    return noise(grey, 250, 2)


def watched(pictures: list[Grey], seconds: int = LEARNED) -> ViewCheck:
    check = ViewCheck()
    for second in range(seconds):
        assert check.step(pictures[second % len(pictures)], float(second)) is None
    return check


def noticed(pictures: list[Grey], change: Change, *, within: float) -> View | None:
    """Return what is said after so many seconds of a change."""
    check = copy.deepcopy(watched(pictures))
    said = None
    for second in range(int(within)):
        said = check.step(change(pictures[second % len(pictures)]), LEARNED + float(second))
    return said


@pytest.mark.parametrize(
    ("change", "reasons"),
    [(black, {View.BLACK}), (one_colour, {View.FLAT}), (white, {View.WHITE})],
)
def test_a_picture_without_anything_in_it_is_noticed_at_once_and_without_a_reference(
    day: list[Grey], change: Change, reasons: set[View]
) -> None:
    assert noticed(day, change, within=EMPTY_S + 1) in reasons
    fresh = ViewCheck()
    assert [fresh.step(change(day[0]), float(n)) for n in range(int(EMPTY_S) + 2)][-1] in reasons


@pytest.mark.parametrize("change", [hand, spray, defocus, fog])
@pytest.mark.parametrize("light", ["day", "night"])
def test_a_covered_or_blurred_lens_is_noticed(
    light: str, change: Change, request: pytest.FixtureRequest
) -> None:
    pictures: list[Grey] = request.getfixturevalue(light)
    assert noticed(pictures, change, within=COVERED_S - 3) is None, "a bus may pass"
    assert noticed(pictures, change, within=COVERED_S + 2) in {View.COVERED, View.BLURRED}


@pytest.mark.parametrize("change", [{"x": 8}, {"x": -8}, {"y": 4.5}, {"x": 32, "y": 5}, {"turn": 15}])
@pytest.mark.parametrize("light", ["day", "night"])
def test_a_camera_that_was_turned_is_noticed(
    light: str, change: dict[str, float], request: pytest.FixtureRequest
) -> None:
    pictures: list[Grey] = request.getfixturevalue(light)

    def turned(grey: Grey) -> Grey:
        return moved(grey, **change)

    assert noticed(pictures, turned, within=CHANGED_S - 3) is None, "wind may shake it"
    assert noticed(pictures, turned, within=CHANGED_S + 15) is View.CHANGED


def test_no_light_and_no_crowd_is_mistaken(day: list[Grey], night: list[Grey]) -> None:
    check = watched(day)
    pictures = [
        *(crowd(one) for one in day * 2),
        *day,
        *(np.clip(one * 0.6, 0, 255).astype(np.uint8) for one in day * 2),
        *(night * 3),
        *(day * 2),
    ]
    said = [check.step(one, LEARNED + float(second)) for second, one in enumerate(pictures)]
    assert set(said) == {None}


def test_a_short_disturbance_is_not_said_and_its_end_is(day: list[Grey]) -> None:
    check = watched(day)
    times = iter(range(LEARNED, LEARNED + 100))

    def see(grey: Grey, seconds: int) -> list[View | None]:
        return [check.step(grey, float(next(times))) for _ in range(seconds)]

    assert set(see(hand(day[0]), 5) + see(day[0], 20)) == {None}
    assert see(hand(day[0]), 15)[-1] is not None
    assert see(day[1], 5)[-1] is None


def test_a_look_takes_less_than_a_millisecond(day: list[Grey]) -> None:
    check = watched(day)
    best = min(_spent(check, day[0], LEARNED + float(second)) for second in range(40))
    assert best < 0.001


def _spent(check: ViewCheck, grey: Grey, now: float) -> float:
    started = time.thread_time()
    check.step(grey, now)
    return time.thread_time() - started
