"""Weights of single cameras: each file is loaded once, shared, exchanged while running, named in readings."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.counters import BuiltOnce, Counters, counter_for
from crowdmon.engine.monitor import Monitor
from crowdmon.errors import CountingError, WeightsError
from crowdmon.values import CameraState, DensityMap, Frame, Reading, ReadingState
from tests.engine.test_counting_thread import Bench
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, until


class NamedCounter(FakeCounter):
    """Counts as many people as its file says, and names the file."""

    def __init__(self, people: float, name: str) -> None:
        super().__init__(people)
        self.name = name

    def count(self, frame: Frame) -> DensityMap:
        return replace(super().count(frame), weights=self.name)


class FakeMaker:
    """Builds counters from text files that hold a number of people."""

    def __init__(self, usual: Path) -> None:
        self.file = usual
        self.loaded: list[str] = []
        self.threads: set[str] = set()

    def __call__(self) -> NamedCounter:
        return self.with_weights(self.file)

    def with_weights(self, path: Path) -> NamedCounter:
        self.loaded.append(path.stem)
        self.threads.add(threading.current_thread().name)
        try:
            return NamedCounter(float(path.read_text()), path.stem)
        except (OSError, ValueError) as error:
            raise WeightsError(f"no weights file at {path}", "Give another") from error


@pytest.fixture
def maker(tmp_path: Path) -> FakeMaker:
    for name, people in (("usual", 10), ("gate", 20), ("hall", 30)):
        (tmp_path / f"{name}.safetensors").write_text(str(people))
    return FakeMaker(tmp_path / "usual.safetensors")


def file_of(maker: FakeMaker, name: str) -> str:
    return str(maker.file.with_name(f"{name}.safetensors"))


def bench_of(maker: FakeMaker, **weights: str | None) -> Bench:
    bench = Bench(*weights)
    for name, own in weights.items():
        config = bench.cameras[name].config.model_copy(update={"weights": own})
        bench.cameras[name].reconfigure(config)
    bench.counting._counters = Counters(maker)
    bench.counting.build()
    return bench


def counted(bench: Bench, index: int = 0) -> dict[str, tuple[float | None, str]]:
    bench.out.clear()
    for name in bench.cameras:
        bench.picture(name, index)
    while bench.counting.step() is None:
        pass
    return {one.camera: (one.roi().count, one.weights) for one in bench.out}


def test_each_file_is_loaded_once_and_counts_its_cameras(maker: FakeMaker) -> None:
    gate = file_of(maker, "gate")
    bench = bench_of(maker, a=None, b=gate, c=gate, d=file_of(maker, "hall"))
    found = counted(bench)
    assert {name: round(count or 0) for name, (count, _) in found.items()} == {
        "a": 10,
        "b": 20,
        "c": 20,
        "d": 30,
    }
    assert {name: weights for name, (_, weights) in found.items()} == {
        "a": "usual", "b": "gate", "c": "gate", "d": "hall",
    }  # fmt: skip
    bench.clock.forward(1.0)
    counted(bench, 1)
    assert maker.loaded == ["usual", "gate", "hall"]


def test_the_usual_file_named_by_a_camera_is_not_loaded_twice(maker: FakeMaker) -> None:
    assert counted(bench_of(maker, a=None, b=file_of(maker, "usual")))["b"][1] == "usual"
    assert maker.loaded == ["usual"]


def test_a_counter_that_nobody_needs_is_let_go(maker: FakeMaker) -> None:
    bench = bench_of(maker, a=file_of(maker, "gate"), b=None)
    counted(bench)
    assert len(bench.counting._counters._own) == 1
    config = bench.cameras["a"].config.model_copy(update={"weights": None})
    bench.cameras["a"].reconfigure(config)
    bench.clock.forward(1.0)
    assert counted(bench, 1)["a"] == (pytest.approx(10.0), "usual")
    assert len(bench.counting._counters._own) == 0


def test_a_file_that_was_written_again_is_loaded_again_when_its_camera_starts_over(maker: FakeMaker) -> None:
    bench = bench_of(maker, a=file_of(maker, "gate"))
    counted(bench)
    Path(file_of(maker, "gate")).write_text("444")
    again = bench.camera("a")
    again.reconfigure(bench.cameras["a"].config)
    bench.cameras["a"].close()
    bench.cameras = {"a": again}
    bench.clock.forward(1.0)
    assert counted(bench, 1)["a"][0] == pytest.approx(444.0)


def test_bad_weights_cost_their_camera_alone(maker: FakeMaker) -> None:
    bench = bench_of(maker, bad=file_of(maker, "missing"), good=None)
    assert list(counted(bench)) == ["good"]
    facts = bench.cameras["bad"].connection.state
    assert facts.state is CameraState.FAILED
    assert "no weights file at" in facts.message
    bench.clock.forward(1.0)
    counted(bench, 1)
    assert maker.loaded.count("missing") == 1, "it is not tried again and again"


def test_what_counts_in_its_own_way_takes_no_other_weights() -> None:
    with pytest.raises(CountingError, match="has weights of its own"):
        counter_for(FakeCounter, CameraConfig(name="a", source="x", weights="w.safetensors"))


def test_a_shared_factory_builds_each_once(maker: FakeMaker) -> None:
    once = BuiltOnce(maker)
    gate = CameraConfig(name="a", source="x", weights=file_of(maker, "gate"))
    assert counter_for(once, gate) is counter_for(once, gate.model_copy(update={"name": "b"}))
    assert once() is once()
    assert (maker.loaded, once.file) == (["gate", "usual"], maker.file)


def live(maker: FakeMaker, **weights: str | None) -> tuple[Monitor, ListSink, AppConfig]:
    sources = FakeSources({f"live {name}": [lambda: FakeSource(None, live=True)] for name in weights})
    cameras = tuple(
        CameraConfig(name=n, source=f"live {n}", weights=w, rate=20.0) for n, w in weights.items()
    )
    sink, config = ListSink(), AppConfig(cameras=cameras)
    return Monitor(config, counter_factory=maker, sinks=[sink], sources=sources), sink, config


def ok(sink: ListSink, camera: str) -> list[Reading]:
    return [one for one in sink.readings if one.camera == camera and one.state is ReadingState.OK]


def test_weights_are_exchanged_while_running_and_no_reading_is_lost(maker: FakeMaker) -> None:
    monitor, sink, config = live(maker, gate=None, other=None)
    monitor.start()
    try:
        until(lambda: ok(sink, "gate") and ok(sink, "other"))
        camera = config.cameras[0].model_copy(update={"weights": file_of(maker, "gate")})
        monitor.apply(config.model_copy(update={"cameras": (camera, config.cameras[1])}))
        until(lambda: ok(sink, "gate")[-1].weights == "gate")
        monitor.apply(config)
        until(lambda: ok(sink, "gate")[-1].weights == "usual")
    finally:
        monitor.stop()
    names = [one.weights for one in ok(sink, "gate")]
    assert [name for name, before in zip(names, ["", *names], strict=False) if name != before] == [
        "usual", "gate", "usual",
    ]  # fmt: skip
    frames = [one.time for one in ok(sink, "gate")]
    assert frames == sorted(frames)
    assert {one.weights for one in ok(sink, "other")} == {"usual"}
    assert maker.threads == {"counting", "task"}, "other cameras do not wait while weights are loaded"
    assert all(one.state is ReadingState.OK for one in sink.readings), "nothing fell silent"


def test_while_weights_are_loaded_all_cameras_go_on(
    maker: FakeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, load = threading.Event(), maker.with_weights

    def slowly(path: Path) -> NamedCounter:
        if path.stem == "gate":
            gate.wait(30)
        return load(path)

    monkeypatch.setattr(maker, "with_weights", slowly)
    monitor, sink, config = live(maker, gate=None, other=None)
    monitor.start()
    try:
        until(lambda: ok(sink, "gate") and ok(sink, "other"))
        camera = config.cameras[0].model_copy(update={"weights": file_of(maker, "gate")})
        monitor.apply(config.model_copy(update={"cameras": (camera, config.cameras[1])}))
        seen = len(ok(sink, "gate")), len(ok(sink, "other"))
        until(lambda: len(ok(sink, "gate")) > seen[0] + 5 and len(ok(sink, "other")) > seen[1] + 5)
        assert ok(sink, "gate")[-1].weights == "usual"
        gate.set()
        until(lambda: ok(sink, "gate")[-1].weights == "gate")
    finally:
        gate.set()
        monitor.stop()
    assert maker.loaded.count("gate") == 1
    assert {one.weights for one in ok(sink, "other")} == {"usual"}


def test_weights_that_are_not_wanted_any_more_when_they_are_there(
    maker: FakeMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, load = threading.Event(), maker.with_weights

    def slowly(path: Path) -> NamedCounter:
        if path.stem == "gate":
            gate.wait(30)
        return load(path)

    monkeypatch.setattr(maker, "with_weights", slowly)
    monitor, sink, config = live(maker, gate=None)
    monitor.start()
    try:
        until(lambda: ok(sink, "gate"))
        for name in ("gate", "hall"):
            camera = config.cameras[0].model_copy(update={"weights": file_of(maker, name)})
            monitor.apply(config.model_copy(update={"cameras": (camera,)}))
            seen = len(ok(sink, "gate"))
            until(lambda seen=seen: len(ok(sink, "gate")) > seen + 3)
        gate.set()
        until(lambda: ok(sink, "gate")[-1].weights == "hall")
        until(lambda: not monitor._counting._counters._loading)
    finally:
        gate.set()
        monitor.stop()
    assert "gate" not in {one.weights for one in ok(sink, "gate")}


def test_a_camera_with_bad_weights_comes_back_with_good_ones(maker: FakeMaker) -> None:
    monitor, sink, config = live(maker, gate=file_of(maker, "missing"), other=None)
    monitor.start()
    try:
        until(lambda: monitor.snapshot().cameras["gate"].status.state is CameraState.FAILED)
        assert "no weights file" in monitor.snapshot().error
        assert monitor.failure is None, "the others go on"
        seen = len(ok(sink, "other"))
        until(lambda: len(ok(sink, "other")) > seen)
        camera = config.cameras[0].model_copy(update={"weights": file_of(maker, "gate")})
        monitor.apply(config.model_copy(update={"cameras": (camera, config.cameras[1])}))
        until(lambda: ok(sink, "gate"))
    finally:
        monitor.stop()
    assert ok(sink, "gate")[-1].roi().count == pytest.approx(20.0)


def test_a_paused_picture_is_counted_again_with_other_weights(maker: FakeMaker) -> None:
    sources = FakeSources({"clip": [lambda: FakeSource(400, seekable=True)]})
    config = AppConfig(cameras=(CameraConfig(name="clip", source="clip"),))
    sink = ListSink()
    monitor = Monitor(config, counter_factory=maker, sinks=[sink], sources=sources)
    monitor.start()
    try:
        until(lambda: ok(sink, "clip"))
        monitor.pause("clip")
        until(lambda: monitor.snapshot().cameras["clip"].status.state is CameraState.PAUSED)
        camera = config.cameras[0].model_copy(update={"weights": file_of(maker, "gate")})
        monitor.apply(config.model_copy(update={"cameras": (camera,)}))
        until(lambda: ok(sink, "clip")[-1].weights == "gate")
        assert monitor.snapshot().cameras["clip"].status.state is CameraState.PAUSED
    finally:
        monitor.stop()
