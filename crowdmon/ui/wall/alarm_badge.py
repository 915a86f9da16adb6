"""The badge of a tile with an alarm: sign and words; hatched where the alarm is as it was last known."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from crowdmon.ui.alarms.marks import paint_alarm
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import hatch
from crowdmon.view.alarms import AlarmState
from crowdmon.view.theme import BODY, CAPTION, Theme
from crowdmon.view.wall import TileFacts

BADGE = 26
"""Height of the badge with what is around it."""

_MARK, _PAD, _EDGE = 14.0, 7.0, 4.0
_AROUND = 3 * _PAD + _MARK + 2 * _EDGE + 2


def fits(text: str, room: float) -> bool:
    """Whether words fit a badge in a picture so wide."""
    return _face(text, room - _AROUND)[1] <= room - _AROUND


def paint_badge(painter: QPainter, room: QRectF, facts: TileFacts, theme: Theme) -> float:
    """Draw the badge at the upper left of a picture; return the height that it takes, 0 without an alarm."""
    if facts.alarm is None:
        return 0.0
    face, wide = _face(facts.alarm_word, room.width() - _AROUND)
    box = QRectF(room.left(), room.top(), min(wide + _AROUND, room.width()), BADGE)
    colour = QColor(theme.of_level(facts.alarm))
    ink, ground = QColor(theme.text), QColor(theme.surface)
    full = facts.alarm_open and facts.alarm_known
    if full:
        ink, ground = QColor(theme.background if theme.name == "dark" else theme.surface), colour
    painter.fillRect(box, ground)
    if not facts.alarm_known:
        hatch(painter, box, colour, step=6, width=2.0)
        painter.fillRect(box.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE), ground)
    elif not full:
        painter.setPen(
            QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(1, 1, -1, -1))
    state = AlarmState.OPEN if facts.alarm_open else AlarmState.SEEN
    mark = QRectF(box.left() + _EDGE + _PAD, box.center().y() - _MARK / 2, _MARK, _MARK)
    paint_alarm(painter, mark, state, ink if full else colour, ground)
    painter.setFont(face)
    painter.setPen(ink)
    words = QRectF(mark.right() + _PAD, box.top(), box.right() - mark.right() - _PAD - _EDGE, box.height())
    cut = QFontMetricsF(face).elidedText(facts.alarm_word, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)
    return box.height()


def _face(text: str, room: float) -> tuple[QFont, float]:
    """Return the largest type in which a text fits, and its width."""
    face, wide = font(BODY, bold=True), 0.0
    for size in (BODY, CAPTION):
        face = font(size, bold=True)
        wide = QFontMetricsF(face).horizontalAdvance(text) + 1
        if wide <= room:
            break
    return face, wide
