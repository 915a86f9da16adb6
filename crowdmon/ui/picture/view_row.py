"""The row under the picture of a camera that was turned."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from crowdmon.track.view_check import View
from crowdmon.values import Status


def has_changed(status: Status) -> bool:
    """Whether a camera shows another view than the one that is known."""
    return status.message.startswith(View.CHANGED.value)


class ViewRow(QWidget):
    """The row under the picture of a camera that was turned.

    Signals:
        compare_asked(), right_asked(): the buttons.
    """

    compare_asked = pyqtSignal()
    right_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rescue")
        words = QLabel("Was the camera turned?")
        words.setProperty("role", "caption")
        self.compare = QPushButton("Compare and move ROIs…")
        self.right = QPushButton("The picture is right")
        self.right.setToolTip("F5")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(words)
        for button, asked in ((self.compare, self.compare_asked), (self.right, self.right_asked)):
            button.setAutoDefault(False)
            button.setAccessibleName(button.text().rstrip("…"))
            button.clicked.connect(lambda _checked=False, asked=asked: asked.emit())
            row.addWidget(button)
        row.addStretch(1)
        self.hide()
