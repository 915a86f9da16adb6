"""What is ticked is seen to be so, in both themes, and long names are shortened rather than cut."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crowdmon.ui.export.check_boxes import TickBox
from crowdmon.ui.export.export_dialog import _checks
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.shell.stylesheet import stylesheet
from crowdmon.view.theme import THEMES


def near(rgb: np.ndarray, colour: str) -> int:
    wanted = QColor(colour)
    away = np.abs(rgb.astype(int) - (wanted.red(), wanted.green(), wanted.blue())).sum(axis=2)
    return int((away < 40).sum())


@pytest.mark.parametrize("name", THEMES)
def test_a_tick_is_seen_in_boxes_and_lists(qtbot: QtBot, name: str) -> None:
    theme = THEMES[name]
    page = QWidget()
    qtbot.addWidget(page)
    page.setStyleSheet(stylesheet(theme))
    box, checks = TickBox(), _checks("Cameras", [("", "a")])
    column = QVBoxLayout(page)
    column.addWidget(box)
    column.addWidget(checks)
    page.resize(200, 200)
    page.show()
    for widget, tick in (
        (box, box.setChecked),
        (checks, lambda on: checks.item(0).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState(0))),
    ):
        found = {}
        for on in (False, True):
            tick(on)
            rgb = pictures.to_rgb(widget.grab().toImage())[:40, :40]
            found[on] = near(rgb, theme.accent)
            inside = near(rgb[6:34, 2:34], theme.on_accent)
        assert found[True] > 60 > found[False]
        assert inside > 3, "the tick upon it"


def test_long_names_are_shortened_to_the_list(qtbot: QtBot) -> None:
    name = "a camera whose name is far longer than any list is wide"
    checks: QListWidget = _checks("Cameras", [(name, name)])
    qtbot.addWidget(checks)
    checks.resize(160, 120)
    checks.show()
    assert checks.visualItemRect(checks.item(0)).width() <= 160
    assert checks.item(0).toolTip() != ""
