"""Paints heads, proposals, the cursor and the outside of a ROI on a frozen picture."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from crowdmon.geometry import contains
from crowdmon.view.fit import Fit
from crowdmon.view.heads import Point
from crowdmon.view.theme import DARK, Theme

_RADIUS = 7.0
_GROUND = "#0e1116"
_WHITE = "#ffffff"


def colour(name: str, alpha: float = 1.0) -> QColor:
    """Return a colour of a theme, ``alpha`` of it opaque."""
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


def paint_outside(painter: QPainter, place: Fit, outline: tuple[Point, ...]) -> None:
    """Darken what is outside of a polygon, and draw its outline."""
    inside = QPainterPath()
    inside.addPolygon(QPolygonF([QPointF(*place.to_widget(x, y)) for x, y in outline]))
    inside.closeSubpath()
    whole = QPainterPath()
    whole.addRect(QRectF(place.left, place.top, place.width, place.height))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(whole.subtracted(inside), colour(_GROUND, 0.6))
    for width, line in ((4.0, _GROUND), (2.0, _WHITE)):
        painter.strokePath(inside, QPen(colour(line), width))
    painter.restore()


def paint_heads(
    painter: QPainter,
    place: Fit,
    heads: Iterable[Point],
    outline: tuple[Point, ...] | None,
    *,
    proposed: Iterable[Point] = (),
) -> None:
    """Draw a ring around each head, faint outside of the outline; and a dashed one for each proposal."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for point in proposed:
        at = QPointF(*place.to_widget(*point))
        _ring(painter, at, _GROUND, 3.5)
        _ring(painter, at, _WHITE, 1.5, dashed=True)
    for point in heads:
        at = QPointF(*place.to_widget(*point))
        painter.setOpacity(1.0 if outline is None or contains(outline, *point) else 0.35)
        _ring(painter, at, _GROUND, 4.5)
        _ring(painter, at, DARK.accent, 2.5)
        painter.setPen(QPen(colour(_GROUND), 1.0))
        painter.setBrush(colour(_WHITE))
        painter.drawEllipse(at, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.restore()


def _ring(painter: QPainter, at: QPointF, line: str, width: float, *, dashed: bool = False) -> None:
    pen = QPen(colour(line), width)
    if dashed:
        pen.setDashPattern([2.0, 2.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, _RADIUS, _RADIUS)


def paint_cursor(painter: QPainter, at: QPointF) -> None:
    """Draw the keyboard's cursor, a cross with an open middle."""
    painter.save()
    for width, line in ((4.0, _GROUND), (2.0, _WHITE)):
        painter.setPen(QPen(colour(line), width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(at + QPointF(4 * dx, 4 * dy), at + QPointF(14 * dx, 14 * dy))
    painter.restore()


def paint_focus(painter: QPainter, room: QRectF, theme: Theme) -> None:
    """Draw the ring that shows where keys go."""
    painter.setPen(QPen(colour(theme.accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(room.adjusted(1, 1, -1, -1))
