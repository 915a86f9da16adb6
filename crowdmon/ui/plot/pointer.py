"""Mouse and keys on the plot: zoom, pan, and the counts under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QLabel, QWidget

_ZOOM = 1.25
_STEP = 0.1
"""Share of the plot one press of an arrow key moves it."""


class TimePlot(Protocol):
    """What the pointer asks of a plot over time. Times are epoch seconds."""

    @property
    def follows(self) -> bool:
        """Whether the right edge is now."""

    def shown(self) -> tuple[float, float]:
        """Return the time shown, (start, end)."""

    def values_at(self, time: float) -> Sequence[str]:
        """Return each line's name and count at a moment."""

    def time_text(self, time: float) -> str:
        """Return a time as people say it."""

    def show_menu(self, at: QPoint) -> None:
        """Open the plot's own menu at a place of the screen."""

    def zoom(self, factor: float, at: float) -> None:
        """Show ``factor`` times as much time, around ``at``."""

    def pan(self, seconds: float) -> None:
        """Move by seconds, below 0 into the past."""

    def follow(self) -> None:
        """Follow now again."""


class PlotPointer(QObject):
    """Handles events of the plot's viewport and sets the time that the plot shows."""

    def __init__(self, plot: TimePlot, widget: QWidget, view: pg.PlotWidget) -> None:
        """Listen.

        Args:
            plot: what is zoomed, panned and read.
            widget: the plot as a widget; it takes the focus and carries the readout.
            view: where the lines are drawn.
        """
        super().__init__(widget)
        self._plot, self._widget, self._view = plot, widget, view
        self._grabbed: QPointF | None = None
        self._at: QPointF | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.line.setVisible(False)
        view.addItem(self.line, ignoreBounds=True)
        self.label = QLabel(widget)
        self.label.setAccessibleName("Counts at the pointer")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setObjectName("readout")
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label.hide()
        view.viewport().setMouseTracking(True)
        view.viewport().installEventFilter(self)

    def set_colour(self, colour: str) -> None:
        """Draw the cursor in another colour."""
        self.line.setPen(pg.mkPen(QColor(colour), width=self._widget.devicePixelRatioF()))

    def key(self, event: QKeyEvent) -> bool:
        """Pan and zoom by key; return whether it was one of the keys for that."""
        start, end = self._plot.shown()
        step = _STEP * (end - start)
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._plot.pan(step if key == Qt.Key.Key_Right else -step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Up):
            self._plot.zoom(1 / _ZOOM, end)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Down):
            self._plot.zoom(_ZOOM, end)
        elif key in (Qt.Key.Key_End, Qt.Key.Key_Escape):
            self._plot.follow()
        else:
            return False
        return True

    def refresh(self) -> None:
        """Update the readout: the lines move while the pointer rests."""
        if self._at is None:
            self.line.setVisible(False)
            self.label.setVisible(not self._plot.follows)
            self.label.setText("Esc: back to now")
        else:
            time = self._time(self._at)
            self.line.setPos(time)
            self.line.setVisible(True)
            parts = [self._plot.time_text(time), *self._plot.values_at(time)]
            self.label.setText("   ".join(parts if self._plot.follows else [*parts, "Esc: back to now"]))
            self.label.show()
        self.label.adjustSize()
        self.label.move(56, 6)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Handle the mouse and the wheel on the plot."""
        if isinstance(a1, QWheelEvent):
            if a1.angleDelta().y():
                self._plot.zoom(_ZOOM ** (-a1.angleDelta().y() / 120), self._time(a1.position()))
            return True
        if isinstance(a1, QContextMenuEvent):
            self._plot.show_menu(a1.globalPos())
            return True
        if isinstance(a1, QMouseEvent):
            return self._mouse(a1)
        if a1 is not None and a1.type() is QEvent.Type.Leave:
            self._at = None
            self.refresh()
        return super().eventFilter(a0, a1)

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, at = event.type(), event.position()
        if kind is QEvent.Type.MouseButtonDblClick:
            self._plot.follow()
        elif kind is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self._grabbed = at
            self._widget.setFocus(Qt.FocusReason.MouseFocusReason)
        elif kind is QEvent.Type.MouseButtonRelease:
            self._grabbed = None
        elif kind is QEvent.Type.MouseMove:
            if self._grabbed is not None:
                self._plot.pan(self._time(self._grabbed) - self._time(at))
                self._grabbed = at
            self._at = at
            self.refresh()
        else:
            return False
        return True

    def _time(self, at: QPointF) -> float:
        scene = self._view.mapToScene(at.toPoint())
        return float(self._view.getViewBox().mapSceneToView(scene).x())
