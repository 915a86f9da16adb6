"""From what happens to a camera, a counter or a disk to the history's table of events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine import capture_thread
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.sink_thread import SinkThread
from crowdmon.errors import CountingError, SinkError, SourceError
from crowdmon.facts import Event, SpotCheck
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.values import CameraState, Frame, Reading, ReadingState, RoiReading
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, ManualClock, until

CUT = SourceError("rtsp://me:s3cret@door/1: the connection was cut", "Check the network")


def stream(**more: object) -> FakeSource:
    return FakeSource(None, fps=50, live=True, **more)  # type: ignore[arg-type]


def kinds(path: Path, camera: str | None = "door") -> list[tuple[str, str | None]]:
    with HistoryReader(path) as history:
        return [(one.kind, one.detail) for one in history.events() if one.camera == camera]


def watch(
    sources: dict[str, object], path: Path, *, counter: FakeCounter, until_: Callable[[Monitor], object]
):  # type: ignore[no-untyped-def]
    """Watch cameras with a history until something is so; gives the last snapshot."""
    cameras = tuple(CameraConfig(name=name, source=f"live {name}", rate=20.0) for name in sources)
    answers = {f"live {name}": answer for name, answer in sources.items()}
    with HistoryFile(path) as history:
        monitor = Monitor(
            AppConfig(cameras=cameras),
            counter_factory=lambda: counter,
            sinks=[history],
            sources=FakeSources(answers),
        )
        monitor.start()
        try:
            until(lambda: until_(monitor))
            return monitor.snapshot()
        finally:
            assert monitor.stop()


def live(name: str) -> Callable[[Monitor], bool]:
    return lambda monitor: monitor.snapshot().cameras[name].status.state is CameraState.LIVE


def test_a_camera_that_is_lost_and_comes_back_is_in_the_history(tmp_path: Path) -> None:
    broken = FakeSource(5, fps=50, error=CUT)
    broken.info = stream().info
    refused = SourceError("rtsp://me:s3cret@door/1: connection refused")
    path = tmp_path / "h.sqlite"
    seen = set[CameraState]()

    def back(monitor: Monitor) -> bool:
        seen.add(monitor.snapshot().cameras["door"].status.state)
        return CameraState.RECONNECTING in seen and live("door")(monitor)

    watch({"door": [broken, refused, stream]}, path, counter=FakeCounter(), until_=back)
    assert kinds(path) == [
        ("connected", "64x48"),
        ("lost", "rtsp://***@door/1: the connection was cut. Check the network"),
        ("reconnecting", "rtsp://***@door/1: connection refused"),
        ("connected", "64x48"),
    ]
    assert b"s3cret" not in path.read_bytes()


def test_a_frozen_picture_is_in_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_thread, "AFTER", 0.2)

    class Freezing(FakeSource):
        def pictures(self):  # type: ignore[no-untyped-def]
            for picture in super().pictures():
                picture.looks = 7 if picture.index < 30 else None
                yield picture

    path = tmp_path / "h.sqlite"
    source = Freezing(None, fps=50, live=True)
    watch(
        {"door": source}, path, counter=FakeCounter(), until_=lambda _: source.made[-1:] and source._next > 35
    )
    assert [kind for kind, _ in kinds(path)] == ["connected", "frozen", "moving"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "bad: memory ran out while counting picture 0 of 64x48 pixels"),
        (CountingError("openvino cpu: the device is lost"), "openvino cpu: the device is lost"),
        (RuntimeError("CUDA error at rtsp://me:s3cret@door/1"), "CUDA error at rtsp://***@door/1"),
    ],
)
def test_what_cannot_be_counted_stops_alone_and_says_why(
    tmp_path: Path, error: Exception, words: str
) -> None:
    """Nothing is counted another way instead; the others go on."""

    def fail(frame: Frame) -> Exception | None:
        return error if frame.camera == "bad" else None

    path, counter = tmp_path / "h.sqlite", FakeCounter(fail=fail)

    def over(monitor: Monitor) -> bool:
        shown = monitor.snapshot().cameras
        others = [counter.frames.count(one) for one in counter.frames if one[0] != "bad"]
        return shown["bad"].status.state is CameraState.FAILED and len(others) > 30

    shown = watch({"bad": stream, "hall": stream, "door": stream}, path, counter=counter, until_=over)
    assert words in shown.cameras["bad"].status.message
    assert words in shown.error
    assert {shown.cameras[name].status.state for name in ("hall", "door")} == {CameraState.LIVE}
    assert [name for name, _ in counter.frames].count("bad") == 1, "it is not tried again"
    ((kind, detail),) = [one for one in kinds(path, "bad") if one[0] != "connected"]
    assert kind == "counting-stopped"
    assert words in (detail or "")
    with HistoryReader(path) as history:
        recorded = list(history.readings())
    assert not [one for one in recorded if one.camera == "bad" and one.state is ReadingState.OK]
    assert {one.camera for one in recorded if one.state is ReadingState.OK} == {"hall", "door"}


def reading(number: int, **changed: float) -> Reading:
    values = {"time": 1_700_000_000.0 + number, "count": 1.0, **changed}
    return Reading(values["time"], "gate", (RoiReading("frame", values["count"]),), frame=number)


def test_trouble_with_recording_is_recorded_where_it_can_be(tmp_path: Path) -> None:
    clock, good, bad = ManualClock(), ListSink(), ListSink()
    bad.error = SinkError("cannot write /disk/out.csv: the disk is full", "Make room")
    sink_thread = SinkThread([good, bad, ListSink()], clock=clock, look=lambda: None)
    for number in range(10):
        sink_thread.push(reading(number))
        sink_thread.step()
        clock.forward(1.0)
    bad.error = None
    clock.forward(3.0)
    sink_thread.step()
    sink_thread.step(last=True)
    failed = ("recording-failed", "cannot write /disk/out.csv: the disk is full. Make room")
    for disk in (good, bad):
        assert [one.frame for one in disk.readings] == list(range(10))
        assert [(one.kind, one.detail) for one in disk.events] == [failed, ("recording-works", failed[1])]
        assert disk.events[1].time - disk.events[0].time == pytest.approx(13.0)
    assert not any(sink_thread.outboxes), "the last step leaves nothing behind"


def test_a_reading_that_no_file_can_hold_is_shown_said_once_and_blocks_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, words = tmp_path / "h.sqlite", "gate: a reading was not recorded, its time is 1e+300"
    with HistoryFile(path) as history, ReadingCsv(tmp_path / "out.csv") as csv:
        door = CameraConfig(name="gate", source="live gate")
        monitor = Monitor(AppConfig(cameras=(door,)), counter_factory=FakeCounter, sinks=[history, csv])
        monitor._outlet.take([reading(0)])
        for _ in range(3):
            monitor._outlet.take([reading(1, time=1e300)])
        assert monitor.snapshot().error == words
        monitor._outlet.take([reading(2)])
        shown = monitor.snapshot()
        assert shown.error == ""
        assert [one.time for one in shown.facts] == [1_700_000_000.0, 1_700_000_002.0]
        monitor._outlet._sinks.step(last=True)
        assert monitor.snapshot().unwritten == 0
    with HistoryReader(path) as found:
        assert [one.frame for one in found.readings()] == [0, 2]
    assert [one.message for one in caplog.records] == [words], "once, not with every reading"


def test_many_threads_may_push_events_at_once() -> None:
    disk = ListSink()
    sink_thread = SinkThread([disk], clock=ManualClock(), look=lambda: None)

    def note(camera: str) -> None:
        for number in range(200):
            sink_thread.push(Event(float(number), "x", camera))

    threads = [threading.Thread(target=note, args=(f"c{k}",)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    sink_thread.step(last=True)
    for k in range(4):
        assert [one.time for one in disk.events if one.camera == f"c{k}"] == list(range(200))


def test_a_spot_check_goes_through_the_same_outlet_and_disturbs_no_alarm(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    check = SpotCheck(time=100.0, camera="door", truth=3, count=2.5, heads=((0.5, 0.5),) * 3, size=(64, 48))
    with HistoryFile(path) as history, ReadingCsv(tmp_path / "out.csv") as csv:
        config = AppConfig(cameras=(CameraConfig(name="door", source="live door"),))
        monitor = Monitor(
            config,
            counter_factory=FakeCounter,
            sinks=[history, csv],
            sources=FakeSources({"live door": stream}),
            past=[check],
        )
        monitor.start()
        try:
            monitor.record(check)
            with pytest.raises(SinkError, match="door: a spot check was not recorded"):
                monitor.record(SpotCheck(time=float("nan"), camera="door", truth=3, count=2.5))
            until(lambda: monitor.snapshot().number >= 4)
            assert check in monitor.snapshot().facts
            assert all(isinstance(one, Reading) for one in monitor.query(0.0, 4e9))
        finally:
            monitor.stop()
    with HistoryReader(path) as found:
        assert list(found.spot_checks()) == [check]
        assert len(list(found.readings())) >= 1
    assert "100" not in (tmp_path / "out.csv").read_text().splitlines()[1]


def test_an_event_of_a_renamed_camera_has_its_id(tmp_path: Path) -> None:
    camera = CameraConfig(name="door", source="live door", id="gate")
    monitor = Monitor(
        AppConfig(cameras=(camera,)), counter_factory=FakeCounter, sources=FakeSources({"live door": stream})
    )
    monitor.start()
    until(lambda: monitor.snapshot().number >= 2)
    monitor.stop()
    events = [fact for fact in monitor.snapshot().facts if isinstance(fact, Event)]
    assert [(event.camera, event.camera_id) for event in events[:1]] == [("door", "gate")]
