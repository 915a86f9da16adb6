"""Paints what lies around the picture of a tile: words, level; and over it, that the camera is lost."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from crowdmon.track.levels import RANK
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import MARK, hatch, paint_mark
from crowdmon.values import CameraState, Level
from crowdmon.view.theme import BIG, BODY, CAPTION, HEAD, Theme
from crowdmon.view.wall import TileFacts
from crowdmon.view.wording import NO_COUNT, ROIS_ONLY

LOST_BORDER, LEVEL_BORDER, RING = 6, 4, 3
_LOUD = (Level.AMBER, Level.RED, Level.CRITICAL)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BAR, _BARS = 4.0, 3
_SIDE = 10.0


def lost_colour(facts: TileFacts, theme: Theme) -> QColor:
    """Return the colour of a camera that is lost: one that is tried again, or one that has failed."""
    return QColor(theme.red if facts.state is CameraState.FAILED else theme.amber)


def paint_lost(painter: QPainter, room: QRectF, facts: TileFacts, theme: Theme) -> None:
    """Draw a band across the picture, with the largest sign and word that fit: it is seen from far away."""
    ink = QColor(theme.background if theme.name == "dark" else theme.surface)
    face = _largest(facts.word, room.width() - 24.0, room.height() - 34.0)
    line = QFontMetricsF(face).height()
    band = QRectF(room.left(), 0, room.width(), min(line + 34.0, room.height()))
    band.moveCenter(room.center())
    painter.fillRect(band, lost_colour(facts, theme))
    mark = 0.7 * face.pixelSize()
    wide = QFontMetricsF(face).horizontalAdvance(facts.word)
    left = band.left() + max((band.width() - wide - mark - 10) / 2, 8.0)
    top = band.top() + 4
    paint_mark(painter, QRectF(left, top + (line - mark) / 2, mark, mark), facts.state, ink)
    _write(painter, facts.word, face, ink, QRectF(left + mark + 10, top, wide + 2, line), _LEFT)
    small = QRectF(band.left() + 8, top + line, band.width() - 16, 22)
    _write(painter, facts.since, font(BODY, bold=True), ink, small, Qt.AlignmentFlag.AlignCenter)


def paint_words(painter: QPainter, strip: QRectF, facts: TileFacts, theme: Theme) -> None:
    """Draw name and state at the left, count and level at the right."""
    text, muted = QColor(theme.text), QColor(theme.muted)
    inside = strip.adjusted(_SIDE, 2, -_SIDE, -2)
    half = inside.height() / 2
    upper = QRectF(inside.left(), inside.top(), inside.width(), half)
    lower = QRectF(inside.left(), inside.top() + half, inside.width(), half)
    number = facts.count not in (NO_COUNT, ROIS_ONLY)
    face = font(CAPTION) if facts.count == ROIS_ONLY else font(HEAD, bold=True)
    counted = QFontMetricsF(face).horizontalAdvance(facts.count) + 2
    _write(painter, facts.count, face, text if number else muted, upper, _RIGHT)
    if number and facts.count != "0":
        about = font(CAPTION)
        room = upper.adjusted(0, 2, -counted - 4, 2)
        _write(painter, "about", about, muted, room, _RIGHT)
        counted += QFontMetricsF(about).horizontalAdvance("about") + 6
    _write(painter, facts.name, font(BODY, bold=True), text, upper.adjusted(0, 0, -counted - 8, 0), _LEFT)
    mark = QRectF(lower.left(), lower.center().y() - MARK / 2, MARK, MARK)
    colour = lost_colour(facts, theme) if facts.lost else QColor(theme.of_state(facts.state))
    paint_mark(painter, mark, facts.state, colour)
    level = _paint_level(painter, lower, facts, theme)
    if not facts.lost:  # the band says it, and the age of the level needs the room
        _write(painter, facts.word, font(CAPTION), muted, lower.adjusted(MARK + 6, 0, -level - 8, 0), _LEFT)


def border_of(facts: TileFacts) -> int:
    """Return how thick the outline of a tile is; 0 if it says nothing."""
    if facts.lost:
        return LOST_BORDER
    if facts.alarm is not None:
        return LOST_BORDER if facts.alarm_open else LEVEL_BORDER
    quiet = not facts.level_word or (facts.known and facts.level is Level.NONE)
    return 0 if quiet else LEVEL_BORDER


def paint_border(painter: QPainter, box: QRectF, facts: TileFacts, theme: Theme) -> None:
    """Draw the outline: thick if the camera is lost or an alarm is open, hatched where the level is old."""
    thick = border_of(facts)
    if facts.lost:
        _frame(painter, box, lost_colour(facts, theme), thick)
    elif not thick:
        _frame(painter, box, QColor(theme.line), 1)
    elif facts.alarm is not None and facts.alarm_known:
        # An alarm may have a lower level than what is counted.
        now = facts.level if facts.known and facts.level is not None else Level.NONE
        _frame(painter, box, QColor(theme.of_level(max(facts.alarm, now, key=RANK.__getitem__))), thick)
    elif facts.alarm is None and facts.known and facts.level in _LOUD:
        _frame(painter, box, QColor(theme.of_level(facts.level)), thick)
    else:
        painter.save()
        inner = box.adjusted(LEVEL_BORDER + 2, LEVEL_BORDER + 2, -LEVEL_BORDER - 2, -LEVEL_BORDER - 2)
        painter.setClipRect(box)
        for side in (
            QRectF(box.left(), box.top(), box.width(), inner.top() - box.top()),
            QRectF(box.left(), inner.bottom(), box.width(), box.bottom() - inner.bottom()),
            QRectF(box.left(), inner.top(), inner.left() - box.left(), inner.height()),
            QRectF(inner.right(), inner.top(), box.right() - inner.right(), inner.height()),
        ):
            painter.fillRect(side, QColor(theme.surface))
            # What was loud must be as easy to see as before.
            loud = facts.alarm is not None or facts.level in _LOUD
            hatch(painter, side, _old_colour(facts, theme), step=6, width=2.0 if loud else 1.0)
        painter.restore()


def paint_ring(painter: QPainter, box: QRectF, theme: Theme, *, focused: bool) -> None:
    """Draw what says which tile is selected; thicker while keys go to the wall."""
    _frame(painter, box, QColor(theme.accent), RING if focused else 2)


def paint_target(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """Draw where a tile that is dragged would go."""
    pen = QPen(QColor(theme.accent), 4, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(4, 4, -4, -4))


def _paint_level(painter: QPainter, lower: QRectF, facts: TileFacts, theme: Theme) -> float:
    """Draw as many full bars as the level is high, and its word; return the width."""
    if not facts.level_word:
        return 0.0
    face = font(CAPTION, bold=facts.known and facts.level in _LOUD)
    wide = QFontMetricsF(face).horizontalAdvance(facts.level_word) + 2
    loud = facts.level in _LOUD or (facts.known and facts.level is not None)
    colour = QColor(theme.of_level(facts.level) if loud and facts.level is not None else theme.unknown)
    ink = colour if facts.known else QColor(theme.muted)
    _write(painter, facts.level_word, face, ink, lower, _RIGHT)
    full = list(Level).index(facts.level) if facts.level is not None else 0
    left = lower.right() - wide - 6 - _BARS * (_BAR + 2)
    painter.save()
    painter.setPen(QPen(colour, 1))
    for place in range(_BARS):
        tall = 4.0 + 3.0 * place
        bar = QRectF(round(left + place * (_BAR + 2)) + 0.5, lower.center().y() + 5 - tall, _BAR - 1, tall)
        filled = Qt.BrushStyle.SolidPattern if facts.known else Qt.BrushStyle.Dense5Pattern
        painter.setBrush(QBrush(colour, filled if place < full else Qt.BrushStyle.NoBrush))
        painter.drawRect(bar)
    painter.restore()
    return wide + 6 + _BARS * (_BAR + 2)


def _old_colour(facts: TileFacts, theme: Theme) -> QColor:
    """Return the colour of a level that is not of now: what was loud stays known, green never."""
    level = facts.level if facts.alarm is None else facts.alarm
    return QColor(theme.of_level(level) if level in _LOUD else theme.unknown)


def _frame(painter: QPainter, box: QRectF, colour: QColor, thick: int) -> None:
    half = thick / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(
        QPen(colour, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
    )
    painter.drawRect(box.adjusted(half, half, -half, -half))


def _largest(text: str, width: float, height: float) -> QFont:
    for size in (BIG, 32, 24, 20):
        face = font(size, bold=True)
        metrics = QFontMetricsF(face)
        if metrics.horizontalAdvance(text) + 0.7 * size + 10 <= width and metrics.height() <= height:
            return face
    return font(HEAD, bold=True)


def _write(
    painter: QPainter, text: str, face: QFont, ink: QColor, box: QRectF, where: Qt.AlignmentFlag
) -> None:
    painter.setFont(face)
    painter.setPen(ink)
    cut = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, where, cut)
