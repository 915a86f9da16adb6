"""Alarms for tests of the window: events of a stand-in engine, and what shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.ui.alarms.acknowledging import AcknowledgeDialog
from crowdmon.ui.alarms.panel import AlarmPanel
from crowdmon.ui.alarms.strip import AlarmStrip
from crowdmon.ui.shell.docks import Dock
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.values import Level
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON

GATE = AlarmEvent(
    time=NOON, change=AlarmChange.RAISED, alarm="gate full", camera="north", roi="gate",
    level=Level.RED, value=36.7, limit=30.0,
)  # fmt: skip
STAIRS = replace(GATE, time=NOON + 1, alarm="stairs full", camera="south", roi="stairs", level=Level.AMBER)
LEFT = Qt.MouseButton.LeftButton


def happens(one: Gui, event: AlarmEvent, **changed: Any) -> AlarmEvent:
    """Have the engine tell of an event, and the window look."""
    made = replace(event, **changed)
    one.monitor.facts.append(made.to_event())
    one.step()
    return made


def over(event: AlarmEvent, after: float = 60.0) -> AlarmEvent:
    return replace(event, time=event.time + after, change=AlarmChange.CLEARED, level=Level.NONE, value=3.0)


def strip_of(window: MainWindow) -> AlarmStrip:
    return window.alarms.strip


def panel_of(window: MainWindow) -> AlarmPanel:
    return window.alarms.panel


def dock_of(window: MainWindow) -> Dock:
    return next(one for one in window.docks if one.spec.title == "Alarms")


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    """Press a key wherever the focus is."""
    qtbot.keyClick(window.focusWidget() or window, key)
    QApplication.processEvents()


def names(panel: AlarmPanel) -> list[str]:
    """What the list shows, from the top."""
    return [one.name for one in panel.rows.alarms]


def dialog_of(window: MainWindow) -> AcknowledgeDialog:
    """The dialog that is open."""
    found = [one for one in window.findChildren(AcknowledgeDialog) if one.isVisible()]
    assert len(found) == 1
    return found[0]
