"""The empty window: three large choices and nothing else."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.glyphs import Glyph
from crowdmon.view.theme import BODY, HEAD

CHOICES = (
    ("camera", "Open a camera", "A network camera by its address, or a webcam"),
    ("file", "Open a file", "A video, or a folder of pictures"),
    ("demo", "Watch the demo", "A plaza full of people, drawn by the program"),
)
"""(what is asked for, heading, what it means)."""


class FirstRun(QWidget):
    """Shown while there is no camera.

    Signals:
        chosen(str): ``camera``, ``file`` or ``demo``.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Choose what to count")
        heading = QLabel("What do you want to count?")
        heading.setFont(font(24, bold=True))
        heading.setStyleSheet("font-size: 24px; font-weight: 600;")
        heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons = {kind: _Choice(kind, head, text) for kind, head, text in CHOICES}
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for kind, button in self.buttons.items():
            button.clicked.connect(lambda _=False, kind=kind: self.chosen.emit(kind))
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(24)
        column.addStretch(2)
        column.addWidget(heading)
        column.addLayout(row)
        column.addStretch(3)
        self.setFocusProxy(self.buttons["camera"])


class _Choice(QPushButton):
    """One large choice: a heading, and what it means."""

    def __init__(self, kind: str, head: str, text: str) -> None:
        super().__init__()
        self.setObjectName(f"choice-{kind}")
        self.setAccessibleName(head)
        self.setAccessibleDescription(text)
        self.setProperty("role", "choice")
        self.setFixedWidth(264)
        self.setAutoDefault(False)
        for_eyes = QVBoxLayout(self)
        for_eyes.setContentsMargins(24, 24, 24, 20)
        for_eyes.setSpacing(6)
        for_eyes.addWidget(Glyph(kind))
        for_eyes.addSpacing(8)
        for words, size, role in ((head, HEAD, "head"), (text, BODY, "caption")):
            label = QLabel(words)
            label.setProperty("role", role)
            label.setFont(font(size, bold=role == "head"))
            label.setStyleSheet(f"font-size: {size}px;")
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            for_eyes.addWidget(label)
        for_eyes.addStretch(1)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Move between the choices with the arrow keys, press with Return."""
        if e is not None and e.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(e.key() == Qt.Key.Key_Right)
            return
        super().keyPressEvent(e)
