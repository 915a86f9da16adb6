"""The engine as a whole, on real threads and fake cameras."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from crowdmon.config import AppConfig, CameraConfig, RecordConfig, RoiConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.errors import CountingError, SinkError, SourceError, WeightsError
from crowdmon.facts import Event
from crowdmon.values import CameraState, Reading, ReadingState
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, ManualClock, until

LEFT = RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
RIGHT = RoiConfig(name="left", polygon=((0.5, 0), (1, 0), (1, 1), (0.5, 1)))


def config(*cameras: CameraConfig) -> AppConfig:
    return AppConfig(cameras=cameras)


def hall(source: str = "live hall", *, rois: tuple[RoiConfig, ...] = ()) -> CameraConfig:
    return CameraConfig(name="hall", source=source, rate=20.0, rois=rois)


def stream() -> FakeSource:
    return FakeSource(None, fps=50, live=True)


Make = Callable[..., Monitor]


@pytest.fixture
def make() -> Iterator[Make]:
    """Make monitors that are stopped at the end; threads left behind fail the test anyway."""
    monitors: list[Monitor] = []

    def make(cameras: AppConfig, sources: FakeSources, **more: object) -> Monitor:
        more.setdefault("counter_factory", FakeCounter)
        monitor = Monitor(cameras, sources=sources, **more)  # type: ignore[arg-type]
        monitors.append(monitor)
        return monitor

    yield make
    for monitor in monitors:
        monitor.stop()


def test_from_cameras_to_readings(make: Make) -> None:
    sink = ListSink()
    door = CameraConfig(name="door", source="live door", rate=10.0)
    sources = FakeSources({"live hall": stream, "live door": stream})
    monitor = make(config(hall(rois=(LEFT,)), door), sources, sinks=[sink])
    started = time.time()
    monitor.start()
    until(lambda: {reading.camera for reading in sink.readings} == {"hall", "door"})
    shown = monitor.snapshot()
    assert (shown.device, shown.weights, shown.error) == ("fake cpu f32", "fake", "")
    assert list(shown.cameras) == ["hall", "door"]
    reading = shown.cameras["hall"].reading
    assert reading is not None
    assert [one.roi for one in reading.rois] == ["frame", "left"]
    assert reading.roi("left").count == pytest.approx(6.0)
    assert shown.cameras["hall"].status.state is CameraState.LIVE
    assert shown.cameras["hall"].view is None, "nobody watches"
    assert monitor.stop()
    found = monitor.query(started - 1, time.time() + 1)
    assert [reading.time for reading in found] == sorted(reading.time for reading in found)
    assert len(found) == len(sink.readings)
    assert monitor.query(0, started - 1) == []


def test_the_window_is_there_while_the_counter_is_built(make: Make) -> None:
    gate = threading.Event()

    def slow() -> FakeCounter:
        gate.wait(30)
        return FakeCounter()

    monitor = make(config(hall()), FakeSources({"live hall": stream}), counter_factory=slow)
    monitor.start()
    monitor.view("hall", (32, 32))
    until(lambda: monitor.snapshot().cameras["hall"].view)
    shown = monitor.snapshot()
    assert (shown.device, shown.cameras["hall"].reading) == ("", None)
    gate.set()
    until(lambda: monitor.snapshot().cameras["hall"].reading)


def test_pictures_are_shown_to_whoever_watches_and_as_large_as_asked(make: Make) -> None:
    monitor = make(config(hall()), FakeSources({"live hall": stream}))
    monitor.start()
    monitor.view("nobody", (10, 10))
    monitor.view("hall", (32, 32))
    until(lambda: monitor.snapshot().cameras["hall"].view)
    view = monitor.snapshot().cameras["hall"].view
    assert view is not None
    assert view.rgb.shape == (24, 32, 3)
    monitor.view("hall", None)
    assert monitor.snapshot().cameras["hall"].view is None


def test_rois_change_without_restarting_the_stream(make: Make) -> None:
    sources = FakeSources({"live hall": stream})
    monitor = make(config(hall(rois=(LEFT,))), sources)
    monitor.start()
    until(lambda: monitor.snapshot().cameras["hall"].reading)
    monitor.apply(config(hall(rois=(RIGHT, LEFT.model_copy(update={"name": "new"})))))
    until(lambda: [one.roi for one in monitor.snapshot().cameras["hall"].reading.rois][1:] == ["left", "new"])
    assert sources.opened == ["live hall"]


def test_only_a_camera_whose_source_changed_starts_over(make: Make) -> None:
    first, second, door = stream(), stream(), stream()
    sources = FakeSources({"live hall": first, "live other": second, "live door": door})
    with_door = CameraConfig(name="door", source="live door", rate=20.0)
    monitor = make(config(hall(), with_door), sources)
    monitor.start()
    monitor.view("hall", (32, 32))
    until(lambda: len(sources.opened) == 2)
    until(lambda: first.made)
    monitor.apply(config(hall("live other"), with_door))
    until(lambda: second.made and first.closed.is_set())
    assert sources.opened.count("live door") == 1
    until(lambda: monitor.snapshot().cameras["hall"].view)  # still watched
    monitor.apply(config(with_door))
    until(second.closed.is_set)
    assert list(monitor.snapshot().cameras) == ["door"]
    assert {reading.camera for reading in monitor.query(0, 4e9)} <= {"door"}


def test_a_configuration_before_the_start_and_an_empty_one(make: Make) -> None:
    sources = FakeSources({"live hall": stream})
    monitor = make(config(), sources)
    monitor.apply(config(hall()))
    assert sources.opened == []
    monitor.start()
    until(lambda: monitor.snapshot().cameras["hall"].reading)
    monitor.apply(config())
    assert dict(monitor.snapshot().cameras) == {}


def test_a_camera_that_dies_is_never_shown_with_an_old_number(make: Make) -> None:
    sink = ListSink()
    lost = SourceError("rtsp://hall: the connection was cut")
    answers = [FakeSource(10, fps=50, live=True, error=lost), lost]
    monitor = make(config(hall()), FakeSources({"live hall": answers}), sinks=[sink], unknown_after=0.4)
    monitor.start()
    until(lambda: any(reading.state is ReadingState.UNKNOWN for reading in sink.readings))
    shown = monitor.snapshot().cameras["hall"]
    assert shown.status.state is CameraState.RECONNECTING
    assert shown.status.attempt >= 2
    assert shown.reading is not None
    assert shown.reading.roi().count is None
    states = [reading.state for reading in sink.readings]
    silent = states[states.index(ReadingState.STALE) :]
    assert silent == sorted(silent), "stale first, then unknown, no number between"
    times = [reading.time for reading in sink.readings]
    assert times == sorted(times)
    gaps = [b - a for a, b in zip(times[len(times) - len(silent) :], times[-len(silent) + 1 :], strict=False)]
    assert gaps == pytest.approx([0.05] * len(gaps), abs=0.03), "a row every interval"


def test_when_a_count_is_unknown_is_up_to_the_configuration(make: Make) -> None:
    sink, lost = ListSink(), SourceError("rtsp://hall: the connection was cut")
    soon = hall().model_copy(update={"unknown_after": 0.2})
    monitor = make(config(hall()), FakeSources({"live hall": lost}), sinks=[sink])
    monitor.start()
    until(lambda: len(sink.readings) > 10)
    assert {reading.state for reading in sink.readings} == {ReadingState.STALE}
    monitor.apply(config(soon))
    until(lambda: sink.readings[-1].state is ReadingState.UNKNOWN)


def test_counting_goes_on_when_the_camera_is_back(make: Make) -> None:
    lost = SourceError("rtsp://hall: the connection was cut")
    answers = [FakeSource(5, fps=50, live=True, error=lost), lost, stream()]
    sink = ListSink()
    monitor = make(config(hall()), FakeSources({"live hall": answers}), sinks=[sink])
    monitor.start()
    until(lambda: sink.readings and sink.readings[-1].state is ReadingState.STALE)
    until(lambda: sink.readings[-1].state is ReadingState.OK)
    status = monitor.snapshot().cameras["hall"].status
    assert (status.state, status.attempt, status.message) == (CameraState.LIVE, 0, "")


def test_a_recording_ends_and_can_be_started_over(make: Make) -> None:
    sources = FakeSources({"clip": lambda: FakeSource(5, fps=50)})
    monitor = make(config(hall("clip")), sources)
    monitor.start()

    def state() -> CameraState:
        return monitor.snapshot().cameras["hall"].status.state

    until(lambda: state() is CameraState.ENDED)
    until(lambda: not monitor.snapshot().cameras["hall"].busy)
    rows = len(monitor.query(0, 4e9))
    assert rows > 0
    monitor.restart("hall")
    until(lambda: len(sources.opened) == 2 and state() is CameraState.ENDED)
    assert {reading.state for reading in monitor.query(0, 4e9)} == {ReadingState.OK}


def test_a_missing_file_has_failed_with_its_reason(make: Make) -> None:
    monitor = make(config(hall("clip")), FakeSources({"clip": SourceError("clip.mp4: no such file")}))
    monitor.start()
    until(lambda: monitor.snapshot().cameras["hall"].status.state is CameraState.FAILED)
    assert monitor.snapshot().cameras["hall"].status.message == "clip.mp4: no such file"
    assert monitor.snapshot().error == "", "the other cameras and the counting are well"


def test_a_failing_counter_is_seen_in_the_snapshot(make: Make) -> None:
    monitor = make(
        config(hall()),
        FakeSources({"live hall": stream}),
        counter_factory=lambda: FakeCounter(fail=RuntimeError("CUDA error: device lost")),
    )
    monitor.start()
    until(lambda: monitor.snapshot().error)
    shown = monitor.snapshot()
    assert "device lost" in shown.error
    assert shown.cameras["hall"].status.state is CameraState.FAILED
    assert isinstance(monitor.failure, CountingError)
    until(lambda: monitor.snapshot().cameras["hall"].reading)
    reading = monitor.snapshot().cameras["hall"].reading
    assert reading is not None
    assert reading.state is not ReadingState.OK


def test_a_counter_that_cannot_be_built_is_seen_in_the_snapshot_by_late_cameras_too(make: Make) -> None:
    def factory() -> FakeCounter:
        raise WeightsError("default.safetensors has no header")

    monitor = make(config(), FakeSources({"live hall": stream}), counter_factory=factory)
    monitor.start()
    until(lambda: monitor.snapshot().error)
    monitor.apply(config(hall()))
    shown = monitor.snapshot()
    assert shown.error == "default.safetensors has no header"
    assert shown.cameras["hall"].status.state is CameraState.FAILED


def test_a_failing_sink_is_seen_and_catches_up(make: Make) -> None:
    sink = ListSink(SinkError("cannot write out.csv: no space left on device"))
    monitor = make(config(hall()), FakeSources({"live hall": stream}), sinks=[sink])
    monitor.start()
    until(lambda: monitor.snapshot().error and monitor.snapshot().unwritten > 3)
    assert "no space left" in monitor.snapshot().error
    sink.error = None
    until(lambda: sink.readings and not monitor.snapshot().error)
    monitor.stop()
    frames = [reading.frame for reading in sink.readings if reading.state is ReadingState.OK]
    kept = [reading.frame for reading in monitor.query(0, 4e9) if reading.state is ReadingState.OK]
    assert frames == kept
    assert monitor.snapshot().lost == 0


@pytest.mark.parametrize("where", ["open", "read", "count", "build", "sink"])
def test_it_stops_in_time_whatever_hangs(make: Make, where: str) -> None:
    gate, hung = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hung.set()
        gate.wait(60)

    def opening() -> FakeSource:
        if where == "open":
            hang()
        return FakeSource(None, fps=50, live=True, wait=hang if where == "read" else None)

    def people(_: object) -> float:
        if where == "count":
            hang()
        return 1.0

    def factory() -> FakeCounter:
        if where == "build":
            hang()
        return FakeCounter(people)

    class Sink(ListSink):
        def write(self, reading: object) -> None:
            if where == "sink":
                hang()

    monitor = make(
        config(hall()), FakeSources({"live hall": opening}), counter_factory=factory, sinks=[Sink()]
    )
    monitor.start()
    assert hung.wait(10)
    before = time.monotonic()
    assert monitor.stop(timeout=0.4) is False
    assert time.monotonic() - before < 5.0
    rows = len(monitor.query(0, 4e9))
    gate.set()  # what hung comes back, and must find everything closed
    until(
        lambda: not [t for t in threading.enumerate() if t.name.startswith(("capture", "counting", "sinks"))]
    )
    assert len(monitor.query(0, 4e9)) == rows


def test_stopping_takes_no_time_when_nothing_hangs_and_may_be_repeated(make: Make) -> None:
    cameras = [CameraConfig(name=f"c{k}", source=f"live {k}") for k in range(16)]
    monitor = make(config(*cameras), FakeSources({f"live {k}": stream for k in range(16)}))
    monitor.start()
    until(lambda: all(camera.reading for camera in monitor.snapshot().cameras.values()))
    assert monitor.stop()
    assert monitor.stop()
    monitor.apply(config(hall()))
    with pytest.raises(RuntimeError, match="starts once"):
        monitor.start()


def test_it_may_be_stopped_before_it_was_started(make: Make) -> None:
    assert make(config(hall()), FakeSources({})).stop()


def test_nothing_is_shown_or_expected_before_the_start(make: Make) -> None:
    clock = ManualClock()
    monitor = make(config(hall()), FakeSources({}), clock=clock)
    clock.forward(100.0)
    shown = monitor.snapshot().cameras["hall"]
    assert (shown.status.state, shown.reading) == (CameraState.CONNECTING, None)


def test_another_configuration_moves_every_sink_and_loses_nothing(make: Make) -> None:
    opened: dict[str, ListSink] = {}

    def open_sinks(record: RecordConfig) -> dict[str, ListSink]:
        places = {key: getattr(record, key) for key in ("history", "csv_log")}
        made = {key: ListSink() for key, place in places.items() if place}
        opened.update({places[key]: sink for key, sink in made.items()})
        return made

    every = ListSink()
    first = config(hall()).model_copy(update={"record": RecordConfig(history="a.sqlite", csv_log="logs")})
    second = first.model_copy(update={"record": RecordConfig(history="b.sqlite", csv_log="logs")})
    monitor = make(first, FakeSources({"live hall": stream}), sinks=[every], open_sinks=open_sinks)
    monitor.start()
    until(lambda: len(opened["a.sqlite"].readings) >= 3)
    monitor.apply(second)
    until(lambda: len(opened["b.sqlite"].readings) >= 3)
    assert opened["a.sqlite"].closed, "the old file is let go while the window is open"
    assert not opened["logs"].closed, "what keeps its place goes on"
    monitor.apply(first.model_copy(update={"record": RecordConfig()}))
    assert monitor.stop()
    assert len(opened) == 3
    moved = opened["a.sqlite"].readings + opened["b.sqlite"].readings
    assert moved == every.readings[: len(moved)]
    assert opened["logs"].readings == moved
    assert all(sink.closed for sink in opened.values())
    assert not every.closed, "that one belongs to the caller"


def test_a_look_after_a_number_gives_every_fact_since_then_once(make: Make) -> None:
    sink = ListSink()
    monitor = make(config(hall()), FakeSources({"live hall": stream}), sinks=[sink])
    monitor.start()
    found, number = [], 0
    until(lambda: len(sink.readings) >= 20)
    while len(found) < 20:
        shown = monitor.snapshot(number)
        number = shown.number
        found += [fact for fact in shown.facts if isinstance(fact, Reading)]
        time.sleep(0.12)  # some two readings pass between two looks
    monitor.stop()
    shown = monitor.snapshot(number)
    found += [fact for fact in shown.facts if isinstance(fact, Reading)]
    assert found == sink.readings
    assert monitor.snapshot(shown.number).facts == ()
    kinds = [fact.kind for fact in monitor.snapshot().facts if isinstance(fact, Event)]
    assert kinds[:1] == ["connected"], "events are facts, too"
