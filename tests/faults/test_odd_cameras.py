"""Cameras that do odd things without ever hanging up, over a real RTSP server."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from crowdmon.capture.source import open_source
from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.engine import capture_thread
from crowdmon.engine.monitor import Monitor
from crowdmon.values import CameraState, ReadingState
from tests.fakes import FakeCounter, ListSink, until
from tests.faults.clips import encode, plaza, write
from tests.faults.gstreamer import need_rtsp_server, rtsp_server

LEFT = RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


@pytest.fixture
def served(tmp_path: Path) -> Callable[..., object]:
    """Return a function that serves access units as a camera; its ``with`` gives the port."""
    need_rtsp_server()

    def serve(units: list[bytes], *, fps: float) -> object:
        return rtsp_server(write(tmp_path / "clip.au", units, fps=fps))

    return serve


def watch(port: int, sink: ListSink, *, rate: float = 5.0) -> Monitor:
    address = f"rtsp://127.0.0.1:{port}/camera"
    config = CameraConfig(name="gate", source=address, rate=rate, rois=(LEFT,))
    monitor = Monitor(AppConfig(cameras=(config,)), counter_factory=FakeCounter, sinks=[sink])
    monitor.view("gate", (80, 80))
    monitor.start()
    return monitor


@pytest.mark.peer
def test_a_resolution_that_changes_in_mid_stream(served: Callable[..., object]) -> None:
    units = [*encode(plaza(25)), *encode(plaza(25, size=(128, 128)))]
    sizes: set[tuple[int, int]] = set()
    sink = ListSink()
    with served(units, fps=12.5) as (port,):  # type: ignore[attr-defined]
        monitor = watch(port, sink)
        try:

            def both() -> bool:
                view = monitor.snapshot().cameras["gate"].view
                if view is not None:
                    sizes.add(view.size)
                    assert view.rgb.shape[:2] == ((48, 80) if view.size == (160, 96) else (80, 80))
                return len(sizes) == 2

            until(both)
            until(lambda: len({one.frame for one in sink.readings}) > 15)
        finally:
            assert monitor.stop()
    assert sizes == {(160, 96), (128, 128)}
    counts = [one.roi("left").count for one in sink.readings if one.state is ReadingState.OK]
    assert counts == pytest.approx([6.0] * len(counts))


@pytest.mark.peer
def test_a_frozen_encoder(served: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_thread, "AFTER", 2.0)
    picture = plaza(1)[0]
    sink = ListSink()
    with served(encode([picture] * 25), fps=12.5) as (port,):  # type: ignore[attr-defined]
        monitor = watch(port, sink)
        try:
            until(lambda: "has not changed for" in monitor.snapshot().cameras["gate"].status.message)
            shown = monitor.snapshot().cameras["gate"]
            assert shown.status.state is CameraState.STALE
            assert shown.status.fps_in > 5.0
            until(lambda: sink.readings[-1].state is ReadingState.STALE)
        finally:
            assert monitor.stop()


@pytest.mark.peer
def test_the_sensor_noise_of_the_plaza_never_looks_frozen(camera: str) -> None:
    with open_source(camera, timeout=(5, 5)) as source:
        found = [picture.fingerprint() for picture in itertools.islice(source.pictures(), 40)]
    assert len(set(found)) == 40


@pytest.mark.peer
@pytest.mark.parametrize(("fps", "frames"), [(120.0, 60), (2.0, 4)])
def test_fast_and_slow_ones(served: Callable[..., object], fps: float, frames: int) -> None:
    sink = ListSink()
    with served(encode(plaza(frames), fps=fps, gop=2), fps=fps) as (port,):  # type: ignore[attr-defined]
        monitor = watch(port, sink, rate=2.0)
        try:
            until(lambda: [one.state for one in sink.readings].count(ReadingState.OK) >= 4, within=20)
            shown = monitor.snapshot
            assert shown().cameras["gate"].status.state is CameraState.LIVE
            # The first pictures come at once, those that the server had ready.
            until(lambda: shown().cameras["gate"].status.fps_in == pytest.approx(fps, rel=0.3))
        finally:
            assert monitor.stop()
