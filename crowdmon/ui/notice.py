"""What is said over the picture when a camera is not live: sign, sentence, reason, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from crowdmon.ui.fit import Fit
from crowdmon.ui.fonts import font
from crowdmon.ui.marks import MARK, hatch, paint_mark
from crowdmon.ui.theme import BODY, HEAD, Theme
from crowdmon.values import CameraState

_MARGIN = 16
# At blanks where there are some, inside a long address where there are none.
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Notice:
    """What to say; an empty headline says nothing."""

    state: CameraState
    headline: str = ""
    detail: str = ""


def paint_veil(painter: QPainter, place: Fit, theme: Theme) -> None:
    """Darken and hatch a picture that is no longer live, so that it cannot be taken for one."""
    box = QRectF(place.left, place.top, place.width, place.height)
    shade = QColor("#0e1116")
    shade.setAlphaF(0.5)
    painter.fillRect(box, shade)
    line = QColor(theme.unknown)
    line.setAlphaF(0.22)
    hatch(painter, box, line, step=16)


def paint_notice(painter: QPainter, room: QRectF, notice: Notice, theme: Theme) -> None:
    """Draw the notice as a card in the middle of ``room``; it wraps, and never leaves the room."""
    if not notice.headline:
        return
    head, body = font(HEAD, bold=True), font(BODY)
    indent = MARK + 14
    inside = max(min(560.0, room.width() - 2 * _MARGIN) - 2 * _MARGIN - indent, 40.0)
    roof = QRectF(0, 0, inside, 10_000)
    head_box = QFontMetricsF(head).boundingRect(roof, _WRAP.value, notice.headline)
    body_box = (
        QFontMetricsF(body).boundingRect(roof, _WRAP.value, notice.detail) if notice.detail else QRectF()
    )
    gap = 8 if notice.detail else 0
    text_width = max(head_box.width(), body_box.width()) + 2
    height = head_box.height() + gap + body_box.height() + 2 * _MARGIN
    card = QRectF(0, 0, text_width + indent + 2 * _MARGIN, height)
    card.moveCenter(room.center())
    card.moveTo(round(card.left()), round(card.top()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.control), 1))
    painter.setBrush(QColor(theme.surface))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    left, top = card.left() + _MARGIN, card.top() + _MARGIN
    line = QFontMetricsF(head).height()
    mark = QRectF(left, top + (line - MARK - 2) / 2, MARK + 2, MARK + 2)
    paint_mark(painter, mark, notice.state, QColor(theme.of_state(notice.state)))
    painter.setPen(QColor(theme.text))
    painter.setFont(head)
    painter.drawText(QRectF(left + indent, top, inside + 2, head_box.height()), _WRAP.value, notice.headline)
    painter.setPen(QColor(theme.muted))
    painter.setFont(body)
    below = QRectF(left + indent, top + head_box.height() + gap, inside + 2, body_box.height() + 2)
    painter.drawText(below, _WRAP.value, notice.detail)
    painter.restore()
