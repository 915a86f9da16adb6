"""Acknowledging an alarm by keys: with a name, a note, and what happens when somebody else was quicker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.errors import SourceError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.ui.alarms.acknowledging import AcknowledgeDialog
from crowdmon.ui.shell.settings import Settings
from crowdmon.values import Level
from crowdmon.view.alarms import AlarmState
from tests.ui.alarming import (
    GATE,
    LEFT,
    STAIRS,
    dialog_of,
    happens,
    names,
    over,
    panel_of,
    press,
    strip_of,
)
from tests.ui.conftest import Gui
from tests.ui.fakes import camera, config

Open = Callable[..., Gui]


def alarmed(gui: Open, *, settings: Settings | None = None) -> Gui:
    one = gui(config(camera("north"), camera("south")), settings=settings)
    happens(one, GATE)
    return one


def answers(one: Gui) -> list[AlarmEvent]:
    """What is recorded of acknowledgements."""
    read = [event for fact in one.monitor.facts if isinstance(fact, Event) and (event := AlarmEvent.of(fact))]
    return [event for event in read if event.change is AlarmChange.ACKNOWLEDGED]


def until(one: Gui, qtbot: QtBot, done: Callable[[], object]) -> None:
    """Let the window look until what happens in the background is there."""

    def look() -> bool:
        one.step(0.3)
        return bool(done())

    qtbot.waitUntil(look, timeout=20_000)


def no_dialog(one: Gui) -> bool:
    return not any(d.isVisible() for d in one.window.findChildren(AcknowledgeDialog))


def test_an_alarm_is_acknowledged_by_keys_alone(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    press(qtbot, one.window, Qt.Key.Key_A)
    dialog = dialog_of(one.window)
    assert dialog.who.hasFocus()
    qtbot.keyClicks(dialog.who, "Ann Moore")
    qtbot.keyClick(dialog.who, Qt.Key.Key_Tab)
    assert dialog.note.hasFocus()
    qtbot.keyClicks(dialog.note, "Steward is on the way")
    qtbot.keyClick(dialog.note, Qt.Key.Key_Return)
    until(one, qtbot, lambda: answers(one) and no_dialog(one))
    (answer,) = answers(one)
    assert (answer.alarm, answer.who, answer.note) == ("gate full", "Ann Moore", "Steward is on the way")
    assert answer.level is Level.RED
    assert not strip_of(one.window).isVisible()
    assert not one.window.menus.actions["acknowledge_alarm"].isEnabled()
    (shown,) = one.window.alarm_desk.alarms
    assert shown.state is AlarmState.SEEN


def test_the_strip_s_button_opens_it_and_a_name_is_needed(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    qtbot.mouseClick(strip_of(one.window).acknowledge, LEFT)
    dialog = dialog_of(one.window)
    qtbot.keyClicks(dialog.who, "   ")
    qtbot.mouseClick(dialog.go, LEFT)
    assert dialog.isVisible()
    assert dialog.said.text() == "No name is given. Type yours."
    assert dialog.focusWidget() is dialog.who
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert answers(one) == []
    assert strip_of(one.window).isVisible()


def test_the_name_is_remembered_and_the_note_is_not(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    def settings() -> Settings:
        return Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))

    one = alarmed(gui, settings=settings())
    press(qtbot, one.window, Qt.Key.Key_A)
    qtbot.keyClicks(dialog_of(one.window).who, "Ann")
    qtbot.mouseClick(dialog_of(one.window).go, LEFT)
    until(one, qtbot, lambda: no_dialog(one))
    one.window.close()
    two = alarmed(gui, settings=settings())
    press(qtbot, two.window, Qt.Key.Key_A)
    dialog = dialog_of(two.window)
    assert dialog.who.text() == "Ann"
    assert dialog.note.hasFocus()
    assert dialog.note.text() == ""
    dialog.reject()


def test_the_selected_alarm_of_the_list_is_meant_while_the_list_has_the_keys(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    happens(one, STAIRS)
    press(qtbot, one.window, Qt.Key.Key_L)
    panel = panel_of(one.window)
    assert names(panel) == ["stairs full", "gate full"]
    press(qtbot, one.window, Qt.Key.Key_Up)
    press(qtbot, one.window, Qt.Key.Key_A)
    dialog = dialog_of(one.window)
    qtbot.keyClicks(dialog.who, "Bo")
    qtbot.mouseClick(dialog.go, LEFT)
    until(one, qtbot, lambda: answers(one))
    assert answers(one)[0].alarm == "stairs full"
    until(one, qtbot, lambda: not panel.acknowledge.isEnabled())
    assert strip_of(one.window).text.text() == "gate full"


def test_the_dialog_closes_when_somebody_else_was_quicker(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    press(qtbot, one.window, Qt.Key.Key_A)
    dialog = dialog_of(one.window)
    qtbot.keyClicks(dialog.who, "Ann")
    happens(one, GATE, time=GATE.time + 3, change=AlarmChange.ACKNOWLEDGED, who="Bo")
    assert no_dialog(one)
    assert [answer.who for answer in answers(one)] == ["Bo"]


def test_one_that_is_over_is_acknowledged_afterwards(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    happens(one, over(GATE))
    press(qtbot, one.window, Qt.Key.Key_L)
    panel = panel_of(one.window)
    press(qtbot, one.window, Qt.Key.Key_Down)
    qtbot.mouseClick(panel.acknowledge, LEFT)
    dialog = dialog_of(one.window)
    qtbot.keyClicks(dialog.who, "Ann")
    qtbot.mouseClick(dialog.go, LEFT)
    until(one, qtbot, lambda: answers(one))
    assert "acknowledge gate full Ann" not in one.monitor.calls, "the engine has nothing on any more"
    until(one, qtbot, lambda: one.window.alarm_desk.alarms[0].answers)
    assert not panel.acknowledge.isEnabled()


def test_a_service_that_does_not_answer_is_said_in_the_dialog(
    gui: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = alarmed(gui)

    def silent(alarm: str, *, who: str, note: str = "") -> bool:
        raise SourceError("no service answers", "Start it with crowdmon watch")

    monkeypatch.setattr(one.monitor, "acknowledge", silent)
    press(qtbot, one.window, Qt.Key.Key_A)
    dialog = dialog_of(one.window)
    qtbot.keyClicks(dialog.who, "Ann")
    qtbot.mouseClick(dialog.go, LEFT)
    until(one, qtbot, dialog.said.text)
    assert "no service answers" in dialog.said.text()
    assert dialog.go.isEnabled()
    dialog.reject()


def test_an_alarm_that_gets_higher_has_to_be_acknowledged_again(gui: Open, qtbot: QtBot) -> None:
    one = alarmed(gui)
    happens(one, GATE, time=GATE.time + 3, change=AlarmChange.ACKNOWLEDGED, who="Bo")
    assert not strip_of(one.window).isVisible()
    happens(one, replace(GATE, time=GATE.time + 9, level=Level.CRITICAL, value=61.0, limit=60.0))
    assert strip_of(one.window).level.text() == "Critical"
