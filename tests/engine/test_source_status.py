"""What people are told: silence is seen by the clock, slowness is said, secrets stay."""

from __future__ import annotations

import pytest

from crowdmon.engine.source_status import SourceFigures, SourceState, status
from crowdmon.values import CameraState

LIVE = SourceState(CameraState.LIVE, since=1000.0, attempt=0, usual=0.04)


@pytest.mark.parametrize(
    ("usual", "age", "state"),
    [
        (0.04, 1.9, CameraState.LIVE),
        (0.04, 2.1, CameraState.STALE),
        (10.0, 25.0, CameraState.LIVE),
        (10.0, 31.0, CameraState.STALE),
    ],
)
def test_a_picture_too_old_for_its_camera_is_stale(usual: float, age: float, state: CameraState) -> None:
    facts = SourceState(CameraState.LIVE, since=1000.0, attempt=0, usual=usual)
    found = status(facts, SourceFigures(age=age), now=50.0, epoch=1100.0)
    assert found.state is state
    assert found.since == (1000.0 if state is CameraState.LIVE else 1100.0 - age)


def test_a_machine_too_slow_says_so() -> None:
    figures = SourceFigures(fps_in=25.0, fps_counted=2.13, age=0.01, wish=5.0, pace=0.47)
    assert status(LIVE, figures, now=0, epoch=0).message == (
        "Counting 2.1 of 5 times a second, as fast as this machine goes"
    )


@pytest.mark.parametrize(
    "figures",
    [
        SourceFigures(fps_in=25.0, fps_counted=4.9, age=0.01, wish=5.0, pace=0.19),
        SourceFigures(fps_in=2.0, fps_counted=2.0, age=0.01, wish=5.0, pace=0.3),
        SourceFigures(fps_in=25.0, fps_counted=2.0, age=0.01, wish=None, pace=0.5),
        SourceFigures(fps_in=25.0, fps_counted=0.0, age=0.01, wish=5.0, pace=0.0),
        SourceFigures(fps_in=25.0, fps_counted=2.0, age=0.01, wish=5.0, pace=0.1),
    ],
    ids=["as wished", "slow camera", "no wish", "just started", "starting up"],
)
def test_a_machine_that_keeps_up_says_nothing(figures: SourceFigures) -> None:
    assert status(LIVE, figures, now=0, epoch=0).message == ""


@pytest.mark.parametrize(
    ("late", "age", "message"),
    [
        (0.9, 0.01, ""),
        (1.2, 0.01, "Pictures come 1 s late"),
        (33.4, 0.01, "Pictures come 33 s late"),
        (33.4, 2.5, "Pictures come 33 s late"),
    ],
)
def test_pictures_that_come_late_are_never_silent(late: float, age: float, message: str) -> None:
    figures = SourceFigures(fps_in=25.0, fps_counted=2.0, age=age, pace=0.1, late=late)
    found = status(LIVE, figures, now=0, epoch=1100.0)
    assert found.message == message
    assert found.state is (CameraState.LIVE if age < 2.0 else CameraState.STALE)


@pytest.mark.parametrize("state", [CameraState.ENDED, CameraState.FAILED])
def test_what_is_over_has_no_rate(state: CameraState) -> None:
    found = status(SourceState(state), SourceFigures(fps_in=12.0, fps_counted=3.0, age=0.2), now=0, epoch=0)
    assert (found.fps_in, found.fps_counted) == (0.0, 0.0)


def test_a_long_wait_is_counted_down() -> None:
    facts = SourceState(CameraState.RECONNECTING, "The password was refused", attempt=3, next_try=160.0)
    assert status(facts, SourceFigures(), now=117.4, epoch=0).message == (
        "The password was refused. Next try in 43 s"
    )
    assert status(facts, SourceFigures(), now=158.0, epoch=0).message == "The password was refused"
