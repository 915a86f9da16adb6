"""How old a picture is when it is counted on a slow machine: scheduler, cell and camera, simulated."""

from __future__ import annotations

import numpy as np
import pytest

from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.scheduler import Scheduler
from crowdmon.values import Frame
from tests.fakes import ManualClock

RGB = np.zeros((8, 8, 3), np.uint8)
STEP = 0.001


def ages(number: int, *, fps: float, rate: float, cost: float, seconds: float) -> tuple[list[float], int]:
    """Return how old pictures are when they have been counted, and how many were converted."""
    clock = ManualClock(monotonic=0.0)
    cameras = {
        f"{n}": Camera(
            CameraConfig(name=f"{n}", source="x.mp4", rate=rate), clock=clock, out=lambda readings: None,
            note=lambda event: None, unknown_after=15.0,
        )
        for n in range(number)
    }  # fmt: skip
    scheduler = Scheduler()
    scheduler.keep(((name, camera.rate) for name, camera in cameras.items()), 0.0)
    found: list[float] = []
    converted, counting, until, taken = 0, "", 0.0, 0.0
    for step in range(int(seconds / STEP)):
        now = step * STEP
        for place, (name, camera) in enumerate(cameras.items()):
            arrives = round((1 / fps) / STEP)
            if (step + 7 * place) % arrives == 0 and camera.cell.wants(now, refresh=camera.refresh):
                camera.cell.put(Frame(RGB.copy(), camera=name, time=now), now)
                converted += 1
        if counting and now >= until:
            scheduler.end(counting, cost=cost, now=now)
            found.append(now - taken)
            counting = ""
        if counting:
            continue
        pace = scheduler.pace(now)
        for name, camera in cameras.items():
            camera.cell.wanted_from, camera.cell.pace = scheduler.wanted(name), pace
        turn = scheduler.next([n for n, one in cameras.items() if one.cell.age(now) is not None], now)
        if turn is not None and (frame := cameras[turn].cell.take()) is not None:
            scheduler.begin(turn, now)
            cameras[turn].cell.wanted_from = scheduler.wanted(turn)
            counting, until, taken = turn, now + cost, frame.time
    return found, converted


@pytest.mark.parametrize("cost", [0.05, 0.19, 0.212, 0.4, 0.9])
def test_a_picture_of_one_camera_hardly_waits(cost: float) -> None:
    found, converted = ages(1, fps=25, rate=5.0, cost=cost, seconds=30)
    assert np.percentile(found[3:], 95) <= 1.6 * cost + 0.04
    assert len(found) >= 0.9 * 30 * min(5.0, 1.0 / (cost + 0.04)), "as many counts as before"
    assert converted <= 2.5 * len(found) + 2


def test_with_more_cameras_than_the_machine_can_count_none_waits_for_a_whole_round() -> None:
    cost, number = 0.212, 4
    found, converted = ages(number, fps=25, rate=2.0, cost=cost, seconds=30)
    assert np.percentile(found[8:], 95) <= cost + 0.5 * number * cost
    assert len(found) >= 0.95 * 30 / cost
    assert converted <= 5 * len(found)


def test_a_machine_that_is_quick_enough_converts_one_picture_a_count() -> None:
    found, converted = ages(3, fps=25, rate=2.0, cost=0.05, seconds=20)
    assert len(found) == pytest.approx(3 * 2.0 * 20, rel=0.05)
    assert converted <= 1.2 * len(found) + 3


def test_one_count_that_takes_very_long_does_not_keep_the_next_picture_away_for_long() -> None:
    scheduler = Scheduler()
    scheduler.keep([("a", 5.0)], 0.0)
    scheduler.begin("a", 10.0)
    scheduler.end("a", cost=60.0, now=70.0)
    scheduler.begin("a", 70.0)
    assert scheduler.wanted("a") <= 72.0
