"""The notice over the picture of a camera that is not live: sign, headline, reason, what to do."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSizeF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextOption

from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import MARK, hatch, paint_mark
from crowdmon.values import CameraState
from crowdmon.view.fit import Fit
from crowdmon.view.theme import BODY, HEAD, Theme
from crowdmon.view.wording import one_line

_MARGIN = 16


@dataclass(frozen=True, slots=True)
class Notice:
    """The text of a notice; with an empty headline none is shown."""

    state: CameraState
    headline: str = ""
    detail: str = ""


def paint_veil(painter: QPainter, place: Fit, theme: Theme) -> None:
    """Darken and hatch a picture that is no longer live, so that it is not mistaken for a live one."""
    box = QRectF(place.left, place.top, place.width, place.height)
    shade = QColor("#0e1116")
    shade.setAlphaF(0.5)
    painter.fillRect(box, shade)
    line = QColor(theme.unknown)
    line.setAlphaF(0.22)
    hatch(painter, box, line, step=16)


def paint_notice(
    painter: QPainter, room: QRectF, notice: Notice, theme: Theme, *, strip: bool = False
) -> None:
    """Draw the notice; its text wraps, and it stays inside.

    Args:
        painter: of the widget.
        room: the widget.
        notice: what is said.
        theme: its colours.
        strip: along the top edge, so that the picture below can be looked at; else as a card in the middle.
    """
    if notice.headline:
        (_paint_strip if strip else _paint_card)(painter, room, notice, theme)


def _paint_strip(painter: QPainter, room: QRectF, notice: Notice, theme: Theme) -> None:
    indent = MARK + 14
    inside = max(room.width() - 2 * _MARGIN - indent, 40.0)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    head, body = font(BODY, bold=True), font(BODY)
    head_size = _measure(painter, notice.headline, head, inside)
    detail = one_line(notice.detail)
    body_size = _measure(painter, detail, body, inside)
    height = head_size.height() + body_size.height() + 16
    bar = QRectF(room.left(), room.top(), room.width(), min(height, room.height()))
    ground = QColor(theme.surface)
    ground.setAlphaF(0.94)
    painter.fillRect(bar, ground)
    painter.fillRect(QRectF(bar.left(), bar.bottom() - 1, bar.width(), 1), QColor(theme.control))
    colour = QColor(theme.of_state(notice.state))
    painter.fillRect(QRectF(bar.left(), bar.top(), 4, bar.height()), colour)
    left, top = bar.left() + _MARGIN, bar.top() + 8
    line = QFontMetricsF(head).height()
    paint_mark(painter, QRectF(left, top + (line - MARK - 2) / 2, MARK + 2, MARK + 2), notice.state, colour)
    left += indent
    _write(painter, notice.headline, head, QRectF(QPointF(left, top), head_size), theme.text)
    _write(painter, detail, body, QRectF(QPointF(left, top + head_size.height()), body_size), theme.muted)
    painter.restore()


def _paint_card(painter: QPainter, room: QRectF, notice: Notice, theme: Theme) -> None:
    indent = MARK + 14
    inside = max(min(560.0, room.width() - 2 * _MARGIN) - 2 * _MARGIN - indent, 40.0)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    head, body = font(HEAD, bold=True), font(BODY)
    head_size = _measure(painter, notice.headline, head, inside)
    body_size = _measure(painter, notice.detail, body, inside)
    gap = 8 if notice.detail else 0
    card = QRectF(0, 0, max(head_size.width(), body_size.width()) + indent + 2 * _MARGIN, 0)
    card.setHeight(head_size.height() + gap + body_size.height() + 2 * _MARGIN)
    card.moveCenter(room.center())
    card.moveTo(round(card.left()), round(card.top()))
    painter.setPen(QPen(QColor(theme.control), 1))
    painter.setBrush(QColor(theme.surface))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    left, top = card.left() + _MARGIN, card.top() + _MARGIN
    line = QFontMetricsF(head).height()
    mark = QRectF(left, top + (line - MARK - 2) / 2, MARK + 2, MARK + 2)
    paint_mark(painter, mark, notice.state, QColor(theme.of_state(notice.state)))
    left += indent
    _write(painter, notice.headline, head, QRectF(QPointF(left, top), head_size), theme.text)
    below = QPointF(left, top + head_size.height() + gap)
    _write(painter, notice.detail, body, QRectF(below, body_size), theme.muted)
    painter.restore()


def _option() -> QTextOption:
    option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    # At spaces if there are any, else inside a word such as a long address.
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _measure(painter: QPainter, text: str, face: QFont, width: float) -> QSizeF:
    if not text:
        return QSizeF(0, 0)
    painter.setFont(face)
    box = painter.boundingRect(QRectF(0, 0, width, 10_000), text, _option())
    return QSizeF(math.ceil(box.width()) + 1, math.ceil(box.height()))


def _write(painter: QPainter, text: str, face: QFont, box: QRectF, colour: str) -> None:
    painter.setFont(face)
    painter.setPen(QColor(colour))
    painter.drawText(box, text, _option())
