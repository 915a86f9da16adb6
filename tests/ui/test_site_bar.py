"""The site bar: only with groups; a level by shape and word; what is unknown is hatched, and never green."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, GroupConfig, validate
from crowdmon.ui.wall.site_bar import Cell
from crowdmon.values import Level, ReadingState
from crowdmon.view.theme import THEMES
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, camera, config, reading

Open = Callable[..., Gui]
LEFT = Qt.MouseButton.LeftButton


def grouped(capacity: float = 50.0) -> AppConfig:
    members = [{"camera": "north"}, {"camera": "south"}]
    square = validate(
        GroupConfig, {"name": "square", "members": members, "capacity": capacity}, where="a test"
    )
    return config(camera("north"), camera("south"), camera("east")).model_copy(update={"groups": (square,)})


def counts(one: Gui, **people: float) -> Cell:
    for name, count in people.items():
        one.monitor.live(name, time=one.clock.time, count=count)
    one.step()
    (cell,) = one.window.site_bar.cells
    return cell


def test_without_groups_there_is_no_bar(gui: Open) -> None:
    one = gui(config(camera("north"), camera("south")))
    assert not one.window.site_bar.isVisible()
    one.bridge.apply(grouped())
    assert one.window.site_bar.isVisible()
    assert one.window.site_bar.height() == 56
    one.bridge.apply(config(camera("north"), camera("south")))
    assert not one.window.site_bar.isVisible()
    assert one.window.site_bar.cells == []


def test_people_of_capacity_and_a_camera_that_falls_silent(gui: Open) -> None:
    one = gui(grouped())
    cell = counts(one, north=20, south=11)
    assert cell.lines() == ("square  ·  Normal", "31 of 50")
    one.monitor.put("south", reading=reading("south", time=NOON + 1, state=ReadingState.UNKNOWN))
    one.step()
    assert cell.lines() == ("square  ·  Unknown", "at least 20 of 50, 1 camera unknown")
    assert "at least 20 of 50, 1 camera unknown" in cell.accessibleName()
    one.monitor.live("south", time=NOON + 2, count=11)
    one.step()
    assert cell.facts.known


def test_a_reading_gets_old_without_news(gui: Open) -> None:
    one = gui(grouped())
    cell = counts(one, north=20, south=11)
    one.step(70.0)
    assert cell.facts.text == "No count, capacity 50, 2 cameras unknown"


def test_another_source_is_another_place(gui: Open) -> None:
    one = gui(grouped())
    cell = counts(one, north=20, south=11)
    other = tuple(
        one.model_copy(update={"source": "synthetic:empty"}) if one.name == "north" else one
        for one in grouped().cameras
    )
    one.bridge.apply(grouped().model_copy(update={"cameras": other}))
    assert cell.facts.text == "at least 11 of 50, 1 camera unknown"


@pytest.mark.parametrize("theme", THEMES)
def test_the_unknown_is_hatched_and_not_green(gui: Open, theme: str) -> None:
    one = gui(grouped())
    one.window.set_theme_name(theme)
    green = QColor(THEMES[theme].normal).name()
    cell = counts(one, north=20, south=11)
    assert green in seen(cell)
    one.monitor.put("south", reading=reading("south", time=NOON + 1, state=ReadingState.UNKNOWN))
    one.step()
    assert green not in seen(cell)
    counts(one, north=60)
    assert cell.facts.level is Level.RED
    assert not cell.facts.known
    assert QColor(THEMES[theme].red).name() in seen(cell)


def seen(cell: Cell) -> set[str]:
    """The colours of the sign and of the edge."""
    image = cell.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(28) for y in range(image.height())}


def test_click_and_space_look_at_the_camera_that_matters(gui: Open, qtbot: QtBot) -> None:
    one = gui(grouped())
    one.window.presenter.focus("east")
    cell = counts(one, north=20, south=30)
    qtbot.mouseClick(cell, LEFT)
    assert one.window.presenter.focused == "south"
    one.monitor.put("north", reading=reading("north", time=NOON + 1, state=ReadingState.UNKNOWN))
    one.step()
    cell.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(cell, Qt.Key.Key_Space)
    assert one.window.presenter.focused == "north"


def test_in_a_narrow_place_the_words_are_shorter_and_whole(gui: Open) -> None:
    one = gui(grouped(capacity=450))
    cell = counts(one, north=312)
    assert cell.lines()[1] == "at least 312 of 450, 1 camera unknown"
    cell.setFixedWidth(216)
    assert cell.lines()[1] == "≥ 312 of 450, 1 unknown"
    assert "1 camera unknown" in cell.toolTip()
