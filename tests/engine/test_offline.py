"""Counting a file: which pictures, which times, and what becomes of errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.engine.offline import Pace, iterate
from crowdmon.errors import CountingError, SourceError, WeightsError
from crowdmon.values import Roi
from tests.fakes import FakeCounter, FakePicture, FakeSource

LEFT = Roi("left", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))


def test_each_picture_is_counted_once_in_order() -> None:
    source = FakeSource(50)
    found = list(iterate(source, FakeCounter(8.0), rois=[LEFT], start_time=1000.0, camera="clip"))
    assert [reading.frame for _, _, reading in found] == list(range(50))
    frame, density, reading = found[25]
    assert (reading.camera, reading.time, reading.pts) == ("clip", 1001.0, 1.0)
    assert reading.roi().count == pytest.approx(8.0)
    assert reading.roi("left").count == pytest.approx(4.0)
    assert reading.roi().count_smoothed == pytest.approx(8.0)
    assert frame.index == density.index == 25


@pytest.mark.parametrize(
    ("every", "expected"),
    [(None, 100), (0, 100), (0.04, 100), (0.2, 20), (1.0, 4), (0.3, 14), (3.9, 2), (4.0, 1)],
)
def test_every_is_media_time(every: float | None, expected: int) -> None:
    source = FakeSource(100, fps=25)
    found = [reading for *_, reading in iterate(source, FakeCounter(), every=every, start_time=0.0)]
    assert len(found) == expected
    assert found[0].frame == 0


def test_what_is_not_counted_is_not_converted() -> None:
    source = FakeSource(50, fps=25)
    list(iterate(source, FakeCounter(), every=1.0))
    assert [bool(picture.converted) for picture in source.made] == [k % 25 == 0 for k in range(50)]


@given(st.floats(1, 120), st.floats(0.05, 3), st.floats(0.1, 10))
def test_the_rate_is_kept_without_drift(fps: float, every: float, duration: float) -> None:
    pace, counted = Pace(every=every, duration=duration), []
    for k in range(int(fps * 12)):
        pts = 7.0 + k / fps
        if pace.over(pts):
            break
        if pace.due(pts):
            counted.append(pts)
    slots = min(duration, int(fps * 12) / fps) / max(every, 1 / fps)
    assert len(counted) <= slots + 1
    if every >= 1 / fps and slots > 2:
        assert len(counted) >= slots - 2


def test_the_duration_starts_with_the_first_picture_and_ends_an_endless_source() -> None:
    source = FakeSource(None, fps=25)
    source.seek(10.0)
    found = list(iterate(source, FakeCounter(), duration=2.0, start_time=0.0))
    assert [reading.pts for *_, reading in found] == pytest.approx([10 + k / 25 for k in range(50)])


def test_a_source_that_breaks_gives_what_it_had() -> None:
    source = FakeSource(3, error=SourceError("clip.mp4 ends after 0.1 s"))
    found = []
    with pytest.raises(SourceError, match="ends after"):
        found.extend(iterate(source, FakeCounter()))
    assert [reading.frame for *_, reading in found] == [0, 1, 2]


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (RuntimeError("CUDA fell over"), CountingError, "clip: counting picture 0 failed.*CUDA fell over"),
        (MemoryError(), CountingError, "clip: memory ran out while counting picture 0 of 64x48 pixels"),
        (WeightsError("no header"), WeightsError, "no header"),
    ],
)
def test_a_counter_that_fails_says_so(error: Exception, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        list(iterate(FakeSource(3), FakeCounter(fail=error), camera="clip"))


def test_pictures_without_a_time_are_not_smoothed_into_each_other() -> None:
    class Folder(FakeSource):
        def pictures(self):  # type: ignore[no-untyped-def]
            for index in range(3):
                yield FakePicture(index, 0.0, None)

    source = Folder(3)
    found = list(iterate(source, FakeCounter(lambda frame: 10.0 * frame.index), every=1.0, start_time=5.0))
    assert [reading.roi().count_smoothed for *_, reading in found] == pytest.approx([0.0, 10.0, 20.0])
    assert {reading.time for *_, reading in found} == {5.0}
    assert {reading.pts for *_, reading in found} == {None}
