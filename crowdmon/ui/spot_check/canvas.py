"""The frozen picture, in which heads are clicked: mouse and keys become heads."""

from __future__ import annotations

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

from crowdmon import privacy
from crowdmon.geometry import contains
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.spot_check import marks
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.fit import Fit
from crowdmon.view.frozen import Area, Frozen
from crowdmon.view.heads import Heads, Point, nearest
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.zoom import STEP, Zoom

REACH_PX = 8.0
"""How near a click must be to a head to take it away, in device-independent pixels."""

_STILL_PX = 4.0
"""Pixels that the pointer may move during a click."""

_STEP_PX, _FAR_PX = 2.0, 20.0
"""Pixels that an arrow key moves the cursor, without Shift and with it."""

_SAME = 0.012
"""Share of the picture's width within which a proposed head is one that was clicked already."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier

_WHOLE = Area(WHOLE_FRAME, "", 0.0)


def _image(frozen: Frozen, *, hidden: bool) -> QImage:
    rgb = frozen.frame.rgb
    return pictures.from_rgb(privacy.pixelate(rgb, frozen.density) if hidden and frozen.kept else rgb)


class HeadCanvas(QWidget):
    """Shows a frozen picture; a click adds a head, or takes away the one that is there.

    Signals:
        heads_changed(): by a click, a key, undo or redo.
        refused(str): why a click did nothing.
    """

    heads_changed = pyqtSignal()
    refused = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Frozen picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._theme = DARK
        self._image, self._size = QImage(), (0, 0)
        self.area = _WHOLE
        self.heads = Heads()
        self.proposed: tuple[Point, ...] = ()
        self.zoom = Zoom()
        self.cursor_at: Point | None = None
        """Where the keyboard's cursor is, in fractions of the picture; None before it was used."""
        self.editable = True
        self._pressed: QPointF | None = None
        self._panning = False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the picture would like."""
        return QSize(900, 560)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def show_frozen(
        self, frozen: Frozen | None, heads: tuple[Point, ...] = (), *, hidden: bool = False
    ) -> None:
        """Show another picture, with the heads that were clicked in it before.

        While it is ``hidden``, people are pixelated and nothing can be clicked.
        """
        self._image = QImage() if frozen is None else _image(frozen, hidden=hidden)
        self._size = (0, 0) if frozen is None else frozen.frame.size
        self.heads, self.proposed, self.zoom, self.cursor_at = Heads(heads), (), Zoom(), None
        self.area, self.editable = _WHOLE, frozen is not None and not hidden
        self._changed()

    def set_area(self, area: Area) -> None:
        """Count heads in another area only; those outside stay and are shown faintly."""
        self.area = area
        self._changed()

    def set_proposed(self, points: tuple[Point, ...]) -> None:
        """Offer heads that can be accepted one by one or all at once; none takes the offer back."""
        near = _SAME * self._size[0]
        self.proposed = tuple(
            one for one in points if nearest(self.heads.points, one, size=self._size, within=near) is None
        )
        self.update()

    def accept_proposed(self) -> None:
        """Take all heads that are offered inside of the area, in one step."""
        inside = Heads(self.proposed).inside(self.area.outline)
        self.proposed = ()
        self._set(self.heads.take(inside, apart=REACH_PX / 2, size=self._screen_size()))
        self.update()

    @property
    def counted(self) -> tuple[Point, ...]:
        """The heads inside of the area."""
        return self.heads.inside(self.area.outline)

    def place(self) -> Fit:
        """Return where the whole picture lies, in widget pixels; it may reach beyond the widget."""
        return self.zoom.place(self._size, self._room())

    def undo(self) -> None:
        """Take the last step back."""
        self._set(self.heads.undo())

    def redo(self) -> None:
        """Make the step that was taken back last again."""
        self._set(self.heads.redo())

    def enlarge(self, factor: float, at: QPointF | None = None) -> None:
        """Look closer by a factor, below 1 from farther away, about a point of the widget or its middle."""
        about = (self.width() / 2, self.height() / 2) if at is None else (at.x(), at.y())
        self.zoom = self.zoom.by(factor, about, self._size, self._room())
        self.update()

    def fit_all(self) -> None:
        """Show all of the picture."""
        self.zoom = Zoom()
        self.update()

    def take_at(self, x: float, y: float) -> None:
        """Add a head at a point in fractions of the picture, or take away the one that is there."""
        if not self.editable:
            return
        screen = self._screen_size()
        index = nearest(self.heads.points, (x, y), size=screen, within=REACH_PX)
        if index is not None:
            self._set(self.heads.remove(index))
            return
        offered = nearest(self.proposed, (x, y), size=screen, within=REACH_PX)
        if offered is not None:
            x, y = self.proposed[offered]
            self.proposed = (*self.proposed[:offered], *self.proposed[offered + 1 :])
        if self.area.outline is not None and not contains(self.area.outline, x, y):
            self.refused.emit(f"Outside of {self.area.roi}: only heads inside of it count here.")
            return
        self._set(self.heads.add(x, y))

    def _set(self, heads: Heads) -> None:
        if heads is not self.heads and self.editable:
            self.heads = heads
            self._changed()

    def _changed(self) -> None:
        count = len(self.counted)
        self.setAccessibleDescription(f"{count} {'head' if count == 1 else 'heads'} clicked")
        self.update()
        self.heads_changed.emit()

    def _room(self) -> tuple[float, float]:
        return self.width(), self.height()

    def _screen_size(self) -> tuple[float, float]:
        place = self.place()
        return place.width, place.height

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Begin a click, or a drag."""
        if a0 is not None and a0.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed, self._panning = a0.position(), a0.button() is Qt.MouseButton.MiddleButton

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Move the picture with the pointer."""
        if a0 is None or self._pressed is None:
            return
        moved = a0.position() - self._pressed
        if not self._panning and moved.manhattanLength() <= _STILL_PX:
            return
        self._panning = True
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._pressed = a0.position()
        self.zoom = self.zoom.moved(moved.x(), moved.y(), self._size, self._room())
        self.update()

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """End a click or a drag."""
        pressed, self._pressed = self._pressed, None
        self.setCursor(Qt.CursorShape.CrossCursor)
        if a0 is not None and pressed is not None and not self._panning and self._size != (0, 0):
            self.take_at(*self.place().to_fraction(a0.position().x(), a0.position().y()))
        self._panning = False

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

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Move the cursor, take heads, look closer, undo."""
        if a0 is None or not self._takes(a0):
            super().keyPressEvent(a0)
            return
        key, control = Qt.Key(a0.key()), bool(a0.modifiers() & _CONTROL)
        shift = bool(a0.modifiers() & _SHIFT)
        if control:
            (self.redo if shift or key is Qt.Key.Key_Y else self.undo)()
        elif key in _ARROWS:
            self._move_cursor(*_ARROWS[key], far=shift)
        elif key in _TAKE:
            self._show_cursor()
            if self.cursor_at is not None:
                self.take_at(*self.cursor_at)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove_nearest()
        elif key is Qt.Key.Key_0:
            self.fit_all()
        elif key is Qt.Key.Key_A:
            self.accept_proposed()
        else:
            self._enlarge_by_key(STEP if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) else 1 / STEP)

    def _takes(self, event: QKeyEvent) -> bool:
        key = event.key()
        if event.modifiers() & _CONTROL:
            return key in (Qt.Key.Key_Z, Qt.Key.Key_Y)
        if event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
            return False
        more = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_0, Qt.Key.Key_A)
        sizes = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Underscore)
        return key in _ARROWS or key in _TAKE or key in more or key in sizes

    def _show_cursor(self) -> None:
        if self.cursor_at is None and self._size != (0, 0):
            x, y = self.place().to_fraction(self.width() / 2, self.height() / 2)
            self.cursor_at = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
            self.update()

    def _move_cursor(self, dx: int, dy: int, *, far: bool) -> None:
        if self.cursor_at is None:
            self._show_cursor()
            return
        step, (width, height) = _FAR_PX if far else _STEP_PX, self._screen_size()
        x, y = self.cursor_at[0] + dx * step / width, self.cursor_at[1] + dy * step / height
        self.cursor_at = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        self.zoom = self.zoom.showing(*self.cursor_at, self._size, self._room())
        self.update()

    def _remove_nearest(self) -> None:
        """Take away the head at the cursor; without one there, the one that was clicked last."""
        if not len(self.heads):
            return
        last = len(self.heads) - 1
        at = self.cursor_at
        found = (
            None if at is None else nearest(self.heads.points, at, size=self._screen_size(), within=REACH_PX)
        )
        self._set(self.heads.remove(last if found is None else found))

    def _enlarge_by_key(self, factor: float) -> None:
        at = None if self.cursor_at is None else QPointF(*self.place().to_widget(*self.cursor_at))
        self.enlarge(factor, at)

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
        """Paint the picture, what is outside of the area, and the heads."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), marks.colour(self._theme.background))
        if not self._image.isNull():
            place = self.place()
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, place.width < 4 * self._image.width()
            )
            painter.drawImage(QRectF(place.left, place.top, place.width, place.height), self._image)
            if self.area.outline is not None:
                marks.paint_outside(painter, place, self.area.outline)
            offered = Heads(self.proposed).inside(self.area.outline)
            marks.paint_heads(painter, place, self.heads.points, self.area.outline, proposed=offered)
            if self.cursor_at is not None and self.hasFocus() and self.editable:
                marks.paint_cursor(painter, QPointF(*place.to_widget(*self.cursor_at)))
        if self.hasFocus():
            marks.paint_focus(painter, QRectF(self.rect()), self._theme)
        painter.end()
