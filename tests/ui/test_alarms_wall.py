"""Alarms on the tiles of the wall: a shape, a word, an age where nothing is known; and never green."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from crowdmon.config import GroupConfig, validate
from crowdmon.facts import AlarmChange
from crowdmon.ui.wall.alarm_badge import BADGE, fits
from crowdmon.ui.wall.painting import LEVEL_BORDER, LOST_BORDER, border_of
from crowdmon.ui.wall.tile import Tile
from crowdmon.values import CameraState, Level, ReadingState
from crowdmon.view.theme import DARK, LIGHT, THEMES, contrast
from crowdmon.view.wall import LEAST
from tests.ui.alarming import GATE, happens, over, press
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, camera, config, reading

Open = Callable[..., Gui]
NORTH = replace(GATE, roi=None, time=NOON)


def walled(gui: Open, qtbot: QtBot) -> Gui:
    members = [{"camera": "south"}, {"camera": "east"}]
    square = validate(GroupConfig, {"name": "square", "members": members, "capacity": 50}, where="a test")
    cameras = config(camera("north"), camera("south"), camera("east"))
    one = gui(cameras.model_copy(update={"groups": (square,)}))
    press(qtbot, one.window, Qt.Key.Key_W)
    for name in ("north", "south", "east"):
        one.monitor.live(name)
    one.step()
    return one


def tile(one: Gui, name: str = "north") -> Tile:
    found = one.window.wall.wall.tile(name)
    assert found is not None
    return found


def colours(image: QImage, place: QRect) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(place.left(), place.right() + 1)
        for y in range(place.top(), place.bottom() + 1)
    }


def outline(one: Tile) -> set[str]:
    """The colours of the outline, without what lies in it."""
    image = one.grab().toImage()
    return colours(image, QRect(0, 0, image.width(), 4)) | colours(image, QRect(0, 0, 4, image.height()))


def badge(one: Tile) -> set[str]:
    return colours(one.grab().toImage(), QRect(LOST_BORDER, LOST_BORDER, 90, BADGE - LOST_BORDER))


def goes_silent(one: Gui, name: str, seconds: float) -> None:
    """The camera is there and what it shows is unknown."""
    at = NOON + seconds
    one.monitor.put(name, reading=reading(name, time=at, state=ReadingState.UNKNOWN))
    one.clock.time = at
    one.step(0.3)


def test_a_raised_alarm_is_a_sign_a_word_and_a_thick_outline(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot)
    assert tile(one).facts.alarm is None
    happens(one, NORTH)
    facts = tile(one).facts
    assert (facts.alarm_word, facts.alarm, facts.alarm_open) == ("Alarm: red", Level.RED, True)
    assert border_of(facts) == LOST_BORDER
    assert outline(tile(one)) == {DARK.red}
    assert DARK.background in badge(tile(one)), "the sign and the word on the badge"
    assert "Alarm: red" in tile(one).accessibleName()
    assert tile(one, "south").facts.alarm is None


def test_an_acknowledged_one_stands_back_and_one_that_is_over_is_gone(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot)
    happens(one, NORTH)
    happens(one, NORTH, time=NOON + 5, change=AlarmChange.ACKNOWLEDGED, who="Ann")
    assert tile(one).facts.alarm_word == "Alarm seen: red"
    assert border_of(tile(one).facts) == LEVEL_BORDER
    assert DARK.surface in badge(tile(one)), "no full badge any more"
    happens(one, over(NORTH))
    assert tile(one).facts.alarm_word == ""
    assert border_of(tile(one).facts) == 0


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_unknown_keeps_its_alarm_hatched_with_its_age_and_is_never_green(
    gui: Open, qtbot: QtBot, theme: str
) -> None:
    one = walled(gui, qtbot)
    one.window.set_theme_name(theme)
    happens(one, NORTH)
    goes_silent(one, "north", 40.0)
    facts = tile(one).facts
    assert facts.alarm_word == "Alarm: red 40 s ago"
    assert not facts.alarm_known
    seen = outline(tile(one))
    assert THEMES[theme].surface in seen, "gaps between the lines of the hatch"
    ground = THEMES[theme].surface
    assert max(contrast(ground, name) for name in seen) >= 3.0, "and lines that can be seen"
    assert THEMES[theme].normal not in seen | badge(tile(one))
    reddish = [QColor(name) for name in seen if QColor(name).red() > QColor(name).green() + 60]
    assert reddish, "in the colour of the level it had"
    goes_silent(one, "north", 100.0)
    assert tile(one).facts.alarm_word == "Alarm: red 100 s ago", "it grows older"


def test_a_lost_camera_keeps_its_alarm_above_the_band(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot)
    happens(one, NORTH)
    one.monitor.state("north", CameraState.RECONNECTING, attempt=3, age=12.0)
    one.step(12.0)
    assert tile(one).facts.lost
    assert tile(one).facts.alarm_word.startswith("Alarm: red 1")
    assert DARK.surface in badge(tile(one))


def test_that_nothing_is_known_is_an_alarm_of_now(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot)
    goes_silent(one, "north", 40.0)
    happens(one, NORTH, measure="unknown", value=None, limit=30.0, time=NOON + 40)
    assert tile(one).facts.alarm_word == "Alarm: red"
    assert tile(one).facts.alarm_known


def test_an_alarm_of_a_group_is_on_each_of_its_cameras(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot)
    one.window.set_theme_name("light")
    happens(one, NORTH, camera=None, group="square", level=Level.CRITICAL)
    assert tile(one).facts.alarm is None
    for name in ("south", "east"):
        assert tile(one, name).facts.alarm_word == "Alarm: critical"
        assert outline(tile(one, name)) == {LIGHT.critical}


@pytest.mark.usefixtures("qapp")
def test_the_longest_words_fit_the_smallest_tile() -> None:
    room = float(LEAST[0] - 2 * LEVEL_BORDER)
    for word in ("Alarm: critical 119 min ago", "Seen: critical 119 min ago", "Alarm seen: critical"):
        assert fits(word, room), word
    assert not fits(30 * "Alarm ", room)
