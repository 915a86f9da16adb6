"""A camera of which only the ROIs are counted, from its pictures to its readings, on real threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.counting.strips import strips
from crowdmon.engine.live import iterate_live
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.offline import iterate
from crowdmon.values import DensityMap, Frame, ReadingState
from tests.fakes import FakeCounter, FakeSource, FakeSources, ListSink, density_of, until

LEFT = RoiConfig(name="left", polygon=((0, 0), (0.25, 0), (0.25, 0.5), (0, 0.5)))
RIGHT = RoiConfig(name="right", polygon=((0.75, 0.5), (1, 0.5), (1, 1), (0.75, 1)))


class PartCounter(FakeCounter):
    """Counts the parts that a frame asks for, and notes what that was."""

    def __init__(self, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.asked: list[object] = []

    def count(self, frame: Frame) -> DensityMap:
        self.asked.append(frame.asked)
        whole = super().count(frame)
        if frame.asked is None:
            return whole
        width, height = frame.size
        cut = strips(height, width, frame.asked, reach=0, stride=8, multiple=8)
        if cut is None:
            return whole
        parts = tuple((*tile.rows, *tile.columns) for tile in cut)
        people = np.zeros_like(whole.people)
        for top, bottom, left, right in parts:
            people[top:bottom, left:right] = whole.people[top:bottom, left:right]
        return replace(density_of(12.0, frame), people=people, parts=parts)


def hall(*rois: RoiConfig, whole: bool = False) -> CameraConfig:
    return CameraConfig(name="hall", source="live hall", rate=20.0, rois=rois, whole_picture=whole)


def stream() -> FakeSource:
    return FakeSource(None, fps=50, live=True)


@pytest.fixture
def counter() -> PartCounter:
    return PartCounter()


@pytest.fixture
def sink() -> ListSink:
    return ListSink()


@pytest.fixture
def monitor(counter: PartCounter, sink: ListSink) -> Iterator[Monitor]:
    made = Monitor(
        AppConfig(cameras=(hall(LEFT),)),
        counter_factory=lambda: counter,
        sources=FakeSources({"live hall": stream}),
        sinks=[sink],
    )
    made.start()
    yield made
    made.stop()


def names(sink: ListSink) -> set[tuple[str, ...]]:
    return {tuple(one.roi for one in reading.rois) for reading in sink.readings}


def test_only_the_rois_are_counted_and_read(monitor: Monitor, counter: PartCounter, sink: ListSink) -> None:
    until(lambda: len(sink.readings) > 2)
    assert names(sink) == {("left",)}
    assert counter.asked[0] == ((0.0, 0.0, 0.25, 0.5),)
    counts = [one.rois[0].count for one in sink.readings if one.state is ReadingState.OK]
    assert counts == pytest.approx([12.0 / 8] * len(counts), rel=0.01)
    shown = monitor.snapshot().cameras["hall"]
    assert shown.density is not None
    assert shown.density.parts is not None


def test_a_roi_that_is_drawn_is_counted_from_then_on_and_never_with_what_was_counted_before(
    monitor: Monitor, counter: PartCounter, sink: ListSink
) -> None:
    until(lambda: sink.readings)
    counter.gate = threading.Event()
    begun = len(counter.frames)
    until(lambda: len(counter.frames) > begun)  # a picture is being counted for the left ROI alone
    monitor.apply(AppConfig(cameras=(hall(LEFT, RIGHT),)))
    counter.gate.set()
    until(lambda: names(sink) == {("left",), ("left", "right")})
    both = [reading for reading in sink.readings if len(reading.rois) == 2]
    assert all(one.count is not None for reading in both for one in reading.rois)


def test_the_whole_picture_is_back_when_it_is_wanted(monitor: Monitor, sink: ListSink) -> None:
    until(lambda: sink.readings)
    monitor.apply(AppConfig(cameras=(hall(LEFT, whole=True),)))
    until(lambda: ("frame", "left") in names(sink))
    found = [reading.roi() for reading in sink.readings if reading.whole is not None]
    assert [one.count for one in found] == pytest.approx([12.0] * len(found))


def test_without_its_last_roi_the_whole_picture_is_counted(monitor: Monitor, sink: ListSink) -> None:
    until(lambda: sink.readings)
    monitor.apply(AppConfig(cameras=(hall(),)))
    until(lambda: ("frame",) in names(sink))


def test_a_file_is_counted_the_same_way(counter: PartCounter) -> None:
    source = FakeSource(5, fps=10)
    found = list(iterate(source, counter, rois=hall(LEFT, RIGHT).to_rois(), whole=False, camera="hall"))
    assert [[one.roi for one in reading.rois] for _, _, reading in found] == [["left", "right"]] * 5
    assert set(counter.asked) == {((0.0, 0.0, 0.25, 0.5), (0.75, 0.5, 1.0, 1.0))}


def test_live_counting_without_a_window(counter: PartCounter) -> None:
    found = iterate_live(
        [hall(LEFT)],
        counter_factory=lambda: counter,
        every=0.05,
        sources=FakeSources({"live hall": stream}),
    )
    with closing(found):  # type: ignore[type-var]
        _, _, reading = next(found)
    assert [one.roi for one in reading.rois] == ["left"]
