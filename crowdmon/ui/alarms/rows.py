"""The rows of the list of alarms: a model, and what paints them. Text is wrapped, never cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PyQt6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.alarms.marks import paint_alarm
from crowdmon.ui.alarms.thumbnails import Thumbnails
from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.alarm_words import found, level_word, note_of, sentence, state_line, when
from crowdmon.view.alarms import Alarm, AlarmState
from crowdmon.view.theme import BODY, CAPTION, DARK, Theme
from crowdmon.view.wording import tip

ALARM, PICTURE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
THUMBNAIL = QSize(128, 72)
_SIDE, _MARK, _GAP = 10, 16, 8
_LONG = re.compile(r"\S{14}(?=\S)")
_WRAP = Qt.TextFlag.TextWordWrap


class AlarmRows(QAbstractListModel):
    """The alarms that the list shows, the newest first."""

    def __init__(self, desk: AlarmDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.alarms: tuple[Alarm, ...] = ()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Return how many there are."""
        return 0 if parent is not None and parent.isValid() else len(self.alarms)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return an alarm, or what a tool tip and a screen reader say of it."""
        if not 0 <= index.row() < len(self.alarms):
            return None
        alarm = self.alarms[index.row()]
        if role == ALARM:
            return alarm
        if role == PICTURE:
            return self._desk.picture_of(alarm)
        if role == Qt.ItemDataRole.ToolTipRole:
            path = self._desk.picture_of(alarm)
            return tip(sentence(alarm) if path is None else f"{sentence(alarm)}. Picture: {path}")
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return sentence(alarm)
        return None

    def show(self, alarms: Sequence[Alarm]) -> None:
        """Show other alarms; rows that stay where they are, stay as they are."""
        if [one.key for one in alarms] == [one.key for one in self.alarms]:
            before, self.alarms = self.alarms, tuple(alarms)
            for row, (old, new) in enumerate(zip(before, self.alarms, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(row), self.index(row))
            self.layoutChanged.emit()  # another text, or a picture, may need another height
            return
        self.beginResetModel()
        self.alarms = tuple(alarms)
        self.endResetModel()

    def row_of(self, key: tuple[str, float] | None) -> QModelIndex:
        """Return the place of an alarm; an invalid one if it is not shown."""
        row = next((row for row, one in enumerate(self.alarms) if one.key == key), None)
        return QModelIndex() if row is None else self.index(row)


class AlarmLines(QStyledItemDelegate):
    """Paints a row: sign, level and name, when; below it what was measured, and what it waits for."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.theme: Theme = DARK
        self.width, self.now = 260, 0.0
        self._heights: dict[tuple[Alarm, int, float], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        """Return the height that the texts need when they are wrapped."""
        alarm = index.data(ALARM)
        if not isinstance(alarm, Alarm):
            return QSize(0, 0)
        key = (alarm, self.width, self.now // 86_400)
        if key not in self._heights:
            if len(self._heights) > 4000:
                self._heights.clear()
            lines = self._lines(alarm)
            self._heights[key] = 2 * _GAP + sum(self._height(face, text) + 2 for text, face, _ in lines)
        picture = THUMBNAIL.height() + _GAP if index.data(PICTURE) is not None else 0
        return QSize(0, self._heights[key] + picture)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        alarm = index.data(ALARM)
        if painter is None or not isinstance(alarm, Alarm):
            return
        theme, box = self.theme, QRectF(option.rect)
        painter.save()
        ground = QColor(theme.surface)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(theme.raised))
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), QColor(theme.accent))
            ground = QColor(theme.raised)
        colour = self._colour(alarm)
        mark = QRectF(box.left() + _SIDE, box.top() + _GAP + 1, _MARK, _MARK)
        paint_alarm(painter, mark, alarm.state, colour, ground)
        left, top = round(box.left()) + _SIDE + _MARK + _GAP, round(box.top()) + _GAP
        for text, face, ink in self._lines(alarm):
            place = QRect(left, top, self._room(), self._height(face, text))
            painter.setFont(face)
            painter.setPen(QColor(ink))
            painter.drawText(place, _WRAP, text)
            top += place.height() + 2
        if (path := index.data(PICTURE)) is not None:
            self._paint_picture(painter, path, QRect(left, top + _GAP - 2, *_sides(THUMBNAIL)))
        painter.setPen(QColor(theme.line))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()

    def _paint_picture(self, painter: QPainter, path: Path, box: QRect) -> None:
        painter.fillRect(box, QColor(self.theme.background))
        shown = self._thumbnails.of(path)
        if shown is not None:
            fitted = shown.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(QRect(box.topLeft(), fitted), shown)

    def _lines(self, alarm: Alarm) -> list[tuple[str, QFont, str]]:
        """Return the texts of a row with font and colour, from the top."""
        loud = alarm.state is AlarmState.OPEN
        said = [
            (f"{level_word(alarm)}: {alarm.name}", font(BODY, bold=True), self.theme.text),
            (f"{when(alarm, self.now)}  {found(alarm.cause)}", font(CAPTION), self.theme.muted),
            (
                state_line(alarm),
                font(CAPTION, bold=loud),
                self.theme.text if loud else self.theme.muted,
            ),
        ]
        if note := note_of(alarm):
            said.append((f"“{note}”", font(CAPTION), self.theme.text))
        return [(wrappable(text), face, ink) for text, face, ink in said]

    def _colour(self, alarm: Alarm) -> QColor:
        """Return the colour of the sign: that of the level while it is on, grey once it is over."""
        over = alarm.state is AlarmState.OVER or alarm.level is Level.NONE
        return QColor(self.theme.unknown if over else self.theme.of_level(alarm.level))

    def _room(self) -> int:
        return max(self.width - 2 * _SIDE - _MARK - _GAP, 40)

    def _height(self, face: QFont, text: str) -> int:
        return QFontMetrics(face).boundingRect(QRect(0, 0, self._room(), 10_000), _WRAP, text).height()


def wrappable(text: str) -> str:
    """Return a text in which long words can wrap; times and usual words stay whole."""
    return _LONG.sub("\\g<0>\u200b", text)


def _sides(size: QSize) -> tuple[int, int]:
    return size.width(), size.height()
