"""A live camera whose lens is covered, or that was turned: unknown, with the reason, and one event each."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.config import CameraConfig, RecordConfig, RoiConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.camera_view import CameraView
from crowdmon.engine.view_files import KeptView, ViewFiles, digest, write
from crowdmon.engine.view_keeper import ViewKeeper
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

    def __init__(
        self,
        *,
        live: bool = True,
        kept: Path | None = None,
        rois: tuple[RoiConfig, ...] = (GATE,),
        **config: object,
    ) -> None:
        self.rows: list[Reading] = []
        self.events: list[Event] = []
        self.clock = ManualClock(100.0, 1_700_000_000.0)
        self.config = CameraConfig(name="gate", source="rtsp://host/x", rois=rois, **config)
        self.record = RecordConfig(history=str(kept) if kept else None)
        self.keeper = ViewKeeper(ViewFiles() if kept else None)
        self.camera = Camera(
            self.config,
            clock=self.clock,
            out=self.rows.extend,
            note=self.events.append,
            unknown_after=15.0,
            seen=CameraView(ready=kept is None),
        )
        self.keep()
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
            self.keep()
        return self.rows[-1]

    def keep(self, *, last: bool = False) -> None:
        """Do what the sink thread does about once a second."""
        self.keeper.step({"gate": self.camera}, self.record, self.clock.monotonic(), last=last)

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


TURNED = np.roll(street(), (10, 40), axis=(0, 1))
MOVED = GATE.model_copy(update={"polygon": ((0.2, 0.2), (0.5, 0.2), (0.5, 0.8), (0.2, 0.8))})


def ran_before(history: Path, *, then: np.ndarray | None = None) -> None:
    """Let a first run of the program watch the street, and perhaps something else at its end."""
    post = Post(kept=history)
    post.sees(street(), 30)
    if then is not None:
        post.sees(then, 40)
    post.keep(last=True)


def test_a_camera_that_was_turned_while_nothing_ran_is_noticed(tmp_path: Path) -> None:
    ran_before(tmp_path / "history.sqlite")
    post = Post(kept=tmp_path / "history.sqlite")
    assert post.sees(TURNED, 25).state is ReadingState.OK, "wind may shake it"
    assert post.sees(TURNED, 10).state is ReadingState.UNKNOWN
    assert post.kinds() == ["view-changed"]


def test_the_same_view_goes_on_after_a_restart(tmp_path: Path) -> None:
    ran_before(tmp_path / "history.sqlite")
    post = Post(kept=tmp_path / "history.sqlite")
    post.sees(street(), 60)
    assert {row.state for row in post.rows} == {ReadingState.OK}


def test_what_was_noticed_is_not_forgotten_by_a_restart(tmp_path: Path) -> None:
    ran_before(tmp_path / "history.sqlite", then=TURNED)
    post = Post(kept=tmp_path / "history.sqlite")
    assert post.sees(TURNED, 1).state is ReadingState.UNKNOWN, "at once"
    assert post.sees(street(), 12).state is ReadingState.OK, "turned back"


def test_rois_moved_while_nothing_ran_confirm_a_view_that_had_changed(tmp_path: Path) -> None:
    ran_before(tmp_path / "history.sqlite", then=TURNED)
    post = Post(kept=tmp_path / "history.sqlite", rois=(MOVED,))
    post.sees(TURNED, 60)
    assert {row.state for row in post.rows} == {ReadingState.OK}


def test_rois_moved_on_a_view_that_was_right_confirm_nothing(tmp_path: Path) -> None:
    ran_before(tmp_path / "history.sqlite")
    post = Post(kept=tmp_path / "history.sqlite", rois=(MOVED,))
    assert post.sees(TURNED, 40).state is ReadingState.UNKNOWN


def test_a_view_is_confirmed_from_outside_while_the_program_runs(tmp_path: Path) -> None:
    post = Post(kept=tmp_path / "history.sqlite")
    post.sees(street(), 30)
    assert post.sees(TURNED, 40).state is ReadingState.UNKNOWN
    path = ViewFiles().path(post.config, post.record)
    assert path is not None
    write(path, KeptView(None, digest(post.config), confirmed=True))
    assert post.sees(TURNED, 5).state is ReadingState.OK
    assert post.kinds() == ["view-changed", "view-confirmed", "view-clear"]
    assert post.sees(TURNED, 60).state is ReadingState.OK
    assert post.sees(street(), 60).state is ReadingState.UNKNOWN, "the new view is watched like the old one"


def test_a_damaged_file_is_learned_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ran_before(tmp_path / "history.sqlite")
    (file,) = (tmp_path / "history.sqlite.views").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    post = Post(kept=tmp_path / "history.sqlite")
    assert post.sees(TURNED, 60).state is ReadingState.OK
    assert "is learned again" in caplog.text


def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "history.sqlite.views").write_text("a file")
    post = Post(kept=tmp_path / "history.sqlite")
    assert post.sees(street(), 60).state is ReadingState.OK
    assert caplog.text.count("cannot be kept") == 1


def test_a_defocused_camera_is_never_taken_for_right() -> None:
    post = Post()
    soft = cv2.GaussianBlur(street(), (0, 0), 8.0)
    assert post.sees(soft, 12).state is ReadingState.UNKNOWN
    post.camera.confirm_view(looked=True)
    assert post.sees(soft, 40).state is ReadingState.OK, "somebody says that it is so"


def test_opening_a_camera_again_does_not_confirm_a_hand_before_its_lens() -> None:
    post = Post()
    post.sees(street(), 30)
    hand = cv2.GaussianBlur(street(), (0, 0), 30.0)
    assert post.sees(hand, 15).state is ReadingState.UNKNOWN
    post.camera.confirm_view(looked=False)
    assert post.sees(hand, 15).state is ReadingState.UNKNOWN
