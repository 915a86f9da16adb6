"""A camera that nobody looks at is decoded as little as can be: on a real stream, with the real engine."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from crowdmon.bench.clip import access_units, write_clip
from crowdmon.bench.live import Cameras, cameras
from crowdmon.capture.av_source import AvSource
from crowdmon.capture.decoder import Decoder
from crowdmon.capture.source import SparingSource, open_source
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.values import CameraState
from tests.bench.test_bench_cameras import pictures
from tests.fakes import FakeCounter, until

pytestmark = pytest.mark.slow  # cameras are watched for seconds


@pytest.fixture(scope="module")
def them(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cameras]:
    units = access_units(pictures(150), fps=25, gop=25, megabits=2.0)
    with cameras(write_clip(tmp_path_factory.mktemp("clip") / "camera.h264", units, fps=25)) as served:
        yield served


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Moments at which a packet was decoded."""
    moments: list[float] = []
    real = Decoder._decode_packet

    def counting(self: Decoder, packet: object) -> object:
        moments.append(time.monotonic())
        return real(self, packet)  # type: ignore[arg-type]

    monkeypatch.setattr(Decoder, "_decode_packet", counting)
    return moments


def test_what_is_left_out_is_counted_and_what_is_given_is_the_newest(them: Cameras) -> None:
    with open_source(them.source("whole"), timeout=(10, 10)) as source:
        whole = [one.fingerprint() for one, _ in zip(source.pictures(), range(150), strict=False)]
    with open_source(them.source("spared"), timeout=(10, 10)) as source:
        assert isinstance(source, SparingSource)
        assert isinstance(source, AvSource)
        asked = itertools.count()
        source.spare(lambda: next(asked) % 40 == 39)
        given = []
        for picture in source.pictures():
            given.append((picture.index, picture.fingerprint(), picture.pts))
            if picture.index >= 130:
                break
    indices = [index for index, _, _ in given]
    assert indices == sorted(set(indices))
    assert len(given) < 70
    assert any(index % 25 for index in indices if index > 75), "some are not key frames"
    for index, fingerprint, pts in given:
        assert fingerprint == whole[index % 150], "it is decoded from its key frame, whole"
        assert pts == pytest.approx(index / 25, abs=1e-3)


def watched(source: str, rate: float, *, seen: bool = False) -> Monitor:
    config = AppConfig(cameras=(CameraConfig(name="gate", source=source, rate=rate),))
    monitor = Monitor(config, counter_factory=FakeCounter)
    monitor.view("gate", (80, 48) if seen else None)
    monitor.start()
    return monitor


def test_a_camera_counted_now_and_then_is_hardly_decoded_and_yet_live(
    them: Cameras, decoded: list[float]
) -> None:
    monitor = watched(them.source("seldom"), 0.2)
    try:
        until(lambda: len(monitor.snapshot().cameras) and monitor.snapshot().cameras["gate"].reading)
        until(lambda: time.monotonic() - decoded[0] > 2.5)  # the distance of its key frames is known
        before, since, states = len(decoded), time.monotonic(), set()
        while time.monotonic() - since < 2.4:
            states.add(monitor.snapshot().cameras["gate"].status.state)
            time.sleep(0.02)
        shown = monitor.snapshot().cameras["gate"].status
    finally:
        monitor.stop()
    assert len(decoded) - before <= 35, "of 60 pictures at most three key frames, and once a count"
    assert states == {CameraState.LIVE}
    assert shown.fps_in > 10, "what is not decoded is received all the same"
    assert shown.skipped > 20
    assert shown.age is not None
    assert shown.age < 1.0


def test_a_camera_that_is_hardly_decoded_stops_at_once(them: Cameras, decoded: list[float]) -> None:
    monitor = watched(them.source("stopped"), 0.01)
    until(lambda: decoded and time.monotonic() - decoded[0] > 2.5)
    asked = time.monotonic()
    assert monitor.stop()
    assert time.monotonic() - asked < 0.8, "not only with the next key frame"


def test_who_looks_sees_every_picture_at_once(them: Cameras, decoded: list[float]) -> None:
    monitor = watched(them.source("looked"), 0.2)
    try:
        until(lambda: decoded and time.monotonic() - decoded[0] > 2.5)
        monitor.view("gate", (80, 48))
        asked, before = time.monotonic(), len(decoded)
        until(lambda: monitor.snapshot().cameras["gate"].view is not None)
        assert time.monotonic() - asked < 1.0, "nobody waits for a key frame"
        until(lambda: time.monotonic() - asked > 1.0)
        assert len(decoded) - before >= 15
    finally:
        monitor.stop()
