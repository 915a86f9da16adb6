"""Recordings that people pause, seek and step: what they see, and what is counted."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.playback import PlaybackRequests
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.errors import SourceError
from crowdmon.values import CameraState, Frame, Reading, ReadingState
from tests.capture.clips import number_of, write_clip
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, until

LEFT = RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


class Hall:
    """A monitor of one recording, with short words for what the tests ask."""

    def __init__(self, source: object, *, rate: float = 5.0) -> None:
        self.sink = ListSink()
        self.counter = FakeCounter(lambda frame: float(frame.index))
        uri = source if isinstance(source, str) else "clip"
        self.config = CameraConfig(name="hall", source=uri, rate=rate)
        self.monitor = Monitor(
            AppConfig(cameras=(self.config,)),
            counter_factory=lambda: self.counter,
            sinks=[self.sink],
            sources=CaptureSources() if isinstance(source, str) else FakeSources({"clip": source}),
        )
        self.monitor.view("hall", (64, 48))

    @property
    def now(self) -> CameraSnapshot:
        return self.monitor.snapshot().cameras["hall"]

    @property
    def view(self) -> Frame:
        view = self.now.view
        assert view is not None
        return view

    @property
    def reading(self) -> Reading:
        reading = self.now.reading
        assert reading is not None
        return reading

    def counted(self, index: int) -> bool:
        """Whether the picture shown is this one, and the number belongs to it."""
        found = self.now
        shown = (found.view and found.view.index, found.reading and found.reading.frame)
        return shown == (index, index) and not found.busy

    def is_in(self, state: CameraState) -> bool:
        return self.now.status.state is state


@pytest.fixture
def clip(tmp_path: Path) -> str:
    """Eight seconds of numbered pictures, ten a second, a key frame each two seconds."""
    encoder = {"g": "20", "bf": "2"}
    return str(write_clip(tmp_path / "clip.mp4", codec="libx264", frames=80, fps=10, encoder=encoder))


@pytest.fixture
def hall(clip: str) -> Iterator[Hall]:
    hall = Hall(clip)
    hall.monitor.start()
    try:
        until(lambda: hall.now.view and hall.now.reading)
        yield hall
    finally:
        stopped = hall.monitor.stop()
    assert stopped


def test_a_pause_keeps_the_picture_and_counts_it_once(hall: Hall) -> None:
    hall.monitor.pause("hall")
    until(lambda: hall.is_in(CameraState.PAUSED) and hall.counted(hall.view.index))
    index, rows = hall.view.index, len(hall.sink.readings)
    times = hall.counter.frames.count(("hall", index))
    assert times == 1
    time.sleep(0.6)  # three intervals: neither counted again nor called stale
    assert hall.counted(index)
    assert len(hall.counter.frames) == rows == len(hall.sink.readings)
    assert number_of(hall.view.rgb) == index
    assert hall.now.status.fps_counted == 0.0
    hall.monitor.resume("hall")
    until(lambda: hall.is_in(CameraState.LIVE) and hall.view.index > index)
    assert {one.state for one in hall.sink.readings} == {ReadingState.OK}


def test_it_says_where_it_stands(hall: Hall) -> None:
    assert hall.now.seekable
    assert hall.now.duration == pytest.approx(8.0)
    hall.monitor.pause("hall")
    hall.monitor.seek("hall", 5.55)
    until(lambda: hall.counted(55))
    assert hall.now.position == pytest.approx(5.5)
    hall.monitor.seek("hall", 1e9)
    until(lambda: hall.counted(79))
    hall.monitor.seek("hall", -3.0)
    until(lambda: hall.counted(0))


def test_it_goes_on_from_where_it_was_sought(hall: Hall) -> None:
    hall.monitor.seek("hall", 6.0)
    until(lambda: (hall.reading.frame or 0) >= 60)
    hall.monitor.seek("hall", 2.0)
    until(lambda: 20 <= hall.view.index < 60)
    assert hall.is_in(CameraState.LIVE)
    times = [one.time for one in hall.sink.readings]
    assert times == sorted(times), "rows stay in order although the recording went back"


def test_the_smoothing_does_not_reach_over_a_seek(hall: Hall) -> None:
    hall.monitor.pause("hall")
    until(lambda: hall.counted(hall.view.index))
    place = hall.view.index
    hall.monitor.seek("hall", (place + 15) / 10)  # so near that it could be the next count
    until(lambda: hall.counted(place + 15))
    assert hall.reading.roi().count_smoothed == hall.reading.roi().count


def test_steps(hall: Hall) -> None:
    hall.monitor.seek("hall", 3.0)
    hall.monitor.pause("hall")
    until(lambda: hall.counted(hall.view.index) and hall.is_in(CameraState.PAUSED))
    at = hall.view.index
    for by in (1, 1, -1, -1, -1, 5, -7):
        hall.monitor.step("hall", by)
        at += by
        until(lambda at=at: hall.counted(at))
        assert number_of(hall.view.rgb) == at
    assert hall.is_in(CameraState.PAUSED)


def test_steps_end_at_both_ends(hall: Hall) -> None:
    hall.monitor.step("hall", -1000)
    until(lambda: hall.is_in(CameraState.PAUSED) and hall.counted(0))
    hall.monitor.step("hall", 1000)
    until(lambda: hall.counted(79))
    hall.monitor.step("hall", 1)
    hall.monitor.step("hall", -2)
    until(lambda: hall.counted(78))
    assert hall.is_in(CameraState.PAUSED)


def test_a_step_pauses(hall: Hall) -> None:
    hall.monitor.step("hall")
    until(lambda: hall.is_in(CameraState.PAUSED) and hall.counted(hall.view.index))


def test_rois_drawn_on_a_standing_picture_get_their_number(hall: Hall) -> None:
    hall.monitor.pause("hall")
    until(lambda: hall.counted(hall.view.index) and hall.is_in(CameraState.PAUSED))
    with_roi = hall.config.model_copy(update={"rois": (LEFT,)})
    hall.monitor.apply(AppConfig(cameras=(with_roi,)))
    until(lambda: len(hall.reading.rois) == 2)
    whole, left = hall.reading.rois
    assert left.count == pytest.approx((whole.count or 0.0) / 2)


def test_a_standing_picture_is_shown_in_every_size_asked_for(hall: Hall) -> None:
    hall.monitor.pause("hall")
    until(lambda: hall.is_in(CameraState.PAUSED))
    index = hall.view.index
    hall.monitor.view("hall", None)
    assert hall.now.view is None
    hall.monitor.view("hall", (32, 32))
    until(lambda: hall.now.view)
    assert (hall.view.index, hall.view.rgb.shape) == (index, (24, 32, 3))


def test_a_recording_that_has_ended_can_still_be_sought(hall: Hall) -> None:
    hall.monitor.seek("hall", 7.8)
    until(lambda: hall.is_in(CameraState.ENDED))
    hall.monitor.step("hall", -1)
    until(lambda: hall.counted(78))
    hall.monitor.resume("hall")
    until(lambda: hall.is_in(CameraState.ENDED))
    hall.monitor.seek("hall", 3.0)
    until(lambda: hall.is_in(CameraState.LIVE) and 30 <= hall.view.index < 79)


def test_many_wishes_at_once_end_at_the_last(hall: Hall) -> None:
    hall.monitor.pause("hall")
    for place in range(80):
        hall.monitor.seek("hall", place / 10)
    until(lambda: hall.counted(79))


def test_the_demo_camera_can_be_paused() -> None:
    hall = Hall("synthetic:plaza?people=3&width=160&height=96")
    hall.monitor.start()
    try:
        until(lambda: hall.now.view and hall.now.reading)
        hall.monitor.pause("hall")
        hall.monitor.seek("hall", 4.0)
        until(lambda: hall.counted(100))
        hall.monitor.step("hall", -1)
        until(lambda: hall.counted(99))
        assert (hall.now.seekable, hall.now.duration) == (True, None)
    finally:
        assert hall.monitor.stop()


def test_a_pause_before_the_first_picture_shows_it() -> None:
    hall = Hall(FakeSource(50, fps=25, seekable=True))
    hall.monitor.pause("hall")
    hall.monitor.start()
    until(lambda: hall.is_in(CameraState.PAUSED) and hall.counted(0))
    assert hall.monitor.stop()


def test_what_is_live_cannot_be_paused() -> None:
    hall = Hall(FakeSource(None, fps=25, live=True))
    hall.monitor._sources.live = lambda uri: True  # type: ignore[method-assign]
    hall.monitor.start()
    until(lambda: hall.now.view)
    monitor = hall.monitor
    verbs = [monitor.pause, monitor.resume, monitor.step, lambda name: monitor.seek(name, 1.0)]
    for verb in verbs:
        with pytest.raises(SourceError, match="hall is live"):
            verb("hall")
        with pytest.raises(KeyError):
            verb("door")
    assert (hall.now.position, hall.now.duration, hall.now.seekable) == (None, None, False)
    assert hall.monitor.stop()


def test_a_clip_that_cannot_be_sought_says_so() -> None:
    hall = Hall(FakeSource(None, fps=25))
    hall.monitor.start()
    until(lambda: hall.now.view)
    with pytest.raises(SourceError, match="cannot seek in"):
        hall.monitor.seek("hall", 1.0)
    with pytest.raises(SourceError, match="cannot seek in"):
        hall.monitor.step("hall", -1)
    hall.monitor.step("hall", 1)
    until(lambda: hall.is_in(CameraState.PAUSED))
    assert hall.monitor.stop()


@given(st.lists(st.sampled_from(["pause", "resume", "seek", "step", "back", "take", "end"]), max_size=30))
def test_no_wish_is_lost_and_none_is_done_twice(words: list[str]) -> None:
    playback = PlaybackRequests()
    target, steps, over = math.nan, 0, False
    for number, word in enumerate(words):
        if word == "seek":
            assert playback.seek(float(number)) is over
            target, steps, over = float(number), 0, False
        elif word in ("step", "back"):
            by = 1 if word == "step" else -1
            assert playback.step(by) is over
            steps, over = steps + by, False
        elif word == "take":
            wish = playback.take()
            assert wish.target == (None if math.isnan(target) else target)
            assert wish.steps == steps
            target, steps = math.nan, 0
        elif word == "end":
            over = playback.ended()
            assert over is (math.isnan(target) and steps == 0)
        elif word == "pause":
            playback.pause()
        else:
            playback.resume()
            steps = 0
