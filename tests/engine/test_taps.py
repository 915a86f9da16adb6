"""The tap for the eye: as large and as often as its consumer asks, and nothing without one."""

from __future__ import annotations

import threading

import pytest

from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.taps import Taps
from tests.fakes import FakePicture, ManualClock

WALL = 1_700_000_000.0


def shown(size: tuple[int, int] | None, *, rate: float, seconds: float = 10.0, fps: int = 25) -> int:
    """Return how many pictures a camera of ``fps`` shows."""
    clock = ManualClock(100.0, WALL)
    camera = Camera(
        CameraConfig(name="gate", source="rtsp://host/x"),
        clock=clock,
        out=lambda _: None,
        note=lambda _: None,
        unknown_after=15.0,
    )
    taps = Taps(camera, clock=clock, bell=threading.Event())
    camera.show(size, rate=rate)
    found = set()
    for index in range(round(seconds * fps)):
        clock.forward(1 / fps)
        taps.deliver(FakePicture(index, clock.wall(), index / fps), clock.wall(), count=False)
        if (frame := camera.view.peek()) is not None:
            found.add(frame.index)
    return len(found)


@pytest.mark.parametrize(("rate", "number"), [(30.0, 250), (5.0, 50), (1.0, 10)])
def test_pictures_are_converted_as_often_as_asked(rate: float, number: int) -> None:
    assert shown((32, 24), rate=rate) == pytest.approx(number, abs=1)


def test_without_a_consumer_nothing_is_converted() -> None:
    assert shown(None, rate=5.0) == 0
