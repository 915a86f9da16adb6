"""The strip and the list of alarms, with mouse and keys: shown, filtered, exported, acknowledged."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from crowdmon.facts import AlarmChange
from crowdmon.ui.alarms.filters import ALL_PLACES
from crowdmon.ui.alarms.rows import wrappable
from crowdmon.ui.alarms.strip import HEIGHT
from crowdmon.values import Level
from crowdmon.view.theme import DARK
from tests.ui.alarming import (
    GATE,
    LEFT,
    STAIRS,
    dock_of,
    happens,
    names,
    over,
    panel_of,
    press,
    strip_of,
)
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE as GATE_ROI
from tests.ui.fakes import STAIRS as STAIRS_ROI
from tests.ui.fakes import camera, config

Open = Callable[..., Gui]


def watching(gui: Open) -> Gui:
    one = gui(config(camera("north", GATE_ROI), camera("south", STAIRS_ROI)))
    one.monitor.live("north")
    one.monitor.live("south")
    one.step()
    return one


def listed(gui: Open, qtbot: QtBot) -> Gui:
    """Three alarms: one is over, one open, one acknowledged; and the list, opened by its key."""
    one = watching(gui)
    before = replace(GATE, time=GATE.time - 7200)
    for event in (before, over(before), GATE, STAIRS):
        happens(one, event)
    happens(
        one, STAIRS, time=STAIRS.time + 5, change=AlarmChange.ACKNOWLEDGED, who="Ann", note="=going there"
    )
    press(qtbot, one.window, Qt.Key.Key_L)
    return one


def test_there_is_no_strip_without_an_alarm(gui: Open) -> None:
    one = watching(gui)
    assert not strip_of(one.window).isVisible()
    assert not dock_of(one.window).isVisible()
    assert not one.window.menus.actions["acknowledge_alarm"].isEnabled()


def test_the_strip_is_there_while_an_alarm_is_open(gui: Open) -> None:
    one = watching(gui)
    happens(one, GATE)
    strip = strip_of(one.window)
    assert strip.isVisible()
    assert strip.height() == HEIGHT == 40
    assert strip.mapTo(one.window, QPoint(0, 0)).y() <= one.window.menuBar().height() + 1, "at the top"
    assert strip.level.text() == "Red", "the level is a word, not a colour alone"
    assert "37 people in gate of north, above 30" in strip.more.toolTip()
    happens(one, over(GATE))
    assert not strip.isVisible()


def test_the_strip_has_a_shape_beside_its_word(gui: Open) -> None:
    one = watching(gui)
    happens(one, GATE)
    strip = strip_of(one.window)
    image = strip.grab().toImage()
    mark = strip._mark.geometry()
    ink = sum(
        image.pixelColor(x, y).name() == DARK.background
        for x in range(mark.left(), mark.right())
        for y in range(mark.top(), mark.bottom())
    )
    assert ink > 60, "a full triangle in the ink of the strip"


def test_the_most_urgent_of_several_is_shown(gui: Open) -> None:
    one = watching(gui)
    happens(one, STAIRS)
    assert strip_of(one.window).level.text() == "Amber"
    happens(one, GATE)
    assert strip_of(one.window).level.text() == "Red"
    assert strip_of(one.window).text.text() == "gate full (and 1 more)"
    happens(one, over(GATE))
    assert strip_of(one.window).text.text() == "stairs full"


def test_the_strip_is_over_the_wall_too(gui: Open, qtbot: QtBot) -> None:
    one = watching(gui)
    press(qtbot, one.window, Qt.Key.Key_W)
    happens(one, GATE)
    assert strip_of(one.window).isVisible()
    qtbot.mouseClick(strip_of(one.window).all, LEFT)
    assert dock_of(one.window).isVisible(), "the list opens beside the wall"
    assert one.window.wall.shown


def test_the_list_opens_with_the_newest_first_and_the_urgent_one_selected(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    assert dock_of(one.window).isVisible()
    assert panel.list.hasFocus()
    assert names(panel) == ["stairs full", "gate full", "gate full"]
    selected = panel.selected()
    assert selected is not None
    assert selected.key == ("gate full", GATE.time)
    assert panel.said.text() == "3 alarms"
    press(qtbot, one.window, Qt.Key.Key_Down)
    assert panel.list.currentIndex().row() == 2
    happens(one, GATE, time=GATE.time + 90, change=AlarmChange.RAISED, level=Level.CRITICAL)
    assert panel.list.currentIndex().row() == 2, "what is selected stays so"


def test_every_row_says_its_state_in_words(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    rows = panel_of(one.window).rows
    spoken = [rows.data(rows.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert "Acknowledged by Ann" in str(spoken[0])
    assert "Not acknowledged" in str(spoken[1])
    assert "Over after 60 s, never acknowledged" in str(spoken[2])


def test_no_word_of_a_row_is_cut_however_narrow(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    wide = panel.list.visualRect(panel.rows.index(0)).height()
    panel.lines.width = 150
    panel.rows.layoutChanged.emit()
    QApplication.processEvents()
    narrow = panel.list.visualRect(panel.rows.index(0)).height()
    assert narrow > wide, "the text goes on in another line"


def test_long_words_can_wrap_and_times_stay_whole() -> None:
    assert wrappable("Acknowledged by Ann, 20:25:50") == "Acknowledged by Ann, 20:25:50"
    assert wrappable(20 * "W") == f"{14 * 'W'}\u200b{6 * 'W'}"


def test_the_filter_by_keys(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    qtbot.mouseClick(panel.filters.more, LEFT)
    assert panel.filters.folded.isVisible()
    panel.filters.state.setFocus()
    qtbot.keyClick(panel.filters.state, Qt.Key.Key_Down)
    assert names(panel) == ["stairs full", "gate full"], "on"
    qtbot.keyClick(panel.filters.state, Qt.Key.Key_Down)
    assert names(panel) == ["gate full"], "not acknowledged"
    qtbot.keyClick(panel.filters.state, Qt.Key.Key_Down)
    assert names(panel) == ["stairs full"], "acknowledged"
    qtbot.keyClick(panel.filters.state, Qt.Key.Key_Down)
    assert names(panel) == ["gate full"], "over"
    panel.filters.time.setFocus()
    qtbot.keyClick(panel.filters.time, Qt.Key.Key_Home)
    assert names(panel) == [], "over for more than an hour"
    assert panel.said.text() == "No alarms"
    assert not panel.export.isEnabled()
    qtbot.keyClick(panel.filters.time, Qt.Key.Key_End)
    qtbot.keyClick(panel.filters.state, Qt.Key.Key_Home)
    assert len(names(panel)) == 3
    assert [panel.filters.place.itemText(row) for row in range(panel.filters.place.count())] == [
        ALL_PLACES,
        "north",
        "south",
    ]
    panel.filters.place.setFocus()
    qtbot.keyClick(panel.filters.place, Qt.Key.Key_End)
    assert names(panel) == ["stairs full"]
    qtbot.keyClick(panel.filters.place, Qt.Key.Key_Home)
    qtbot.keyClicks(panel.filters.words, "ann GOING")
    assert names(panel) == ["stairs full"]


def test_an_alarm_grows_too_old_for_the_filter_by_itself(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    panel.filters.time.setCurrentText("24 h")
    assert len(names(panel)) == 3
    one.step(86_400.0)
    assert names(panel) == ["stairs full", "gate full"], "what is on stays"


def test_export_by_the_menu_writes_what_the_filter_takes(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = listed(gui, qtbot)
    path = tmp_path / "alarms"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    one.window.menus.actions["export_alarms"].trigger()
    written = path.with_suffix(".csv")
    qtbot.waitUntil(written.exists)
    one.step()
    with written.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["alarm"] for row in rows] == ["stairs full", "gate full", "gate full"]
    assert rows[0]["who"] == "Ann"
    assert rows[0]["note"] == "'=going there", "a note is no formula"
    assert [row["state"] for row in rows] == ["acknowledged", "not acknowledged", "over"]
    assert (rows[1]["level"], rows[1]["value"], rows[1]["limit"]) == ("red", "36.7000", "30.0000")


def test_export_says_where_nothing_can_be_written(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = listed(gui, qtbot)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "a.csv"), ""))
    qtbot.mouseClick(panel_of(one.window).export, LEFT)
    (box,) = one.window.findChildren(QMessageBox)
    assert "there is no folder" in box.text()
    box.close()


def test_only_the_newest_are_shown_and_it_is_said(
    gui: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crowdmon.ui.alarms.panel.MOST", 2)
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    assert len(names(panel)) == 2
    assert panel.said.text() == "3 alarms, the newest 2 are shown"


def test_another_history_has_other_alarms(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one = listed(gui, qtbot)
    record = one.bridge.config.record.model_copy(update={"history": str(tmp_path / "h.db")})
    one.bridge.apply(one.bridge.config.model_copy(update={"record": record}))
    one.step()
    assert names(panel_of(one.window)) == []
    assert not strip_of(one.window).isVisible()
    happens(one, GATE, time=GATE.time + 500)
    assert names(panel_of(one.window)) == ["gate full"]


def test_the_menu_of_a_row_offers_what_can_be_done(gui: Open, qtbot: QtBot) -> None:
    one = listed(gui, qtbot)
    panel = panel_of(one.window)
    press(qtbot, one.window, Qt.Key.Key_Home)
    offered = {action.text(): action.isEnabled() for action in panel.list.actions()}
    assert offered == {"Acknowledge…": False, "Show": True, "Open picture": False}
    press(qtbot, one.window, Qt.Key.Key_Down)
    offered = {action.text(): action.isEnabled() for action in panel.list.actions()}
    assert offered["Acknowledge…"]
