"""Small signs, one shape for each state, so that no state is shown by colour alone."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from crowdmon.values import CameraState

MARK = 10
"""Side of a mark, in device-independent pixels."""


def paint_mark(painter: QPainter, box: QRectF, state: CameraState, colour: QColor) -> None:
    """Draw the sign of a state into ``box``.

    Disc: live. Ring: connecting. Two bars: paused. Triangle: no picture. Open ring with a gap:
    reconnecting. Square: ended. Cross: failed.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    inner = box.adjusted(1, 1, -1, -1)
    painter.setPen(pen)
    if state is CameraState.LIVE:
        painter.setBrush(QBrush(colour))
        painter.drawEllipse(inner.adjusted(1, 1, -1, -1))
    elif state is CameraState.CONNECTING:
        painter.drawEllipse(inner)
    elif state is CameraState.RECONNECTING:
        painter.drawArc(inner, 60 * 16, 270 * 16)
        painter.drawLine(inner.topRight(), QPointF(inner.right(), inner.center().y() - 1))
    elif state is CameraState.PAUSED:
        for x in (inner.left() + inner.width() / 4, inner.right() - inner.width() / 4):
            painter.drawLine(QPointF(x, inner.top()), QPointF(x, inner.bottom()))
    elif state is CameraState.STALE:
        painter.setBrush(QBrush(colour))
        corners = [QPointF(inner.center().x(), inner.top()), inner.bottomRight(), inner.bottomLeft()]
        painter.drawPolygon(QPolygonF(corners))
    elif state is CameraState.ENDED:
        painter.setBrush(QBrush(colour))
        painter.drawRect(inner.adjusted(1, 1, -1, -1))
    else:
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
    painter.restore()


def hatch(painter: QPainter, box: QRectF, colour: QColor, *, step: int = 8, width: float = 1.0) -> None:
    """Cover ``box`` with diagonal lines: the sign for what is not known.

    Lines of 1 px are blended with the ground; those of 2 px have the whole contrast of their colour.
    """
    painter.save()
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, width))
    x = box.left() - box.height()
    while x < box.right():
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
        x += step
    painter.restore()
