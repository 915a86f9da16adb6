"""What works and yet counts nobody, or never fires, is pointed out, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.commands.check_notes import roi_notes, rule_notes
from crowdmon.config import AppConfig, CameraConfig, parse, validate

HIGH = [
    [[0.0577, 0.9694], [-5, 8]],
    [[0.9423, 0.9694], [5, 8]],
    [[0.698, 0.3424], [6, 25]],
    [[0.302, 0.3424], [-6, 25]],
]
"""Six metres up, looking down: no horizon in the picture."""


def camera(polygon: list[list[float]], *, ground: object = None, **more: object) -> CameraConfig:
    points = [{"at": at, "metres": metres} for at, metres in HIGH]
    data = {
        "name": "gate",
        "source": "x",
        "ground": {"points": points} if ground is None else ground,
        "rois": [{"name": "r", "polygon": polygon, **more}],
    }
    return validate(CameraConfig, data, where="x")


def box(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def notes(one: CameraConfig) -> list[str]:
    return list(roi_notes(one, width=1600, height=900))


def test_a_roi_on_the_floor_is_fine() -> None:
    assert notes(camera(box(0.2, 0.4, 0.8, 0.9))) == []
    assert notes(camera(box(0.2, 0.4, 0.8, 0.9), area_m2=40)) == []


def test_heads_out_of_the_picture() -> None:
    (said,) = notes(camera(box(0.4, 0.001, 0.6, 0.01)))
    assert said.startswith("the heads above ROI 'r' are out of the picture: it counts 0 people, always")
    (said,) = notes(camera(box(0.4, 0.001, 0.6, 0.2)))
    assert said.startswith("of ")
    assert "% of ROI 'r' the heads are out of the picture" in said


def test_above_the_horizon() -> None:
    # A rectangle of 6 by 60 metres: its far side is near the horizon, at about 0.45.
    ground = {"rectangle": {"corners": [[0.1, 0.9], [0.9, 0.9], [0.55, 0.5], [0.45, 0.5]], "sides": [6, 24]}}
    assert notes(camera(box(0.3, 0.6, 0.7, 0.9), ground=ground)) == []
    (said,) = notes(camera(box(0.3, 0.1, 0.7, 0.9), ground=ground))
    assert said.startswith("ROI 'r' reaches above the horizon: its people per m2 are not known")


def test_without_a_ground_nothing_is_said() -> None:
    one = camera(box(0.4, 0.001, 0.6, 0.01))
    assert notes(one.model_copy(update={"ground": None})) == []


CAMERAS = """\
cameras: [{name: gate, source: x, rois: [{name: r, polygon: [[0, 0], [1, 0], [1, 1]], area_m2: 9}]}]
groups: [{name: all, members: [{camera: gate, roi: r}], capacity: 50}]
"""


def rules(text: str) -> list[str]:
    return list(
        rule_notes(parse(CAMERAS + "alarms:\n- {name: a, of: {group: all}, " + text + "}", where="x"))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("amber: {above: 5}, repeat: 60", "the alarm rule 'a' repeats nothing: only red and critical are"),
        (
            'red: {above: 5, for: 7200}, schedule: [{from: "07:00", to: "08:00"}]',
            "the alarm rule 'a' never gets red: it must last for 7200 s, and its longest shift has 3600 s",
        ),
        (
            'red: {above: 5, for: 30000}, schedule: [{from: "22:00", to: "04:00"}]',
            "never gets red: it must last for 30000 s, and its longest shift has 21600 s",
        ),
    ],
)
def test_rules_that_never_do_anything(text: str, said: str) -> None:
    (found,) = rules(text)
    assert said in found


@pytest.mark.parametrize(
    "text",
    [
        "red: {above: 5}, repeat: 60",
        'red: {above: 5, for: 3600}, schedule: [{from: "07:00", to: "08:00"}]',
        'red: {above: 5, for: 7200}, schedule: [{from: "00:00", to: "24:00"}]',
        'red: {above: 5, for: 7200}, schedule: [{from: "07:00", to: "08:00"}, {from: "08:00", to: "10:00"}]',
    ],
)
def test_rules_that_may(text: str) -> None:
    assert rules(text) == []


def test_more_people_than_fit_and_a_group_that_nobody_watches() -> None:
    text = CAMERAS + "alarms: [{name: a, of: {camera: gate, roi: r}, measure: per_m2, red: {above: 40}}]"
    assert list(rule_notes(parse(text, where="x"))) == [
        "the alarm rule 'a' never gets red: nobody has measured more than 12 people per m2",
        "no alarm rule is about the group 'all': its capacity is only in reports",
    ]
    assert list(rule_notes(AppConfig())) == []


def test_the_command_says_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("crowdmon.commands.check.network_checks", lambda: [("network", lambda: "counts")])
    points = ", ".join(f"{{at: {at}, metres: {metres}}}" for at, metres in HIGH)
    (tmp_path / "c.yaml").write_text(
        f"""\
cameras:
- name: square
  source: synthetic:empty?width=320&height=180
  ground: {{points: [{points}]}}
  rois: [{{name: far, polygon: [[0.4, 0.001], [0.6, 0.001], [0.6, 0.01], [0.4, 0.01]]}}]
alarms: [{{name: a, of: {{camera: square}}, amber: {{above: 5}}, repeat: 60}}]
"""
    )
    assert main(["check", "--config", str(tmp_path / "c.yaml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    (note,) = [one for one in lines if one.startswith("note  camera square")]
    assert "the heads above ROI 'far' are out of the picture" in note
    assert any(one.startswith("note  alarms") and "repeats nothing" in one for one in lines)
    assert lines[-1] == "READY"
