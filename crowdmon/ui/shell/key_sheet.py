"""The sheet behind F1: every key, by where it works."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crowdmon.ui.shell.menus import MENUS

EDITING = (
    ("Tab, Shift+Tab", "Choose the next ROI, or the one before"),
    ("P, Shift+P", "Choose the next corner, or the one before"),
    ("Arrows", "Move the corner or the ROI by a pixel; with Shift by 10"),
    ("Space", "Set a corner without a mouse"),
    ("Enter", "Close the ROI that is drawn, and name it"),
    ("Backspace", "Take the last corner back"),
    ("Esc", "Leave one level: drawing, corner, ROI, editing"),
)

ON_THE_PLOT = (
    ("Left, Right", "Go back in time, or on"),
    ("+, -", "Show less time, or more; also the wheel"),
    ("Esc, End", "Back to now"),
)

ON_THE_WALL = (
    ("Arrows", "Select a camera"),
    ("Enter", "Look at it; also a click"),
    ("Ctrl+arrows", "Move it; also by dragging"),
    ("Esc", "Back from the camera to the wall"),
)

Rows = Sequence[tuple[str, str]]


def groups() -> list[tuple[str, Rows]]:
    """Return the keys by where they work: first those of the menus, in their order."""
    found: list[tuple[str, Rows]] = []
    for title, entries in MENUS.items():
        rows = [
            (entry.shortcut or entry.picture_key, entry.text.replace("&", "").rstrip("…"))
            for entry in entries
            if entry.shortcut or entry.picture_key
        ]
        if rows:
            found.append((title.replace("&", ""), rows))
    return [
        *found,
        ("While ROIs are edited", EDITING),
        ("On the plot", ON_THE_PLOT),
        ("On the wall", ON_THE_WALL),
    ]


class KeySheet(QDialog):
    """Two columns of keys; it scrolls where the screen is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(860, 720)
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(32)
        halves = [QVBoxLayout(), QVBoxLayout()]
        lengths = [0, 0]
        for title, rows in groups():
            shorter = lengths.index(min(lengths))
            halves[shorter].addWidget(_group(title, rows))
            lengths[shorter] += len(rows) + 2
        for half in halves:
            half.setSpacing(16)
            half.addStretch(1)
            columns.addLayout(half, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName("Keys")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(sheet)
        scroll.setMinimumWidth(sheet.minimumSizeHint().width() + 24)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)


def _group(title: str, rows: Rows) -> QWidget:
    group = QWidget()
    grid = QGridLayout(group)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    heading = QLabel(title)
    heading.setProperty("role", "group")
    grid.addWidget(heading, 0, 0, 1, 2)
    for line, (key, what) in enumerate(rows, 1):
        cap = QLabel(key)
        cap.setProperty("role", "key")
        words = QLabel(what)
        words.setWordWrap(True)
        grid.addWidget(cap, line, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, line, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnMinimumWidth(0, 118)
    grid.setColumnStretch(1, 1)
    return group
