"""``whole_picture: false``: what it means, what it refuses, and that it comes back from the file."""

from __future__ import annotations

import re

import pytest

from crowdmon.config import CameraConfig, RoiConfig, dump, parse, with_cameras
from crowdmon.errors import ConfigError

CAMERAS = """\
cameras:
- name: gate
  source: x.mp4
  whole_picture: false
  rois:
  - {name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
  - {name: right, polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}
- {name: north, source: y.mp4}
"""


def test_it_is_read_and_written() -> None:
    config = parse(CAMERAS, where="a.yaml")
    assert [camera.counts_whole for camera in config.cameras] == [False, True]
    assert parse(dump(config), where="b.yaml") == config
    assert "whole_picture: false" in dump(config)
    assert dump(config).count("whole_picture") == 1


def test_without_a_roi_the_whole_picture_is_counted_all_the_same() -> None:
    assert CameraConfig(name="a", source="x.mp4", whole_picture=False).counts_whole


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            "alarms: [{name: full, of: {camera: gate}, red: {above: 5}}]",
            r"a\.yaml: alarms\[0\]\.of\.roi = empty: of camera 'gate' only the ROIs are counted",
        ),
        (
            "alarms: [{name: dark, of: {camera: gate}, measure: unknown, red: {for: 5}}]",
            r"alarms\[0\]\.of\.roi",
        ),
        (
            "groups: [{name: g, members: [{camera: north}, {camera: gate}]}]",
            r"groups\[0\]\.members\[1\]\.roi.*Allowed: left, right",
        ),
    ],
)
def test_what_is_about_the_whole_picture_is_refused(more: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(CAMERAS + more, where="a.yaml")
    assert re.search(words, str(caught.value))


def test_rules_of_its_rois_and_of_other_cameras_fit() -> None:
    config = parse(
        CAMERAS
        + "groups: [{name: g, members: [{camera: gate, roi: left}, {camera: north}]}]\n"
        + "alarms: [{name: full, of: {camera: gate, roi: right}, red: {above: 5}}]",
        where="a.yaml",
    )
    assert len(config.to_rules()) == 1


@pytest.mark.parametrize("value", ["maybe", "2", "[false]"])
def test_anything_but_true_or_false_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=r"cameras\[0\]\.whole_picture = .*true or false"):
        parse(CAMERAS.replace("whole_picture: false", f"whole_picture: {value}"), where="a.yaml")


def test_a_rule_of_the_whole_picture_rests_while_only_rois_are_counted() -> None:
    text = CAMERAS.replace("  whole_picture: false\n", "")
    config = parse(text + "alarms: [{name: full, of: {camera: gate}, red: {above: 5}}]", where="a.yaml")
    only = config.cameras[0].model_copy(update={"whole_picture": False})
    assert with_cameras(config, [only, config.cameras[1]]).to_rules() == ()
    assert len(with_cameras(config, config.cameras).to_rules()) == 1


def test_the_window_keeps_it_when_rois_change() -> None:
    camera = parse(CAMERAS, where="a.yaml").cameras[0]
    more = RoiConfig(name="new", polygon=((0, 0), (0.1, 0), (0.1, 0.1)))
    assert not camera.model_copy(update={"rois": (*camera.rois, more)}).counts_whole
