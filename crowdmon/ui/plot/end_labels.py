"""The names and newest values at the right end of the plot's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import CAPTION, DARK, Theme

ROW = 17.0
"""Height of one label, px."""

WIDTH = 148


@dataclass(frozen=True, slots=True)
class EndLabel:
    """One line's name and newest value; ``y`` is where it ends, ``joined`` whether it ends here and now."""

    name: str
    value: str
    colour: str
    y: float = 0.0
    joined: bool = True


def spread(wanted: Sequence[float], *, low: float, high: float, row: float = ROW) -> list[float]:
    """Return centres near the ``wanted`` ones that are at least ``row`` apart, inside ``low..high``.

    Order is kept. If they cannot all fit they are spaced evenly and run over the end.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    at = low + row / 2 - row
    for i in order:
        at = max(wanted[i], at + row)
        placed[i] = at
    limit = high + row / 2
    for i in reversed(order):
        limit = min(placed[i], limit - row)
        placed[i] = max(limit, low + row / 2)
    if len(wanted) * row > high - low:
        for rank, i in enumerate(order):
            placed[i] = low + row / 2 + rank * row
    return placed


class EndLabels(QWidget):
    """A narrow column beside the plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Newest counts")
        self.setFixedWidth(WIDTH)
        self._theme = DARK
        self._labels: tuple[EndLabel, ...] = ()
        self._chosen: str | None = None
        self._bounds = (0.0, 0.0)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the column would like."""
        return QSize(WIDTH, 100)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_labels(self, labels: Sequence[EndLabel], *, top: float, bottom: float) -> None:
        """Show these labels between ``top`` and ``bottom``, px; unchanged ones are not painted again."""
        if (tuple(labels), (top, bottom)) != (self._labels, self._bounds):
            self._labels, self._bounds = tuple(labels), (top, bottom)
            self.setAccessibleDescription(", ".join(f"{one.name} {one.value}" for one in labels))
            self.update()

    def choose(self, name: str | None) -> None:
        """Highlight one label."""
        self._chosen = name
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the labels, moved apart where lines end close together."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, bottom = self._bounds
        room = max(int((bottom - top) // ROW), 1)
        shown = self._labels[:room]
        centres = spread([one.y for one in shown], low=top, high=bottom)
        for one, centre in zip(shown, centres, strict=True):
            faded = self._chosen is not None and self._chosen != one.name
            painter.setOpacity(0.6 if faded else 1.0)
            self._paint_label(painter, one, centre)
        painter.end()

    def _paint_label(self, painter: QPainter, one: EndLabel, centre: float) -> None:
        colour = QColor(one.colour)
        painter.setPen(QPen(colour, 1.5))
        if one.joined:
            painter.drawLine(QPointF(0, one.y), QPointF(10, centre))
        painter.setFont(font(CAPTION, bold=True))
        metrics = QFontMetricsF(painter.font())
        wide = metrics.horizontalAdvance(one.value)
        middle = Qt.AlignmentFlag.AlignVCenter
        column = metrics.horizontalAdvance("000")
        room = QRectF(14, centre - ROW / 2, max(wide, column) + 2, ROW)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, one.value)
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(self._theme.text))
        left = room.right() + 8
        wide = self.width() - left - 8
        name = QFontMetricsF(painter.font()).elidedText(one.name, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(QRectF(left, centre - ROW / 2, wide, ROW), middle, name)
