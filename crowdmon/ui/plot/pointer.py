"""The mouse and the keys upon the plot: zoom, pan, and what the lines say under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QLabel

from crowdmon.view.wording import clock, people

if TYPE_CHECKING:
    from crowdmon.ui.plot.count_plot import CountPlot, Curve

_ZOOM = 1.25
_STEP = 0.1
"""Share of the plot one press of an arrow key moves it."""

_NEAR_S = 5.0
"""Seconds within which a reading speaks for a moment."""


def value_at(curve: Curve, time: float) -> float | None:
    """Return the count at a moment: that of the last reading before it; None in a gap."""
    index = int(np.searchsorted(curve.times, time, side="right")) - 1
    if index < 0:
        return None
    # Where readings are rare each of them holds until the next.
    usual = float(np.median(np.diff(curve.times[-50:]))) if len(curve.times) > 1 else 0.0
    old = time - curve.times[index] > max(_NEAR_S, 2.0 * usual)
    value = float(curve.counts[index])
    return None if old or np.isnan(value) else value


class PlotPointer(QObject):
    """Listens to the plot's viewport and tells the plot which time to show."""

    def __init__(self, plot: CountPlot, view: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._plot, self._view = plot, view
        self._grabbed: QPointF | None = None
        self._at: QPointF | None = None
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.line.setVisible(False)
        view.addItem(self.line, ignoreBounds=True)
        self.label = QLabel(plot)
        self.label.setAccessibleName("Counts at the pointer")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setObjectName("readout")
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label.hide()
        view.viewport().setMouseTracking(True)
        view.viewport().installEventFilter(self)

    def set_colour(self, colour: str) -> None:
        """Draw the cursor in another colour."""
        self.line.setPen(pg.mkPen(QColor(colour), width=self._plot.devicePixelRatioF()))

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
        """Say anew what the lines say, for they move under a pointer that rests."""
        if self._at is None:
            self.line.setVisible(False)
            self.label.setVisible(not self._plot.follows)
            self.label.setText("Esc: back to now")
        else:
            time = self._time(self._at)
            self.line.setPos(time)
            self.line.setVisible(True)
            parts = [clock(time), *(f"{c.name} {people(value_at(c, time))}" for c in self._plot.curves)]
            self.label.setText("   ".join(parts if self._plot.follows else [*parts, "Esc: back to now"]))
            self.label.show()
        self.label.adjustSize()
        self.label.move(56, 6)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Take what happens upon the plot."""
        if isinstance(a1, QWheelEvent):
            if a1.angleDelta().y():
                self._plot.zoom(_ZOOM ** (-a1.angleDelta().y() / 120), self._time(a1.position()))
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
            self._plot.setFocus(Qt.FocusReason.MouseFocusReason)
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
