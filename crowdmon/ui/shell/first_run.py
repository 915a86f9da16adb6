"""The empty window: three large choices and nothing else."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import BODY, HEAD

CHOICES = (
    ("camera", "Open a camera", "A network camera by its address, or a webcam"),
    ("file", "Open a file", "A video, or a folder of pictures"),
    ("demo", "Watch the demo", "A plaza full of people, drawn by the program"),
)
"""(what is asked for, heading, what it means)."""

DRAWING_PX = 40
"""Side of a choice's line drawing, in device-independent pixels."""


class FirstRun(QWidget):
    """Shown while there is no camera.

    Signals:
        chosen(str): ``camera``, ``file`` or ``demo``.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Choose what to count")
        heading = QLabel("What do you want to count?")
        heading.setFont(font(24, bold=True))
        heading.setStyleSheet("font-size: 24px; font-weight: 600;")
        heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons = {kind: _Choice(kind, head, text) for kind, head, text in CHOICES}
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for kind, button in self.buttons.items():
            button.clicked.connect(lambda _=False, kind=kind: self.chosen.emit(kind))
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(24)
        column.addStretch(2)
        column.addWidget(heading)
        column.addLayout(row)
        column.addStretch(3)
        self.setFocusProxy(self.buttons["camera"])


class _Choice(QPushButton):
    """One large choice: a heading, and what it means."""

    def __init__(self, kind: str, head: str, text: str) -> None:
        super().__init__()
        self.setObjectName(f"choice-{kind}")
        self.setAccessibleName(head)
        self.setAccessibleDescription(text)
        self.setProperty("role", "choice")
        self.setFixedWidth(264)
        self.setAutoDefault(False)
        for_eyes = QVBoxLayout(self)
        for_eyes.setContentsMargins(24, 24, 24, 20)
        for_eyes.setSpacing(6)
        for_eyes.addWidget(_Drawing(kind))
        for_eyes.addSpacing(8)
        for words, size, role in ((head, HEAD, "head"), (text, BODY, "caption")):
            label = QLabel(words)
            label.setProperty("role", role)
            label.setFont(font(size, bold=role == "head"))
            label.setStyleSheet(f"font-size: {size}px;")
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            for_eyes.addWidget(label)
        for_eyes.addStretch(1)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Move between the choices with the arrow keys, press with Return."""
        if e is not None and e.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(e.key() == Qt.Key.Key_Right)
            return
        if e is not None and e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(e)


def _paint_camera(painter: QPainter) -> None:
    """Draw a camera on its bracket."""
    painter.drawRoundedRect(QRectF(1, 11, 22, 15), 3, 3)
    painter.drawPolygon(QPolygonF([QPointF(23, 16), QPointF(33, 11), QPointF(33, 26), QPointF(23, 21)]))
    painter.drawLine(QPointF(12, 26), QPointF(12, 34))
    painter.drawLine(QPointF(6, 34), QPointF(18, 34))


def _paint_file(painter: QPainter) -> None:
    """Draw a sheet with a triangle that says play."""
    painter.translate(-8, 0)
    sheet = QPainterPath(QPointF(9, 5))
    for x, y in ((24, 5), (31, 12), (31, 35), (9, 35)):
        sheet.lineTo(x, y)
    sheet.closeSubpath()
    painter.drawPath(sheet)
    painter.drawPolyline(QPolygonF([QPointF(24, 5), QPointF(24, 12), QPointF(31, 12)]))
    painter.drawPolygon(QPolygonF([QPointF(17, 18), QPointF(25, 23), QPointF(17, 28)]))


def _paint_demo(painter: QPainter) -> None:
    """Draw three people."""
    painter.translate(-3, 0)
    for x, y, head, shoulder in ((9.0, 16.0, 3.0, 5.0), (31.0, 16.0, 3.0, 5.0), (20.0, 13.0, 4.5, 8.0)):
        painter.drawEllipse(QPointF(x, y), head, head)
        body = QPainterPath(QPointF(x - shoulder, 33))
        body.cubicTo(
            QPointF(x - shoulder, y + head), QPointF(x + shoulder, y + head), QPointF(x + shoulder, 33)
        )
        painter.drawPath(body)


_PAINTERS = {"camera": _paint_camera, "file": _paint_file, "demo": _paint_demo}


class _Drawing(QWidget):
    """One line drawing, in the colour of the text around it, sharp at any scale."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._paint = _PAINTERS[kind]
        self.setProperty("role", "glyph")
        self.setFixedSize(DRAWING_PX, DRAWING_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a drawing."""
        return QSize(DRAWING_PX, DRAWING_PX)

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
