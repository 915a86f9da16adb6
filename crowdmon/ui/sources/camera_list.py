"""The cameras, one row each: name, sign and word of its state, count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QModelIndex, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter
from PyQt6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import MARK, paint_mark
from crowdmon.values import CameraState
from crowdmon.view.theme import BODY, CAPTION, DARK, HEAD, Theme
from crowdmon.view.wording import NO_COUNT, ROIS_ONLY, WORDS, tip

_ROW = 56
_NARROW = 150
"""Pixels below which a row has no room for a word beside its count."""
_LINE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class CameraLine:
    """What one row shows."""

    name: str
    state: CameraState = CameraState.CONNECTING
    count: str = NO_COUNT
    word: str = ""

    def spoken(self) -> str:
        """Return the row as a sentence for a screen reader."""
        counted = {NO_COUNT: "no count", ROIS_ONLY: ROIS_ONLY}.get(self.count, f"{self.count} people")
        return f"{self.name}, {self.said().lower()}, {counted}"

    def said(self) -> str:
        """Return its state as a word."""
        return self.word or WORDS[self.state]


class CameraList(QListWidget):
    """A list to choose the camera to look at.

    Signals:
        camera_chosen(str): by mouse or keyboard.
        remove_asked(str): by the Delete key or the context menu.
        again_asked(str), correct_asked(str): by the context menu.
    """

    camera_chosen = pyqtSignal(str)
    remove_asked = pyqtSignal(str)
    again_asked = pyqtSignal(str)
    correct_asked = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Cameras")
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._delegate = _Lines(self)
        self.setItemDelegate(self._delegate)
        self.currentItemChanged.connect(self._tell)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the list would like."""
        return QSize(200, 400)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the least width that holds a sign and a count."""
        return QSize(56, 120)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._delegate.theme = theme
        _viewport_update(self)

    def names(self) -> list[str]:
        """Return the names of all cameras, from the top."""
        return [_line(self.item(row)).name for row in range(self.count())]

    def set_names(self, names: Sequence[str]) -> None:
        """List these cameras; those that stay keep what is known of them."""
        if list(names) == self.names():
            return
        known = {_line(self.item(row)).name: _line(self.item(row)) for row in range(self.count())}
        self.blockSignals(True)
        self.clear()
        for name in names:
            item = QListWidgetItem(self)
            item.setSizeHint(QSize(0, _ROW))
            self._fill(item, known.get(name, CameraLine(name)))
        self.blockSignals(False)

    def set_line(self, line: CameraLine) -> None:
        """Show something new of one camera."""
        for row in range(self.count()):
            item = self.item(row)
            if item is not None and _line(item).name == line.name and _line(item) != line:
                self._fill(item, line)

    def line(self, name: str) -> CameraLine:
        """Return what is shown of one camera."""
        return next(
            (_line(self.item(r)) for r in range(self.count()) if _line(self.item(r)).name == name),
            CameraLine(name),
        )

    def choose(self, name: str) -> None:
        """Mark a camera as chosen without emitting a signal."""
        self.blockSignals(True)
        for row in range(self.count()):
            if _line(self.item(row)).name == name:
                self.setCurrentRow(row)
        self.blockSignals(False)
        _viewport_update(self)

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Remove the chosen camera on Delete."""
        if e is not None and e.key() == Qt.Key.Key_Delete and self.currentItem() is not None:
            self.remove_asked.emit(_line(self.currentItem()).name)
            return
        super().keyPressEvent(e)

    def contextMenuEvent(self, a0: object) -> None:  # noqa: N802
        """Offer what can be done with the camera under the mouse."""
        at = a0.pos()  # type: ignore[attr-defined]
        item = self.itemAt(at)
        if item is None:
            return
        name = _line(item).name
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open again", lambda: self.again_asked.emit(name))
        menu.addAction("Correct source…", lambda: self.correct_asked.emit(name))
        menu.addSeparator()
        menu.addAction("Remove camera", lambda: self.remove_asked.emit(name))
        menu.popup(self.mapToGlobal(at))

    def _fill(self, item: QListWidgetItem, line: CameraLine) -> None:
        item.setData(_LINE, line)
        item.setToolTip(tip(f"{line.name}: {line.said()}"))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, line.spoken())

    def _tell(self, current: QListWidgetItem | None) -> None:
        if current is not None:
            self.camera_chosen.emit(_line(current).name)


class _Lines(QStyledItemDelegate):
    """Paints a row: count at the right, name over state at the left."""

    theme: Theme = DARK

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        line = index.data(_LINE)
        if painter is None or not isinstance(line, CameraLine):
            return
        box = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(self.theme.raised))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), QColor(self.theme.accent))
        (self._paint_narrow if box.width() < _NARROW else self._paint_wide)(painter, line, box)
        painter.restore()

    def _paint_narrow(self, painter: QPainter, line: CameraLine, box: QRectF) -> None:
        """Paint the name, and below it sign and count, in a rail as wide as a thumb."""
        middle = Qt.AlignmentFlag.AlignVCenter
        room = box.adjusted(8, 8, -4, 0)
        colour = QColor(self.theme.of_state(line.state))
        paint_mark(painter, QRectF(room.left(), room.top() + 24, MARK, MARK), line.state, colour)
        number = line.count not in (NO_COUNT, ROIS_ONLY)
        left = room.left() + MARK + 6
        for text, face, ink, place in (
            (line.name, font(CAPTION), self.theme.muted, QRectF(room.left(), room.top(), room.width(), 18)),
            (
                line.count if number else NO_COUNT,
                font(BODY, bold=True),
                self.theme.text if number else self.theme.muted,
                QRectF(left, room.top() + 19, room.right() - left, 20),
            ),
        ):
            painter.setFont(face)
            painter.setPen(QColor(ink))
            cut = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, middle, cut)

    def _paint_wide(self, painter: QPainter, line: CameraLine, box: QRectF) -> None:
        number = line.count not in (NO_COUNT, ROIS_ONLY)
        painter.setFont(font(CAPTION) if line.count == ROIS_ONLY else font(HEAD, bold=True))
        painter.setPen(QColor(self.theme.text if number else self.theme.muted))
        wide = max(QFontMetricsF(painter.font()).horizontalAdvance(line.count), 24.0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(0, 0, -14, 0), right, line.count)
        self._paint_names(painter, line, QRectF(box.left() + 14, box.top() + 8, box.width() - wide - 32, 40))

    def _paint_names(self, painter: QPainter, line: CameraLine, room: QRectF) -> None:
        painter.setFont(font(BODY, bold=True))
        painter.setPen(QColor(self.theme.text))
        name = QFontMetricsF(painter.font()).elidedText(line.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(
            QRectF(room.left(), room.top(), room.width(), 20), Qt.AlignmentFlag.AlignVCenter, name
        )
        colour = QColor(self.theme.of_state(line.state))
        mark = QRectF(room.left(), room.top() + 20 + (20 - MARK) / 2, MARK, MARK)
        paint_mark(painter, mark, line.state, colour)
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(self.theme.muted))
        below = QRectF(room.left() + MARK + 6, room.top() + 20, room.width() - MARK - 6, 20)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, line.said())


def _line(item: QListWidgetItem | None) -> CameraLine:
    line = None if item is None else item.data(_LINE)
    return line if isinstance(line, CameraLine) else CameraLine("")


def _viewport_update(view: QListWidget) -> None:
    viewport = view.viewport()
    if viewport is not None:
        viewport.update()
