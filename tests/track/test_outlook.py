"""Time until red: right where the values rise steadily, and silent where they do not support it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.track.alarms import Measure, Stage, Target
from crowdmon.track.outlook import HORIZON, WINDOW, Outlook, Outlooks, outlook, words
from crowdmon.values import Level
from tests.track.test_alarms import RULE, START, every_second, reading

TIMES = np.arange(0.0, 300.0)
NOW = 299.0


def line(slope: float, last: float) -> np.ndarray:
    return last + slope * (TIMES - NOW)


@given(st.floats(0.01, 0.2), st.floats(0.0, 30.0), st.floats(1.0, 100.0))
def test_a_straight_rise_gives_the_exact_time(slope: float, last: float, missing: float) -> None:
    found = outlook(TIMES, line(slope, last), last + missing, NOW)
    if missing / slope > HORIZON * 1.001:
        assert found is None
    elif missing / slope < HORIZON * 0.999:
        assert found is not None
        assert found.seconds == pytest.approx(missing / slope, rel=1e-6)
        assert found.earliest == pytest.approx(found.latest, rel=1e-6)


@given(
    st.lists(st.floats(0, 50), min_size=8, max_size=60), st.floats(0.5, 20), st.floats(-100, 100),
    st.floats(1, 60),
)  # fmt: skip
def test_units_and_zeros_make_no_difference(
    values: list[float], scale: float, shift: float, limit: float
) -> None:
    times = np.linspace(0, 290, len(values))
    one = outlook(times, values, limit, 290.0)
    other = outlook(times + 1e6, scale * np.array(values) + shift, scale * limit + shift, 1e6 + 290.0)
    # At the edge of a condition rounding may decide otherwise.
    if one is not None and other is not None:
        assert other.seconds == pytest.approx(one.seconds, rel=1e-3, abs=1e-3)


@given(st.lists(st.floats(0, 50), max_size=60), st.floats(1, 60))
def test_what_is_said_fits_together(values: list[float], limit: float) -> None:
    found = outlook(np.linspace(0, 290, len(values)), values, limit, 290.0)
    if found is not None:
        assert 0.0 < found.earliest <= found.seconds <= found.latest
        assert found.seconds <= HORIZON
        assert found.slope > 0.0


@given(st.floats(-1.0, 0.0), st.floats(0, 30))
def test_a_fall_says_nothing(slope: float, last: float) -> None:
    assert outlook(TIMES, line(slope, last), last + 10.0, NOW) is None


def test_what_is_there_already_or_ended_says_nothing() -> None:
    rise = line(0.05, 20.0)
    assert outlook(TIMES, rise, 30.0, NOW) is not None
    assert outlook(TIMES, rise, 15.0, NOW) is None, "it is above already"
    assert outlook(TIMES, rise, 30.0, NOW + 60.0) is None, "nothing was counted for a minute"
    assert outlook(TIMES[-90:], rise[-90:], 30.0, NOW) is None, "a minute and a half is too little"
    assert outlook(TIMES, np.minimum(rise, rise[150]), 30.0, NOW) is None, "it has stopped rising"
    step = np.where(TIMES < 100, 5.0, 20.0)
    assert outlook(TIMES, step, 30.0, NOW) is None, "one group came, and no more"
    assert outlook([], [], 30.0, NOW) is None
    assert outlook(TIMES, np.full(300, np.nan), 30.0, NOW) is None


def test_a_fifth_of_wrong_counts_changes_nothing() -> None:
    rise, wrong = line(0.05, 20.0), line(0.05, 20.0)
    wrong[::5] = 500.0
    right, found = outlook(TIMES, rise, 30.0, NOW), outlook(TIMES, wrong, 30.0, NOW)
    assert right is not None
    assert found is not None
    assert found.seconds == pytest.approx(right.seconds, rel=0.05)


@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_noise_alone_is_hardly_ever_taken_for_a_rise(noise: float) -> None:
    random = np.random.default_rng(7)
    said = sum(
        outlook(TIMES, 20.0 + noise * random.standard_normal(300), 25.0, NOW) is not None for _ in range(400)
    )
    assert said <= 12, "3 % of level crowds"


def test_the_interval_holds_the_truth_nearly_always() -> None:
    random, held, said = np.random.default_rng(8), 0, 0
    for _ in range(300):
        found = outlook(TIMES, line(0.05, 20.0) + 2.0 * random.standard_normal(300), 40.0, NOW)
        if found is not None:
            said += 1
            held += found.earliest <= 400.0 <= found.latest
    assert said >= 290, "a rise like this is nearly always seen"
    assert held >= 0.92 * said


class TestOfRules:
    def test_a_rule_is_followed_and_gaps_do_not_mislead(self) -> None:
        outlooks = Outlooks([RULE])
        readings = [reading(second, 10.0 + 0.05 * second) for second in range(301)]
        for one in readings[:200]:
            outlooks.take(one)
        for second in range(200, 220):
            outlooks.take(reading(second, None))
        for one in readings[220:]:
            outlooks.take(one)
        found = outlooks.until_red("full", START + 300)
        assert found is not None
        assert found.seconds == pytest.approx(300.0, rel=0.01)  # 25 now, red above 40
        assert outlooks.until_red("other", START + 300) is None

    def test_the_past_does_not_grow(self) -> None:
        outlooks = Outlooks([RULE])
        for one in every_second((2000, 15.0)):
            outlooks.take(one)
        assert len(outlooks._seen["full"]) <= WINDOW + 1
        outlooks.take(reading(0, 15.0))  # the clock was set back
        assert len(outlooks._seen["full"]) <= 1

    def test_rules_without_a_number_or_without_red_say_nothing(self) -> None:
        dark = dataclasses.replace(RULE, measure=Measure.UNKNOWN)
        amber = dataclasses.replace(RULE, name="amber", stages=(Stage(Level.AMBER, 20.0, 0.0, 10.0),))
        outlooks = Outlooks([dark, amber])
        for second in range(300):
            outlooks.take(reading(second, second / 20))
        assert outlooks.until_red("full", START + 299) is None
        assert outlooks.until_red("amber", START + 299) is None

    def test_a_group_with_an_unknown_member_says_nothing(self) -> None:
        group = dataclasses.replace(RULE, group="all", members=(Target("gate", "platform"), Target("hall")))
        outlooks = Outlooks([group])
        for second in range(300):
            outlooks.take(reading(second, second / 20))
        assert outlooks.until_red("full", START + 299) is None


def test_words() -> None:
    assert words(Outlook(250.0, 190.0, 370.0, 0.1)) == (
        "red in about 4 min (3 to 6 min) if it goes on like this"
    )
