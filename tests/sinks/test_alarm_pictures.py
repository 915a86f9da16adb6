"""The picture with an alarm: if it is asked for; people are hidden unless they may be seen."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.config import AppConfig, parse
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.sinks.alarm_pictures import LATE_S, AlarmPictures
from crowdmon.sinks.history.pictures import Pictures, alarm_picture, folder_of, picture_of
from crowdmon.values import DensityMap, Frame, Level
from tests.fakes import density_of

NOON = 1_780_000_000.0
RAISED = AlarmEvent(
    time=NOON, change=AlarmChange.RAISED, alarm="gate/full", camera="north", level=Level.RED, value=31.0
)
YAML = """\
record: {history: HISTORY, alarm_pictures: true}
cameras: [{name: north, source: "synthetic:plaza"}, {name: south, source: "synthetic:plaza"}]
groups: [{name: square, members: [{camera: south}, {camera: north}], capacity: 9}]
"""


def noise(camera: str = "north", time: float = NOON) -> tuple[Frame, DensityMap]:
    """A picture of which no two pixels are alike, with people everywhere."""
    rgb = np.random.default_rng(3).integers(0, 255, (180, 320, 3), np.uint8)
    frame = Frame(rgb, camera=camera, time=time)
    return frame, density_of(900.0, frame)


def config(tmp_path: Path, more: str = "") -> AppConfig:
    return parse(YAML.replace("HISTORY", str(tmp_path / "h.db")) + more, where="a test")


def kept(tmp_path: Path) -> list[str]:
    folder = folder_of(tmp_path / "h.db")
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def written(tmp_path: Path, wanted: AppConfig, event: AlarmEvent = RAISED) -> list[str]:
    AlarmPictures(lambda: wanted, noise).write(event.to_event())
    return kept(tmp_path)


def pixels(tmp_path: Path) -> np.ndarray:
    (name,) = kept(tmp_path)
    read = cv2.imread(str(folder_of(tmp_path / "h.db") / name))
    assert read is not None
    return np.asarray(read[..., ::-1])


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    off = parse(f"record: {{history: {tmp_path / 'h.db'}}}", where="a test")
    assert off.record.alarm_pictures is None
    assert written(tmp_path, off) == []
    assert written(tmp_path, parse("record: {alarm_pictures: true}", where="a test")) == []


def test_the_name_is_found_by_alarm_and_time(tmp_path: Path) -> None:
    assert written(tmp_path, config(tmp_path)) == [alarm_picture("gate/full", NOON)]
    path = picture_of(tmp_path / "h.db", alarm_picture("gate/full", NOON))
    assert path is not None
    assert path.parent.stat().st_mode & 0o077 == 0, "not for everybody on the machine"


@pytest.mark.parametrize("more", ["", "display: {pixelate: true}\n", "display: {heat: 0.5}\n"])
def test_people_are_hidden_unless_they_may_be_seen(tmp_path: Path, more: str) -> None:
    written(tmp_path, config(tmp_path, more))
    seen = pixels(tmp_path)
    assert not np.array_equal(seen, noise()[0].rgb)
    assert np.array_equal(seen[0, 0], seen[1, 1]), "blocks of one colour"


def test_they_may_be_seen(tmp_path: Path) -> None:
    written(tmp_path, config(tmp_path, "display: {pixelate: false}\n"))
    assert np.array_equal(pixels(tmp_path), noise()[0].rgb)


@pytest.mark.parametrize(
    "event",
    [
        replace(RAISED, change=AlarmChange.CLEARED, level=Level.NONE),
        replace(RAISED, change=AlarmChange.ACKNOWLEDGED, who="Ann"),
        replace(RAISED, measure="unknown", value=None),
        replace(RAISED, time=NOON + LATE_S + 1.0),
    ],
)
def test_what_shows_nothing_of_the_alarm_is_not_kept(tmp_path: Path, event: AlarmEvent) -> None:
    assert written(tmp_path, config(tmp_path), event) == []


def test_other_events_and_cameras_that_saw_nothing_are_left_alone(tmp_path: Path) -> None:
    sink = AlarmPictures(lambda: config(tmp_path), lambda name: None)
    sink.write(Event(NOON, "lost", "north"))
    sink.write(RAISED.to_event())
    assert kept(tmp_path) == []


def test_of_a_group_the_first_camera_is_shown(tmp_path: Path) -> None:
    asked: list[str] = []
    sink = AlarmPictures(lambda: config(tmp_path), lambda name: asked.append(name))  # type: ignore[func-returns-value]
    sink.write(replace(RAISED, camera=None, group="square").to_event())
    assert asked == ["south"]


def test_a_disk_that_takes_nothing_is_logged_and_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder_of(tmp_path / "h.db").write_text("a file in the place of the folder")
    with caplog.at_level(logging.WARNING):
        AlarmPictures(lambda: config(tmp_path), noise).write(RAISED.to_event())
    assert "the picture of the alarm 'gate/full' is not kept" in caplog.text


def test_old_ones_go_with_those_of_spot_checks(tmp_path: Path) -> None:
    assert written(tmp_path, config(tmp_path))
    gone = Pictures(tmp_path / "h.db", keep=3600.0).remove_old(now=NOON + 3601.0, ticks=0.0)
    assert gone == [alarm_picture("gate/full", NOON)]
    assert kept(tmp_path) == []
