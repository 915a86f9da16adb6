"""Alarms from their events: states, acknowledgements, late events, the filter, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.track.levels import RANK
from crowdmon.values import Level
from crowdmon.view.alarm_words import found, headline, level_word, sentence, state_line
from crowdmon.view.alarms import Alarm, AlarmBook, AlarmFilter, AlarmState, told

NOON = 1_780_000_000.0
GATE = AlarmEvent(
    time=NOON, change=AlarmChange.RAISED, alarm="gate full", camera="north", roi="gate",
    level=Level.RED, value=36.7, limit=30.0,
)  # fmt: skip


def event(after: float, change: AlarmChange, level: Level = Level.RED, **more: object) -> AlarmEvent:
    return replace(GATE, time=NOON + after, change=change, level=level, **more)  # type: ignore[arg-type]


def only(events: list[AlarmEvent]) -> Alarm:
    (alarm,) = told(events)
    return alarm


SEEN = event(5, AlarmChange.ACKNOWLEDGED, who="Ann", note="going there")
OVER = event(60, AlarmChange.CLEARED, Level.NONE)


def test_an_alarm_is_open_then_acknowledged_then_over() -> None:
    assert only([GATE]).state is AlarmState.OPEN
    seen = only([GATE, SEEN])
    assert seen.state is AlarmState.SEEN
    assert seen.answer is not None
    assert (seen.answer.who, seen.answer.note) == ("Ann", "going there")
    over = only([GATE, SEEN, OVER])
    assert (over.state, over.over, over.highest) == (AlarmState.OVER, NOON + 60, Level.RED)


def test_a_higher_level_has_to_be_acknowledged_again() -> None:
    higher = only([GATE, SEEN, event(9, AlarmChange.RAISED, Level.CRITICAL)])
    assert (higher.state, higher.level) == (AlarmState.OPEN, Level.CRITICAL)
    assert state_line(higher) == "Not acknowledged at this level"
    lower = only([GATE, SEEN, event(9, AlarmChange.LOWERED, Level.AMBER)])
    assert (lower.state, lower.level, lower.highest) == (AlarmState.SEEN, Level.AMBER, Level.RED)


def test_one_that_is_over_can_still_be_acknowledged_and_the_next_is_another() -> None:
    late = event(70, AlarmChange.ACKNOWLEDGED, who="Bo")
    again = event(100, AlarmChange.RAISED)
    first, second = told([GATE, OVER, late, again])
    assert first.state is AlarmState.OVER
    assert "acknowledged by Bo" in state_line(first)
    assert second.state is AlarmState.OPEN
    assert second.key != first.key


def test_two_programs_that_raise_the_same_alarm_make_one() -> None:
    alarm = only(
        [GATE, event(0.4, AlarmChange.RAISED), SEEN, OVER, event(60.7, AlarmChange.CLEARED, Level.NONE)]
    )
    assert (alarm.raised, alarm.told, alarm.state) == (NOON, 1, AlarmState.OVER)


def test_an_event_of_another_program_that_comes_late_finds_its_place() -> None:
    book = AlarmBook()
    book.add([GATE, OVER])
    assert book.add([event(59.5, AlarmChange.REPEATED)])
    assert len(book.alarms) == 1
    assert book.on == ()
    assert book.add([OVER]) == [], "what is known is not taken twice"


def test_a_clock_that_is_set_back_keeps_the_order() -> None:
    book = AlarmBook()
    book.add([GATE])
    book.add([event(-3600, AlarmChange.CLEARED, Level.NONE)])
    assert book.on == ()


def test_an_alarm_that_began_before_what_was_read_is_on() -> None:
    assert only([event(0, AlarmChange.REPEATED)]).state is AlarmState.OPEN
    assert told([SEEN, OVER]) == []


def test_the_most_urgent_comes_first() -> None:
    other = replace(GATE, alarm="stairs", level=Level.AMBER, time=NOON + 1)
    third = replace(GATE, alarm="bridge", level=Level.CRITICAL, time=NOON - 9)
    answered = replace(third, time=NOON + 2, change=AlarmChange.ACKNOWLEDGED, who="Ann")
    book = AlarmBook()
    book.add([third, GATE, other, answered])
    assert [one.name for one in book.on] == ["gate full", "stairs", "bridge"]
    assert [one.name for one in book.open] == ["gate full", "stairs"]
    assert headline(book.open) == ("gate full (and 1 more)", found(GATE) + ", since " + _clock(NOON))


def _clock(time: float) -> str:
    from crowdmon.view.wording import clock

    return clock(time)


def test_a_group_concerns_its_cameras_and_no_other() -> None:
    square = replace(GATE, alarm="square", camera=None, roi=None, group="square")
    book = AlarmBook()
    book.add([square])
    assert book.of("north", {"square"}) is not None
    assert book.of("north", set()) is None


def test_the_filter_goes_by_place_state_words_and_time() -> None:
    on, over = (
        only([GATE]),
        only([replace(GATE, alarm="stairs", camera="south"), replace(OVER, alarm="stairs")]),
    )
    now = NOON + 7200

    def taken(**wanted: object) -> list[str]:
        rule = AlarmFilter(**wanted)  # type: ignore[arg-type]
        return [one.name for one in (on, over) if rule.takes(one, sentence(one).casefold(), now)]

    assert taken() == ["gate full", "stairs"]
    assert taken(place="south") == ["stairs"]
    assert taken(states=frozenset({AlarmState.OPEN})) == ["gate full"]
    assert taken(text="FULL gate") == ["gate full"]
    assert taken(back=3600.0) == ["gate full"], "what is still on is never too old"


def test_what_is_said() -> None:
    alarm = only([GATE, SEEN, OVER])
    assert found(GATE) == "37 people in gate of north, above 30"
    assert level_word(alarm) == "Red"
    assert sentence(alarm).startswith("Red: gate full. 37 people in gate of north, above 30. Over after 60 s")
    assert found(replace(GATE, value=30.3)) == "30.3 people in gate of north, above 30"
    dense = replace(GATE, measure="per_m2", value=2.314, limit=2.0, at_least=True)
    assert found(dense) == "At least 2.31 people/m² in gate of north, above 2"
    dark = replace(GATE, measure="unknown", roi=None, value=None, limit=30.0)
    assert found(dark) == "Nothing is known of north for 30 s"
    gone = only([GATE, event(3, AlarmChange.WITHDRAWN, Level.NONE)])
    assert state_line(gone) == "Withdrawn after 3 s, never acknowledged"


CHANGES = st.sampled_from(list(AlarmChange))
EVENTS = st.lists(st.tuples(CHANGES, st.sampled_from(list(Level)), st.sampled_from("ab")), max_size=30)


@given(EVENTS, st.integers(0, 30))
def test_events_that_come_bit_by_bit_tell_the_same(
    made: list[tuple[AlarmChange, Level, str]], many: int
) -> None:
    events = [
        replace(GATE, alarm=name, change=change, level=level, time=NOON + at, who="Ann")
        for at, (change, level, name) in enumerate(made)
    ]
    whole, parts = AlarmBook(), AlarmBook()
    whole.add(events)
    parts.add(events[:many])
    for event in events[many:]:
        parts.add([event])
    assert parts.alarms == whole.alarms == tuple(reversed(told(events)))
    assert parts.on == whole.on


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowdmon.view.alarms.MOST_EVENTS", 20)
    monkeypatch.setattr("crowdmon.view.alarms._KEPT", 18)
    book = AlarmBook()
    for number in range(50):
        book.add([replace(GATE, alarm=f"rule {number}", time=NOON + number)])
    assert 18 <= len(book.alarms) <= 20
    assert book.alarms[0].name == "rule 49"


@given(EVENTS)
def test_whatever_happened_no_name_has_two_alarms_that_are_on(
    made: list[tuple[AlarmChange, Level, str]],
) -> None:
    events = [
        replace(GATE, alarm=name, change=change, level=level, time=NOON + at, who="Ann")
        for at, (change, level, name) in enumerate(made)
    ]
    alarms = told(events)
    on = [one.name for one in alarms if one.over is None]
    assert len(on) == len(set(on))
    assert all(RANK[one.highest] >= RANK[one.level] for one in alarms)
    assert all((one.level is Level.NONE) >= (one.over is not None) for one in alarms)
