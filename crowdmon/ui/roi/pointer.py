"""Turns mouse and keys on the picture into operations of the ROI editor."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent

from crowdmon.roi import NOTHING, Part, Target, hit, snap
from crowdmon.roi.dragging import Drag
from crowdmon.roi.shapes import Point, held
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.roi.editor import RoiEditor

REACH_PX = 9.0
"""How near the pointer must be to a corner or an edge, in device-independent pixels."""

_STILL_PX = 3.0
_READ_PX = 32.0
_CURSORS = {
    Part.VERTEX: Qt.CursorShape.PointingHandCursor,
    Part.EDGE: Qt.CursorShape.SizeAllCursor,
    Part.POLYGON: Qt.CursorShape.OpenHandCursor,
    Part.NONE: Qt.CursorShape.ArrowCursor,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CLOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CHORDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class RoiPointer(QObject):
    """Watches the picture's events; those that do not concern editing go on to the picture.

    Signals:
        rename_asked(str): the name of a ROI was double clicked.
    """

    rename_asked = pyqtSignal(str)

    def __init__(self, view: VideoView, editor: RoiEditor) -> None:
        super().__init__(view)
        self._view = view
        self._editor = editor
        self._drag: Drag | None = None
        self._pressed = QPointF()
        self._moving = False
        view.setMouseTracking(True)
        view.installEventFilter(self)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Handle events for the editor; True for those that the picture must not get."""
        if isinstance(a1, QMouseEvent):
            return self._mouse(a1)
        if isinstance(a1, QKeyEvent) and self._editor.editing:
            if a1.type() == QEvent.Type.KeyPress:
                return self._key(a1)
            if a1.type() == QEvent.Type.ShortcutOverride and self._wants(a1):
                a1.accept()
                return True
        if isinstance(a1, QContextMenuEvent):
            self._point_out(a1)
        if a1 is not None and a1.type() == QEvent.Type.Leave and not self._moving:
            self._editor.hover = NOTHING
            self._view.update()
        return False

    def _point_out(self, event: QContextMenuEvent) -> None:
        """Select what the menu was opened on, so that the menu applies to it."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse and self._editor.sketch is None and self._view.place().width:
            found = self._hit(self._fraction(QPointF(event.pos())))
            corner = found.part is Part.VERTEX and self._editor.editing
            if self._editor.editing:
                self._editor.hover = found
            self._editor.select(found.roi, found.index if corner else None)

    def _mouse(self, event: QMouseEvent) -> bool:
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonDblClick and left and self._named(event.position()):
            self.rename_asked.emit(self._named(event.position()))
            return True
        if not self._editor.editing or not self._view.place().width:
            return False
        if kind == QEvent.Type.MouseMove:
            self._move(event)
            return self._drag is not None
        if not left:
            return False
        if kind == QEvent.Type.MouseButtonPress:
            self._press(event)
        elif kind == QEvent.Type.MouseButtonDblClick:
            self._double(event)
        elif kind == QEvent.Type.MouseButtonRelease:
            self._release()
        return True

    def _press(self, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        editor, at = self._editor, self._point_at(event)
        if editor.sketch is not None:
            self._draw(at, event)
            return
        found = self._hit(at)
        editor.select(found.roi, found.index if found.part is Part.VERTEX else None)
        self._pressed, self._moving = event.position(), False
        self._drag = Drag(editor.settled, found, at) if found.roi else None

    def _draw(self, at: Point, event: QMouseEvent) -> None:
        sketch = self._editor.sketch
        points = sketch.points if sketch is not None else ()
        if len(points) > 2 and self._apart(points[0], event.position()) <= REACH_PX:
            self._editor.close_sketch()
        elif not points or self._apart(points[-1], event.position()) > _STILL_PX:
            self._editor.add_point(self._snapped(at, event))

    def _move(self, event: QMouseEvent) -> None:
        editor, at = self._editor, self._point_at(event)
        editor.pointer_at(lambda point: self._apart(point, event.position()) > _READ_PX)
        editor.by_keys = False
        if self._drag is not None and not (event.buttons() & Qt.MouseButton.LeftButton):
            self._drag, self._moving = None, False  # released outside this window
        if self._drag is not None and self._drag.base is not editor.settled:
            self._drag, self._moving = None, False  # the camera or its ROIs have changed meanwhile
        if editor.sketch is not None:
            editor.cursor = self._snapped(at, event)
            self._view.setCursor(Qt.CursorShape.CrossCursor)
        elif self._drag is not None:
            drag = self._drag
            far = (event.position() - self._pressed).manhattanLength() > _STILL_PX
            self._moving = self._moving or far
            if self._moving:
                reach = self._reach(event)
                editor.hover = NOTHING
                editor.attempt(lambda _: drag.to(at, reach=reach, aspect=self._aspect()))
        else:
            editor.hover = self._hit(at)
            self._view.setCursor(_CURSORS[editor.hover.part])
        self._view.update()

    def _release(self) -> None:
        if self._drag is not None and self._moving:
            self._editor.settle()
        self._drag, self._moving = None, False

    def _double(self, event: QMouseEvent) -> None:
        editor = self._editor
        if editor.sketch is not None:
            editor.close_sketch()
            return
        editor.hover = self._hit(self._point_at(event))
        if editor.hover.part is Part.EDGE:
            editor.insert_point()

    def _wants(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & _CHORDS
        drawing = (*_CLOSE, Qt.Key.Key_Space, Qt.Key.Key_Backspace)
        if not plain or (key in _ARROWS and not (self._editor.selected or self._editor.sketch)):
            return False
        always = (
            *_ARROWS,
            Qt.Key.Key_Escape,
            Qt.Key.Key_Delete,
            Qt.Key.Key_I,
            Qt.Key.Key_P,
        )
        return key in always or (self._editor.sketch is not None and key in drawing)

    def _key(self, event: QKeyEvent) -> bool:
        editor, key = self._editor, Qt.Key(event.key())
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and editor.sketch is None:
            # After the last ROI the focus moves on, otherwise Tab would never leave the picture.
            return editor.cycle(-1 if key == Qt.Key.Key_Backtab else 1)
        if not self._wants(event):
            return False
        if key in _ARROWS:
            self._nudge(event, *_ARROWS[key])
        elif key == Qt.Key.Key_Escape:
            self._drag, self._moving = None, False
            editor.step_back()
        elif editor.sketch is not None:
            self._draw_by_key(key)
        elif key == Qt.Key.Key_Delete:
            editor.delete()
        elif key == Qt.Key.Key_I:
            editor.insert_point()
        else:
            editor.cycle_point(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        return True

    def _draw_by_key(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Space:
            self._editor.add_point(self._editor.cursor)
        elif key in _CLOSE:
            self._editor.close_sketch()
        elif key == Qt.Key.Key_Backspace:
            self._editor.take_back()

    def _nudge(self, event: QKeyEvent, across: int, down: int) -> None:
        place = self._view.place()
        pixels = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        step = pixels / self._view.devicePixelRatioF()
        if place.width:
            self._editor.nudge(across * step / place.width, down * step / place.height)

    def _named(self, at: QPointF) -> str:
        return "" if self._editor.sketch is not None else self._view.label_at(at)

    def _point_at(self, event: QMouseEvent) -> Point:
        at = self._fraction(event.position())
        self._editor.cursor = held(at)
        return at

    def _fraction(self, at: QPointF) -> Point:
        return self._view.place().to_fraction(at.x(), at.y())

    def _apart(self, point: Point, at: QPointF) -> float:
        return (QPointF(*self._view.place().to_widget(*point)) - at).manhattanLength()

    def _aspect(self) -> float:
        place = self._view.place()
        return place.width / place.height if place.height else 1.0

    def _reach(self, event: QMouseEvent) -> float:
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return 0.0 if free else REACH_PX / max(self._view.place().height, 1.0)

    def _snapped(self, at: Point, event: QMouseEvent) -> Point:
        neighbours = [roi.polygon for roi in self._editor.draft.rois]
        return snap(at, neighbours, reach=self._reach(event), aspect=self._aspect())

    def _hit(self, at: Point) -> Target:
        editor = self._editor
        reach = REACH_PX / max(self._view.place().height, 1.0)
        return hit(editor.draft.rois, at, reach=reach, aspect=self._aspect(), selected=editor.selected)
