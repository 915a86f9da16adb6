"""The level of a ROI over the day as a strip: a bar a quarter of an hour, hatched where nothing is known."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon.track.levels import RANK
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import hatch
from crowdmon.values import Level
from crowdmon.view.day import QUARTERS, Day
from crowdmon.view.theme import CAPTION, DARK, Theme

_BAR = 28.0


class DayStrip(QWidget):
    """Paints a :class:`~crowdmon.view.day.Day`: the higher the bar, the higher the level."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Level over the day")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = DARK
        self.day = Day(0.0)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of bars and hours."""
        return QSize(240, int(_BAR) + 20)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_day(self, day: Day) -> None:
        """Show another day."""
        if day != self.day:
            self.day = day
            known = [one for one in day.levels if one is not None]
            highest = max(known, key=RANK.__getitem__, default=None)
            self.setAccessibleDescription("nothing counted" if highest is None else f"highest: {highest}")
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint bars, hatch and hours."""
        painter = QPainter(self)
        wide = self.width() / QUARTERS
        ground = QRectF(0, 0, self.width(), _BAR)
        painter.fillRect(ground, QColor(self._theme.background))
        unknown = QColor(self._theme.unknown)
        unknown.setAlphaF(0.4)
        first = 0
        for place in range(QUARTERS + 1):
            if place < QUARTERS and self.day.levels[place] is None:
                continue
            if place > first:
                hatch(painter, QRectF(first * wide, 0, (place - first) * wide, _BAR), unknown, step=6)
            first = place + 1
        for place, level in enumerate(self.day.levels):
            if level is not None:
                high = _BAR * (RANK[level] + 1) / len(Level)
                bar = QRectF(place * wide, _BAR - high, max(wide - 0.5, 1.0), high)
                painter.fillRect(bar, QColor(self._theme.of_level(level)))
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(self._theme.muted))
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for text, side in zip(("0:00", "12:00", "24:00"), sides, strict=True):
            painter.drawText(QRectF(0, _BAR + 2, self.width(), 18), side, text)
        painter.end()
