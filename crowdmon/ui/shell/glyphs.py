"""Three line drawings for the first choices, drawn so that they take the theme's colours and any scale."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

SIZE = 40


def paint_camera(painter: QPainter) -> None:
    """Draw a camera on its bracket."""
    painter.drawRoundedRect(QRectF(1, 11, 22, 15), 3, 3)
    painter.drawPolygon(QPolygonF([QPointF(23, 16), QPointF(33, 11), QPointF(33, 26), QPointF(23, 21)]))
    painter.drawLine(QPointF(12, 26), QPointF(12, 34))
    painter.drawLine(QPointF(6, 34), QPointF(18, 34))


def paint_file(painter: QPainter) -> None:
    """Draw a sheet with a triangle that says play."""
    painter.translate(-8, 0)
    sheet = QPainterPath(QPointF(9, 5))
    for x, y in ((24, 5), (31, 12), (31, 35), (9, 35)):
        sheet.lineTo(x, y)
    sheet.closeSubpath()
    painter.drawPath(sheet)
    painter.drawPolyline(QPolygonF([QPointF(24, 5), QPointF(24, 12), QPointF(31, 12)]))
    painter.drawPolygon(QPolygonF([QPointF(17, 18), QPointF(25, 23), QPointF(17, 28)]))


def paint_demo(painter: QPainter) -> None:
    """Draw three people."""
    painter.translate(-3, 0)
    for x, y, head, shoulder in ((9.0, 16.0, 3.0, 5.0), (31.0, 16.0, 3.0, 5.0), (20.0, 13.0, 4.5, 8.0)):
        painter.drawEllipse(QPointF(x, y), head, head)
        body = QPainterPath(QPointF(x - shoulder, 33))
        body.cubicTo(
            QPointF(x - shoulder, y + head), QPointF(x + shoulder, y + head), QPointF(x + shoulder, 33)
        )
        painter.drawPath(body)


PAINTERS = {"camera": paint_camera, "file": paint_file, "demo": paint_demo}


class Glyph(QWidget):
    """One drawing, in the colour of the text around it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._paint = PAINTERS[kind]
        self.setProperty("role", "glyph")
        self.setFixedSize(SIZE, SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a drawing."""
        return QSize(SIZE, SIZE)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().windowText().color(), 1.75)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        self._paint(painter)
        painter.end()
