"""What the site bar says of groups: the sum that rules see, and never normal where a camera is unknown."""

from __future__ import annotations

import pytest

from crowdmon.config import AppConfig, validate
from crowdmon.track.site import Site
from crowdmon.values import WHOLE_FRAME, Level, Reading, ReadingState, RoiReading
from crowdmon.view.site_bar import GroupFacts, site_facts, watched

NOW = 1_780_000_000.0


def configured(*, capacity: float | None = 450, red: float | None = None) -> AppConfig:
    group = {"name": "square", "members": [{"camera": "north"}, {"camera": "south"}, {"camera": "east"}]}
    rule = {"name": "full", "of": {"group": "square"}, "amber": {"above": 200}, "red": {"above": red}}
    values = {
        "cameras": [{"name": one, "source": "synthetic:plaza"} for one in ("north", "south", "east")],
        "groups": [group if capacity is None else {**group, "capacity": capacity}],
        "alarms": [rule] if red else [],
    }
    return validate(AppConfig, values, where="a test")


def counted(camera: str, people: float, *, age: float = 1.0) -> Reading:
    return Reading(NOW - age, camera, (RoiReading(WHOLE_FRAME, people, people),), frame=0)


def facts(config: AppConfig, *readings: Reading) -> GroupFacts:
    """By the readings that the site has accepted."""
    site = Site(config.to_rules())
    site.step(readings, NOW)
    return site_facts(watched(config), site.newest, NOW)[0]


@pytest.mark.parametrize(
    ("people", "text", "level", "word"),
    [
        ((100, 90, 122), "312 of 450", Level.AMBER, "Amber"),
        ((100, 90, 5), "195 of 450", Level.NONE, "Normal"),
        ((200, 190, 20), "410 of 450", Level.RED, "Red"),
        ((200, 112, None), "at least 312 of 450, 1 camera unknown", Level.AMBER, "At least amber"),
        ((100, 12, None), "at least 112 of 450, 1 camera unknown", None, "Unknown"),
        ((401, None, None), "at least 401 of 450, 2 cameras unknown", Level.RED, "At least red"),
        ((None, None, None), "No count, capacity 450, 3 cameras unknown", None, "Unknown"),
    ],
)
def test_people_of_capacity_and_the_level(
    people: tuple[float | None, ...], text: str, level: Level | None, word: str
) -> None:
    names = ("north", "south", "east")
    readings = [counted(name, one) for name, one in zip(names, people, strict=True) if one is not None]
    found = facts(configured(red=400), *readings)
    assert (found.text, found.level, found.word) == (text, level, word)
    assert found.known is (None not in people)
    first_lost = next((name for name, one in zip(names, people, strict=True) if one is None), None)
    assert found.camera == first_lost or (
        first_lost is None and people[names.index(found.camera)] == max(people)
    )


def test_an_old_reading_and_a_silent_camera_are_unknown() -> None:
    silent = Reading(NOW, "south", (RoiReading(WHOLE_FRAME, None, None),), state=ReadingState.UNKNOWN)
    found = facts(configured(), counted("north", 10), silent, counted("east", 5, age=61))
    assert found.text == "at least 10 of 450, 2 cameras unknown"
    assert (found.level, found.word) == (None, "Unknown")


def test_without_a_rule_more_than_the_capacity_is_red() -> None:
    full = [counted(one, 151) for one in ("north", "south", "east")]
    assert facts(configured(), *full).level is Level.RED
    assert facts(configured(), *full[:2], counted("east", 100)).level is Level.NONE


def test_without_rule_and_capacity_there_is_a_number_and_no_level() -> None:
    found = facts(configured(capacity=None), *[counted(one, 7) for one in ("north", "south", "east")])
    assert (found.text, found.level, found.word) == ("21", None, "")
    assert found.spoken() == "square: 21"
    assert facts(configured(capacity=None), counted("north", 7)).word == ""
