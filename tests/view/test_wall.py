"""How the tiles of a wall lie, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import CameraConfig, validate
from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.values import WHOLE_FRAME, CameraState, Level, Reading, ReadingState, RoiReading, Status
from crowdmon.view.alarms import Alarm, Answer
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.wall import GAP, LEAST, arrange, highest, is_lost, tile_facts

NOON = 1_780_000_000.0
LEVELS = {"people": {"amber": 10, "red": 20, "critical": 30}}
COUNTED = Reading(
    NOON,
    "gate",
    (RoiReading(WHOLE_FRAME, 24.6, 24.6, level=Level.RED), RoiReading("a", 1.0, level=Level.AMBER)),
)


def values(state: CameraState = CameraState.LIVE, **status: object) -> CameraValues:
    camera = validate(CameraConfig, {"name": "gate", "source": "rtsp://a/b", "levels": LEVELS}, where="test")
    said = Status(state, **{"since": NOON, **status})  # type: ignore[arg-type]
    return CameraValues(camera, status=said, reading=COUNTED, last_ok=COUNTED)


@given(st.integers(1, 16), st.integers(300, 4000), st.integers(200, 2400))
def test_tiles_are_large_enough_and_never_overlap(count: int, width: int, height: int) -> None:
    tiles = arrange(count, (width, height))
    assert (tiles.width, tiles.height) >= LEAST
    assert tiles.height >= LEAST[1]
    boxes = [tiles.box(place) for place in range(count)]
    assert all(left + wide + GAP <= width for left, _, wide, _ in boxes)
    assert len(set(boxes)) == count
    assert max(top + tall for _, top, _, tall in boxes) + GAP == tiles.total(count)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (9, 3), (16, 4)])
def test_a_usual_window_shows_all_without_scrolling(count: int, columns: int) -> None:
    for room in ((1440, 840), (1024, 640)):
        tiles = arrange(count, room)
        assert tiles.columns == columns
        assert tiles.total(count) <= room[1]


def test_a_camera_that_is_well_says_count_and_level() -> None:
    facts = tile_facts(values(), NOON + 1.0)
    assert (facts.word, facts.count, facts.level, facts.level_word) == ("Live", "25", Level.RED, "Red")
    assert facts.known
    assert not facts.lost
    assert facts.spoken() == "gate, live, about 25 people, red"


def test_an_old_level_keeps_its_age_and_is_not_known() -> None:
    lost = values(CameraState.RECONNECTING, age=40.0, attempt=3)
    facts = tile_facts(lost, NOON + 40.0)
    assert (facts.level, facts.known, facts.level_word) == (Level.RED, False, "Was red 40 s ago")
    assert (facts.lost, facts.count, facts.since) == (True, "–", "No picture for 40 s, attempt 3")
    unknown = values()
    unknown.reading = replace(COUNTED, state=ReadingState.UNKNOWN, rois=(RoiReading(WHOLE_FRAME, None),))
    facts = tile_facts(unknown, NOON + 20.0)
    assert (facts.word, facts.known, facts.level_word) == ("Live", False, "Was red 20 s ago")


def test_before_the_first_count_the_level_is_unknown_and_without_levels_nothing_is_said() -> None:
    new = values()
    new.reading = new.last_ok = None
    assert tile_facts(new, NOON).level_word == "Level unknown"
    new.config = CameraConfig(name="gate", source="rtsp://a/b")
    assert tile_facts(new, NOON).level_word == ""
    assert highest(None) is None


@pytest.mark.parametrize(
    ("state", "more", "since"),
    [
        (CameraState.STALE, {"age": 6.0}, "No picture for 6 s"),
        (CameraState.STALE, {"message": "The picture stands still"}, "The picture stands still"),
        (CameraState.CONNECTING, {"attempt": 2}, "No picture yet, attempt 2"),
        (CameraState.FAILED, {}, "Since "),
    ],
)
def test_a_lost_camera_says_since_when(state: CameraState, more: dict[str, object], since: str) -> None:
    assert tile_facts(values(state, **more), NOON).since.startswith(since)


def test_what_is_new_paused_or_over_is_not_lost() -> None:
    for state in (CameraState.LIVE, CameraState.PAUSED, CameraState.ENDED, CameraState.CONNECTING):
        assert not is_lost(Status(state))


RAISED = AlarmEvent(
    time=NOON, change=AlarmChange.RAISED, alarm="gate full", camera="gate", level=Level.CRITICAL, value=31.0
)
ALARM = Alarm(RAISED, NOON, Level.CRITICAL, Level.CRITICAL)
SEEN = replace(ALARM, answers=(Answer(NOON + 1, "Ann", "", Level.CRITICAL),))


@pytest.mark.parametrize(
    ("alarm", "now", "then"),
    [
        (ALARM, "Alarm: critical", "Alarm: critical 40 s ago"),
        (SEEN, "Alarm seen: critical", "Seen: critical 40 s ago"),
        (
            replace(ALARM, cause=replace(RAISED, measure="unknown", value=None)),
            "Alarm: critical",
            "Alarm: critical",
        ),
    ],
)
def test_an_alarm_says_its_level_and_how_old_it_is(alarm: Alarm, now: str, then: str) -> None:
    facts = tile_facts(values(), NOON + 1.0, alarm)
    assert (facts.alarm, facts.alarm_word, facts.alarm_known) == (Level.CRITICAL, now, True)
    assert facts.spoken().startswith(f"gate, {now}, live")
    unknown = replace(COUNTED, state=ReadingState.UNKNOWN)
    silent = replace(values(), reading=unknown)
    assert tile_facts(silent, NOON + 40.0, alarm).alarm_word == then
    assert tile_facts(silent, NOON + 40.0, alarm).alarm_known is (now == then)
