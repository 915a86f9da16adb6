"""Draws ticks in check boxes: with a style sheet Qt shows only a filled square."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QPointF, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import (
    QCheckBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
)

from crowdmon.view.theme import DARK, LIGHT


def paint_tick(painter: QPainter, box: QRect, text: QColor) -> None:
    """Draw a tick into the square of a check box, beside words of the colour ``text``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # A style sheet does not name its theme; the lightness of the text shows it.
    theme = DARK if text.lightness() > 127 else LIGHT
    painter.setPen(QPen(QColor(theme.on_accent), 2))
    left, top, side = box.x(), box.y(), box.width()
    corners = [(0.22, 0.52), (0.42, 0.72), (0.78, 0.3)]
    painter.drawPolyline(QPolygonF([QPointF(left + x * side, top + y * side) for x, y in corners]))
    painter.restore()


class TickBox(QCheckBox):
    """A check box with a tick."""

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the box, then the tick."""
        super().paintEvent(a0)
        style = self.style()
        if self.isChecked() and style is not None:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            painter = QPainter(self)
            box = style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            paint_tick(painter, box, self.palette().windowText().color())
            painter.end()


class TickedItems(QStyledItemDelegate):
    """Paints a list's items, those that are checked with a tick."""

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one item, then its tick."""
        super().paint(painter, option, index)
        view = option.widget
        style = None if view is None else view.style()
        checked = index.data(Qt.ItemDataRole.CheckStateRole)
        if painter is None or style is None or Qt.CheckState(checked or 0) is not Qt.CheckState.Checked:
            return
        full = QStyleOptionViewItem(option)
        self.initStyleOption(full, index)
        box = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, full, view)
        paint_tick(painter, box, full.palette.text().color())

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the item's height and no width, so that long texts are shortened to fit the list."""
        return QSize(0, super().sizeHint(option, index).height())
