"""Paints a calibration on the picture: the grid, the points, ROIs with their square metres, a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from crowdmon.ui.roi.overlay import LABEL_GROUND, LABEL_TEXT
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.spot_check.marks import colour
from crowdmon.view.calibration import Point
from crowdmon.view.fit import Fit
from crowdmon.view.ground_grid import GroundGrid
from crowdmon.view.theme import CAPTION, DARK

_GROUND, _WHITE = "#0e1116", "#ffffff"
HANDLE = 6.0


def paint_grid(painter: QPainter, place: Fit, grid: GroundGrid) -> None:
    """Draw the lines, light on a dark edge."""
    path = QPainterPath()
    for line in grid.lines:
        path.addPolygon(QPolygonF([QPointF(*place.to_widget(float(x), float(y))) for x, y in line]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((colour(_GROUND, 0.35), 2.5), (colour(_WHITE, 0.6), 1.0)):
        painter.setPen(QPen(ink, width))
        painter.drawPath(path)


def paint_outline(painter: QPainter, place: Fit, corners: Sequence[Point], *, closed: bool) -> None:
    """Connect the corners of a rectangle."""
    if len(corners) < 2:
        return
    around = QPolygonF([QPointF(*place.to_widget(*one)) for one in corners])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((colour(_GROUND, 0.8), 4.0), (colour(DARK.accent), 2.0)):
        painter.setPen(QPen(ink, width))
        (painter.drawPolygon if closed else painter.drawPolyline)(around)


def paint_points(painter: QPainter, place: Fit, corners: Sequence[Point], chosen: int | None) -> None:
    """Draw a numbered handle at each point; the chosen one is larger and filled."""
    for index, corner in enumerate(corners):
        at = QPointF(*place.to_widget(*corner))
        large = index == chosen
        size = HANDLE + (2.0 if large else 0.0)
        painter.setPen(QPen(colour(_GROUND), 2.0))
        painter.setBrush(colour(DARK.accent if large else _WHITE))
        painter.drawEllipse(at, size, size)
        _label(painter, at + QPointF(10.0, -10.0), str(index + 1))


def paint_rois(painter: QPainter, place: Fit, rois: Iterable[tuple[tuple[Point, ...], str]]) -> None:
    """Draw the outline of each ROI and its words at its first corner."""
    for outline, words in rois:
        around = QPolygonF([QPointF(*place.to_widget(*one)) for one in outline])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(colour(_WHITE, 0.9), 1.5)
        pen.setDashPattern([4.0, 3.0])
        for ink in (QPen(colour(_GROUND, 0.6), 3.5), pen):
            painter.setPen(ink)
            painter.drawPolygon(around)
        _label(painter, around.boundingRect().topLeft() + QPointF(4.0, 18.0), words)


def paint_person(painter: QPainter, place: Fit, feet: Point, head: Point, words: str) -> None:
    """Draw somebody with their feet at the pointer, as tall as the plane has them."""
    low, high = QPointF(*place.to_widget(*feet)), QPointF(*place.to_widget(*head))
    tall = max(low.y() - high.y(), 1.0)
    wide = 0.14 * tall
    middle = QPointF((low.x() + high.x()) / 2, high.y() + wide)
    body = QRectF(middle.x() - 1.3 * wide, high.y() + 2.0 * wide, 2.6 * wide, 0.45 * tall)
    path = QPainterPath()
    path.addEllipse(middle, wide * 0.8, wide)
    path.addRoundedRect(body, wide, wide)
    for side in (-0.7, 0.7):
        path.moveTo(middle.x() + side * wide, body.bottom())
        path.lineTo(low.x() + side * wide * 0.6, low.y())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((colour(_GROUND, 0.9), 4.0), (colour(DARK.amber), 2.0)):
        painter.setPen(QPen(ink, width))
        painter.drawPath(path)
    _label(painter, low + QPointF(8.0, 16.0), words)


def _label(painter: QPainter, at: QPointF, words: str) -> None:
    face = font(CAPTION, bold=True)
    painter.setFont(face)
    metrics = QFontMetricsF(face)
    box = metrics.boundingRect(words).translated(at).adjusted(-4.0, -2.0, 4.0, 2.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(LABEL_GROUND if not isinstance(LABEL_GROUND, str) else colour(LABEL_GROUND))
    painter.drawRoundedRect(box, 3.0, 3.0)
    painter.setPen(colour(LABEL_TEXT) if isinstance(LABEL_TEXT, str) else LABEL_TEXT)
    painter.drawText(at, words)
