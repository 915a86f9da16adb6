"""The readings of a camera: counted ones smoothed, silence said, each at its own time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import CountingError
from crowdmon.scene.camera import SceneCamera
from crowdmon.track.track import Counted, Silence, Track
from crowdmon.values import WHOLE_FRAME, Frame, Reading, ReadingState, Roi
from tests.fakes import density_of
from tests.track.grounds import plane_of

LEFT = Roi("left", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))
RIGHT = Roi("left", ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))


class Hall:
    """A track whose clock shows 1000 s less than the wall."""

    def __init__(self, *, interval: float = 1.0, unknown_after: float = 15.0) -> None:
        self.out: list[Reading] = []
        self.track = Track("hall", [LEFT], interval=interval, unknown_after=unknown_after)

    def counted(self, now: float, people: float = 10.0, *, pace: float = 0.0, era: int = 0) -> Reading:
        frame = Frame(np.zeros((48, 64, 3), np.uint8), "hall", int(now), 1000 + now)
        (reading,) = self.track.step(Counted(density_of(people, frame), now, era), now, pace=pace)
        self.out.append(reading)
        return reading

    def silence(self, now: float) -> None:
        self.out.extend(self.track.step(Silence(1000 + now), now))


def test_silence_is_entered_without_a_number_at_its_own_time() -> None:
    hall = Hall()
    hall.counted(0.0)
    for k in range(180):
        hall.silence(k / 10)
    states = [reading.state for reading in hall.out]
    assert states == [ReadingState.OK] + [ReadingState.STALE] * 14 + [ReadingState.UNKNOWN] * 2
    assert [reading.time for reading in hall.out[1:]] == pytest.approx([1002 + k for k in range(16)])
    assert all(one.count is None for reading in hall.out[1:] for one in reading.rois)
    assert [one.roi for one in hall.out[-1].rois] == [WHOLE_FRAME, "left"]
    assert hall.track.current is hall.out[-1]


def test_a_late_look_loses_no_row() -> None:
    hall = Hall()
    hall.counted(0.0)
    hall.silence(10.5)
    assert [reading.time for reading in hall.out[1:]] == pytest.approx([1002 + k for k in range(9)])


def test_a_picture_that_comes_with_a_row_of_silence_comes_first() -> None:
    hall = Hall()
    hall.counted(0.0)
    hall.silence(2.15)  # a row of 2.0 is due, and a picture of 1.95 is on its way from its decoder
    hall.track.waiting(2.16)
    hall.silence(2.6)
    hall.counted(2.7)
    assert [reading.state for reading in hall.out] == [ReadingState.OK] * 2


def test_it_says_before_which_time_nothing_can_be_entered() -> None:
    hall = Hall()
    assert hall.track.waiting(0.0) is None
    hall.counted(0.1)
    assert hall.track.waiting(1.0, late=10.0) == 1000.1


def test_smoothing_starts_again_after_a_silence() -> None:
    hall = Hall()
    hall.counted(0.0, 10.0)
    smoothed = hall.counted(1.0, 20.0)
    assert smoothed.roi().count_smoothed == pytest.approx(10 + 10 * (1 - 2.718281828**-0.2))
    hall.silence(3.5)
    fresh = hall.counted(3.6, 30.0)
    assert fresh.roi().count_smoothed == pytest.approx(30.0)
    assert fresh.roi("left").count_smoothed == pytest.approx(15.0)


def test_smoothing_starts_again_where_a_recording_was_sought() -> None:
    hall = Hall()
    hall.counted(0.0, 10.0)
    assert hall.counted(1.0, 30.0, era=1).roi().count_smoothed == pytest.approx(30.0)
    assert hall.counted(2.0, 10.0, era=1).roi().count_smoothed != pytest.approx(10.0)


def test_a_slow_machine_still_smooths() -> None:
    hall = Hall(interval=0.2)
    hall.counted(0.0, 10.0, pace=4.0)
    assert hall.counted(4.0, 20.0, pace=4.0).roi().count_smoothed != pytest.approx(20.0)


def test_a_renamed_roi_goes_on() -> None:
    hall = Hall()
    hall.track = Track("hall", [LEFT], interval=1.0, camera_id="door")
    first = hall.counted(0.0, 10.0)
    assert (first.camera_key, first.roi("left").key) == ("door", "left")
    hall.track.redraw([dataclasses.replace(LEFT, name="gate", id="left")])
    second = hall.counted(1.0, 20.0)
    assert (second.camera_key, second.roi("gate").key) == ("door", "left")
    assert second.roi("gate").count_smoothed != second.roi("gate").count
    hall.silence(10.0)
    assert hall.out[-1].camera_id == "door"
    assert [one.id for one in hall.out[-1].rois] == ["", "left"]


def test_a_redrawn_roi_starts_again_and_the_others_go_on() -> None:
    hall = Hall()
    hall.counted(0.0, 10.0)
    hall.track.redraw([RIGHT])
    reading = hall.counted(1.0, 20.0)
    assert reading.roi("left").count_smoothed == pytest.approx(10.0)
    assert reading.roi().count_smoothed != pytest.approx(20.0)


def test_a_roi_of_the_same_shape_keeps_its_past() -> None:
    hall = Hall()
    hall.counted(0.0, 10.0)
    hall.track.redraw([dataclasses.replace(LEFT, area_m2=10.0, colour=3)])
    reading = hall.counted(1.0, 20.0)
    assert reading.roi("left").count_smoothed != pytest.approx(10.0)
    assert reading.roi("left").density_per_m2 == pytest.approx(1.0)


def test_a_roi_with_another_ground_plane_starts_again() -> None:
    hall = Hall()
    hall.counted(0.0, 10.0)
    hall.track.redraw([dataclasses.replace(LEFT, plane=plane_of(SceneCamera(64, 48), half_width=3.0))])
    left = hall.counted(1.0, 20.0).roi("left")
    assert left.count_smoothed == left.count
    assert left.density_per_m2 is not None


def test_a_source_that_ended_is_not_silent() -> None:
    hall = Hall()
    hall.counted(0.0)
    hall.track.rest()
    assert hall.track.step(Silence(2000.0), 1000.0) == (), "counts are expected again from here on"
    assert len(hall.track.step(Silence(2010.0), 1010.0)) == 8


def test_the_interval_can_change() -> None:
    hall = Hall()
    hall.counted(0.0)
    hall.track.expect(interval=5.0, unknown_after=15.0)
    hall.silence(9.9)
    assert len(hall.out) == 1
    hall.silence(10.3)
    assert hall.out[1].time == 1010.0


def test_density_that_is_no_number_is_an_error_and_enters_nothing() -> None:
    hall = Hall()
    first = hall.counted(0.0)
    with pytest.raises(CountingError, match="not a number"):
        hall.counted(1.0, float("nan"))
    assert hall.track.current is first


@given(
    st.lists(st.tuples(st.floats(0.01, 4.0), st.one_of(st.none(), st.floats(0.0, 500.0))), max_size=60),
    st.floats(0.05, 3.0),
)
def test_whatever_comes_times_rise_and_no_count_is_invented(
    steps: list[tuple[float, float | None]], interval: float
) -> None:
    hall, now = Hall(interval=interval), 0.0
    seen: list[float] = []
    for passed, people in steps:
        now += passed
        if people is None:
            hall.silence(now)
        else:
            seen.append(people)
            smoothed = hall.counted(now, people).roi().count_smoothed
            assert smoothed is not None
            assert min(seen) - 1e-3 <= smoothed <= max(seen) + 1e-3
    silent = [reading for reading in hall.out if reading.state is not ReadingState.OK]
    assert [one.time for one in silent] == sorted(one.time for one in silent)
    assert all(one.roi().count is None for one in silent)
