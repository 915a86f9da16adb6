"""The readings of a camera: counted ones smoothed, silence said, nothing after the end."""

from __future__ import annotations

import pytest

from crowdmon.engine.account import Account
from crowdmon.values import WHOLE_FRAME, Reading, ReadingState, Roi, RoiReading

LEFT = Roi("left", ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))


class Desk:
    """An account whose clock shows 1000 s less than the wall."""

    def __init__(self, *, interval: float = 1.0) -> None:
        self.out: list[Reading] = []
        self.account = Account("hall", interval=interval, out=self.out.append)

    def counted(self, now: float, people: float = 10.0, *, patience: float = 0.0) -> Reading | None:
        rois = (RoiReading(WHOLE_FRAME, people), RoiReading("left", people / 2))
        reading = Reading(1000 + now, "hall", rois, frame=int(now))
        return self.account.counted(reading, now=now, t=now, patience=patience)

    def look(self, now: float) -> None:
        self.account.look([LEFT], now=now, epoch=1000 + now, patience=0.0)


def test_silence_is_entered_without_a_number_at_its_own_time() -> None:
    desk = Desk()
    desk.counted(0.0)
    for k in range(180):
        desk.look(k / 10)
    states = [reading.state for reading in desk.out]
    assert states == [ReadingState.OK] + [ReadingState.STALE] * 14 + [ReadingState.UNKNOWN] * 2
    assert [reading.time for reading in desk.out[1:]] == pytest.approx([1002 + k for k in range(16)])
    assert all(one.count is None for reading in desk.out[1:] for one in reading.rois)
    assert [one.roi for one in desk.out[-1].rois] == [WHOLE_FRAME, "left"]
    assert desk.account.current is desk.out[-1]


def test_nobody_looking_loses_no_row() -> None:
    desk = Desk()
    desk.counted(0.0)
    desk.look(10.5)
    assert [reading.time for reading in desk.out[1:]] == pytest.approx([1002 + k for k in range(9)])


def test_a_picture_that_comes_with_a_row_of_silence_comes_first() -> None:
    desk = Desk()
    desk.counted(0.0)
    desk.look(2.15)  # a row of 2.0 is due, and a picture of 1.95 is on its way from its decoder
    desk.account.arrived(2.16)
    desk.look(2.6)
    desk.counted(2.7)
    assert [reading.state for reading in desk.out] == [ReadingState.OK] * 2


def test_smoothing_starts_anew_after_a_silence() -> None:
    desk = Desk()
    desk.counted(0.0, 10.0)
    smoothed = desk.counted(1.0, 20.0)
    assert smoothed is not None
    assert smoothed.roi().count_smoothed == pytest.approx(10 + 10 * (1 - 2.718281828**-0.2))
    desk.look(3.5)
    fresh = desk.counted(3.6, 30.0)
    assert fresh is not None
    assert fresh.roi().count_smoothed == 30.0
    assert fresh.roi("left").count_smoothed == 15.0


def test_a_slow_machine_still_smooths() -> None:
    desk = Desk(interval=0.2)
    desk.counted(0.0, 10.0, patience=4.0)
    smoothed = desk.counted(4.0, 20.0, patience=4.0)
    assert smoothed is not None
    assert smoothed.roi().count_smoothed != 20.0


def test_a_redrawn_roi_starts_anew_and_the_others_go_on() -> None:
    desk = Desk()
    desk.counted(0.0, 10.0)
    desk.account.redrawn(["left"])
    reading = desk.counted(1.0, 20.0)
    assert reading is not None
    assert reading.roi("left").count_smoothed == 10.0
    assert reading.roi().count_smoothed != 20.0


def test_a_source_that_ended_is_not_silent() -> None:
    desk = Desk()
    desk.counted(0.0)
    desk.account.rest()
    assert len(desk.out) == 1


def test_a_closed_account_takes_nothing() -> None:
    desk = Desk()
    desk.counted(0.0)
    desk.account.close()
    assert desk.counted(1.0) is None
    desk.look(100.0)
    assert len(desk.out) == 1


def test_the_interval_can_change() -> None:
    desk = Desk()
    desk.counted(0.0)
    desk.account.set_interval(5.0)
    desk.look(9.9)
    assert len(desk.out) == 1
    desk.look(10.3)
    assert desk.out[1].time == 1010.0
