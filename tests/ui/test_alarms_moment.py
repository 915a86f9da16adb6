"""From an alarm to its moment: the camera, the ROI, and a mark in the plot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.config import GroupConfig, validate
from crowdmon.view.wording import clock
from tests.ui.alarming import GATE, LEFT, happens, over, panel_of, press, strip_of
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE as GATE_ROI
from tests.ui.fakes import NOON, camera, config, reading

Open = Callable[..., Gui]
SOUTH = replace(GATE, camera="south")


def watched(gui: Open, *, groups: tuple[GroupConfig, ...] = (), south: str = "synthetic:plaza") -> Gui:
    """Two cameras that have been counted for five minutes; the first one is looked at."""
    cameras = config(camera("north", GATE_ROI), camera("south", GATE_ROI, source=south))
    one = gui(cameras.model_copy(update={"groups": groups}))
    for after in range(0, 300, 10):
        for name in ("north", "south"):
            one.monitor.live(name, time=NOON + after)
    one.step(300.0)
    one.window.presenter.focus("north")
    return one


def marked(one: Gui) -> tuple[float, str]:
    """The time that is marked, and the words beside it; checks that it is in sight."""
    plot = one.window.panels.plot
    if plot.moment.words:
        start, end = plot.shown()
        assert start < plot.moment.time < end
    return plot.moment.time, plot.moment.words


def test_enter_in_the_list_shows_the_moment(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    happens(one, SOUTH, time=NOON + 100)
    press(qtbot, one.window, Qt.Key.Key_L)
    press(qtbot, one.window, Qt.Key.Key_Return)
    assert one.window.presenter.focused == "south"
    assert one.window.panels.readings.chosen() == "gate"
    assert marked(one) == (NOON + 100, f"Red: gate full, {clock(NOON + 100)}")
    plot = one.window.panels.plot
    assert plot.hasFocus()
    assert not plot.follows or plot.shown()[1] - (NOON + 100) <= 300.0
    press(qtbot, one.window, Qt.Key.Key_Escape)
    assert plot.follows
    assert marked(one)[1] == "", "back to now, nothing is marked"


def test_a_moment_of_hours_ago_is_in_the_middle(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    happens(one, SOUTH, time=NOON - 7200)
    happens(one, replace(over(SOUTH), time=NOON - 7000))
    press(qtbot, one.window, Qt.Key.Key_L)
    panel = panel_of(one.window)
    press(qtbot, one.window, Qt.Key.Key_Down)
    qtbot.mouseClick(panel.moment, LEFT)
    start, end = one.window.panels.plot.shown()
    assert (start + end) / 2 == NOON - 7200
    assert marked(one)[0] == NOON - 7200
    assert not one.window.panels.plot.follows


def test_a_double_click_does_the_same(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    happens(one, SOUTH, time=NOON + 100)
    press(qtbot, one.window, Qt.Key.Key_L)
    panel = panel_of(one.window)
    at = panel.list.visualRect(panel.rows.index(0)).center()
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=at)
    qtbot.mouseDClick(panel.list.viewport(), LEFT, pos=at)
    QApplication.processEvents()
    assert one.window.presenter.focused == "south"
    assert marked(one)[0] == NOON + 100


def test_the_strip_leads_from_the_wall_to_the_camera_and_escape_back(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    press(qtbot, one.window, Qt.Key.Key_W)
    happens(one, SOUTH, time=NOON + 100)
    qtbot.mouseClick(strip_of(one.window).moment, LEFT)
    assert not one.window.wall.shown
    assert one.window.presenter.focused == "south"
    assert marked(one)[0] == NOON + 100
    one.window.panels.picture.video.setFocus()
    press(qtbot, one.window, Qt.Key.Key_Escape)
    assert one.window.wall.shown


def test_a_closed_plot_is_opened(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    one.window.docks[-1].close()
    happens(one, SOUTH, time=NOON + 100)
    qtbot.keyClick(one.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert one.window.panels.plot.isVisible()
    assert marked(one)[0] == NOON + 100


def test_another_camera_has_another_moment(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui)
    happens(one, SOUTH, time=NOON + 100)
    qtbot.mouseClick(strip_of(one.window).moment, LEFT)
    one.window.presenter.focus("north")
    assert marked(one)[1] == ""


def test_of_a_group_the_first_camera_is_shown_and_of_a_removed_camera_none(gui: Open, qtbot: QtBot) -> None:
    members = [{"camera": "south"}, {"camera": "north"}]
    square = validate(GroupConfig, {"name": "square", "members": members, "capacity": 50}, where="a test")
    one = watched(gui, groups=(square,))
    happens(one, GATE, camera=None, roi=None, group="square", time=NOON + 50)
    qtbot.mouseClick(strip_of(one.window).moment, LEFT)
    assert one.window.presenter.focused == "south"
    assert marked(one)[0] == NOON + 50
    happens(one, GATE, alarm="gone", camera="gone", time=NOON + 60)
    press(qtbot, one.window, Qt.Key.Key_L)
    panel = panel_of(one.window)
    press(qtbot, one.window, Qt.Key.Key_Home)
    selected = panel.selected()
    assert selected is not None
    assert selected.name == "gone"
    assert not panel.moment.isEnabled()


def test_of_a_recording_its_own_time_is_marked(gui: Open, qtbot: QtBot) -> None:
    one = watched(gui, south="clip.mp4")
    one.monitor.put("south", position=0.0, duration=200.0, seekable=True)
    one.step()
    for t in range(0, 100, 5):
        made = replace(reading("south", time=NOON + t, gate=3.0), pts=float(t))
        one.monitor.readings.append(made)
        one.monitor.put("south", reading=made, position=float(t))
        one.step(0.1)
    happens(one, SOUTH, time=NOON + 40)
    qtbot.mouseClick(strip_of(one.window).moment, LEFT)

    def found() -> bool:
        one.step(0.1)
        return marked(one)[1] != ""

    qtbot.waitUntil(found, timeout=20_000)
    assert marked(one) == (40.0, "Red: gate full, 0:40")
