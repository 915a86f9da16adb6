"""A real RTSP server: GStreamer's, H.264 over TCP, with and without a password."""

from __future__ import annotations

import itertools
import logging
import random
import time
from urllib.parse import urlsplit

import numpy as np
import pytest

from crowdmon.capture.faults import AccessRefusedError
from crowdmon.capture.source import open_source
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.errors import SourceError
from crowdmon.values import CameraState, ReadingState
from tests.fakes import FakeCounter, ListSink, until
from tests.faults import gstreamer
from tests.faults.clips import plaza
from tests.faults.conftest import LOGIN
from tests.faults.proxy import Lines


@pytest.mark.peer
def test_it_is_opened_and_read(camera: str) -> None:
    with open_source(camera, timeout=(5, 5)) as source:
        info = source.info
        assert (info.kind, info.width, info.height, info.fps) == ("network", 160, 96, 12.5)
        assert (info.live, info.seekable, info.duration) == (True, False, None)
        pictures = list(itertools.islice(source.pictures(), 20))
    assert [picture.pts for picture in pictures] == pytest.approx([k / 12.5 for k in range(20)], abs=0.01)
    assert pictures[0].rgb().shape == (96, 160, 3)


@pytest.mark.peer
def test_every_slice_of_every_picture_is_there(camera: str) -> None:
    with open_source(camera, timeout=(5, 5)) as source:
        seen = [picture.rgb() for picture in itertools.islice(source.pictures(), 20)]
    for rgb, drawn in zip(seen, plaza(20), strict=True):
        off = np.abs(rgb.astype(int) - drawn.astype(int))
        assert off[:48].mean() < 10.0, "the upper half, a slice of its own"
        assert off[48:].mean() < 10.0


@pytest.mark.peer
def test_a_picture_from_before_a_silence_never_looks_new(camera: str) -> None:
    """A parser holds the last picture back until the next one begins, or until the time is up."""
    times: list[float] = []
    with Lines() as lines:
        line = lines.add(urlsplit(camera).port or 0, random.Random(1))
        with open_source(f"rtsp://127.0.0.1:{line.port}/camera", timeout=(5, 1.0)) as source:
            pictures = source.pictures()
            times += [picture.time for picture in itertools.islice(pictures, 25)]
            lines.run(line.stall())
            stalled = time.time()
            with pytest.raises(SourceError, match="no picture for 1 s"):
                times.extend(picture.time for picture in pictures)
    assert times[-1] - stalled < 0.8


@pytest.mark.peer
def test_a_password_opens_it(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_PASSWORD", LOGIN[1])
    with open_source(f"rtsp://{LOGIN[0]}:${{CAMERA_PASSWORD}}@{guarded}", timeout=(5, 5)) as source:
        assert next(source.pictures()).size == (160, 96)
        assert LOGIN[1] not in source.info.label


@pytest.mark.peer
@pytest.mark.parametrize("login", ["viewer:guess@", "somebody:s3cret@home@", ""])
def test_a_wrong_password_is_told_apart_from_a_broken_line(guarded: str, login: str) -> None:
    with pytest.raises(AccessRefusedError) as caught:
        open_source(f"rtsp://{login}{guarded}", timeout=(5, 5))
    assert "guess" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def watched(address: str, sink: ListSink) -> Monitor:
    config = AppConfig(cameras=(CameraConfig(name="gate", source=address, rate=5.0),))
    return Monitor(config, counter_factory=FakeCounter, sinks=[sink])


def gate(monitor: Monitor) -> CameraSnapshot:
    return monitor.snapshot().cameras["gate"]


@pytest.mark.peer
def test_the_engine_counts_it_and_stops_in_time(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMERA_PASSWORD", LOGIN[1])
    sink = ListSink()
    monitor = watched(f"rtsp://{LOGIN[0]}:${{CAMERA_PASSWORD}}@{guarded}", sink)
    monitor.view("gate", (80, 80))
    monitor.start()
    try:
        until(lambda: [one.state for one in sink.readings].count(ReadingState.OK) >= 3)
        shown = gate(monitor)
        assert (shown.status.state, shown.status.message) == (CameraState.LIVE, "")
        assert shown.view is not None
        assert shown.view.rgb.shape == (48, 80, 3)
    finally:
        before = time.monotonic()
        assert monitor.stop(timeout=6.0)
    assert time.monotonic() - before < 6.0


@pytest.mark.peer
def test_it_stops_within_six_seconds_although_the_network_stalls(camera: str) -> None:
    sink = ListSink()
    with Lines() as lines:
        line = lines.add(urlsplit(camera).port or 0, random.Random(1))
        monitor = watched(f"rtsp://127.0.0.1:{line.port}/camera", sink)
        monitor.start()
        until(lambda: [one.state for one in sink.readings].count(ReadingState.OK) >= 2)
        lines.run(line.stall())
        until(lambda: gate(monitor).status.state is CameraState.STALE)
        before = time.monotonic()
        assert monitor.stop(timeout=6.0), "the reader gave up by itself"
    assert time.monotonic() - before < 6.0


@pytest.mark.peer
def test_the_engine_waits_a_minute_after_a_refused_password(
    guarded: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monitor = watched(f"rtsp://{LOGIN[0]}:guess@{guarded}", ListSink())
    monitor.start()
    try:
        until(lambda: gate(monitor).status.state is CameraState.RECONNECTING)
        status = gate(monitor).status
        assert "the user name or password was refused" in status.message
        assert int(status.message.rpartition("Next try in ")[2].removesuffix(" s")) > 55
        assert status.attempt == 2
        assert gate(monitor).reading is None or gate(monitor).reading.roi().count is None
    finally:
        assert monitor.stop(timeout=6.0)
    for text in (status.message, repr(monitor.snapshot()), caplog.text):
        assert "guess" not in text


def test_a_skip_is_a_failure_where_the_server_has_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gstreamer, "missing", lambda: "no GStreamer")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("CROWDMON_CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        gstreamer.need_rtsp_server()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="no GStreamer"):
        gstreamer.need_rtsp_server()
