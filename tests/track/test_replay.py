"""A replay says what the same rule said live, from 16 bytes a reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crowdmon.facts import AlarmEvent, Event
from crowdmon.track.replay import course_of, replay, times_raised
from crowdmon.track.rule import Measure, Rule, Stage, Target
from crowdmon.track.site import Site
from crowdmon.values import Level, Reading, ReadingState, RoiReading

GATE = Target("north", "gate")
STAGES = (Stage(Level.AMBER, 10.0, 20.0, 8.0), Stage(Level.RED, 20.0, 30.0, 15.0))


def recorded(seed: int) -> list[Reading]:
    """A count that rises and falls, with gaps, and readings of another camera between."""
    rng = np.random.default_rng(seed)
    counts = 14.0 + 12.0 * np.sin(np.arange(1500) / 60.0) + rng.normal(0, 1.5, 1500)
    found = []
    for place, count in enumerate(counts.tolist()):
        time = 1000.0 + 2.0 * place + (120.0 if place > 700 else 0.0)
        unknown = rng.random() < 0.05
        one = (
            RoiReading("gate", None)
            if unknown
            else RoiReading("gate", count, count, count / 10, None, count / 5)
        )
        state = ReadingState.UNKNOWN if unknown else ReadingState.OK
        found.append(Reading(time, "north", (RoiReading("frame", 99.0), one), state=state, frame=place))
        found.append(Reading(time, "south", (RoiReading("gate", 500.0),), frame=place))
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("measure", "share"), [(Measure.COUNT, 1.0), (Measure.PER_M2, 0.1), (Measure.LOCAL_PER_M2, 0.2)]
)
def test_a_replay_is_what_the_site_said(seed: int, measure: Measure, share: float) -> None:
    stages = tuple(replace(one, above=share * one.above, clear=share * one.clear) for one in STAGES)
    rule = Rule(name="full", members=(GATE,), stages=stages, measure=measure, repeat=300.0)
    readings, site = recorded(seed), Site((rule,))
    live = [
        AlarmEvent.of(fact)
        for reading in readings
        for fact in site.step((reading,), reading.time)
        if isinstance(fact, Event)
    ]
    found = replay(rule, course_of(readings, GATE, measure))
    assert len(live) > 4
    assert list(found) == live


def test_an_alarm_that_gets_higher_is_one() -> None:
    rule = Rule(name="full", members=(GATE,), stages=tuple(replace(one, hold=0.0) for one in STAGES))
    counts = [5, 12, 25, 12, 5, 25, 25, 5]
    readings = [
        Reading(10.0 * place, "north", (RoiReading("gate", float(count)),), frame=place)
        for place, count in enumerate(counts)
    ]
    assert times_raised(replay(rule, course_of(readings, GATE, Measure.COUNT))) == 2
    assert times_raised(()) == 0


def test_nothing_recorded_raises_nothing() -> None:
    course = course_of([], GATE, Measure.COUNT)
    assert replay(Rule(name="full", members=(GATE,), stages=STAGES), course) == ()
