"""The service around the engine, with a clock that is wound by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.service import BEAT, SAY_EVERY, STUCK, Changes, Service, summary
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import ConfigError, CountingError, SinkError
from crowdmon.service_manager import ServiceManager
from crowdmon.values import CameraState, Status

GATE = AppConfig(cameras=(CameraConfig(name="gate", source="rtsp://10.0.0.7/1"),))


class FakeManager(ServiceManager):
    def __init__(self, watchdog: float | None = None) -> None:
        super().__init__({})
        self.said: list[str] = []
        self._every = watchdog

    def _send(self, *lines: str) -> None:
        self.said.append(lines[0].partition("=")[0])


class FakeEngine:
    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.stuck = 0.0
        self.shown = Snapshot(time=0.0, cameras={"gate": CameraSnapshot(Status(CameraState.LIVE))})
        self.calls: list[object] = []

    def start(self) -> None:
        self.calls.append("start")

    def stop(self, timeout: float = 6.0) -> bool:
        self.calls.append("stop")
        return True

    def snapshot(self, after: int = 0) -> Snapshot:
        return self.shown

    def apply(self, config: AppConfig) -> None:
        self.calls.append(config)


class Run:
    """A service whose sleep winds the clock, and calls what is due."""

    def __init__(self, *, watchdog: float | None = None) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], object]]] = []
        self.engine, self.manager = FakeEngine(), FakeManager(watchdog)
        self.load: Callable[[], AppConfig] = lambda: GATE
        self.service = Service(
            self.engine,
            lambda: self.load(),
            manager=self.manager,
            clock=lambda: self.now,
            wait=self.sleep,
        )

    def at(self, time: float, action: Callable[[], object]) -> None:
        self.due.append((time, action))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for one in [one for one in self.due if one[0] <= self.now]:
            self.due.remove(one)
            one[1]()

    def until(self, time: float) -> None:
        self.at(time, self.service.end)
        self.service.run()


def test_it_runs_until_it_is_told_to_end() -> None:
    run = Run()
    run.until(3.5)
    assert run.engine.calls == ["start", "stop"]
    assert run.manager.said[0] == "READY"
    assert run.manager.said[-1] == "STOPPING"
    assert run.manager.said.count("WATCHDOG") == 4
    assert run.now == pytest.approx(3.5), "an end does not wait for the next beat"


def test_a_short_watchdog_hears_more_often() -> None:
    run = Run(watchdog=0.9)
    run.until(3.0)
    assert run.manager.said.count("WATCHDOG") >= 3.0 / 0.3 - 1
    assert BEAT > 0.3


def test_a_reload_gives_the_engine_the_new_configuration(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    run = Run()
    run.at(1.5, run.service.reload_soon)
    run.until(3)
    assert run.engine.calls == ["start", GATE, "stop"]
    assert "read again: 1 camera" in caplog.text
    told = [word for word in run.manager.said if word in ("READY", "RELOADING")]
    assert told == ["READY", "RELOADING", "READY"]


def test_a_configuration_that_is_not_valid_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()

    def broken() -> AppConfig:
        raise ConfigError("cameras[0].rate = -1", "Allowed: above 0")

    run.load = broken
    run.at(1.5, run.service.reload_soon)
    run.until(3)
    assert run.engine.calls == ["start", "stop"]
    assert "the one before goes on: cameras[0].rate = -1. Allowed: above 0" in caplog.text
    assert run.manager.said.count("READY") == 2, "a manager that waits for it would kill the service"


def test_what_stops_everything_ends_the_service() -> None:
    run = Run()

    def fail() -> None:
        run.engine.failure = CountingError("the network failed")
        status = Status(CameraState.FAILED, "the network failed")
        run.engine.shown = replace(run.engine.shown, cameras={"gate": CameraSnapshot(status)})

    run.at(1.5, fail)
    with pytest.raises(CountingError):
        run.until(60)
    assert run.engine.calls == ["start", "stop"]
    assert run.now < 3


def test_one_camera_that_fails_does_not(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()
    run.engine.failure = CountingError("gate: the density is not a number")
    run.until(5)
    assert caplog.text.count("not a number") == 1, "said once"
    assert run.now == pytest.approx(5)


def test_everything_is_summed_up_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    run = Run()
    run.until(2 * SAY_EVERY + 10)
    assert caplog.text.count("1 live, 0.0 counts a second") == 2


def test_changes_are_said_once() -> None:
    lost = Status(CameraState.RECONNECTING, "No picture for 12 s. Attempt 3")
    later = replace(lost, message="No picture for 14 s. Attempt 4")
    said = Changes()

    def lines(status: Status, **more: str) -> list[str]:
        return list(said.of(Snapshot(time=0.0, cameras={"gate": CameraSnapshot(status)}, **more)))  # type: ignore[arg-type]

    assert lines(Status(CameraState.LIVE)) == ["gate: live"]
    assert lines(Status(CameraState.LIVE)) == []
    assert lines(lost) == ["gate: reconnecting, No picture"]
    assert lines(later) == []
    assert lines(later, error="the disk is full") == ["the disk is full"]
    assert lines(later, error="the disk is full") == []
    assert lines(later) == ["no error any more"]
    assert lines(later, error="12 wait") == ["12 wait"]
    assert lines(later, error="13 wait") == []
    assert lines(later) == ["no error any more"]
    assert lines(Status(CameraState.LIVE), device="cpu", weights="w") == [
        "counting with w on cpu",
        "gate: live",
    ]


def test_the_summary_names_every_state() -> None:
    cameras = {
        "a": CameraSnapshot(Status(CameraState.LIVE, fps_counted=2.0)),
        "b": CameraSnapshot(Status(CameraState.LIVE, fps_counted=1.0)),
        "c": CameraSnapshot(Status(CameraState.STALE)),
    }
    shown = Snapshot(time=0.0, cameras=cameras, unwritten=12, error="the disk is full")
    assert (
        summary(shown)
        == "2 live, 1 stale, 3.0 counts a second, 12 facts wait to be written, the disk is full"
    )
    assert summary(Snapshot(time=0.0)) == "no camera, 0.0 counts a second"


def test_readings_that_nobody_records_any_more_end_the_service() -> None:
    run = Run()
    run.engine.failure = SinkError("readings are no longer written")
    with pytest.raises(SinkError):
        run.until(60)
    assert run.now < 3, "its camera is live, and all is lost"


def test_a_counting_thread_that_hangs_is_left_to_the_watchdog() -> None:
    run = Run(watchdog=30.0)

    def hang() -> None:
        run.engine.stuck = STUCK

    run.at(4.5, hang)
    run.until(60)
    assert run.manager.said.count("WATCHDOG") == 5
    assert run.manager.said.count("STATUS") > 50


def test_whatever_a_reload_raises_the_one_before_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    run = Run()

    def broken() -> AppConfig:
        raise RuntimeError("no way to read rtsp://ann:hidden@10.0.0.7/1")

    run.load = broken
    for time in (1.5, 1.6, 2.5):
        run.at(time, run.service.reload_soon)
    run.until(5)
    assert run.engine.calls == ["start", "stop"]
    assert "the one before goes on" in caplog.text
    assert "hidden" not in caplog.text
