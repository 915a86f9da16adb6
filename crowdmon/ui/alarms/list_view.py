"""The list itself: it says how wide its rows are, and when Enter is pressed."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QListView


class AlarmListView(QListView):
    """Signals: ``opened()`` on Enter; ``resized(int)``, the width that rows have."""

    opened = pyqtSignal()
    resized = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Alarms")
        self.setObjectName("alarm-list")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def resizeEvent(self, e: QResizeEvent | None) -> None:  # noqa: N802
        """Wrap the texts to the new width."""
        super().resizeEvent(e)
        view = self.viewport()
        if view is not None:
            self.resized.emit(view.width())

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Show the moment of the selected alarm on Enter."""
        if e is not None and e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
            return
        super().keyPressEvent(e)

    def redraw(self) -> None:
        """Paint everything anew."""
        view = self.viewport()
        if view is not None:
            view.update()
