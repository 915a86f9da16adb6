"""A live camera whose lens is covered, or that was turned: unknown, with the reason, and one event each."""

from __future__ import annotations

import cv2
import numpy as np

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.engine.camera import Camera
from crowdmon.facts import Event
from crowdmon.track.view_check import View
from crowdmon.values import CameraState, Frame, Reading, ReadingState
from tests.fakes import ManualClock, density_of

GATE = RoiConfig(name="gate", polygon=((0.1, 0.2), (0.45, 0.2), (0.45, 0.8), (0.1, 0.8)))


def street() -> np.ndarray:
    """A view with many edges."""
    rng = np.random.default_rng(4)
    rgb = np.full((180, 320, 3), 120, np.uint8)
    for _ in range(60):
        x, y = int(rng.integers(0, 300)), int(rng.integers(0, 160))
        size = int(rng.integers(10, 60)), int(rng.integers(10, 60))
        tone = int(rng.integers(20, 230))
        cv2.rectangle(rgb, (x, y), (x + size[0], y + size[1]), (tone, tone, tone), -1)
    return rgb


class Post:
    """A live camera at which something happens, counted once a second."""

    def __init__(self, *, live: bool = True, **config: object) -> None:
        self.rows: list[Reading] = []
        self.events: list[Event] = []
        self.clock = ManualClock(100.0, 1_700_000_000.0)
        self.config = CameraConfig(name="gate", source="rtsp://host/x", rois=(GATE,), **config)
        self.camera = Camera(
            self.config,
            clock=self.clock,
            out=self.rows.extend,
            note=self.events.append,
            unknown_after=15.0,
        )
        self.camera.connection.live = live
        self.index = 0

    def sees(self, rgb: np.ndarray, seconds: int) -> Reading:
        for _ in range(seconds):
            self.clock.forward(1.0)
            noise = np.random.default_rng(self.index).integers(0, 4, rgb.shape)
            frame = Frame(
                np.clip(rgb + noise, 0, 255).astype(np.uint8),
                "gate",
                self.index,
                self.clock.wall(),
                self.index,
            )
            self.camera.connection.arrived(frame.time)
            self.camera.counted(frame, density_of(3.0, frame), pace=0.0)
            self.index += 1
        return self.rows[-1]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events if event.kind.startswith("view-")]


def test_a_covered_lens_is_unknown_with_the_reason_until_it_is_clear() -> None:
    post = Post()
    assert post.sees(street(), 30).state is ReadingState.OK
    last = post.sees(np.zeros_like(street()), 20)
    assert last.state is ReadingState.UNKNOWN
    assert [roi.count for roi in last.rois] == [None, None]
    status = post.camera.snapshot(pace=0.0).status
    assert (status.state, status.message) == (CameraState.STALE, View.BLACK.value)
    assert post.sees(street(), 6).state is ReadingState.OK
    assert post.camera.snapshot(pace=0.0).status.state is CameraState.LIVE
    assert post.kinds() == ["view-covered", "view-clear"]
    assert len(post.rows) == 56, "a row a picture"
    assert [row.time for row in post.rows] == sorted(row.time for row in post.rows)


def test_a_turned_camera_is_unknown_until_its_rois_are_moved() -> None:
    post = Post()
    post.sees(street(), 30)
    turned = np.roll(street(), (10, 40), axis=(0, 1))
    assert post.sees(turned, 40).state is ReadingState.UNKNOWN
    assert post.camera.snapshot(pace=0.0).status.message.startswith("The view has changed. ")
    post.camera.reconfigure(post.config.model_copy(update={"rate": 2.0}))
    assert post.sees(turned, 5).state is ReadingState.UNKNOWN, "another rate confirms nothing"
    shifted = GATE.model_copy(update={"polygon": ((0.2, 0.2), (0.5, 0.2), (0.5, 0.8), (0.2, 0.8))})
    post.camera.reconfigure(post.config.model_copy(update={"rois": (shifted,)}))
    assert post.sees(turned, 60).state is ReadingState.OK
    assert post.kinds() == ["view-changed", "view-clear"]


def test_a_turned_camera_that_is_turned_back_counts_again() -> None:
    post = Post()
    post.sees(street(), 30)
    post.sees(np.roll(street(), 40, axis=1), 40)
    assert post.sees(street(), 6).state is ReadingState.OK
    assert post.kinds() == ["view-changed", "view-clear"]


def test_a_camera_that_is_turned_on_purpose_is_not_watched() -> None:
    post = Post(watch_view=False)
    post.sees(street(), 30)
    assert post.sees(np.roll(street(), 40, axis=1), 60).state is ReadingState.OK
    assert post.sees(np.zeros_like(street()), 20).state is ReadingState.OK
    assert post.kinds() == []


def test_switching_it_off_ends_what_was_noticed() -> None:
    post = Post()
    post.sees(np.zeros_like(street()), 20)
    post.camera.reconfigure(post.config.model_copy(update={"watch_view": False}))
    assert post.sees(np.zeros_like(street()), 1).state is ReadingState.OK
    assert post.kinds() == ["view-covered", "view-clear"]


def test_a_recording_is_not_watched() -> None:
    """A recording may be cut from several cameras."""
    post = Post(live=False)
    post.sees(street(), 30)
    assert post.sees(np.roll(street(), 40, axis=1), 60).state is ReadingState.OK
