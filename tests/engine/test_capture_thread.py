"""One capture thread: connects for ever, paces recordings, converts only what is asked for."""

from __future__ import annotations

import threading

import pytest

from crowdmon.capture.source import ServerEndedError
from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.capture_thread import CaptureThread
from crowdmon.engine.protocols import Clock, SystemClock
from crowdmon.errors import ConfigError, SourceError
from crowdmon.values import CameraState
from tests.fakes import FakeSource, FakeSources, ManualClock, until


class Waits(threading.Event):
    """A stop event whose waits take no time: they move the clock and are written down."""

    def __init__(self, clock: ManualClock, *, most: int = 10_000) -> None:
        super().__init__()
        self.clock, self.most, self.seconds = clock, most, []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        self.clock.forward(timeout or 0.0)
        if len(self.seconds) >= self.most:
            self.set()
        return self.is_set()


def camera(source: str, *, rate: float | None = None, clock: Clock | None = None) -> Camera:
    config = CameraConfig(name="hall", source=source, rate=rate)
    return Camera(
        config, clock=clock or SystemClock(), out=lambda _: None, note=lambda _: None, unknown_after=15.0
    )


def run(source: str, answers: object, *, rate: float | None = None, most: int = 10_000, **more: object):  # type: ignore[no-untyped-def]
    """Run a capture thread's life in this thread, on a clock that jumps."""
    clock = ManualClock()
    one = camera(source, rate=rate, clock=clock)
    one.connection.stop = waits = Waits(clock, most=most)
    if "view" in more:
        one.show(more["view"])
    sources = FakeSources({source: answers})
    CaptureThread(one, sources=sources, clock=clock, bell=threading.Event()).run()
    return one, waits, sources


def test_a_recording_is_paced_by_its_time_stamps_and_ends() -> None:
    one, waits, _ = run("file", FakeSource(26, fps=25))
    assert one.connection.state.state is CameraState.ENDED
    assert sum(waits.seconds) == pytest.approx(1.0)


def test_a_recording_has_its_own_time() -> None:
    one, _, _ = run("file", FakeSource(51, fps=25), rate=1.0)
    frame = one.cell.take()
    assert frame is not None
    assert frame.pts is not None
    assert frame.time == pytest.approx(1_700_000_000.0 + frame.pts)


@pytest.mark.parametrize(("rate", "converted"), [(1.0, 4), (5.0, 20), (25.0, 100)])
def test_only_pictures_asked_for_are_converted(rate: float, converted: int) -> None:
    source = FakeSource(100, fps=25)
    run("file", source, rate=rate)
    assert sum(len(picture.converted) for picture in source.made) == pytest.approx(converted, abs=1)


def test_nothing_is_converted_for_nobody() -> None:
    source, clock = FakeSource(100, fps=25), ManualClock()
    one = camera("file", clock=clock)
    one.connection.stop = Waits(clock)
    one.cell.wanted_from = float("inf")
    CaptureThread(one, sources=FakeSources({"file": source}), clock=clock, bell=threading.Event()).run()
    assert not any(picture.converted for picture in source.made)


def test_the_view_gets_pictures_of_the_size_it_asked_for() -> None:
    source = FakeSource(50, fps=25, size=(640, 480))
    one, _, _ = run("file", source, view=(200, 100))
    shown = one.view.peek()
    assert shown is not None
    assert shown.rgb.shape == (100, 133, 3)
    assert shown.size == (640, 480)
    assert sum((133, 100) in picture.converted for picture in source.made) == 50
    one.show(None)
    assert one.view.peek() is None


def test_a_fast_camera_is_shown_at_thirty() -> None:
    source = FakeSource(120, fps=60)
    run("file", source, view=(32, 24))
    assert sum((32, 24) in p.converted for p in source.made) == pytest.approx(
        100 / 2, abs=2
    )  # of the last 100


def test_a_lost_camera_is_tried_for_ever_with_growing_waits() -> None:
    error = SourceError("rtsp://door: connection refused", "Nothing listens there")
    one, waits, sources = run("live a", error, most=8)
    assert len(sources.opened) == 8
    for wait, full in zip(waits.seconds, [0.5, 1, 2, 2, 2, 2, 2, 2], strict=True):
        assert 0.75 * full <= wait <= full
    facts = one.connection.state
    assert facts.state is CameraState.RECONNECTING
    assert facts.message == "rtsp://door: connection refused. Nothing listens there"
    assert facts.attempt == 9


def test_a_refused_password_is_not_tried_again_for_a_minute() -> None:
    error = SourceError("rtsp://door: the password was refused")
    error.auth = True  # type: ignore[attr-defined]
    _, waits, _ = run("live a", error, most=2)
    assert waits.seconds == [60.0, 60.0]


def test_a_camera_that_comes_back_is_live_and_its_waits_start_over() -> None:
    lost = SourceError("rtsp://door: the connection was cut")
    answers = [lost, lost, lost, FakeSource(3, fps=25, error=lost), lost]
    for source in answers:
        if isinstance(source, FakeSource):
            source.info = FakeSource(1, live=True).info
    _, waits, sources = run("live a", answers, most=4)
    assert len(sources.opened) == 4
    assert waits.seconds[3] <= 0.5


def test_a_live_stream_that_ends_is_lost() -> None:
    source = FakeSource(3)
    source.info = FakeSource(1, live=True).info
    one, _, _ = run("live a", source, most=1)
    assert one.connection.state.state is CameraState.RECONNECTING
    assert one.connection.state.message == "The stream ended"


def test_a_recording_that_breaks_has_failed() -> None:
    one, _, sources = run("file", FakeSource(3, error=SourceError("clip.mp4 ends after 0.1 s")))
    assert (one.connection.state.state, one.connection.state.message) == (
        CameraState.FAILED,
        "clip.mp4 ends after 0.1 s",
    )
    assert len(sources.opened) == 1


def test_a_setting_that_is_wrong_is_not_tried_again() -> None:
    one, _, sources = run("live a", ConfigError("${PASSWORD} is not set"))
    assert one.connection.state.state is CameraState.FAILED
    assert len(sources.opened) == 1


def test_an_error_nobody_thought_of_is_shown_without_secrets() -> None:
    one, _, _ = run("file", RuntimeError("cannot open rtsp://me:secret@door/1"))
    assert one.connection.state.message == "RuntimeError: cannot open rtsp://***@door/1"


def test_a_network_clip_ends_although_its_address_looked_live() -> None:
    one, _, _ = run("live clip", FakeSource(3))
    assert one.connection.state.state is CameraState.ENDED


def test_a_source_opened_too_late_is_closed_again() -> None:
    gate, source = threading.Event(), FakeSource(None)

    def slow() -> FakeSource:
        gate.wait(10)
        return source

    one = camera("live a")
    sources = FakeSources({"live a": slow})
    capture = CaptureThread(one, sources=sources, clock=SystemClock(), bell=threading.Event())
    capture.thread.start()
    until(lambda: sources.opened)
    one.close()
    gate.set()
    capture.thread.join(10)
    assert source.closed.is_set()
    assert source.made == []


def test_the_synthetic_camera_lives_in_the_present() -> None:
    one = camera("synthetic:plaza?people=3&width=160&height=96")
    from crowdmon.engine.sources import CaptureSources

    capture = CaptureThread(one, sources=CaptureSources(), clock=SystemClock(), bell=threading.Event())
    capture.thread.start()
    until(lambda: one.cell.busy)
    one.close()
    capture.thread.join(10)
    frame = one.cell.take()
    assert frame is not None
    assert frame.rgb.shape == (96, 160, 3)
    assert one.connection.state.state is CameraState.LIVE


def test_a_camera_whose_pictures_cannot_be_converted_is_not_live() -> None:
    class Broken(FakeSource):
        def pictures(self):  # type: ignore[no-untyped-def]
            for picture in super().pictures():
                picture.size = (0, 0)
                yield picture

    source = Broken(3)
    source.info = FakeSource(1, live=True).info
    one, _, _ = run("live a", source, view=(8, 8), most=3)
    assert one.connection.state.state is CameraState.RECONNECTING
    assert one.connection.state.attempt == 4


def test_a_server_that_sends_the_same_pictures_again_has_a_file() -> None:
    ended = ServerEndedError("the stream ended")
    one, _, sources = run("live clip", lambda: FakeSource(5, live=True, fps=1000, error=ended))
    assert one.connection.state.state is CameraState.ENDED
    assert one.connection.state.message.startswith("it was a recording, and has ended")
    assert len(sources.opened) == 2


def test_a_camera_whose_connection_is_cut_may_send_the_same_picture_again() -> None:
    cut = SourceError("connection reset")
    one, waits, _ = run("live test card", lambda: FakeSource(5, live=True, fps=1000, error=cut), most=6)
    assert one.connection.state.state is CameraState.RECONNECTING
    assert len(waits.seconds) == 6
