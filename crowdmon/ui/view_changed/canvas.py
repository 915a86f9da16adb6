"""One picture with ROIs on it; the right one of two can be dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon.roi.moving import Move
from crowdmon.ui.roi.overlay import RoiShape, paint_rois
from crowdmon.ui.spot_check import marks
from crowdmon.view.fit import Fit, fit
from crowdmon.view.theme import DARK, Theme

TURN = 1.0
"""Degrees for a key."""

SCALE = 1.02
"""Factor for a key, or a step of the wheel."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_LARGER = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_SMALLER = (Qt.Key.Key_Minus, Qt.Key.Key_Underscore)
_TURNS = {Qt.Key.Key_Comma: -TURN, Qt.Key.Key_Period: TURN}
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_FAR = 10


class RoiPicture(QWidget):
    """Shows a picture and outlines.

    Signals:
        moved(object): by mouse or key, another :class:`Move`.
    """

    moved = pyqtSignal(object)

    def __init__(self, name: str, *, movable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 150)
        self._movable = movable
        if movable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.SizeAllCursor)
        self._theme = DARK
        self._image, self._size = QImage(), (0, 0)
        self._shapes: tuple[RoiShape, ...] = ()
        self.move_of_rois = Move()
        self._from: QPointF | None = None

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the picture would like."""
        return QSize(480, 320)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_picture(self, image: QImage) -> None:
        """Show another picture; a null one shows none."""
        self._image, self._size = image, (image.width(), image.height())
        self.update()

    def set_shapes(self, shapes: Sequence[RoiShape]) -> None:
        """Draw other outlines."""
        self._shapes = tuple(shapes)
        self.update()

    def place(self) -> Fit:
        """Return where the picture lies in the widget."""
        return fit(self._size, (self.width(), self.height()))

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Begin to drag the ROIs."""
        if a0 is not None and self._movable and a0.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._from = a0.position()

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Shift the ROIs with the pointer."""
        place = self.place()
        if a0 is None or self._from is None or not place.width:
            return
        by = a0.position() - self._from
        self._from = a0.position()
        self._set(self.move_of_rois.shifted(by.x() / place.width, by.y() / place.height))

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """End the drag."""
        self._from = None

    def wheelEvent(self, a0: QWheelEvent | None) -> None:  # noqa: N802
        """Make the ROIs larger or smaller; with Shift, turn them."""
        if a0 is None or not self._movable:
            return
        steps = (a0.angleDelta().y() or a0.angleDelta().x()) / 120
        if a0.modifiers() & _SHIFT:
            self._set(self.move_of_rois.turned(TURN * steps))
        else:
            self._set(self.move_of_rois.scaled(SCALE**steps))
        a0.accept()

    def event(self, a0: QEvent | None) -> bool:
        """Keep the keys that are used here from the window's own actions."""
        if isinstance(a0, QKeyEvent) and a0.type() is QEvent.Type.ShortcutOverride and self._step(a0):
            a0.accept()
            return True
        return super().event(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Shift, turn and scale the ROIs."""
        after = None if a0 is None else self._step(a0)
        if after is None:
            super().keyPressEvent(a0)
        else:
            self._set(after)

    def _step(self, event: QKeyEvent) -> Move | None:
        """Return what a key makes of the move; None if it does nothing here."""
        key = Qt.Key(event.key())
        width, height = self._size
        if not self._movable or not width or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return None
        if key in _ARROWS:
            far = _FAR if event.modifiers() & _SHIFT else 1
            return self.move_of_rois.shifted(_ARROWS[key][0] * far / width, _ARROWS[key][1] * far / height)
        if key in _TURNS:
            return self.move_of_rois.turned(_TURNS[key])
        if key in _LARGER or key in _SMALLER:
            return self.move_of_rois.scaled(SCALE if key in _LARGER else 1 / SCALE)
        return Move() if key is Qt.Key.Key_0 else None

    def _set(self, move: Move) -> None:
        self.move_of_rois = move
        self.moved.emit(move)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show the focus."""
        super().focusInEvent(a0)
        self.update()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Hide the focus."""
        super().focusOutEvent(a0)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the picture and the outlines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), marks.colour(self._theme.background))
        if not self._image.isNull():
            place = self.place()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(place.left, place.top, place.width, place.height), self._image)
            paint_rois(painter, self._shapes, place, chosen=None)
        if self.hasFocus():
            marks.paint_focus(painter, QRectF(self.rect()), self._theme)
        painter.end()
