"""The sound of alarms: when it comes, how it is muted, and that the time left is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.facts import AlarmChange
from crowdmon.ui.alarms.sound import AGAIN_S, MUTE_S, Sounder
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.values import Level
from tests.ui.alarming import GATE, LEFT, STAIRS, happens, over, panel_of, press, strip_of
from tests.ui.conftest import Gui
from tests.ui.fakes import Clock, FakeMonitor, camera, config

Open = Callable[..., Gui]


def quiet(gui: Open) -> Gui:
    one = gui(config(camera("north"), camera("south")))
    one.step()
    assert one.beeps == []
    return one


def test_a_red_alarm_sounds_until_somebody_acknowledges_it(gui: Open) -> None:
    one = quiet(gui)
    happens(one, GATE)
    assert len(one.beeps) == 1
    one.step(AGAIN_S - 1.0)
    assert len(one.beeps) == 1
    one.step(1.0)
    one.step(AGAIN_S)
    assert len(one.beeps) == 3
    happens(one, GATE, time=GATE.time + 9, change=AlarmChange.ACKNOWLEDGED, who="Ann")
    one.step(5 * AGAIN_S)
    assert len(one.beeps) == 3


def test_an_amber_one_sounds_once_and_each_new_one_again(gui: Open) -> None:
    one = quiet(gui)
    happens(one, STAIRS)
    one.step(5 * AGAIN_S)
    assert len(one.beeps) == 1
    happens(one, replace(STAIRS, alarm="bridge full", time=STAIRS.time + 1))
    assert len(one.beeps) == 2
    happens(one, replace(STAIRS, time=STAIRS.time + 2, level=Level.RED))
    assert len(one.beeps) == 3, "it got higher"
    happens(one, over(STAIRS))
    one.step(5 * AGAIN_S)
    assert len(one.beeps) == 3


def test_the_sound_is_muted_by_key_with_the_time_left_and_comes_back(gui: Open, qtbot: QtBot) -> None:
    one = quiet(gui)
    happens(one, GATE)
    press(qtbot, one.window, Qt.Key.Key_L)
    press(qtbot, one.window, Qt.Key.Key_M)
    strip = strip_of(one.window)
    assert strip.mute.text() == "Muted 10:00"
    assert one.window.menus.actions["mute_alarms"].isChecked()
    assert panel_of(one.window).said.text() == "1 alarm. Sound muted, 10:00 left"
    one.step(61.0)
    assert strip.mute.text() == "Muted 8:59"
    happens(one, STAIRS)
    assert len(one.beeps) == 1, "a new alarm is shown, and silent"
    one.step(MUTE_S - 62.0)
    assert len(one.beeps) == 1
    one.step(2.0)
    assert len(one.beeps) == 2, "it comes back by itself"
    assert strip.mute.text() == "Mute"
    assert not one.window.menus.actions["mute_alarms"].isChecked()


def test_the_strip_s_button_mutes_and_turns_on_again(gui: Open, qtbot: QtBot) -> None:
    one = quiet(gui)
    happens(one, GATE)
    mute = strip_of(one.window).mute
    qtbot.mouseClick(mute, LEFT)
    assert mute.text().startswith("Muted")
    assert "again" in mute.accessibleName()
    qtbot.mouseClick(mute, LEFT)
    assert mute.text() == "Mute"
    one.step(AGAIN_S)
    assert len(one.beeps) == 2


def test_a_strip_that_comes_takes_no_key_from_anybody(gui: Open, qtbot: QtBot) -> None:
    one = quiet(gui)
    one.window.panels.plot.setFocus()
    happens(one, GATE)
    assert one.window.focusWidget() is one.window.panels.plot
    qtbot.keyClick(one.window.panels.plot, Qt.Key.Key_Space)
    QApplication.processEvents()
    assert strip_of(one.window).isVisible()


def test_without_another_sounder_the_system_s_is_used(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(QApplication, "beep", lambda: made.append("beep"))
    cameras = config(camera("north"))
    monitor = FakeMonitor(cameras)
    window = MainWindow(Bridge(monitor, cameras, clock=Clock()))
    qtbot.addWidget(window)
    monitor.facts.append(GATE.to_event())
    window.bridge.poll()
    assert made == ["beep"]


def test_a_clock_that_is_set_back_neither_mutes_for_ever_nor_silences(gui: Open) -> None:
    one = quiet(gui)
    happens(one, GATE)
    one.window.alarm_desk.mute(on=True)
    one.step(-86_400.0)
    assert one.window.alarm_desk.sounder.left(one.clock.time) <= MUTE_S
    sounder = Sounder(lambda: one.beeps.append(0.0))
    sounder.look(one.window.alarm_desk.open, 1000.0)
    before = len(one.beeps)
    sounder.look(one.window.alarm_desk.open, 10.0)
    assert len(one.beeps) == before + 1
