"""The levels behind the lines of the plot: a faint wash from each bound on, with a line and a word."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from crowdmon.track.levels import RANK
from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.theme import CAPTION, Theme

_FAR = 1e6


class LevelBand:
    """One level, from its bound up to the next."""

    def __init__(self, plot: pg.PlotWidget, level: Level, low: float) -> None:
        """Draw it behind the lines of ``plot``, from ``low`` people on."""
        self.level, self.low = level, low
        self._wash = pg.LinearRegionItem((low, _FAR), orientation="horizontal", movable=False)
        self._wash.setZValue(-20)
        self._line = pg.InfiniteLine(
            low,
            angle=0,
            label=level.value,
            # Side by side, for bounds may lie close together.
            labelOpts={"position": 0.01 + 0.05 * RANK[level], "anchors": [(0, 1), (0, 1)]},
        )
        self._line.label.setFont(font(CAPTION))
        self._line.setZValue(-10)
        for item in (self._wash, self._line):
            plot.addItem(item, ignoreBounds=True)

    def reach(self, high: float | None) -> None:
        """End at the next bound."""
        self._wash.setRegion((self.low, _FAR if high is None else high))

    def dress(self, theme: Theme) -> None:
        """Use a theme's colours."""
        ink = QColor(theme.of_level(self.level))
        wash = QColor(ink)
        wash.setAlphaF(0.05)
        self._wash.setBrush(wash)
        for edge in self._wash.lines:
            edge.setPen(pg.mkPen(None))
        self._line.setPen(pg.mkPen(ink, width=1, style=Qt.PenStyle.DotLine))
        self._line.label.setColor(ink)

    def remove(self, plot: pg.PlotWidget) -> None:
        """Take it away."""
        for item in (self._wash, self._line):
            plot.removeItem(item)
