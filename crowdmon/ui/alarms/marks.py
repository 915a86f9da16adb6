"""The signs of alarms: one shape for each state, so that none is told by colour alone."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from crowdmon.view.alarms import AlarmState


def paint_alarm(painter: QPainter, box: QRectF, state: AlarmState, colour: QColor, ground: QColor) -> None:
    """Draw the sign of an alarm into ``box``.

    A full triangle with a stroke: not acknowledged. An empty one: acknowledged. A ring with a tick: over.

    Args:
        painter: draws.
        box: the place.
        state: of the alarm.
        colour: of its level.
        ground: the colour behind the sign, for the stroke on the full triangle.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    inner = box.adjusted(1, 1, -1, -1)
    middle = inner.center()
    if state is AlarmState.OVER:
        painter.drawEllipse(inner)
        wide, tall = inner.width(), inner.height()
        painter.drawPolyline(
            QPolygonF(
                [
                    middle + QPointF(-0.24 * wide, 0.02 * tall),
                    middle + QPointF(-0.05 * wide, 0.2 * tall),
                    middle + QPointF(0.25 * wide, -0.18 * tall),
                ]
            )
        )
    else:
        full = state is AlarmState.OPEN
        painter.setBrush(QBrush(colour) if full else Qt.BrushStyle.NoBrush)
        corners = [QPointF(middle.x(), inner.top()), inner.bottomRight(), inner.bottomLeft()]
        painter.drawPolygon(QPolygonF(corners))
        pen.setColor(ground if full else colour)
        pen.setWidthF(max(box.width() / 9, 1.5))
        painter.setPen(pen)
        top, bottom = inner.top() + 0.38 * inner.height(), inner.top() + 0.66 * inner.height()
        painter.drawLine(QPointF(middle.x(), top), QPointF(middle.x(), bottom))
        dot = inner.top() + 0.84 * inner.height()
        painter.drawPoint(QPointF(middle.x(), dot))
    painter.restore()
