"""Counting a live source from the command line: connect or give up, then count until the time is up."""

from __future__ import annotations

import time

import pytest

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.engine.live import iterate_live
from crowdmon.errors import ConfigError, CountingError, SinkError, SourceError, WeightsError
from crowdmon.values import Frame, ReadingState
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink

CAMERA = CameraConfig(
    name="hall",
    source="live hall",
    rois=(RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1))),),
)
CUT = SourceError("rtsp://hall: the connection was cut")


def stream(frames: int | None = None, error: Exception | None = None) -> FakeSource:
    return FakeSource(frames, fps=50, live=True, error=error)


def test_it_counts_until_its_time_is_up() -> None:
    sink, started = ListSink(), time.monotonic()
    found = list(
        iterate_live(
            [CAMERA],
            counter_factory=FakeCounter,
            every=0.2,
            duration=1.0,
            sinks=[sink],
            sources=FakeSources({"live hall": stream}),
        )
    )
    assert time.monotonic() - started >= 1.0
    assert 4 <= len(found) <= 7
    assert [reading for *_, reading in found] == sink.readings
    # On a busy machine a newer count may have taken a picture's place.
    frame, density, reading = next(one for one in found if one[0] is not None)
    assert frame is not None
    assert density is not None
    assert frame.index == density.index == reading.frame
    assert reading.roi("left").count == pytest.approx(6.0)


def test_a_source_that_never_comes_is_an_error_and_nothing_is_written() -> None:
    sink = ListSink()
    refused = SourceError("rtsp://hall: connection refused", "Nothing listens there")
    sources = FakeSources({"live hall": refused})
    with pytest.raises(SourceError, match=r"rtsp://hall: connection refused.*Tried for 0\.3 s"):
        list(iterate_live([CAMERA], counter_factory=FakeCounter, duration=0.3, sinks=[sink], sources=sources))
    assert sink.readings == []


def test_a_source_that_hangs_is_given_up_too() -> None:
    import threading

    gate = threading.Event()

    def hang() -> FakeSource:
        gate.wait(30)
        return stream()

    found = iterate_live(
        [CAMERA], counter_factory=FakeCounter, connect_within=0.2, sources=FakeSources({"live hall": hang})
    )
    timer = threading.Timer(0.5, gate.set)
    timer.start()
    with pytest.raises(SourceError, match="gave no picture"):
        list(found)
    timer.join()


def test_a_lost_source_is_a_gap_and_not_the_end() -> None:
    answers = [stream(20, CUT), CUT, stream()]
    found = iterate_live(
        [CAMERA],
        counter_factory=FakeCounter,
        every=0.1,
        duration=3.0,
        sources=FakeSources({"live hall": answers}),
    )
    states = []
    for frame, _, reading in found:
        assert (frame is None) or reading.state is ReadingState.OK
        states.append(reading.state)
        if ReadingState.STALE in states and reading.state is ReadingState.OK:
            break
    found.close()
    assert states[0] is ReadingState.OK
    assert states[-1] is ReadingState.OK


@pytest.mark.parametrize(
    ("factory", "error"),
    [
        (lambda: FakeCounter(fail=RuntimeError("device lost")), CountingError),
        (lambda: (_ for _ in ()).throw(WeightsError("no header")), WeightsError),
    ],
    ids=["count", "build"],
)
def test_a_counter_that_fails_ends_it_with_its_own_error(factory, error) -> None:  # type: ignore[no-untyped-def]
    sink = ListSink()
    with pytest.raises(error):
        list(
            iterate_live(
                [CAMERA], counter_factory=factory, sinks=[sink], sources=FakeSources({"live hall": stream})
            )
        )
    assert [reading for reading in sink.readings if reading.state is ReadingState.OK] == []


def test_an_address_that_cannot_be_is_said_before_anything_starts() -> None:
    with pytest.raises(ConfigError, match="scheme"):
        list(iterate_live([CAMERA.model_copy(update={"source": "gopher://x"})], counter_factory=FakeCounter))


def test_readings_that_could_not_be_written_are_an_error_in_the_end() -> None:
    sink = ListSink(SinkError("cannot write out.csv: no space left on device"))
    found = iterate_live(
        [CAMERA],
        counter_factory=FakeCounter,
        every=0.1,
        duration=0.3,
        sinks=[sink],
        sources=FakeSources({"live hall": stream}),
    )
    with pytest.raises(SinkError, match=r"readings could not be written.*no space left"):
        list(found)


def test_a_network_clip_ends_with_its_last_picture_counted() -> None:
    clip = FakeSource(10, fps=50)
    found = list(
        iterate_live(
            [CAMERA], counter_factory=FakeCounter, every=0.04, sources=FakeSources({"live hall": clip})
        )
    )
    assert [reading.frame for *_, reading in found][-1] >= 8


def test_whoever_stops_listening_stops_it() -> None:
    source = stream()
    found = iterate_live([CAMERA], counter_factory=FakeCounter, sources=FakeSources({"live hall": source}))
    next(found)
    found.close()
    assert source.closed.is_set()


@pytest.mark.parametrize("slow", [0.0, 0.15])
def test_a_slow_consumer_still_ends_in_time_and_costs_no_row(slow: float) -> None:
    sink, started, found = ListSink(), time.monotonic(), 0
    for _ in iterate_live(
        [CAMERA],
        counter_factory=FakeCounter,
        every=0.05,
        duration=1.0,
        sinks=[sink],
        sources=FakeSources({"live hall": stream}),
    ):
        found += 1
        time.sleep(slow)
    assert 1.0 <= time.monotonic() - started < 4.0
    assert found >= 5
    assert len(sink.readings) >= max(found, 12)


def test_a_slow_consumer_hears_of_a_failure_and_of_the_end() -> None:
    def fails_late(frame: Frame) -> Exception | None:
        return RuntimeError("device lost") if frame.index > 40 else None

    failing = iterate_live(
        [CAMERA],
        counter_factory=lambda: FakeCounter(fail=fails_late),
        every=0.02,
        sources=FakeSources({"live hall": stream}),
    )
    with pytest.raises(CountingError, match="device lost"):  # noqa: PT012 - the consumer is slow on purpose
        for _ in failing:
            time.sleep(0.2)
    clip = FakeSource(10, fps=50)
    for _ in iterate_live(
        [CAMERA], counter_factory=FakeCounter, every=0.02, sources=FakeSources({"live hall": clip})
    ):
        time.sleep(0.2)


def test_several_cameras_are_counted_at_once() -> None:
    door = CAMERA.model_copy(update={"name": "door", "source": "live door"})
    found = list(
        iterate_live(
            [CAMERA, door],
            counter_factory=FakeCounter,
            every=0.2,
            duration=1.0,
            sources=FakeSources({"live hall": stream, "live door": stream}),
        )
    )
    for name in ("hall", "door"):
        assert 4 <= len([one for *_, one in found if one.camera == name]) <= 7
    assert all(frame.camera == reading.camera for frame, _, reading in found if frame is not None)


def test_one_camera_that_fails_stops_no_other() -> None:
    door = CAMERA.model_copy(update={"name": "door", "source": "live door"})
    lost: list[tuple[str, str]] = []
    found = list(
        iterate_live(
            [door, CAMERA],
            counter_factory=FakeCounter,
            every=0.1,
            duration=1.0,
            connect_within=0.3,
            sources=FakeSources({"live hall": stream, "live door": CUT}),
            lost=lambda name, error: lost.append((name, str(error))),
        )
    )
    assert {reading.camera for *_, reading in found} == {"hall"}
    ((name, why),) = lost
    assert name == "door"
    assert "the connection was cut" in why
    with pytest.raises(SourceError, match="the connection was cut"):
        list(
            iterate_live(
                [door, CAMERA],
                counter_factory=FakeCounter,
                connect_within=0.3,
                sources=FakeSources({"live hall": CUT, "live door": CUT}),
            )
        )


def test_a_sink_thread_that_died_is_an_error_and_not_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("crowdmon.engine.sink_thread.SinkThread.step", dies)
    with pytest.raises(SinkError, match="no longer written: RuntimeError: boom"):
        list(iterate_live([CAMERA], counter_factory=FakeCounter, sources=FakeSources({"live hall": stream})))
