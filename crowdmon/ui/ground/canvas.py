"""The picture in which points of the floor are placed: mouse and keys become a calibration."""

from __future__ import annotations

import math

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon.track.ground import to_floor
from crowdmon.ui.ground import painting
from crowdmon.ui.spot_check import marks
from crowdmon.values import GroundPlane
from crowdmon.view.calibration import Calibration, Point
from crowdmon.view.fit import Fit
from crowdmon.view.ground_grid import GroundGrid, grid_of, standing
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.zoom import STEP, Zoom

REACH_PX = 12.0
"""How near the pointer must be to a point to take it, in device-independent pixels."""

_STILL_PX = 4.0
_FAR = 10
"""Pixels of the picture that an arrow key moves a point with Shift; without it one."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ADD = (Qt.Key.Key_Space, Qt.Key.Key_Insert)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_NEXT = (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_ZOOM = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Underscore, Qt.Key.Key_0)
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier

FULL = "A rectangle has four corners: move one of them."


class GroundCanvas(QWidget):
    """Shows a picture with the points, and what follows from them.

    Signals:
        edited(object): another :class:`Calibration`, by mouse or key.
        refused(str): why nothing was done.
        undo_asked(bool): by Ctrl+Z, or with True by Ctrl+Y.
    """

    edited = pyqtSignal(object)
    refused = pyqtSignal(str)
    undo_asked = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Points on the floor")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._theme = DARK
        self._image, self._size = QImage(), (0, 0)
        self.calibration = Calibration()
        self.chosen: int | None = None
        """The point that keys move, from 0."""
        self.zoom = Zoom()
        self._plane: GroundPlane | None = None
        self._grid: GroundGrid | None = None
        self._rois: tuple[tuple[tuple[Point, ...], str], ...] = ()
        self.pointer: Point | None = None
        """Where somebody stands, in fractions of the picture."""
        self._pressed: QPointF | None = None
        self._dragged: int | None = None
        self._panning = False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the picture would like."""
        return QSize(900, 560)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_picture(self, image: QImage, size: tuple[int, int]) -> None:
        """Show another picture; ``size`` is (width, height) of the camera's own, in pixels."""
        self._image, self._size = image, size
        self.update()

    def set_calibration(
        self,
        calibration: Calibration,
        plane: GroundPlane | None,
        rois: tuple[tuple[tuple[Point, ...], str], ...],
    ) -> None:
        """Show points, the plane that follows from them, and ROIs, each with its words."""
        self.calibration, self._plane, self._rois = calibration, plane, rois
        count = len(calibration.corners)
        if self.chosen is not None and self.chosen >= count:
            self.chosen = count - 1 if count else None
        self._grid = None
        if plane is not None:
            self._grid = grid_of(plane, to_floor(plane, np.array(calibration.corners)))
        name = "none chosen" if self.chosen is None else f"point {self.chosen + 1} chosen"
        self.setAccessibleDescription(f"{count} {'point' if count == 1 else 'points'} placed, {name}")
        self.update()

    @property
    def grid(self) -> GroundGrid | None:
        """The grid that is drawn; None while there is no plane."""
        return self._grid

    def choose(self, index: int | None) -> None:
        """Choose the point that keys move."""
        self.chosen = index
        self.update()

    def place(self) -> Fit:
        """Return where the whole picture lies, in widget pixels; it may reach beyond the widget."""
        return self.zoom.place(self._size, self._room())

    def add(self, at: Point) -> None:
        """Place another point, and choose it."""
        if self.calibration.full:
            self.refused.emit(FULL)
            return
        self.chosen = len(self.calibration.corners)
        self.edited.emit(self.calibration.add(at))

    def remove(self) -> None:
        """Take the chosen point away; without one, the last."""
        count = len(self.calibration.corners)
        if count:
            index = count - 1 if self.chosen is None else self.chosen
            self.edited.emit(self.calibration.without(index))

    def nudge(self, dx: int, dy: int) -> None:
        """Move the chosen point by pixels of the picture."""
        if self.chosen is None or self._size == (0, 0):
            return
        x, y = self.calibration.corners[self.chosen]
        at = x + dx / self._size[0], y + dy / self._size[1]
        self.edited.emit(self.calibration.moved(self.chosen, at))
        self.zoom = self.zoom.showing(*at, self._size, self._room())

    def enlarge(self, factor: float, at: QPointF | None = None) -> None:
        """Look closer by a factor, below 1 from farther away, about a point of the widget or its middle."""
        about = (self.width() / 2, self.height() / 2) if at is None else (at.x(), at.y())
        self.zoom = self.zoom.by(factor, about, self._size, self._room())
        self.update()

    def _room(self) -> tuple[float, float]:
        return self.width(), self.height()

    def _near(self, at: QPointF) -> int | None:
        place = self.place()
        places = [QPointF(*place.to_widget(*one)) - at for one in self.calibration.corners]
        far = [math.hypot(one.x(), one.y()) for one in places]
        best = min(range(len(far)), key=far.__getitem__, default=None)
        return best if best is not None and far[best] <= REACH_PX else None

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Take a point, or begin a click or a drag of the picture."""
        if a0 is None or a0.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed, self._panning = a0.position(), a0.button() is Qt.MouseButton.MiddleButton
        self._dragged = None if self._panning else self._near(a0.position())
        if self._dragged is not None:
            self.choose(self._dragged)

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Move a point or the picture with the pointer; without a button, somebody walks with it."""
        if a0 is None or self._size == (0, 0):
            return
        at = self.place().to_fraction(a0.position().x(), a0.position().y())
        self.pointer = at if all(0.0 <= one <= 1.0 for one in at) else None
        if self._pressed is not None and self._dragged is not None:
            self.edited.emit(self.calibration.moved(self._dragged, at))
        elif self._pressed is not None:
            moved = a0.position() - self._pressed
            if self._panning or moved.manhattanLength() > _STILL_PX:
                self._panning, self._pressed = True, a0.position()
                self.zoom = self.zoom.moved(moved.x(), moved.y(), self._size, self._room())
        self.update()

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """End a click, which places a point, or a drag."""
        pressed, self._pressed = self._pressed, None
        dragged, self._dragged = self._dragged, None
        if a0 is None or pressed is None or dragged is not None or self._panning or self._size == (0, 0):
            self._panning = False
            return
        at = self.place().to_fraction(a0.position().x(), a0.position().y())
        if all(0.0 <= one <= 1.0 for one in at):
            self.add(at)

    def leaveEvent(self, a0: QEvent | None) -> None:  # noqa: N802
        """Nobody stands where the pointer is not."""
        super().leaveEvent(a0)
        self.pointer = None
        self.update()

    def wheelEvent(self, a0: QWheelEvent | None) -> None:  # noqa: N802
        """Look closer about the pointer."""
        if a0 is not None and a0.angleDelta().y():
            self.enlarge(STEP ** (a0.angleDelta().y() / 120), a0.position())
            a0.accept()

    def event(self, a0: QEvent | None) -> bool:
        """Keep the keys that are used here from the window's own actions."""
        if isinstance(a0, QKeyEvent) and a0.type() is QEvent.Type.ShortcutOverride and self._takes(a0):
            a0.accept()
            return True
        return super().event(a0)

    def _takes(self, event: QKeyEvent) -> bool:
        key = event.key()
        if event.modifiers() & _CONTROL:
            return key in (Qt.Key.Key_Z, Qt.Key.Key_Y)
        return key in _ARROWS or key in (*_ADD, *_REMOVE, *_NEXT, *_ZOOM)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Place, choose, move and remove points; look closer; undo."""
        if a0 is None or not self._takes(a0):
            super().keyPressEvent(a0)
            return
        key, shift = Qt.Key(a0.key()), bool(a0.modifiers() & _SHIFT)
        count = len(self.calibration.corners)
        if a0.modifiers() & _CONTROL:
            self.undo_asked.emit(shift or key is Qt.Key.Key_Y)
        elif key in _ARROWS:
            dx, dy = _ARROWS[key]
            self.nudge(*((_FAR * dx, _FAR * dy) if shift else (dx, dy)))
        elif key in _ADD:
            self.add(self.place().to_fraction(self.width() / 2, self.height() / 2))
        elif key in _REMOVE:
            self.remove()
        elif key in _NEXT and count:
            step = 1 if key is Qt.Key.Key_PageDown else -1
            self.choose(0 if self.chosen is None else (self.chosen + step) % count)
        elif key is Qt.Key.Key_0:
            self.zoom = Zoom()
            self.update()
        elif key in _ZOOM:
            self.enlarge(STEP if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) else 1 / STEP)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Keep the picture where it fills the new size."""
        super().resizeEvent(a0)
        self.zoom = self.zoom.moved(0.0, 0.0, self._size, self._room())

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show the focus."""
        super().focusInEvent(a0)
        self.update()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Hide the focus."""
        super().focusOutEvent(a0)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the picture, the floor, the points, and who stands at the pointer."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), marks.colour(self._theme.background))
        if not self._image.isNull():
            self._paint(painter, self.place())
        if self.hasFocus():
            marks.paint_focus(painter, QRectF(self.rect()), self._theme)
        painter.end()

    def _paint(self, painter: QPainter, place: Fit) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(place.left, place.top, place.width, place.height)
        painter.drawImage(box, self._image)
        painter.save()
        painter.setClipRect(box)
        if self._grid is not None:
            painting.paint_grid(painter, place, self._grid)
        painting.paint_rois(painter, place, self._rois)
        one = self.calibration
        if one.rectangle:
            painting.paint_outline(painter, place, one.corners, closed=one.full)
        painting.paint_points(painter, place, one.corners, self.chosen)
        if self._plane is not None and self.pointer is not None and self._dragged is None:
            head = standing(self._plane, self._size[0] / self._size[1], self.pointer)
            if head is not None:
                words = f"{self._plane.head_height:g} m"
                painting.paint_person(painter, place, self.pointer, head, words)
        painter.restore()
