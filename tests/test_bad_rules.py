"""Bad input of ground planes, levels, groups and rules: file, key path, value and what is allowed."""

from __future__ import annotations

import pytest

from crowdmon.config import parse
from crowdmon.errors import ConfigError

CAMERAS = """\
cameras:
- name: gate
  source: x.mp4
  rois:
  - {name: platform, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], area_m2: 30}
- {name: halls, source: y.mp4, whole_picture: false, rois: [{name: r, polygon: [[0, 0], [1, 0], [1, 1]]}]}
"""
NAN, HUGE, ENDLESS = ".nan", "1" + "0" * 400, ".inf"


def alarm(**keys: str) -> str:
    pairs = {"name": "a", "of": "{camera: gate, roi: platform}", "red": "{above: 5}", **keys}
    inside = ", ".join(f"{key}: {value}" for key, value in pairs.items() if value)
    return f"{CAMERAS}groups: [{{name: g, members: [{{camera: gate}}], capacity: 9}}]\nalarms: [{{{inside}}}]"


def group(members: str = "[{camera: gate}]", **keys: str) -> str:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"{CAMERAS}groups: [{{name: g, members: {members}{more}}}]"


def shift(**keys: str) -> str:
    pairs = {"days": "mon", "from": '"07:00"', "to": '"10:00"', **keys}
    return alarm(schedule="[{" + ", ".join(f"{key}: {value}" for key, value in pairs.items() if value) + "}]")


def ground(*points: str, **keys: str) -> str:
    named = points or (
        "{at: [0.1, 0.9], metres: [0, 0]}",
        "{at: [0.9, 0.9], metres: [6, 0]}",
        "{at: [0.7, 0.4], metres: [6, 12]}",
        "{at: [0.3, 0.4], metres: [0, 12]}",
    )
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"cameras: [{{name: gate, source: x, ground: {{points: [{', '.join(named)}]{more}}}}}]"


def rectangle(corners: str, sides: str = "[6, 12]") -> str:
    return (
        f"cameras: [{{name: gate, source: x, ground: {{rectangle: {{corners: {corners}, sides: {sides}}}}}}}]"
    )


def levels(text: str) -> str:
    return f"levels: {text}\n{CAMERAS}"


A, B, C, D = (
    "{at: [0.1, 0.9], metres: [0, 0]}",
    "{at: [0.9, 0.9], metres: [6, 0]}",
    "{at: [0.7, 0.4], metres: [6, 12]}",
    "{at: [0.3, 0.4], metres: [0, 12]}",
)

ISSUE = [
    # text, key path, value, what is wrong, what is allowed
    (alarm(red="{above: 4, clear: 5}"), "alarms[0].red", "clear = 5", "higher than above = 4", "up to above"),
    (alarm(amber="{above: 6}"), "alarms[0].red.above", "5.0", "not above amber.above = 6", "amber < red"),
    (alarm(of="{camera: gate, roi: x}"), "alarms[0].of.roi", "'x'", "no such ROI", "platform"),
    (alarm(of="{group: x}"), "alarms[0].of.group", "'x'", "no such group", "Allowed: g"),
    (alarm(of="{camera: x}"), "alarms[0].of.camera", "'x'", "no such camera", "gate, halls"),
    (alarm(of="{camera: halls}"), "alarms[0].of.roi", "empty", "only the ROIs are counted", "Allowed: r"),
    (group("[{camera: halls}]"), "groups[0].members[0].roi", "empty", "only the ROIs are counted", "r"),
    (group("[{group: g}]"), "groups[0].members[0]", "", "a group is no member of a group", "camera"),
    (shift(to='"25:00"'), "alarms[0].schedule[0].to", "'25:00'", "no time of the day", '"00:00" to "24:00"'),
    (shift(days='"mon, mon"'), "alarms[0].schedule[0].days", "'mon, mon'", "mon twice", "each day once"),
    (shift(days="'fri-tue, mon'"), "alarms[0].schedule[0].days", "'fri-tue, mon'", "mon twice", "each day"),
    (group(capacity="0"), "groups[0].capacity", "0", "not allowed", "greater than 0"),
    (
        ground("{at: [1.2, 0.9], metres: [0, 0]}", B, C, D),
        "cameras[0].ground.points[0].at",
        "[1.2, 0.9]",
        "outside the picture",
        "fractions 0..1",
    ),
    (
        ground(*(one.replace("metres: [6", "metres: [-6") for one in (A, B, C, D))),
        "cameras[0].ground",
        "",
        "the metres are mirrored",
        "change the sign",
    ),
]

MORE = [
    (alarm(red=f"{{above: {NAN}}}"), "alarms[0].red.above", "nan", "not allowed", "finite number"),
    (alarm(red=f"{{above: {ENDLESS}}}"), "alarms[0].red.above", "inf", "not allowed", "finite number"),
    (alarm(red=f"{{above: {HUGE}}}"), "alarms[0].red.above", "", "not allowed", "number"),
    (alarm(red="{above: five}"), "alarms[0].red.above", "'five'", "not allowed", "a number"),
    (alarm(red="{above: true}"), "alarms[0].red.above", "true", "true or false, not as a number", "a number"),
    (alarm(red="{above: [5]}"), "alarms[0].red.above", "[5]", "not allowed", "a number"),
    (alarm(red="5"), "alarms[0].red", "5", "not allowed", "a mapping"),
    (alarm(red="{above: -5}"), "alarms[0].red.above", "-5", "not allowed", "greater than 0"),
    (alarm(red="{above: 5, for: 1e9}"), "alarms[0].red.for", "1e9", "not allowed", "up to 86400"),
    (alarm(red="{above: 5, clear: .nan}"), "alarms[0].red.clear", "nan", "not allowed", "finite"),
    (alarm(red="{above: 5, hold: 5}"), "alarms[0].red.hold", "", "not a known key", "above, for, clear"),
    (alarm(orange="{above: 5}"), "alarms[0].orange", "", "not a known key", "amber, red, critical"),
    (alarm(name="''"), "alarms[0].name", "''", "not allowed", "at least one character"),
    (alarm(name="12"), "alarms[0].name", "12", "a number, not as text", "in quotes"),
    (alarm(name='"a\\u202eb"'), "alarms[0].name", "", "cannot be seen", "visible characters"),
    (alarm(name=f'"{"x" * 65}"'), "alarms[0].name", "", "not allowed", "at most 64 characters"),
    (alarm(of="gate"), "alarms[0].of", "'gate'", "not allowed", "a mapping"),
    (alarm(of="[]"), "alarms[0].of", "[]", "not allowed", "a mapping"),
    (alarm(repeat=NAN), "alarms[0].repeat", "nan", "not allowed", "finite"),
    (alarm(cooldown="1e6"), "alarms[0].cooldown", "1e6", "not allowed", "up to 86400"),
    (alarm(schedule="always"), "alarms[0].schedule", "'always'", "not allowed", "a list"),
    (shift(to='"07:00"'), "alarms[0].schedule[0]", "", "begins and ends at 07:00", "another end"),
    (shift(days="funday"), "alarms[0].schedule[0].days", "'funday'", "is no day", "mon, tue"),
    (shift(days='","'), "alarms[0].schedule[0].days", "','", "is no day", "mon, tue"),
    (shift(till='"10:00"'), "alarms[0].schedule[0].till", "", "not a known key", "days, from, to"),
    (shift(**{"from": '"7.30"'}), "alarms[0].schedule[0].from", "'7.30'", "no time of the day", "24:00"),
    (shift(**{"from": '"-1:00"'}), "alarms[0].schedule[0].from", "'-1:00'", "no time of the day", "24:00"),
    (shift(to='"1e3:00"'), "alarms[0].schedule[0].to", "'1e3:00'", "no time of the day", "24:00"),
    (alarm(then="{after: 9, tell: [A, a]}"), "alarms[0].then.tell", "", "look alike", "mistaken"),
    (alarm(tell="[A, [B]]"), "alarms[0].tell[1]", "", "a list, not as text", "in quotes"),
    (group("[]"), "groups[0].members", "[]", "not allowed", "at least one"),
    (group("{}"), "groups[0].members", "a mapping", "not allowed", "a list"),
    (group(capacity=NAN), "groups[0].capacity", "nan", "not allowed", "finite"),
    (group(capacity='"many"'), "groups[0].capacity", "'many'", "not allowed", "a number"),
    (group(members_of="x"), "groups[0].members_of", "", "not a known key", "name, members, capacity"),
    (
        CAMERAS + "alarms:\n- {name: Full, of: {camera: gate}, red: {above: 1}}\n"
        "- {name: full, of: {camera: gate}, red: {above: 2}}",
        "alarms",
        "",
        "names that look alike, 'Full' and 'full'",
        "mistaken",
    ),
    (
        CAMERAS
        + "groups:\n- {name: \ufb01x, members: [{camera: gate}]}\n- {name: fix, members: [{camera: gate}]}",
        "groups",
        "",
        "look alike",
        "mistaken",
    ),
    (CAMERAS + "time_zone: 7", "time_zone", "7", "a number, not as text", "in quotes"),
    (
        CAMERAS + "time_zone: Mars/Olympus",
        "time_zone",
        "'Mars/Olympus'",
        "no such time zone",
        "Europe/Berlin",
    ),
    (CAMERAS + "alarms: {name: a}", "alarms", "a mapping", "not allowed", "a list"),
    (levels("{table: fruin}"), "levels.table", "'fruin'", "not allowed", "fruin-walkway"),
    (levels("{per_m2: {}}"), "levels.per_m2", "", "holds no bound", "at least one"),
    (levels("{per_m2: {amber: 3, red: 3}}"), "levels.per_m2", "", "not above amber = 3", "amber < red"),
    (levels("{per_m2: {red: .nan}}"), "levels.per_m2.red", "nan", "not allowed", "finite"),
    (levels("{table: nfpa, per_m2: {red: 3}}"), "levels", "", "both table", "a named table, or own bounds"),
    (levels("{people: {red: 0}}"), "levels.people.red", "0", "not allowed", "greater than 0"),
    (ground(A, B, C), "cameras[0].ground", "", "3 points do not make a plane", "4 to 100"),
    (ground(A, B, C, A), "cameras[0].ground", "", "points 1 and 4 have the same", "Correct one"),
    (
        ground(
            "{at: [0.1, 0.1], metres: [0, 0]}",
            "{at: [0.2, 0.2], metres: [1, 1]}",
            "{at: [0.3, 0.3], metres: [2, 2]}",
            "{at: [0.4, 0.4], metres: [3, 3]}",
        ),
        "cameras[0].ground",
        "",
        "nearly on one line",
        "far apart",
    ),
    (
        ground(A, B, D.replace("[0.3", "[0.7"), C.replace("[0.7", "[0.3")),
        "cameras[0].ground",
        "",
        "crosses",
        "exc",
    ),
    (ground(A, B, C, "{at: [0.3, .nan], metres: [0, 12]}"), "points[3].at", "nan", "not allowed", "finite"),
    (ground(A, B, C, "{at: [0.3], metres: [0, 12]}"), "points[3].at[1]", "", "is missing", "Add it"),
    (ground(A, B, C, "{at: [0.3, 0.4], meters: [0, 12]}"), "points[3]", "", "", ""),
    (ground(head_height="5"), "cameras[0].ground.head_height", "5", "not allowed", "up to 3"),
    (ground(camera_height="1"), "cameras[0].ground", "", "not above heads", "camera_height"),
    (ground(camera_height="0"), "cameras[0].ground.camera_height", "0", "not allowed", "greater than 0"),
    (rectangle("[[0.1, 0.9], [0.9, 0.9], [0.7, 0.4]]"), "ground.rectangle", "", "3 corners", "four"),
    (rectangle("[[0.1, 0.9], [0.9, 0.9], [0.3, 0.4], [0.7, 0.4]]"), "ground.rectangle", "", "cross", ""),
    (
        rectangle("[[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]]", "[6, 0]"),
        "sides[1]",
        "0",
        "not allowed",
        "0",
    ),
    (
        "cameras: [{name: gate, source: x, ground: {}}]",
        "cameras[0].ground",
        "",
        "by points or by a",
        "one of",
    ),
]


@pytest.mark.parametrize(("text", "path", "value", "wrong", "allowed"), [*ISSUE, *MORE])
def test_file_key_path_value_and_what_is_allowed(
    text: str, path: str, value: str, wrong: str, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, where="site.yaml")
    said = str(caught.value)
    assert said.startswith("site.yaml: ")
    assert "\n" not in said
    assert len(said) < 400
    for part in (path, value, wrong, allowed):
        assert part in said, said
    assert caught.value.exit_code == 2
