"""What is painted only while ROIs are edited: handles, the path being drawn, why something is refused.

A handle is white with a dark rim, so that it reads on snow and on asphalt alike; the chosen one is
larger and filled with the accent.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from crowdmon.roi import Part
from crowdmon.roi.shapes import Point, Points
from crowdmon.roi.targets import on_edge
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.roi.overlay import LABEL_GROUND, LABEL_TEXT
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import MARK
from crowdmon.view.fit import Fit
from crowdmon.view.theme import BODY, DARK

HANDLE = 9.0
_LEAST_EDGE = 48.0
_ACCENT, _WARN = DARK.accent, DARK.amber


def paint_editing(painter: QPainter, place: Fit, editor: RoiEditor) -> None:
    """Draw everything that belongs to editing, on top of the ROIs."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if editor.sketch is not None:
        _paint_sketch(painter, place, editor.sketch.points, editor.cursor)
        if editor.by_keys:
            _paint_cross(painter, _at(place, editor.cursor))
    else:
        hovered = editor.hover.roi
        if hovered and hovered != editor.selected and hovered in editor.draft.names:
            _paint_corners(painter, place, editor.draft[hovered].polygon, None, small=True)
        if editor.selected in editor.draft.names:
            points = editor.draft[editor.selected].polygon
            _paint_middles(painter, place, points)
            _paint_corners(painter, place, points, editor.point)
        if editor.hover.part in (Part.VERTEX, Part.EDGE):
            _ring(painter, _at(place, editor.hover.at))
    notice = editor.area_notice
    if editor.refusal is not None:
        _paint_message(painter, place, editor.refusal.reason, _at(place, editor.refusal.at), refused=True)
    elif notice is not None and notice.at is not None:
        _paint_message(painter, place, notice.text, _at(place, notice.at), refused=False)
    painter.restore()


def paint_frame(painter: QPainter, place: Fit, *, focused: bool) -> None:
    """Frame the picture while ROIs are edited, brightly while it has the keyboard."""
    box = QRectF(place.left, place.top, place.width, place.height).adjusted(2, 2, -2, -2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for tint, width in ((LABEL_GROUND, 4.0), (_ACCENT if focused else DARK.control, 2.0)):
        painter.setPen(QPen(QColor(tint), width))
        painter.drawRect(box)


def _at(place: Fit, point: Point) -> QPointF:
    return QPointF(*place.to_widget(*point))


def _paint_corners(
    painter: QPainter, place: Fit, points: Points, chosen: int | None, *, small: bool = False
) -> None:
    for index, point in enumerate(points):
        if index != chosen:
            _handle(painter, _at(place, point), HANDLE - 3.0 if small else HANDLE, LABEL_TEXT)
    if chosen is not None and chosen < len(points):
        _handle(painter, _at(place, points[chosen]), HANDLE + 4.0, _ACCENT, rim=LABEL_TEXT)


def _paint_middles(painter: QPainter, place: Fit, points: Points) -> None:
    for edge in range(len(points)):
        a, b = _at(place, points[edge]), _at(place, points[(edge + 1) % len(points)])
        if (b - a).manhattanLength() >= _LEAST_EDGE:
            painter.setPen(QPen(QColor(LABEL_GROUND), 1.5))
            painter.setBrush(QColor(LABEL_TEXT))
            painter.drawEllipse(_at(place, on_edge(points, edge, 0.5)), 3.0, 3.0)


def _handle(painter: QPainter, at: QPointF, side: float, fill: str, *, rim: str = "") -> None:
    box = QRectF(at.x() - side / 2, at.y() - side / 2, side, side)
    if rim:
        painter.setPen(QPen(QColor(LABEL_GROUND), 5.0))
        painter.drawRoundedRect(box, 2, 2)
    painter.setPen(QPen(QColor(rim or LABEL_GROUND), 2.0))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box, 2, 2)


def _ring(painter: QPainter, at: QPointF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for tint, width in ((LABEL_GROUND, 4.0), (LABEL_TEXT, 2.0)):
        painter.setPen(QPen(QColor(tint), width))
        painter.drawEllipse(at, 9.0, 9.0)


def _paint_sketch(painter: QPainter, place: Fit, points: Points, cursor: Point) -> None:
    path = [_at(place, point) for point in points]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for tint, width in ((LABEL_GROUND, 4.0), (LABEL_TEXT, 2.0)):
        painter.setPen(QPen(QColor(tint), width))
        painter.drawPolyline(QPolygonF(path))
    if path:
        # Where the next edges would run: to the pointer, and from it back to the first corner.
        ends = [path[-1], _at(place, cursor)] + ([path[0]] if len(path) > 1 else [])
        for tint, width in ((LABEL_GROUND, 3.0), (LABEL_TEXT, 1.0)):
            painter.setPen(QPen(QColor(tint), width, Qt.PenStyle.DashLine))
            painter.drawPolyline(QPolygonF(ends))
    _paint_corners(painter, place, points, None)
    if len(path) > 2:
        _ring(painter, path[0])


def _paint_cross(painter: QPainter, at: QPointF) -> None:
    for tint, width in ((LABEL_GROUND, 5.0), (_ACCENT, 2.0)):
        painter.setPen(QPen(QColor(tint), width))
        for dx, dy in ((1.0, 0.0), (0.0, 1.0)):
            for way in (-1.0, 1.0):
                near, far = QPointF(dx, dy) * (4.0 * way), QPointF(dx, dy) * (14.0 * way)
                painter.drawLine(at + near, at + far)


def message_box(size: tuple[float, float], at: QPointF, place: Fit) -> QRectF:
    """Return the place of a message of ``size``: beside ``at``, never outside the picture."""
    left = at.x() + 16 if at.x() + 16 + size[0] <= place.left + place.width - 4 else at.x() - 16 - size[0]
    left = min(max(left, place.left + 4), place.left + place.width - size[0] - 4)
    top = at.y() + 16 if at.y() + 16 + size[1] <= place.top + place.height - 4 else at.y() - 16 - size[1]
    top = min(max(top, place.top + 4), place.top + place.height - size[1] - 4)
    return QRectF(round(left), round(top), *size)


def _paint_message(painter: QPainter, place: Fit, text: str, at: QPointF, *, refused: bool) -> None:
    """Write a message beside a point, in several lines where the picture is narrow."""
    face = font(BODY)
    indent, right = MARK + 16.0, 10.0
    widest = max(place.width - 8.0 - indent - right, 1.0)
    wrapped = Qt.TextFlag.TextWordWrap
    room = QFontMetricsF(face).boundingRect(QRectF(0, 0, widest, 10_000), wrapped, text)
    size = (math.ceil(room.width()) + indent + right, math.ceil(room.height()) + 12.0)
    box = message_box(size, at, place)
    painter.setPen(QPen(QColor(_WARN), 1.0))
    painter.setBrush(QColor(LABEL_GROUND))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    # A sign beside the words, so that nothing is shown by colour alone: a cross for a refusal.
    sign = QRectF(box.left() + 10, box.center().y() - 4, 8, 8)
    painter.setPen(QPen(QColor(_WARN), 2.0))
    if refused:
        painter.drawLine(sign.topLeft(), sign.bottomRight())
        painter.drawLine(sign.topRight(), sign.bottomLeft())
    else:
        middle = sign.center().x()
        painter.drawLine(QPointF(middle, sign.top() - 1), QPointF(middle, sign.bottom() - 3))
        painter.drawPoint(QPointF(middle, sign.bottom() + 1))
    painter.setPen(QColor(LABEL_TEXT))
    painter.setFont(face)
    inside = box.adjusted(indent, 0, -right + 1, 0)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | wrapped, text)
