"""Who is to be told of an alarm: the first list at once, the second one when nobody acknowledges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.facts import AlarmChange, Fact
from crowdmon.track.alarm_words import sentence
from crowdmon.track.alarms import Rule, Second
from crowdmon.track.levels import RANK
from crowdmon.track.site import Site
from crowdmon.values import Level, Reading
from tests.track.test_alarms import RULE, START, alarms, every_second, reading, rules, run

FIRST, BOTH = ("Ann",), ("Ann", "Bob")
RULE_OF_TWO = dataclasses.replace(RULE, cooldown=0.0, tell=FIRST, then=Second(500.0, ("Bob",)))


def told(facts: Iterable[Fact]) -> list[tuple[float, str, tuple[str, ...]]]:
    """Second, what happened, who is to be told."""
    return [(one.time - START, one.change.removeprefix("alarm-"), one.tell) for one in alarms(facts)]


def test_a_red_that_nobody_acknowledges_is_passed_on_once_and_then_both_are_told() -> None:
    facts = run(Site([RULE_OF_TWO]), every_second((1200, 45.0), (1, 10.0), (10, 45.0)))
    assert told(facts) == [
        (5, "raised", FIRST),
        (305, "repeated", FIRST),
        (505, "passed-on", BOTH),
        (805, "repeated", BOTH),
        (1105, "repeated", BOTH),
        (1200, "cleared", BOTH),
        (1206, "raised", FIRST),  # another alarm: who has not heard of it is not asked
    ]


def test_it_is_passed_on_without_repeat_and_never_as_amber() -> None:
    rule = dataclasses.replace(RULE_OF_TWO, repeat=None)
    assert told(run(Site([rule]), every_second((1000, 45.0)))) == [
        (5, "raised", FIRST),
        (505, "passed-on", BOTH),
    ]
    assert told(run(Site([rule]), every_second((1000, 25.0)))) == [(10, "raised", FIRST)]


def test_acknowledged_in_time_it_is_not_passed_on_and_a_higher_level_asks_again() -> None:
    site = Site([RULE_OF_TWO])
    run(site, every_second((400, 45.0)))
    assert told(site.acknowledge("full", who="Ann", now=START + 400)) == [(400, "acknowledged", FIRST)]
    assert told(run(site, every_second((600, 45.0), start=400))) == []
    facts = run(site, every_second((600, 60.0), start=1000))
    assert told(facts) == [
        (1002, "raised", FIRST),
        (1302, "repeated", FIRST),
        (1502, "passed-on", BOTH),
    ]
    assert told(site.acknowledge("full", who="Bob", now=START + 1600)) == [(1600, "acknowledged", BOTH)]


def test_a_fall_to_amber_is_an_answer() -> None:
    facts = run(Site([RULE_OF_TWO]), every_second((400, 45.0), (10, 25.0), (495, 45.0)))
    assert told(facts) == [
        (5, "raised", FIRST),
        (305, "repeated", FIRST),
        (400, "lowered", FIRST),
        (415, "raised", FIRST),
        (715, "repeated", FIRST),
    ]


def test_who_acknowledged_critical_is_not_asked_again_when_it_falls_to_red() -> None:
    site = Site([RULE_OF_TWO])
    run(site, every_second((20, 60.0)))
    site.acknowledge("full", who="Ann", now=START + 20)
    assert told(run(site, every_second((1000, 45.0), start=20))) == [(20, "lowered", FIRST)]


def test_a_higher_level_does_not_begin_the_waiting_again() -> None:
    facts = run(Site([RULE_OF_TWO]), every_second((300, 45.0), (300, 60.0)))
    assert told(facts) == [
        (5, "raised", FIRST),
        (302, "raised", FIRST),
        (505, "passed-on", BOTH),
    ]


def test_dark_time_counts_while_nobody_answers() -> None:
    facts = run(Site([RULE_OF_TWO]), every_second((10, 45.0), (600, None)))
    assert told(facts)[-1] == (505, "passed-on", BOTH)
    assert alarms(facts)[-1].value is None


def test_nobody_is_named_where_nobody_is_given() -> None:
    assert {people for *_, people in told(run(Site([RULE]), every_second((400, 45.0))))} == {()}


BUSY = st.lists(
    st.tuples(st.floats(5, 20), st.sampled_from([45.0, 45.0, 45.0, 60.0, 25.0, 10.0, None])),
    min_size=10,
    max_size=40,
).map(
    lambda steps: [
        reading(sum(gap for gap, _ in steps[: place + 1]), count) for place, (_, count) in enumerate(steps)
    ]
)
"""Readings of a place that is often red."""


def watched(site: Site, readings: list[Reading], first: int, answered: set[int]) -> list[Fact]:
    facts: list[Fact] = []
    for number, one in enumerate(readings, first):
        facts += site.step([one], one.time)
        if number in answered:
            facts += site.acknowledge("full", who="Ann", now=one.time)
    return facts


@given(rules, BUSY, st.sets(st.integers(0, 40), max_size=3))
def test_nobody_further_is_told_of_what_was_answered_and_nobody_twice(
    rule: Rule, readings: list[Reading], answered: set[int]
) -> None:
    unanswered: float | None = None
    passed = False
    level = Level.NONE
    for one in alarms(watched(Site([rule]), readings, 0, answered)):
        if one.change is AlarmChange.PASSED_ON:
            assert rule.then is not None
            assert not passed
            assert unanswered is not None
            assert one.time - unanswered >= rule.then.after - 0.01
            passed = True
        else:
            assert one.change is not AlarmChange.REPEATED or unanswered is not None
        second = rule.then.tell if passed and rule.then else ()
        assert one.tell == tuple(dict.fromkeys((*rule.tell, *second)))
        if one.change is AlarmChange.ACKNOWLEDGED or RANK[one.level] < RANK[Level.RED]:
            unanswered = None
        elif unanswered is None and RANK[one.level] > RANK[level]:
            unanswered = one.time
        level = one.level
        passed = passed and level is not Level.NONE


def test_who_was_told_before_a_restart_is_told_behind_it() -> None:
    readings = every_second((1300, 45.0))
    site = Site([RULE_OF_TWO])
    site.resume(run(Site([RULE_OF_TWO]), readings[:600]))
    assert told(run(site, readings[600:])) == [(805, "repeated", BOTH), (1105, "repeated", BOTH)]


def test_who_answered_before_a_restart_has_answered_behind_it() -> None:
    readings = every_second((1000, 45.0))
    first = watched(Site([RULE_OF_TWO]), readings[:200], 0, {100})
    assert [change for _, change, _ in told(first)] == ["raised", "acknowledged"]
    site = Site([RULE_OF_TWO])
    site.resume(first)
    assert site.alarms["full"].acknowledged
    assert told(watched(site, readings[200:], 200, set())) == []


@settings(max_examples=300)
@given(rules, BUSY, st.sets(st.integers(0, 40), max_size=3), st.integers(0, 40))
def test_a_restart_forgets_neither_who_was_told_nor_who_has_to_be(
    rule: Rule, readings: list[Reading], answered: set[int], cut: int
) -> None:
    whole = watched(Site([rule]), readings, 0, answered)
    first = watched(Site([rule]), readings[:cut], 0, answered)
    site = Site([rule])
    site.resume(first)
    assert first + watched(site, readings[cut:], cut, answered) == whole


def test_sentences() -> None:
    site = Site([RULE_OF_TWO])
    facts = run(site, every_second((1000, 45.0), (10, 60.0), (10, 35.0)))
    facts += site.acknowledge("full", who="Ann", note="gate closed", now=START + 1020)
    facts += site.change_rules([], START + 1021)
    assert [sentence(one) for one in alarms(facts)] == [
        "'full' is red: 45.0 people in platform of gate, above 40. To be told: Ann",
        "'full' is still red and not acknowledged: 45.0 people in platform of gate, raised above 40. "
        "To be told: Ann",
        "'full' is still red and not acknowledged, more people are to be told: "
        "45.0 people in platform of gate, raised above 40. To be told: Ann, Bob",
        "'full' is still red and not acknowledged: 45.0 people in platform of gate, raised above 40. "
        "To be told: Ann, Bob",
        "'full' is critical: 60.0 people in platform of gate, above 55. To be told: Ann, Bob",
        "'full' fell to red: 35.0 people in platform of gate, below 50. To be told: Ann, Bob",
        "'full' was acknowledged by Ann: gate closed. To be told: Ann, Bob",
        "'full' was withdrawn: its rule is gone. To be told: Ann, Bob",
    ]
