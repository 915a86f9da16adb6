"""The counting thread: builds the counter itself, serves all, and never hides a failure."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from crowdmon.config import CameraConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.counting_thread import CountingThread
from crowdmon.errors import CountingError, WeightsError
from crowdmon.facts import Event
from crowdmon.track import track
from crowdmon.track.measure import measure
from crowdmon.values import CameraState, DensityMap, Frame, Reading, Roi
from tests.fakes import FakeCounter, ManualClock


class Bench:
    """A counting worker that is stepped by hand, and the cameras it serves."""

    def __init__(self, *names: str, counter: FakeCounter | None = None, rate: float | None = None) -> None:
        self.clock, self.out = ManualClock(), []
        self.events: list[Event] = []
        self.cameras = {name: self.camera(name, rate=rate) for name in names}
        self.counter = counter or FakeCounter()
        self.counting = CountingThread(
            lambda: self.counter, lambda: self.cameras, clock=self.clock, bell=threading.Event()
        )
        self.counting.build()

    def camera(self, name: str, *, rate: float | None = None) -> Camera:
        self.out: list[Reading]
        return Camera(
            CameraConfig(name=name, source=f"live {name}", rate=rate),
            clock=self.clock,
            out=self.out.extend,
            note=self.events.append,
            unknown_after=15.0,
        )

    def picture(self, name: str, index: int = 0) -> None:
        now = self.clock.monotonic()
        frame = Frame(np.zeros((48, 64, 3), np.uint8), name, index, self.clock.wall(), index / 25)
        self.cameras[name].cell.put(frame, now)
        self.cameras[name].connection.arrived(frame.time)


def test_a_new_picture_is_counted_and_an_old_one_is_not() -> None:
    bench = Bench("hall")
    assert bench.counting.step() is not None
    bench.picture("hall")
    assert bench.counting.step() is None
    assert [reading.frame for reading in bench.out] == [0]
    assert bench.out[0].roi().count == pytest.approx(12.0)
    bench.clock.forward(1.0)
    assert bench.counting.step() is not None
    assert len(bench.out) == 1


def test_what_was_counted_is_shown_with_its_picture() -> None:
    bench = Bench("hall")
    bench.picture("hall", 7)
    bench.counting.step()
    shown = bench.cameras["hall"].snapshot(pace=0.0)
    assert shown.counted is not None
    assert shown.density is not None
    assert shown.reading is not None
    assert shown.counted.index == shown.density.index == shown.reading.frame == 7
    assert not shown.busy


def test_everybody_gets_a_turn() -> None:
    bench = Bench("a", "b", "c", rate=10.0)
    for index in range(30):
        for name in bench.cameras:
            bench.picture(name, index)
        bench.counting.step()
        bench.clock.forward(0.04)
    turns = [sum(camera == name for camera, _ in bench.counter.frames) for name in "abc"]
    assert turns == [10, 10, 10]
    last = dict(bench.counter.frames)
    assert min(last.values()) >= 27, "the newest picture is taken"


def test_the_rate_is_asked_for_at_the_source() -> None:
    bench = Bench("hall", rate=2.0)
    bench.picture("hall")
    bench.counting.step()
    cell = bench.cameras["hall"].cell
    now = bench.clock.monotonic()
    assert not cell.wants(now + 0.3, refresh=0.5)
    assert cell.wants(now + 0.5, refresh=0.5)


def test_a_picture_of_a_camera_that_fell_silent_is_too_old() -> None:
    bench = Bench("hall")
    bench.picture("hall")
    bench.clock.forward(5.0)
    bench.counting.step()
    assert bench.out == []
    bench.cameras["hall"].connection.live = False
    bench.counting.step()
    assert len(bench.out) == 1, "a recording's picture keeps"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CountingError("openvino cpu returned values that are not numbers"), "not numbers"),
        (RuntimeError("CUDA error: device lost"), "counting picture 0 failed: RuntimeError: CUDA error"),
        (MemoryError(), "memory ran out"),
    ],
)
def test_a_failure_stops_its_camera_and_says_why(error: Exception, message: str) -> None:
    counter = FakeCounter(fail=lambda frame: error if frame.camera == "bad" else None)
    bench = Bench("bad", "good", counter=counter)
    bench.picture("bad")
    bench.picture("good")
    bench.counting.step()
    bench.counting.step()
    assert [reading.camera for reading in bench.out] == ["good"]
    facts = bench.cameras["bad"].connection.state
    assert facts.state is CameraState.FAILED
    assert message in facts.message
    assert isinstance(bench.cameras["bad"].count_failure, CountingError)
    bench.clock.forward(1.0)
    bench.picture("bad", 1)
    bench.counting.step()
    assert [name for name, _ in counter.frames].count("bad") == 1, "it is not tried again"


def test_a_density_that_is_not_a_number_is_a_failure() -> None:
    bench = Bench("hall", counter=FakeCounter(float("nan")))
    bench.picture("hall")
    bench.counting.step()
    assert "not a number" in bench.cameras["hall"].connection.state.message
    assert bench.out == []


def test_a_counter_that_cannot_be_built_stops_all_cameras_and_says_why() -> None:
    def factory() -> FakeCounter:
        raise WeightsError("default.safetensors has no header", "Take weights made by crowdmon-train")

    bench = Bench("a", "b")
    counting = CountingThread(factory, lambda: bench.cameras, clock=bench.clock, bell=threading.Event())
    counting.run()
    assert isinstance(counting.failure, WeightsError)
    assert counting.settled
    for camera in bench.cameras.values():
        assert camera.connection.state.state is CameraState.FAILED
        assert "has no header" in camera.connection.state.message


def test_the_counter_lives_in_the_counting_thread_alone() -> None:
    bench = Bench("hall")
    built: list[str] = []

    def factory() -> FakeCounter:
        built.append(threading.current_thread().name)
        return bench.counter

    bell = threading.Event()
    counting = CountingThread(factory, lambda: bench.cameras, clock=bench.clock, bell=bell)
    assert (counting.device, counting.settled) == ("", False)
    bench.picture("hall")
    counting.thread.start()
    while not bench.out:
        counting.thread.join(0.002)
    counting.stop()
    counting.thread.join(10)
    assert built == ["counting"]
    assert bench.counter.threads == {"counting"}
    assert (counting.device, counting.weights) == ("fake cpu f32", "fake")


def test_a_slow_machine_knows_its_pace() -> None:
    bench = Bench("a", "b", rate=5.0)
    bench.counter.people = lambda frame: bench.clock.forward(0.3) or 1.0
    for index in range(20):
        for name in bench.cameras:
            bench.picture(name, index)
        bench.counting.step()
    assert bench.counting.pace == pytest.approx(0.6)


def test_another_camera_under_the_same_name_starts_fresh() -> None:
    bench = Bench("hall", rate=0.01)
    bench.picture("hall")
    bench.counting.step()
    bench.cameras["hall"].close()
    bench.cameras = {"hall": bench.camera("hall", rate=0.01)}
    bench.clock.forward(1.0)
    bench.picture("hall", 1)
    assert bench.counting.step() is None
    assert [reading.frame for reading in bench.out] == [0, 1]


def test_memory_that_runs_out_while_measuring_stops_its_camera_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measured(density: DensityMap, rois: Sequence[Roi], *, whole: bool) -> Reading:
        if density.camera == "bad":
            raise MemoryError
        return measure(density, rois, whole=whole)

    monkeypatch.setattr(track, "measure", measured)
    bench = Bench("bad", "good")
    bench.picture("bad")
    bench.picture("good")
    bench.counting.step()
    bench.counting.step()
    assert [reading.camera for reading in bench.out] == ["good"]
    assert bench.cameras["bad"].connection.state.message == "Memory ran out"
    assert [event.kind for event in bench.events if event.camera == "bad"] == [
        "connected",
        "counting-stopped",
    ]


class TogetherCounter(FakeCounter):
    """Counts several pictures in a call, and remembers whose."""

    def __init__(self, *, batch: int, bad: str = "") -> None:
        fail = (lambda frame: RuntimeError("card lost") if frame.camera == bad else None) if bad else None
        super().__init__(fail=fail)
        self.batch, self.calls = batch, []
        self.calls: list[str]

    def count_together(self, frames: list[Frame]) -> list[DensityMap]:
        assert len({frame.rgb.shape for frame in frames}) == 1
        self.calls.append("".join(frame.camera for frame in frames))
        return [self.count(frame) for frame in frames]


def test_what_waits_at_the_same_moment_is_counted_in_one_call() -> None:
    bench = Bench("a", "b", "c", "d", counter=TogetherCounter(batch=3))
    for index, name in enumerate("abcd"):
        bench.picture(name, index)
    assert bench.counting.step() is None
    assert bench.counting.step() is None
    assert bench.counter.calls == ["abc"], "the fourth is alone, and counted as one picture is"
    assert [(one.camera, one.frame) for one in bench.out] == [("a", 0), ("b", 1), ("c", 2), ("d", 3)]
    assert bench.counting.step() is not None


def test_only_pictures_of_one_size_that_are_due_go_together() -> None:
    bench = Bench("a", "b", "c", rate=1.0, counter=TogetherCounter(batch=8))
    for name in "abc":
        bench.picture(name)
    bench.counting.step()
    bench.clock.forward(1.0)
    bench.cameras["d"] = bench.camera("d", rate=0.1)
    bench.picture("a", 1)
    bench.picture("d", 1)
    bench.cameras["b"].cell.put(Frame(np.zeros((64, 64, 3), np.uint8), "b", 1), bench.clock.monotonic())
    bench.picture("c", 1)
    while bench.counting.step() is None:
        pass
    assert bench.counter.calls == ["abc", "dac"]
    assert sorted(bench.counter.frames[-4:]) == [("a", 1), ("b", 1), ("c", 1), ("d", 1)]


def test_a_picture_that_fails_among_others_costs_its_own_camera_alone() -> None:
    bench = Bench("a", "bad", "c", counter=TogetherCounter(batch=3, bad="bad"))
    for name in ("a", "bad", "c"):
        bench.picture(name)
    bench.counting.step()
    assert [reading.camera for reading in bench.out] == ["a", "c"]
    assert bench.cameras["bad"].connection.state.state is CameraState.FAILED
    assert "card lost" in bench.cameras["bad"].connection.state.message
    assert not any(camera.cell.busy for camera in bench.cameras.values())


def test_the_pace_of_pictures_counted_together_is_shared() -> None:
    bench = Bench("a", "b", rate=5.0, counter=TogetherCounter(batch=2))
    bench.counter.people = lambda frame: bench.clock.forward(0.1) or 1.0
    for name in "ab":
        bench.picture(name)
    bench.counting.step()
    assert bench.counting.pace == pytest.approx(0.2)
