"""A panel at the side of the picture: it can be moved, floated, closed, and opened again from View."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.view.theme import DARK, Theme


class Dock(QDockWidget):
    """A dock whose title is quiet: a caption, and a cross to close it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"dock-{title}")
        self.setWidget(content)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self._cross = _Cross(self)
        self._cross.setAccessibleName(f"Close {title}")
        self._cross.setToolTip(f"Close. View > {title} opens it again.")
        self._cross.clicked.connect(self.close)
        caption = QLabel(title)
        caption.setProperty("role", "caption")
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 2, 8, 2)
        row.addWidget(caption, 1)
        row.addWidget(self._cross)
        self.setTitleBarWidget(bar)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._cross.theme = theme
        self._cross.update()


class _Cross(QToolButton):
    """A small cross, drawn, so that it has the theme's colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = DARK
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(SpaceKeeper(self))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the button."""
        return QSize(20, 20)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the cross, and a frame while it has the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.theme.text if self.underMouse() or self.hasFocus() else self.theme.muted)
        painter.setPen(QPen(colour, 1.5))
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        for slope in (-1, 1):
            painter.drawLine(middle + QPointF(-4, -4 * slope), middle + QPointF(4, 4 * slope))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.end()
