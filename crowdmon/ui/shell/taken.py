"""A strip that says why the cameras are others by now: the service got another configuration."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from crowdmon.ui.bridge import Bridge

SHOWN_S = 20.0
"""Seconds for which the strip is shown, unless it is closed before."""

WORDS = "The service has a new configuration. This window shows it now."


class TakenStrip(QWidget):
    """One line above the picture, and a button that closes it."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._until = bridge, 0.0
        self.setObjectName("taken")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QLabel(WORDS)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAccessibleName("New configuration")
        self.button = QPushButton("Close")
        self.button.setAccessibleName("Close the notice about the new configuration")
        self.button.clicked.connect(lambda _checked=False: self.hide())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.hide()
        bridge.config_taken.connect(lambda _config: self._say())
        bridge.beat.connect(self._beat)

    def _say(self) -> None:
        self._until = self._bridge.now() + SHOWN_S
        self.show()

    def _beat(self, now: float) -> None:
        if now > self._until and not self.isHidden():
            self.hide()
