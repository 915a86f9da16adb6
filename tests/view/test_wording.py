from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.values import CameraState, ReadingState, Status
from crowdmon.view import wording
from crowdmon.view.in_step import Pace, Sight
from tests.ui.fakes import NOON, density, frame, reading


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.4, "0"),
        (0.6, "1"),
        (9.6, "10"),
        (36.73, "37"),
        (-0.2, "0"),
        (1234.5, "1234"),
    ],
)
def test_people_are_whole(count: float | None, shown: str) -> None:
    assert wording.people(count) == shown


@given(st.one_of(st.none(), st.floats(0, 1e6)))
def test_only_the_unknown_is_a_dash(count: float | None) -> None:
    assert (wording.people(count) == wording.NO_COUNT) == (count is None)


def test_the_estimate_is_there_for_whoever_asks() -> None:
    assert "36.7 people" in wording.estimate(36.73, 35.1)
    assert "35.1" in wording.estimate(36.73, 35.1)
    assert "36" not in wording.estimate(None)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-1, "0.0 s"),
        (0.04, "0.0 s"),
        (0.24, "0.2 s"),
        (9.96, "10 s"),
        (61, "61 s"),
        (180, "3 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_spans(seconds: float, shown: str) -> None:
    assert wording.span(seconds) == shown


def test_what_when_and_what_is_being_done() -> None:
    lost = Status(CameraState.RECONNECTING, since=NOON, age=12.2, attempt=3)
    assert wording.headline(lost, NOON) == "No picture for 12 s, reconnecting (attempt 3)"
    first = Status(CameraState.CONNECTING, since=NOON, attempt=1)
    assert wording.headline(first, NOON) == "Waiting for the first picture"
    silent = Status(CameraState.STALE, since=NOON - 7)
    assert wording.headline(silent, NOON) == "No picture for 7 s"


def test_a_frozen_camera_is_not_called_silent() -> None:
    frozen = Status(CameraState.STALE, "The picture has not changed for 12 s", since=NOON, age=0.1)
    assert wording.headline(frozen, NOON) == "The picture has not changed for 12 s"
    assert "has not changed" not in wording.detail(frozen)


@pytest.mark.parametrize("state", CameraState)
def test_every_state_has_a_word_and_only_a_live_one_says_nothing(state: CameraState) -> None:
    assert wording.WORDS[state]
    said = wording.headline(Status(state, since=NOON), NOON)
    assert bool(said) == (state not in (CameraState.LIVE, CameraState.PAUSED))
    assert "!" not in said


def test_the_reason_comes_with_what_can_be_done() -> None:
    failed = wording.detail(Status(CameraState.FAILED, "There is no file a.mp4", since=NOON))
    assert failed.splitlines()[0] == "There is no file a.mp4"
    assert "Open source" in failed
    assert wording.detail(Status(CameraState.LIVE)) == ""


def test_the_heat_says_how_far_it_trails() -> None:
    sight = Sight(frame(time=NOON), counted=density(time=NOON - 0.25))
    assert wording.heat_age(sight) == pytest.approx(0.25)
    assert wording.delayed(sight) == "", "at once"
    assert wording.heat_age(Sight(frame(), counted=density(time=NOON + 1))) == 0.0
    assert wording.heat_age(Sight(frame())) is None
    assert wording.heat_age(None) is None


@pytest.mark.parametrize(
    ("pace", "delay", "said"),
    [
        (Pace.IN_STEP, 0.5, "0.5 s delayed"),
        (Pace.IN_STEP, 0.01, "0.1 s delayed"),
        (Pace.COUNTED, 1.8, "Counted pictures only, 1.8 s old"),
    ],
)
def test_the_delay_of_the_picture_is_said(pace: Pace, delay: float, said: str) -> None:
    sight = Sight(frame(), counted=density(), pace=pace, delay=delay)
    assert wording.delayed(sight) == said
    assert wording.heat_age(sight) == 0.0, "the heat lies on its own picture"


def test_an_old_count_is_marked_as_old() -> None:
    assert wording.gone_count(reading(time=NOON, frame=31.2), NOON + 12) == "Last count 31, 12 s ago"
    assert wording.gone_count(None, NOON) == "No count yet"
    assert wording.gone_count(reading(state=ReadingState.STALE), NOON) == "No count yet"


def test_an_address_may_be_wrapped_and_reads_the_same() -> None:
    shown = wording.breakable("cannot open rtsp://10.0.0.7:554/a/b?c=d")
    assert shown.replace("\u200b", "") == "cannot open rtsp://10.0.0.7:554/a/b?c=d"
    assert max(len(part) for part in re.split("[\u200b ]", shown)) < 10


@given(st.lists(st.sampled_from(["a", "a 2", "a 3", "b"]), unique=True))
def test_a_unique_name_is_unique(taken: list[str]) -> None:
    assert wording.unique("a", taken) not in taken


def test_what_comes_and_says_nothing_is_unknown_and_what_is_recorded_plays() -> None:
    covered = Status(CameraState.STALE, "The lens is covered", since=NOON)
    assert wording.word(covered, recording=False) == "Unknown"
    assert wording.word(Status(CameraState.STALE, since=NOON), recording=False) == "No picture"
    live = Status(CameraState.LIVE, "Pictures come 3 s late", since=NOON)
    assert [wording.word(live, recording=one) for one in (True, False)] == ["Playing", "Live"]


def test_lines_become_sentences() -> None:
    assert (
        wording.one_line("There is no file a.mp4\nOpen another one.")
        == "There is no file a.mp4. Open another one."
    )
    assert wording.one_line("") == ""
