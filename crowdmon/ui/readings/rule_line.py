"""24 h of a ROI as a line, with the level that raises an alarm and the one that clears it, to be dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import hatch
from crowdmon.values import Level
from crowdmon.view.rule_draft import StageDraft
from crowdmon.view.theme import CAPTION, DARK, Theme

_HIGH, _PAD, _NEAR, _WORDS = 96.0, 6.0, 12.0, 18.0


class RuleLine(QWidget):
    """The day, and two lines over it. Up and Down move the chosen one, Left and Right choose the other.

    Signals:
        moved(StageDraft): while a line is dragged, and after each key.
        settled(): it was let go.
    """

    moved = pyqtSignal(object)
    settled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self.line: tuple[float | None, ...] = ()
        self.stage: StageDraft | None = None
        self.level = Level.RED
        self.step = 1.0
        """What a key moves a line by."""
        self._of_clear = False
        self._dragged = False
        self._top = 10.0
        self.setAccessibleName("Levels over the last 24 h")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Drag a line. Keys: Up and Down move it, Left and Right choose the other one.")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of line and hours."""
        return QSize(240, int(_HIGH + _WORDS))

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def show_line(self, line: Sequence[float | None]) -> None:
        """Show another day."""
        self.line = tuple(line)
        self._fit()

    def show_stage(self, level: Level, stage: StageDraft | None, *, step: float = 1.0) -> None:
        """Show the two lines of a level; None for a level that is not used."""
        self.level, self.stage, self.step = level, stage, step
        said = "not used" if stage is None else f"raised above {stage.above:g}, cleared below {stage.clear:g}"
        chosen = "the level that clears" if self._of_clear else "the level that raises"
        self.setAccessibleDescription(f"{level.value}: {said}" + ("" if stage is None else f"; {chosen}"))
        self._fit()

    def y_of(self, value: float) -> float:
        """Return where a value is, in pixels from the top."""
        return _HIGH - _PAD - (_HIGH - 2 * _PAD) * value / self._top

    def value_at(self, y: float) -> float:
        """Return the value at a place, in whole steps, at least one step."""
        value = (_HIGH - _PAD - y) / (_HIGH - 2 * _PAD) * self._top
        return max(round(round(value / self.step) * self.step, 3), self.step)

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Take the nearer line, if it is near."""
        if a0 is None or self.stage is None or a0.button() != Qt.MouseButton.LeftButton:
            return
        y = a0.position().y()
        off = {clear: abs(y - self.y_of(self._value(clear))) for clear in (False, True)}
        # Where both lines are in one place, above it is the one that raises.
        nearer = off[True] < off[False] or (off[True] == off[False] and y > self.y_of(self.stage.clear))
        if off[nearer] <= _NEAR:
            self._of_clear, self._dragged = nearer, True
            self.update()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Move the line that was taken."""
        if a0 is not None and self._dragged:
            self._move_to(self.value_at(a0.position().y()))

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Let it go."""
        if self._dragged:
            self._dragged = False
            self._fit()
            self.settled.emit()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Move a line, or choose the other one."""
        if a0 is None or self.stage is None:
            super().keyPressEvent(a0)
            return
        far = {
            Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10,
        }.get(Qt.Key(a0.key()))  # fmt: skip
        if a0.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._of_clear = a0.key() == Qt.Key.Key_Right
            self.show_stage(self.level, self.stage, step=self.step)
        elif far is not None:
            self._move_to(max(self._value(self._of_clear) + far * self.step, self.step))
            self.settled.emit()
        else:
            super().keyPressEvent(a0)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show the focus."""
        super().focusInEvent(a0)
        self.update()

    def _value(self, clear: bool) -> float:
        assert self.stage is not None
        return self.stage.clear if clear else self.stage.above

    def _move_to(self, value: float) -> None:
        if self.stage is None:
            return
        value = round(value, 3)
        self.stage = self.stage.cleared_at(value) if self._of_clear else self.stage.raised_to(value)
        self.update()
        self.moved.emit(self.stage)

    def _fit(self) -> None:
        """Choose what the upper edge stands for; while a line is dragged, the scale stands still."""
        if not self._dragged:
            most = max([one for one in self.line if one is not None], default=0.0)
            above = self.stage.above if self.stage is not None else 0.0
            self._top = max(1.25 * max(most, above), self.step)
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the day, what is unknown of it, and the two lines."""
        theme = self._theme
        painter = QPainter(self)
        ground = QRectF(0, 0, self.width(), _HIGH)
        painter.fillRect(ground, QColor(theme.background))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_day(painter)
        if self.stage is not None:
            colour = QColor(theme.of_level(self.level))
            clear, above = self.y_of(self.stage.clear), self.y_of(self.stage.above)
            self._paint_line(painter, clear, colour, f"clear {self.stage.clear:g}", chosen=self._of_clear)
            self._paint_line(painter, above, colour, f"raise {self.stage.above:g}", chosen=not self._of_clear)
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(theme.muted))
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for text, side in zip(("24 h ago", "12 h ago", "now"), sides, strict=True):
            painter.drawText(QRectF(0, _HIGH + 1, self.width(), _WORDS), side, text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(ground.adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_day(self, painter: QPainter) -> None:
        if not self.line:
            return
        wide = self.width() / len(self.line)
        unknown = QColor(self._theme.unknown)
        unknown.setAlphaF(0.4)
        points: list[QPointF] = []
        painter.setPen(QPen(QColor(self._theme.text), 1.5))
        first = 0
        for place, value in enumerate((*self.line, None)):
            if value is not None:
                if place > first:
                    hatch(painter, QRectF(first * wide, 0, (place - first) * wide, _HIGH), unknown, step=6)
                first = place + 1
                points.append(QPointF((place + 0.5) * wide, self.y_of(value)))
            elif points:
                # One alone is a short stroke.
                if len(points) == 1:
                    points.append(points[0] + QPointF(wide / 2, 0))
                painter.drawPolyline(QPolygonF(points))
                points = []
        if first < len(self.line):
            hatch(painter, QRectF(first * wide, 0, self.width() - first * wide, _HIGH), unknown, step=6)

    def _paint_line(self, painter: QPainter, y: float, colour: QColor, text: str, *, chosen: bool) -> None:
        """Draw one line with its words; the chosen one has a handle at its end, the other one is dashed."""
        raises = text.startswith("raise")
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine if raises else Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(self.width() - 8, y), 5, 5)
        painter.setFont(font(CAPTION, bold=chosen))
        metrics = painter.fontMetrics()
        wide, high = metrics.horizontalAdvance(text) + 8, metrics.height()
        top = max(y - high - 1, 0.0) if raises else min(y + 1, _HIGH - high)
        box = QRectF(4, top, wide, high)
        ground = QColor(self._theme.background)
        ground.setAlphaF(0.85)
        painter.fillRect(box, ground)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
