"""The row under the picture of a source that did not open: correct it, open it again, or drop it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from crowdmon.values import CameraState, Status

NEVER = (CameraState.CONNECTING, CameraState.RECONNECTING)
"""States of a camera that may never have given a picture."""


def needs_rescue(status: Status) -> bool:
    """Whether somebody has to look at the source: it failed, or never gave a picture in several attempts."""
    never = status.state in NEVER and status.age is None and status.attempt > 1
    return status.state is CameraState.FAILED or never


class RescueRow(QWidget):
    """Three buttons, each with a word that says what happens.

    Signals:
        correct_asked(), again_asked(), remove_asked(): the buttons, in their order.
    """

    correct_asked = pyqtSignal()
    again_asked = pyqtSignal()
    remove_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("rescue")
        words = QLabel("What now?")
        words.setProperty("role", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(words)
        self.correct, self.again, self.remove = (
            QPushButton(text) for text in ("Correct source…", "Open again", "Remove camera")
        )
        for button, asked in (
            (self.correct, self.correct_asked),
            (self.again, self.again_asked),
            (self.remove, self.remove_asked),
        ):
            button.setAutoDefault(False)
            button.setAccessibleName(button.text().rstrip("…"))
            button.clicked.connect(lambda _checked=False, asked=asked: asked.emit())
            row.addWidget(button)
        row.addStretch(1)
        self.hide()
