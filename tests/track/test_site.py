"""Every reading passes once: what no file can hold is refused and named, the rest becomes facts in order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.track.rule import Rule, Stage, Target
from crowdmon.track.site import Site
from crowdmon.values import Level, Reading, RoiReading

FULL = Rule(name="full", members=(Target("gate"),), stages=(Stage(Level.RED, 20.0, 0.0, 10.0),))


def reading(number: int, *, camera: str = "gate", count: float = 1.0, time: float | None = None) -> Reading:
    moment = 1_700_000_000.0 + number if time is None else time
    return Reading(moment, camera, (RoiReading("frame", count),), frame=number)


def test_readings_become_facts_in_their_order_and_the_newest_is_known() -> None:
    site = Site()
    first, second, other = reading(0), reading(1), reading(2, camera="hall")
    assert site.step([first, second], 0.0) == (first, second)
    assert site.step([other], 1.0) == (other,)
    assert site.step([], 2.0) == ()
    assert dict(site.newest) == {"gate": second, "hall": other}
    site.keep(["hall"])
    assert dict(site.newest) == {"hall": other}


@pytest.mark.parametrize(
    ("poison", "words"),
    [
        ({"time": float("nan")}, "gate: a reading was not recorded, its time is nan"),
        ({"time": float("inf")}, "gate: a reading was not recorded, its time is inf"),
        ({"time": 1e300}, "gate: a reading was not recorded, its time is 1e+300"),
        ({"count": float("nan")}, "gate: a reading was not recorded, its count in 'frame' is nan"),
        ({"count": float("-inf")}, "gate: a reading was not recorded, its count in 'frame' is -inf"),
    ],
)
def test_what_no_file_can_hold_is_refused_until_the_next_good_one(
    poison: dict[str, float], words: str
) -> None:
    site, other = Site(), reading(7, camera="hall")
    good = reading(0)
    assert site.step([good, reading(1, **poison), other], 0.0) == (good, other)
    assert dict(site.refused) == {"gate": words}
    assert site.newest["gate"] is good
    assert site.step([reading(2)], 1.0)
    assert dict(site.refused) == {}


def test_an_acknowledgement_by_another_program_is_heard_and_not_recorded_again() -> None:
    site = Site([FULL])
    raised = [fact for fact in site.step([reading(0, count=30.0)], 0.0) if isinstance(fact, Event)]
    (alarm,) = [event for fact in raised if (event := AlarmEvent.of(fact))]
    answer = replace(alarm, change=AlarmChange.ACKNOWLEDGED, who="Ann", time=1.0)
    site.hear(replace(answer, alarm="another").to_event())
    site.hear(replace(answer, camera="elsewhere").to_event())
    site.hear(replace(answer, change=AlarmChange.REPEATED).to_event())
    assert not site.alarms["full"].acknowledged
    site.hear(answer.to_event())
    assert site.alarms["full"].acknowledged
    assert site.acknowledge("full", who="Bo", now=2.0) == ()
