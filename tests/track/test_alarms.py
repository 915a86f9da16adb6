"""Alarm rules: what is raised, held, cleared and repeated, and that nothing else decides but the readings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.config import parse, with_cameras
from crowdmon.errors import CrowdmonError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, Fact
from crowdmon.track.alarms import Measure, Rule, Second, Stage, Target
from crowdmon.track.levels import RANK
from crowdmon.track.schedule import Schedule, Shift
from crowdmon.track.site import Site
from crowdmon.values import Level, Reading, ReadingState, RoiReading

START = 1_700_000_000.0
AMBER, RED, CRITICAL = (
    Stage(Level.AMBER, 20.0, 10.0, 16.0),
    Stage(Level.RED, 40.0, 5.0, 34.0),
    Stage(Level.CRITICAL, 55.0, 2.0, 50.0),
)
GATE = Target("gate", "platform")
RULE = Rule(name="full", members=(GATE,), stages=(AMBER, RED, CRITICAL), repeat=300.0, cooldown=120.0)
PLAIN = dataclasses.replace(RULE, stages=(Stage(Level.RED, 40.0, 0.0, 34.0),), cooldown=0.0, repeat=None)


def reading(
    second: float, count: float | None, *, camera: str = "gate", state: ReadingState | None = None
) -> Reading:
    known = ReadingState.OK if count is not None else ReadingState.UNKNOWN
    per_m2 = None if count is None else count / 10
    rois = (RoiReading("frame", count), RoiReading("platform", count, density_per_m2=per_m2))
    return Reading(START + second, camera, rois, state or known)


def alarms(facts: Iterable[Fact]) -> list[AlarmEvent]:
    return [one for fact in facts if isinstance(fact, Event) and (one := AlarmEvent.of(fact)) is not None]


def told(facts: Iterable[Fact]) -> list[tuple[float, str, str]]:
    """Second, what happened, level."""
    return [(one.time - START, one.change.removeprefix("alarm-"), one.level.value) for one in alarms(facts)]


def run(site: Site, readings: Iterable[Reading]) -> list[Fact]:
    return [fact for one in readings for fact in site.step([one], one.time)]


def every_second(*parts: tuple[int, float | None], start: int = 0) -> list[Reading]:
    """Readings of one second each: (seconds, count), one part behind the other."""
    counts = [count for seconds, count in parts for _ in range(seconds)]
    return [reading(start + second, count) for second, count in enumerate(counts)]


def test_an_alarm_rises_and_falls_level_by_level() -> None:
    facts = run(
        Site([RULE]), every_second((10, 15.0), (30, 25.0), (10, 45.0), (10, 60.0), (5, 35.0), (5, 10.0))
    )
    assert told(facts) == [
        (20, "raised", "amber"),  # above 20 since 10, for 10 s
        (45, "raised", "red"),
        (52, "raised", "critical"),
        (60, "lowered", "red"),  # 35 is below 50 and not below 34
        (65, "cleared", "none"),
    ]
    first = alarms(facts)[0]
    assert (first.camera, first.roi, first.group, first.measure) == ("gate", "platform", None, "count")
    assert (first.value, first.limit, first.at_least) == (25.0, 20.0, False)
    assert [one.limit for one in alarms(facts)] == [20.0, 40.0, 55.0, 50.0, 16.0]


def test_a_level_that_is_reached_sooner_needs_no_lower_one_first() -> None:
    facts = run(Site([RULE]), every_second((3, 60.0), (5, 30.0), (1, 15.0)))
    assert told(facts) == [(2, "raised", "critical"), (3, "lowered", "amber"), (8, "cleared", "none")]


def test_too_short_is_nothing() -> None:
    assert told(run(Site([RULE]), every_second((10, 25.0), (1, 20.0), (10, 25.0)))) == []


def test_unknown_neither_clears_nor_counts_as_time_above() -> None:
    facts = run(Site([RULE]), every_second((6, 25.0), (60, None), (6, 25.0), (600, None), (3, 10.0)))
    # 5 s before the silence and 5 s behind it.
    assert told(facts) == [(71, "raised", "amber"), (672, "cleared", "none")]


def test_time_in_which_nothing_came_at_all_does_not_count() -> None:
    facts = run(
        Site([RULE]), [reading(0, 25.0), reading(3600, 25.0), reading(3605, 25.0), reading(3610, 25.0)]
    )
    assert told(facts) == [(3610, "raised", "amber")]


def test_a_picture_that_is_counted_late_does_not_bridge_the_silence_behind_it() -> None:
    site = Site([RULE])
    facts = run(site, [*every_second((8, None)), reading(-2, 45.0), reading(9, 45.0), reading(13, 45.0)])
    assert told(facts) == []
    assert told(run(site, [reading(14, 45.0)])) == [(14, "raised", "red")]


def test_a_slow_machine_raises_its_alarms_too() -> None:
    facts = run(Site([RULE]), [reading(20 * place, 45.0) for place in range(3)])
    assert told(facts) == [(20, "raised", "red")]


def test_cooldown_holds_a_level_back_but_never_a_higher_one() -> None:
    rule = dataclasses.replace(RULE, stages=(dataclasses.replace(AMBER, hold=0.0), RED))
    facts = run(
        Site([rule]), every_second((1, 25.0), (1, 10.0), (50, 25.0), (10, 45.0), (1, 10.0), (130, 25.0))
    )
    assert told(facts) == [
        (0, "raised", "amber"),
        (1, "cleared", "none"),
        (57, "raised", "red"),
        (62, "cleared", "none"),
        (182, "raised", "amber"),
    ]


def test_red_repeats_until_it_is_acknowledged_and_amber_does_not() -> None:
    site = Site([RULE])
    facts = run(site, every_second((1000, 25.0), (706, 45.0)))
    assert told(facts)[1:] == [(1005, "raised", "red"), (1305, "repeated", "red"), (1605, "repeated", "red")]
    (event,) = alarms(site.acknowledge("full", who=" Ann ", note="gate closed", now=START + 1706))
    assert (event.change, event.who, event.note) == (AlarmChange.ACKNOWLEDGED, "Ann", "gate closed")
    assert site.acknowledge("full", who="Bob", now=START + 1706) == ()
    assert told(run(site, every_second((1000, 45.0), start=1706))) == []
    # Higher than what was acknowledged: that is new, and repeats.
    higher = told(run(site, every_second((400, 60.0), start=2706)))
    assert higher == [(2708, "raised", "critical"), (3008, "repeated", "critical")]
    again = told(run(site, every_second((1, 10.0), (600, 45.0), start=3106)))
    assert again == [(3106, "cleared", "none"), (3226, "raised", "red"), (3526, "repeated", "red")]


def test_acknowledging_needs_a_rule_a_name_and_an_alarm() -> None:
    site = Site([RULE])
    with pytest.raises(KeyError):
        site.acknowledge("empty", who="Ann", now=START)
    with pytest.raises(CrowdmonError, match="not acknowledged without a name"):
        site.acknowledge("full", who=" ", now=START)
    assert site.acknowledge("full", who="Ann", now=START) == ()


def test_a_dead_camera_is_an_alarm_of_its_own() -> None:
    rule = Rule(
        name="dark", members=(GATE,), measure=Measure.UNKNOWN, stages=(Stage(Level.RED, 0.5, 30.0, 0.5),)
    )
    late = [reading(second, None, state=ReadingState.STALE) for second in range(10, 25)]
    dark = [reading(second, None) for second in range(25, 100)]
    facts = run(Site([rule]), [*every_second((10, 5.0)), *late, *dark, reading(100, 5.0)])
    assert told(facts) == [(55, "raised", "red"), (100, "cleared", "none")]
    assert [(one.value, one.limit) for one in alarms(facts)] == [(None, 30.0), (None, None)]


def test_density_is_compared_where_it_is_asked_for() -> None:
    rule = dataclasses.replace(PLAIN, measure=Measure.PER_M2, stages=(Stage(Level.RED, 4.0, 0.0, 3.4),))
    facts = run(Site([rule]), every_second((1, 39.0), (1, 41.0), (1, 35.0), (1, 33.0)))
    assert told(facts) == [(1, "raised", "red"), (3, "cleared", "none")]


def test_outside_its_schedule_nothing_is_raised_and_what_is_on_stays_until_it_clears() -> None:
    # START is Tuesday 14 November 2023, 22:13:20 UTC.
    night = Schedule((Shift(frozenset({1}), 22 * 60 + 15, 22 * 60 + 20),), ZoneInfo("UTC"))
    site = Site([dataclasses.replace(PLAIN, schedule=night)])
    facts = run(site, every_second((600, 45.0), (1, 10.0), (100, 45.0)))
    assert told(facts) == [(100, "raised", "red"), (600, "cleared", "none")]


class TestGroups:
    rule = Rule(
        name="site",
        group="all",
        members=(Target("gate", "platform"), Target("hall")),
        stages=(Stage(Level.RED, 100.0, 0.0, 90.0),),
    )

    def pair(self, second: float, gate: float | None, hall: float | None) -> list[Reading]:
        return [reading(second, gate), reading(second + 0.1, hall, camera="hall")]

    def test_a_sum_that_is_known_raises_and_clears(self) -> None:
        site = Site([self.rule])
        facts = run(site, [*self.pair(0, 60, 30), *self.pair(1, 60, 50), *self.pair(2, 30, 50)])
        assert told(facts) == [(1.1, "raised", "red"), (2.0, "cleared", "none")] or [
            (round(second, 3), *rest) for second, *rest in told(facts)
        ] == [(1.1, "raised", "red"), (2.0, "cleared", "none")]
        assert alarms(facts)[0].value == 110
        assert (alarms(facts)[0].group, alarms(facts)[0].camera) == ("all", None)

    def test_with_an_unknown_member_the_count_is_at_least(self) -> None:
        site = Site([self.rule])
        facts = run(site, [*self.pair(0, 60, None), *self.pair(1, 110, None)])
        assert [(one.level, one.value, one.at_least) for one in alarms(facts)] == [(Level.RED, 110.0, True)]
        # At least 10 people may be 500: it does not clear before both are known.
        assert told(run(site, self.pair(2, 10, None))) == []
        assert [one.change for one in alarms(run(site, self.pair(3, 10, 20)))] == [AlarmChange.CLEARED]

    def test_a_member_that_says_nothing_any_more_is_unknown(self) -> None:
        site = Site([self.rule])
        run(site, self.pair(0, 60, 50))
        assert site.alarms["site"].level is Level.RED
        assert told(run(site, every_second((60, 5.0), start=70))) == []
        assert told(run(site, [reading(131, 5.0, camera="hall")]))[0][1] == "cleared"

    def test_one_dark_member_is_enough_for_unknown(self) -> None:
        stages = (Stage(Level.AMBER, 0.5, 0.0, 0.5),)
        rule = dataclasses.replace(self.rule, measure=Measure.UNKNOWN, stages=stages)
        facts = run(Site([rule]), [*self.pair(0, 1, 1), *self.pair(1, 1, None), *self.pair(2, 1, 1)])
        assert [one.change for one in alarms(facts)] == [AlarmChange.RAISED, AlarmChange.CLEARED]


counts = st.none() | st.floats(0, 80)
series = st.lists(st.tuples(st.floats(0.05, 20), counts), max_size=60).map(
    lambda steps: [
        reading(sum(gap for gap, _ in steps[: place + 1]), count) for place, (_, count) in enumerate(steps)
    ]
)
rules = st.builds(
    lambda hold, cooldown, repeat, then: dataclasses.replace(
        RULE,
        stages=tuple(dataclasses.replace(one, hold=hold) for one in RULE.stages),
        cooldown=cooldown,
        repeat=repeat,
        tell=("Ann", "control room"),
        then=then,
    ),
    st.sampled_from([0.0, 3.0, 30.0]),
    st.sampled_from([0.0, 60.0]),
    st.none() | st.just(20.0),
    st.none() | st.sampled_from([Second(15.0, ("Bob",)), Second(90.0, ("Bob", "Ann"))]),
)
REMINDERS = {AlarmChange.REPEATED, AlarmChange.PASSED_ON}


pairs = st.lists(st.tuples(st.floats(0.05, 20), st.sampled_from(["gate", "hall"]), counts), max_size=60).map(
    lambda steps: [
        reading(sum(gap for gap, *_ in steps[: place + 1]), count, camera=camera)
        for place, (_, camera, count) in enumerate(steps)
    ]
)


class TestProperties:
    @given(rules, pairs, st.integers(0, 60))
    def test_a_group_says_the_same_at_once_in_parts_in_replay_and_over_a_restart(
        self, rule: Rule, readings: list[Reading], cut: int
    ) -> None:
        rule = dataclasses.replace(rule, group="all", members=(GATE, Target("hall")))
        whole = run(Site([rule]), readings)
        assert list(Site([rule]).step(readings, START)) == whole
        assert run(Site([rule]), [one for one in whole if isinstance(one, Reading)]) == whole
        first = run(Site([rule]), readings[:cut])
        site = Site([rule])
        site.resume(first)
        assert first + run(site, readings[cut:]) == whole
        for one in alarms(whole):
            assert not one.at_least or one.change in {AlarmChange.RAISED, *REMINDERS}

    @given(st.lists(st.floats(34.0, 40.0), min_size=1, max_size=60), st.booleans())
    def test_no_noise_inside_the_band_changes_anything(self, noise: list[float], on: bool) -> None:
        site = Site([PLAIN])
        run(site, [reading(0, 50.0 if on else 10.0)])
        assert told(run(site, [reading(1 + place, count) for place, count in enumerate(noise)])) == []

    @given(rules, series)
    def test_nothing_is_raised_twice_and_nothing_cleared_that_was_not_raised(
        self, rule: Rule, readings: list[Reading]
    ) -> None:
        level = Level.NONE
        for one in alarms(run(Site([rule]), readings)):
            if one.change is AlarmChange.RAISED:
                assert RANK[one.level] > RANK[level]
                assert one.value is not None
                assert one.limit is not None
                assert one.value > one.limit
            elif one.change in REMINDERS:
                assert one.level is level
                assert RANK[level] >= RANK[Level.RED]
            else:
                assert RANK[one.level] < RANK[level]
                assert one.value is not None
                assert one.limit is not None
                assert one.value < one.limit
            level = one.level

    @given(rules, series, st.data())
    def test_the_same_events_however_often_anything_is_looked_at(
        self, rule: Rule, readings: list[Reading], data: st.DataObject
    ) -> None:
        singly = run(Site([rule]), readings)
        site, batched, start = Site([rule]), list[Fact](), 0
        while start < len(readings):
            end = data.draw(st.integers(start, len(readings)))
            batched += site.step(readings[start:end], data.draw(st.floats(0, 2e9)))
            start = end
        assert batched == singly

    @given(rules, series)
    def test_replaying_what_was_recorded_gives_the_same_events(
        self, rule: Rule, readings: list[Reading]
    ) -> None:
        recorded = run(Site([rule]), readings)
        assert run(Site([rule]), [one for one in recorded if isinstance(one, Reading)]) == recorded

    @given(rules, series, st.integers(0, 60), st.integers(0, 60))
    def test_a_restart_in_the_middle_of_an_alarm_continues_it(
        self, rule: Rule, readings: list[Reading], cut: int, acknowledged: int
    ) -> None:
        def watched(site: Site, part: Sequence[Reading], first: int) -> list[Fact]:
            facts: list[Fact] = []
            for number, one in enumerate(part, first):
                facts += site.step([one], one.time)
                if number == acknowledged:
                    facts += site.acknowledge("full", who="Ann", now=one.time)
            return facts

        whole = watched(Site([rule]), readings, 0)
        first = watched(Site([rule]), readings[:cut], 0)
        site = Site([rule])
        site.resume(first)
        assert first + watched(site, readings[cut:], cut) == whole

    @given(series, st.integers(0, 60))
    def test_events_alone_are_enough_not_to_raise_an_alarm_again(
        self, readings: list[Reading], cut: int
    ) -> None:
        rule = dataclasses.replace(
            RULE, stages=tuple(dataclasses.replace(one, hold=0.0) for one in RULE.stages)
        )
        whole = run(Site([rule]), readings)
        first = run(Site([rule]), readings[:cut])
        site = Site([rule])
        site.resume([fact for fact in first if isinstance(fact, Event)])
        assert first + run(site, readings[cut:]) == whole

    @given(st.lists(st.floats(0.05, 20), min_size=1, max_size=60), st.sampled_from([0.0, 3.0, 30.0, 200.0]))
    def test_a_level_is_raised_by_the_first_reading_that_is_its_time_behind_the_first_above(
        self, gaps: list[float], hold: float
    ) -> None:
        rule = dataclasses.replace(PLAIN, stages=(dataclasses.replace(PLAIN.stages[0], hold=hold),))
        times = [sum(gaps[: place + 1]) for place in range(len(gaps))]
        found = told(run(Site([rule]), [reading(time, 45.0) for time in times]))
        due = [time for time in times if time - times[0] >= hold - 0.002]
        late = [time for time in times if time - times[0] >= hold]
        assert len(found) == (1 if due else 0) or not late
        if found:
            assert due[0] - 0.001 <= found[0][0] <= (late[0] if late else due[0]) + 0.001

    @given(rules, series, st.floats(0, 20))
    def test_more_people_never_give_a_lower_alarm(
        self, rule: Rule, readings: list[Reading], more: float
    ) -> None:
        rule = dataclasses.replace(rule, cooldown=0.0)
        low, high = Site([rule]), Site([rule])
        for one in readings:
            rois = tuple(
                roi if roi.count is None else dataclasses.replace(roi, count=roi.count + more)
                for roi in one.rois
            )
            low.step([one], one.time)
            high.step([dataclasses.replace(one, rois=rois)], one.time)
            assert RANK[high.alarms["full"].level] >= RANK[low.alarms["full"].level]

    @given(rules, series)
    def test_without_a_count_nothing_changes_but_a_repetition(
        self, rule: Rule, readings: list[Reading]
    ) -> None:
        site = Site([rule])
        for one in readings:
            events = alarms(site.step([one], one.time))
            if one.state is not ReadingState.OK:
                assert {event.change for event in events} <= REMINDERS


def test_other_levels_go_on_with_the_alarm_and_a_rule_that_is_gone_withdraws_it() -> None:
    site = Site([PLAIN])
    run(site, [reading(0, 45.0)])
    higher = dataclasses.replace(PLAIN, stages=(Stage(Level.RED, 60.0, 0.0, 44.0),))
    assert site.change_rules([higher], START + 1) == ()
    assert told(run(site, [reading(2, 45.0)])) == []
    assert site.alarms["full"].level is Level.RED
    assert told(site.change_rules([], START + 3)) == [(3, "withdrawn", "none")]
    assert site.change_rules([higher], START + 4) == ()
    assert told(run(site, [reading(5, 45.0)])) == []


def test_an_alarm_goes_on_when_its_camera_and_roi_are_renamed() -> None:
    cameras = parse(
        """
        cameras: [{name: gate, source: x, rois: [{name: platform, polygon: [[0,0],[1,0],[1,1]]}]}]
        alarms: [{name: full, of: {camera: gate, roi: platform}, red: {above: 40, clear: 36}}]
        """,
        where="it",
    )
    site = Site(cameras.to_rules())
    assert told(run(site, [reading(0, 45.0)])) == [(0, "raised", "red")]
    renamed = [cameras.cameras[0].model_copy(update={"name": "north"})]
    renamed[0] = renamed[0].model_copy(
        update={"rois": tuple(one.model_copy(update={"name": "stairs"}) for one in renamed[0].rois)}
    )
    after = with_cameras(cameras, renamed)
    assert site.change_rules(after.to_rules(), START + 1) == ()
    named = dataclasses.replace(
        reading(2, 45.0),
        camera="north",
        rois=tuple(
            dataclasses.replace(one, roi="stairs") if one.roi == "platform" else one
            for one in reading(2, 45.0).rois
        ),
    )
    assert told(run(site, [named])) == []
    assert site.alarms["full"].level is Level.RED
    other = with_cameras(after, [after.cameras[0].model_copy(update={"id": "another"})])
    assert told(site.change_rules(other.to_rules(), START + 3)) == [(3, "withdrawn", "none")]


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [dataclasses.replace(PLAIN, name="another")],
        [dataclasses.replace(PLAIN, members=(Target("gate"),))],
        [dataclasses.replace(PLAIN, members=(Target("north", "platform"),))],
        [
            dataclasses.replace(
                PLAIN, members=(Target("gate", "platform", roi_id="platform 2", camera_id="x"),)
            )
        ],
        [dataclasses.replace(PLAIN, measure=Measure.PER_M2)],
        [dataclasses.replace(PLAIN, group="all")],
    ],
)
def test_an_alarm_whose_rule_is_gone_after_a_restart_is_over(rules: list[Rule]) -> None:
    before = run(Site([PLAIN]), [reading(0, 45.0)])
    site = Site(rules)
    gone = site.resume(before, START + 60)
    (event,) = alarms(gone)
    assert told(gone) == [(60, "withdrawn", "none")]
    assert (event.alarm, event.camera, event.roi) == ("full", "gate", "platform")
    assert all(one.level is Level.NONE for one in site.alarms.values())
    assert Site(rules).resume([*before, *gone], START + 90) == (), "it is said once"


def test_an_alarm_goes_on_after_a_restart_under_new_names_of_its_camera_and_roi() -> None:
    before = run(Site([PLAIN]), [reading(0, 45.0)])
    target = Target("north", "stairs", camera_id="gate", roi_id="platform")
    site = Site([dataclasses.replace(PLAIN, members=(target,))])
    assert site.resume(before, START + 60) == ()
    assert site.alarms["full"].level is Level.RED


def test_a_clock_that_is_set_back_delays_nothing() -> None:
    site = Site([dataclasses.replace(RULE, cooldown=60.0)])
    facts = run(site, every_second((10, 45.0), (1, 10.0)))
    assert told(facts) == [(5, "raised", "red"), (10, "cleared", "none")]
    back = [reading(second - 3600, 45.0) for second in range(11, 100)]
    assert [second + 3600 for second, *_ in told(run(site, back))] == [71]


def test_a_member_that_ended_before_the_clock_was_set_back_does_not_stop_its_group() -> None:
    rule = Rule(name="all", group="all", members=(Target("gate"), Target("north")), stages=(AMBER,))
    site = Site([rule])
    run(site, [reading(3600, 5.0, camera="north"), reading(3601, 5.0)])
    facts = run(site, every_second((30, 45.0)))
    assert told(facts) == [(10, "raised", "amber")]
    (event,) = alarms(facts)
    assert event.at_least, "of the member that has ended nothing is known any more"


def test_an_event_says_all_it_knows_in_its_row() -> None:
    one = AlarmEvent(
        time=START,
        change=AlarmChange.RAISED,
        alarm='Bühne "A"',
        group="all",
        level=Level.RED,
        value=4.25,
        limit=4.0,
        at_least=True,
    )
    assert AlarmEvent.of(one.to_event()) == one
    assert AlarmEvent.of(Event(START, "lost", "gate")) is None
    assert AlarmEvent.of(Event(START, "alarm-raised", "gate", detail="[]")) is None
    assert AlarmEvent.of(Event(START, "alarm-raised", "gate")) is None
