"""The line in the plot that marks the moment of an alarm."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.theme import CAPTION, Theme


class MomentMark:
    """A line from top to bottom with words beside it; hidden until a moment is shown."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        """Add it to ``plot``."""
        self._line = pg.InfiniteLine(angle=90, movable=False, label="", labelOpts={"position": 0.9})
        self._line.label.setFont(font(CAPTION))
        self._line.setZValue(5)
        self._level = Level.RED
        self.words = ""
        """What stands beside the line; empty while it is hidden."""
        plot.addItem(self._line, ignoreBounds=True)
        self.hide()

    @property
    def time(self) -> float:
        """Where it is, epoch seconds."""
        return float(self._line.value())

    def show(self, time: float, level: Level, words: str) -> None:
        """Mark a time."""
        self._level, self.words = level, words
        self._line.setPos(time)
        self._line.setVisible(True)  # first: a label that is hidden takes no text
        self._line.label.setFormat(words.replace("{", "{{").replace("}", "}}"))

    def hide(self) -> None:
        """Mark nothing."""
        self.words = ""
        self._line.setVisible(False)

    def dress(self, theme: Theme) -> None:
        """Use a theme's colours."""
        self._line.setPen(pg.mkPen(QColor(theme.of_level(self._level)), width=2, style=Qt.PenStyle.DashLine))
        self._line.label.setColor(QColor(theme.text))
