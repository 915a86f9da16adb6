"""Groups and alarm rules in the YAML: what is understood and refused, and that they follow the cameras."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.config import AppConfig, RoiConfig, dump, load, parse, save, with_cameras
from crowdmon.errors import ConfigError
from crowdmon.track.alarms import Measure, Second, Stage, Target
from crowdmon.track.schedule import Shift
from crowdmon.values import Level

CAMERAS = """\
cameras:
- name: gate
  source: x.mp4
  rois:
  - {name: platform, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], area_m2: 30}
  - {name: stairs, polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}
  - {name: middle, polygon: [[0.4, 0], [0.6, 0], [0.6, 1], [0.4, 1]]}
- {name: north, source: y.mp4, rate: 0.01}
"""
GROUPS = """\
groups:
- {name: site, members: [{camera: gate, roi: platform}, {camera: north}], capacity: 500}
"""
ALARMS = """\
time_zone: Europe/Berlin
alarms:
- name: platform full
  of: {camera: gate, roi: platform}
  measure: per_m2
  amber: {above: 2.0, for: 10, clear: 1.6}
  red: {above: 4.0, for: 5, clear: 3.4}
  repeat: 300
  cooldown: 120
  schedule: [{days: mon-fri, from: "07:00", to: "10:00"}, {days: "sat, sun", from: "22:00", to: "04:00"}]
- {name: site full, of: {group: site}, red: {for: 2}}
- {name: north dark, of: {camera: north}, measure: unknown, red: {for: 30}}
"""
GOOD = CAMERAS + GROUPS + ALARMS


def alarm(**keys: str) -> str:
    pairs = {"name": "a", "of": "{camera: gate, roi: platform}", "red": "{above: 5}", **keys}
    return CAMERAS + GROUPS + "alarms: [{" + ", ".join(f"{key}: {one}" for key, one in pairs.items()) + "}]"


def group(members: str, more: str = "") -> str:
    return CAMERAS + f"groups: [{{name: g, members: {members}{more}}}]"


def shift(days: str = "mon", start: str = '"07:00"', end: str = '"10:00"') -> str:
    return alarm(schedule=f"[{{days: {days}, from: {start}, to: {end}}}]")


def test_what_the_engine_gets() -> None:
    full, site, dark = parse(GOOD, where="a.yaml").to_rules()
    assert full.name == "platform full"
    assert full.members == (Target("gate", "platform"),)
    assert full.measure is Measure.PER_M2
    assert full.stages == (Stage(Level.AMBER, 2.0, 10.0, 1.6), Stage(Level.RED, 4.0, 5.0, 3.4))
    assert (full.repeat, full.cooldown, full.group) == (300.0, 120.0, None)
    assert full.schedule.shifts == (
        Shift(frozenset(range(5)), 420, 600),
        Shift(frozenset({5, 6}), 1320, 240),
    )
    assert str(full.schedule.zone) == "Europe/Berlin"
    assert site.group == "site"
    assert site.members == (Target("gate", "platform"), Target("north", valid=300.0))
    assert site.stages == (Stage(Level.RED, 500.0, 2.0, 450.0),)
    assert dark.stages == (Stage(Level.RED, 0.5, 30.0, 0.5),)


def test_people_who_are_to_be_told() -> None:
    text = alarm(tell="[Ann, control room]", then="{after: 300, tell: [Bob]}")
    (rule,) = parse(text, where="a.yaml").to_rules()
    assert (rule.tell, rule.then) == (("Ann", "control room"), Second(300.0, ("Bob",)))


@pytest.mark.parametrize("text", [GOOD, alarm(tell="[Ann]", then="{after: 300, tell: [Bob]}")])
def test_what_was_dumped_reads_back_equal(text: str) -> None:
    config = parse(text, where="a.yaml")
    assert parse(dump(config), where="a.yaml") == config
    assert "of:" in dump(config)
    assert ("for: 10" in dump(config)) is (text == GOOD)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            alarm(red="{above: 4, clear: 5}"),
            r"alarms\[0\]\.red: clear = 5 is higher than above = 4. Allowed: up",
        ),
        (
            alarm(amber="{above: 6}"),
            r"alarms\[0\]\.red\.above = 5\.0: it is not above amber\.above = 6.",
        ),
        (
            alarm(amber="{above: 4, clear: 3}", red="{above: 5, clear: 2}"),
            r"red\.clear = 2\.0: it is not above",
        ),
        (
            alarm(of="{camera: gat}"),
            r"alarms\[0\]\.of\.camera = 'gat': there is no such camera. Allowed: gate, n",
        ),
        (
            alarm(of="{camera: gate, roi: door}"),
            r"alarms\[0\]\.of\.roi = 'door': there is no such ROI. Allowed: platform, stairs, middle",
        ),
        (alarm(of="{camera: north, roi: door}"), r"there is no such ROI. Allowed: none is there"),
        (alarm(of="{group: sit}"), r"alarms\[0\]\.of\.group = 'sit': there is no such group. Allowed: site"),
        (
            alarm(of="{}"),
            r"alarms\[0\]\.of: it names no one thing. Allowed: camera, camera and roi, or group",
        ),
        (alarm(of="{group: site, roi: platform}"), "names no one thing"),
        (alarm(of="{camera: gate, zone: x}"), r"of\.zone is not a known key.*camera, roi, group"),
        (
            alarm(of="{camera: gate}", measure="per_m2"),
            r"alarms\[0\]\.measure = 'per_m2': the area is not known there. Allowed: count, unknown; or give",
        ),
        (alarm(of="{camera: gate, roi: stairs}", measure="per_m2"), "the area is not known there"),
        (
            alarm(measure="local_per_m2"),
            r"measure = 'local_per_m2': the floor is not known there. Allowed: count, unknown; or name a",
        ),
        (alarm(of="{group: site}", measure="local_per_m2"), "a group has no area. Allowed: count, unknown"),
        (alarm(tell="[Ann, ann]"), r"alarms\[0\]\.tell: two people of one list have names that look alike"),
        (alarm(tell="Ann"), r"alarms\[0\]\.tell = 'Ann' is not allowed. Allowed: a list"),
        (alarm(tell="[7]"), r"tell\[0\] = 7: YAML reads this as a number, not as text"),
        (alarm(then="{tell: [Ann]}"), r"alarms\[0\]\.then\.after is missing"),
        (alarm(then="{after: 300}"), r"alarms\[0\]\.then\.tell is missing"),
        (alarm(then="{after: 300, tell: []}"), r"then\.tell = \[\] is not allowed. Allowed: at least one"),
        (alarm(then="{after: 0, tell: [A]}"), r"then\.after = 0 is not allowed. Allowed: a number"),
        (alarm(then="{after: 9, tell: [A], tel: [B]}"), r"then\.tel is not a known key. Did you mean 'tell'"),
        (
            CAMERAS
            + "alarms: [{name: a, of: {camera: gate}, amber: {above: 5}, then: {after: 9, tell: [A]}}]",
            r"alarms\[0\]: then is for red and critical, and it has neither. Add red or critical",
        ),
        (alarm(of="{group: site}", measure="per_m2"), "a group has no area. Allowed: count, unknown"),
        (
            alarm(measure="people"),
            r"measure = 'people' is not allowed. Allowed: count, per_m2, local_per_m2 or unkno",
        ),
        (alarm(measure="unknown"), "red has a level, and unknown is none or all. Allowed: for, in seconds"),
        (
            alarm(red="{for: 5}"),
            r"alarms\[0\]\.red\.above = empty: it has no level. Allowed: above, a number",
        ),
        (
            alarm(red="{above: 5, fro: 5}"),
            r"red\.fro is not a known key. Did you mean 'for'. Known here: above, for",
        ),
        (alarm(red="{above: 5, for: -1}"), r"red\.for = -1 is not allowed. Allowed: a number from 0"),
        (alarm(red="{above: 0}"), r"red\.above = 0 is not allowed. Allowed: a number greater than 0"),
        (
            alarm(of="{group: site}", red="{clear: 501}"),
            r"red\.clear = 501\.0: clear is higher than above = 500",
        ),
        (alarm(repeat="0.1"), r"repeat = 0\.1 is not allowed"),
        (alarm(cooldown="-1"), r"cooldown = -1 is not allowed"),
        (
            CAMERAS + "alarms: [{name: a, of: {camera: gate}}]",
            "it has no level. Allowed: at least one of amber",
        ),
        (CAMERAS + "alarms: [{name: a, red: {above: 5}}]", r"alarms\[0\]\.of is missing"),
        (
            GOOD + "- {name: site full, of: {camera: gate}, red: {above: 1}}",
            "two alarms are named 'site full'",
        ),
        (shift(end='"25:00"'), r"schedule\[0\]\.to = '25:00': it is no time of the day. Allowed: .00:00. to"),
        (shift(end='"10:60"'), "it is no time of the day"),
        (shift(start='"24:00"'), r"schedule\[0\]\.from = '24:00': a day ends at 24:00. Allowed"),
        (
            shift(end="10:00"),
            r"schedule\[0\]\.to = 600: YAML reads this as a number, not as text. Put it in quo",
        ),
        (shift(end='"07:00"'), r"schedule\[0\]: it begins and ends at 07:00. Allowed: another end"),
        (shift(days='"mon-fri, fri"'), r"days = 'mon-fri, fri': it names fri twice. Allowed: each day once"),
        (shift(days="funday"), r"days = 'funday': 'funday' is no day. Allowed: mon, tue"),
        (
            CAMERAS + "time_zone: Europe/Berlinn",
            "time_zone = 'Europe/Berlinn': this machine knows no such time",
        ),
        (
            CAMERAS + "time_zone: ../UTC",
            "this machine knows no such time zone. Allowed: a name such as Europe/B",
        ),
        (
            group("[{camera: gate, roi: door}]"),
            r"groups\[0\]\.members\[0\]\.roi = 'door': there is no such ROI",
        ),
        (group("[{group: g}]"), r"members\[0\]: a group is no member of a group. Allowed: camera"),
        (group("[]"), r"groups\[0\]\.members = \[\] is not allowed. Allowed: at least one"),
        (
            group("[{camera: north}]", ", capacity: 0"),
            r"capacity = 0 is not allowed. Allowed: a number greater",
        ),
        (
            group("[{camera: gate, roi: platform}, {camera: north}, {camera: gate, roi: middle}]"),
            r"groups\[0\]\.members\[2\] = 'middle': it overlaps with 'platform' of camera 'gate'",
        ),
        (group("[{camera: gate}, {camera: gate, roi: stairs}]"), "overlaps with the whole picture of camera"),
        (group("[{camera: gate, roi: stairs}, {camera: gate}]"), "overlaps with 'stairs' of camera 'gate'"),
        (
            group("[{camera: north}, {camera: north}]"),
            r"members\[1\] = 'frame': it overlaps with the whole pic",
        ),
    ],
)
def test_says_file_key_value_and_what_is_allowed(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse(text, where="my.yaml")
    assert str(caught.value).startswith("my.yaml: ")
    assert "\n" not in str(caught.value)


def test_neighbours_with_a_common_edge_do_not_overlap() -> None:
    parse(group("[{camera: gate, roi: platform}, {camera: gate, roi: stairs}]"), where="a.yaml")


class TestFollowing:
    config = parse(GOOD, where="a.yaml")

    def changed(self, **keys: object) -> AppConfig:
        gate, north = self.config.cameras
        return with_cameras(self.config, (gate.model_copy(update=keys), north))

    def test_groups_and_rules_follow_a_roi_and_a_camera_that_are_renamed(self) -> None:
        first, *others = self.config.cameras[0].rois
        renamed = self.changed(rois=(first.model_copy(update={"name": "track 1"}), *others))
        assert [rule.members[0].roi for rule in renamed.to_rules()] == ["track 1", "track 1", "frame"]
        renamed = self.changed(name="entrance")
        assert [rule.members[0].camera for rule in renamed.to_rules()] == ["entrance", "entrance", "north"]
        assert parse(dump(renamed), where="a.yaml") == renamed

    def test_what_no_longer_fits_is_left_out_of_force_and_file_until_it_fits_again(
        self, caplog: pytest.LogCaptureFixture, tmp_path: Path
    ) -> None:
        gate, north = self.config.cameras
        without = self.changed(rois=gate.rois[1:])
        assert [rule.name for rule in without.to_rules()] == ["north dark"]
        assert "groups[0] of the configuration is left out: there is no such ROI" in caplog.text
        save(without, tmp_path / "a.yaml")
        saved = load(tmp_path / "a.yaml")
        assert ([one.name for one in saved.alarms], saved.groups) == (["north dark"], ())
        assert with_cameras(without, (gate, north)) == self.config

    def test_without_its_area_a_roi_keeps_its_group(self) -> None:
        first, *others = self.config.cameras[0].rois
        left = self.changed(rois=(first.model_copy(update={"area_m2": None}), *others))
        assert [rule.name for rule in left.to_rules()] == ["site full", "north dark"]

    def test_another_order_is_no_renaming(self) -> None:
        gate, _ = self.config.cameras
        assert self.changed(rois=gate.rois[::-1]).alarms == self.config.alarms
        more = RoiConfig(name="new", polygon=((0, 0), (0.1, 0), (0.1, 0.1)))
        assert self.changed(rois=(more, *gate.rois)).alarms == self.config.alarms
