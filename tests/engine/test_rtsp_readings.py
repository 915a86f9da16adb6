"""Over a real network camera, each reading is the count of the very frame that it names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crowdmon.bench.clip import access_units, write_clip
from crowdmon.bench.live import cameras
from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.track.measure import measure
from crowdmon.values import DensityMap, Frame, ReadingState
from tests.bench.test_bench_cameras import pictures
from tests.fakes import FakeCounter, ListSink, density_of, until

LEFT = RoiConfig(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


def brightness(frame: Frame) -> float:
    """A number that differs from picture to picture, so that a wrong picture shows."""
    return float(frame.rgb.mean())


class Keeping(FakeCounter):
    """Keeps every frame it has counted."""

    def __init__(self) -> None:
        super().__init__(brightness)
        self.kept: dict[int | None, Frame] = {}

    def count(self, frame: Frame) -> DensityMap:
        assert frame.index not in self.kept, "a picture is counted once"
        self.kept[frame.index] = frame
        return super().count(frame)


def test_each_reading_is_the_count_of_the_frame_it_names(tmp_path: Path) -> None:
    counter, sink = Keeping(), ListSink()
    units = access_units(pictures(50), fps=25, gop=10, megabits=2.0)
    with cameras(write_clip(tmp_path / "camera.h264", units, fps=25)) as served:
        camera = CameraConfig(name="gate", source=served.source("gate"), rate=10.0, rois=(LEFT,))
        monitor = Monitor(AppConfig(cameras=(camera,)), counter_factory=lambda: counter, sinks=[sink])
        monitor.start()
        try:
            until(lambda: len(sink.readings) >= 25, within=30.0)
        finally:
            monitor.stop()
    readings = [one for one in sink.readings if one.state is ReadingState.OK]
    assert len(readings) >= 20
    for reading in readings:
        frame = counter.kept[reading.frame]
        again = measure(density_of(brightness(frame), frame), camera.to_rois())
        assert reading.time == frame.time
        assert [one.count for one in reading.rois] == [one.count for one in again.rois]
    counts = np.array([one.roi().count for one in readings])
    assert len(np.unique(counts)) > len(counts) // 2, "the pictures differ, or this shows nothing"
    assert [one.time for one in readings] == sorted(one.time for one in readings)
    assert len({one.frame for one in readings}) == len(readings)
