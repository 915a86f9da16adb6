"""No text is cut: in the window, in each state of a camera, and in every dialog, at 100 to 200 %."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PyQt6.QtWidgets import QComboBox, QLabel, QPushButton, QTableWidget, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.cut_text import cut


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "2"])
def test_no_text_is_cut(scale: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.cut_text"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0 texts are cut\n"


def test_a_drop_down_and_a_roi_name_that_are_cut_are_found(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    root.resize(400, 200)
    drop, table = QComboBox(root), QTableWidget(1, 1, root)
    drop.addItems(["1 min", "A quarter of an hour and more"])
    drop.setGeometry(0, 0, 120, 30)
    table.setGeometry(0, 50, 300, 100)
    table.setItem(0, 0, QTableWidgetItem("Platform 3, exit west"))
    table.setColumnWidth(0, 90)
    root.show()
    found = list(cut(root))
    assert len(found) == 2
    assert "A quarter" in found[0]
    assert "Platform 3" in found[1]
    drop.setFixedWidth(400)
    table.setColumnWidth(0, 290)
    assert list(cut(root)) == []


def test_a_cut_text_is_found(qtbot: QtBot) -> None:
    """The walk above would be worth nothing if it saw nothing."""
    root = QWidget()
    qtbot.addWidget(root)
    root.resize(300, 100)
    label, button, wrapped = (
        QLabel("A long text that does not fit", root),
        QPushButton("Open", root),
        QLabel(root),
    )
    label.setGeometry(0, 0, 40, 20)
    button.setGeometry(0, 30, 200, 40)
    wrapped.setText("Several words on several lines")
    wrapped.setWordWrap(True)
    wrapped.setGeometry(200, 0, 60, 18)
    root.show()
    found = list(cut(root))
    assert len(found) == 2
    assert "A long text" in found[0]
    assert "Several words" in found[1]
