"""A name edited where it stands: Enter keeps it, Escape leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

_LEAST_WIDTH, _LEAST_HEIGHT = 160, 32


class NameBox(QLineEdit):
    """Lies upon a name until it is edited; then it is gone, and the focus is where it was."""

    def __init__(self, parent: QWidget, place: QRect, name: str, keep: Callable[[str], bool]) -> None:
        """Edit at once.

        Args:
            parent: the widget the name stands on.
            place: where it stands there; the box is as wide as a name needs, and stays in the widget.
            name: the name.
            keep: takes the new name; False if it cannot be, then the box stays.
        """
        super().__init__(name, parent)
        self.setAccessibleName("Name of the ROI")
        self.setMaxLength(64)
        self._keep = keep
        self._open = True
        window = parent.window()
        self._back = (window.focusWidget() if window is not None else None) or parent
        width, height = max(place.width(), _LEAST_WIDTH), max(place.height(), _LEAST_HEIGHT)
        left = max(min(place.left(), parent.width() - width), 0)
        top = max(min(place.center().y() - height // 2, parent.height() - height), 0)
        self.setGeometry(left, top, width, height)
        self.returnPressed.connect(self._finish)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Leave on Escape; no key goes on to what lies below."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(a0)
        if a0 is not None:
            a0.accept()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Keep the name when somebody goes on elsewhere, if it can be kept."""
        super().focusOutEvent(a0)
        if self._open and a0 is not None and a0.reason() != Qt.FocusReason.PopupFocusReason:
            self._open = False
            self._keep(self.text())
            self.hide()
            self.deleteLater()

    def _finish(self) -> None:
        if self._keep(self.text()):
            self._close()
        else:
            self.selectAll()

    def _close(self) -> None:
        self._open = False
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.deleteLater()
