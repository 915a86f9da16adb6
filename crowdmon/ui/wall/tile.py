"""One camera of the wall: a small picture, what it is doing, its count, its level."""

from __future__ import annotations

import cv2
import numpy as np
from PyQt6.QtCore import QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QApplication, QWidget

from crowdmon import privacy
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.notice import paint_veil
from crowdmon.ui.wall.alarm_badge import paint_badge
from crowdmon.ui.wall.painting import (
    LEVEL_BORDER,
    border_of,
    paint_border,
    paint_lost,
    paint_ring,
    paint_target,
    paint_words,
)
from crowdmon.view.camera_values import FRESH
from crowdmon.view.fit import Fit, fit
from crowdmon.view.in_step import Sight
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.wall import STRIP, TileFacts
from crowdmon.view.wording import tip

RATE = 5.0
"""Pictures a second, and repaints a second, at most."""


class Tile(QWidget):
    """Shows one camera. A picture is scaled once; between two repaints lie 0.2 s, unless something happened.

    Signals:
        clicked(): pressed and let go without moving.
        dragged(QPoint), dropped(QPoint): the mouse moves with it, or lets it go; in pixels of the parent.
    """

    clicked = pyqtSignal()
    dragged = pyqtSignal(QPoint)
    dropped = pyqtSignal(QPoint)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.facts = TileFacts(name)
        self.private = False
        self.chosen = self.focused = self.target = False
        self.theme: Theme = DARK
        self._sight: Sight | None = None
        self._image, self._grey = QImage(), QImage()
        self._asked_at = float("-inf")
        self._waits: tuple[Sight | None, TileFacts | None] = (None, None)
        self._pressed: QPoint | None = None
        self._moving = False
        self._say()

    @property
    def name(self) -> str:
        """The camera."""
        return self.facts.name

    @property
    def sight(self) -> Sight | None:
        """The picture it shows; None before the first."""
        return self._sight

    def show_facts(self, facts: TileFacts, now: float) -> None:
        """Say something else; at once if it is about state, level or alarm."""
        if facts == (self._waits[1] or self.facts):
            return
        urgent = _gist(facts) != _gist(self.facts)
        self._waits = (self._waits[0], facts)
        self.tick(now, urgent=urgent)

    def show_sight(self, sight: Sight, now: float) -> None:
        """Show another picture."""
        self._waits = (sight, self._waits[1])
        self.tick(now)

    def tick(self, now: float, *, urgent: bool = False) -> None:
        """Show what waits, if it is time. ``now`` is in epoch seconds."""
        if self._waits == (None, None) or not (urgent or abs(now - self._asked_at) >= 1.0 / RATE):
            return
        self._asked_at = now
        (sight, facts), self._waits = self._waits, (None, None)
        if facts is not None:
            self.facts = facts
            self._say()
        if sight is not None:
            self._sight = sight
            self._draw()
        self.update()

    def redraw(self) -> None:
        """Draw the picture again: the size, the theme or how private it is has changed."""
        self._draw()
        self.update()

    def forget(self) -> None:
        """Drop the picture, so that an old one is not shown first when somebody looks again."""
        self._sight, self._waits = None, (None, self._waits[1])
        self._image, self._grey = QImage(), QImage()
        self.update()

    def pixels(self) -> tuple[int, int]:
        """Return (width, height) for the picture in the screen's own pixels."""
        ratio, room = self.devicePixelRatioF(), self._room()
        return max(round(room.width() * ratio), 1), max(round(room.height() * ratio), 1)

    def cancel(self) -> bool:
        """Let go of a drag; return whether there was one."""
        was, self._moving, self._pressed = self._moving, False, None
        return was

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Scale the picture to the new size."""
        super().resizeEvent(a0)
        self._draw()

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Remember where a click or a drag begins."""
        if a0 is not None and a0.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._moving = a0.position().toPoint(), False

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Drag the tile once the mouse has moved far enough."""
        if a0 is None or self._pressed is None:
            return
        at = a0.position().toPoint()
        if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._moving = True
        if self._moving:
            self.dragged.emit(self.mapToParent(at))

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        """Tell a click from the end of a drag."""
        if a0 is None or self._pressed is None or a0.button() is not Qt.MouseButton.LeftButton:
            return
        at = a0.position().toPoint()
        if self.cancel():
            self.dropped.emit(self.mapToParent(at))
        elif self.rect().contains(at):
            self.clicked.emit()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint picture, words and outline."""
        painter = QPainter(self)
        box, room = QRectF(self.rect()), self._room()
        painter.fillRect(box, QColor(self.theme.surface))
        painter.fillRect(room, QColor(self.theme.background))
        self._paint_picture(painter)
        below = paint_badge(painter, room, self.facts, self.theme)
        if self.facts.lost:
            paint_lost(painter, room.adjusted(0, below, 0, 0), self.facts, self.theme)
        strip = QRectF(
            room.left(), room.bottom(), room.width(), box.height() - room.height() - 2 * LEVEL_BORDER
        )
        paint_words(painter, strip, self.facts, self.theme)
        paint_border(painter, box, self.facts, self.theme)
        if self.chosen:
            inset = border_of(self.facts)
            paint_ring(painter, box.adjusted(inset, inset, -inset, -inset), self.theme, focused=self.focused)
        if self.target:
            paint_target(painter, box, self.theme)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        place = self._place()
        if self._image.isNull():
            return
        fresh = self.facts.state in FRESH
        if not fresh and self._grey.isNull():
            self._grey = pictures.greyed(self._image)
        box = QRectF(place.left, place.top, place.width, place.height)
        painter.drawImage(box, self._image if fresh else self._grey)
        if not fresh:
            paint_veil(painter, place, self.theme)

    def _room(self) -> QRectF:
        edge = LEVEL_BORDER
        return QRectF(edge, edge, self.width() - 2 * edge, self.height() - STRIP - edge)

    def _place(self) -> Fit:
        room = self._room()
        inside = fit(self._sight.frame.size if self._sight else (0, 0), (room.width(), room.height()))
        return Fit(room.left() + inside.left, room.top() + inside.top, inside.width, inside.height)

    def _draw(self) -> None:
        if self._sight is None:
            return
        place, ratio = self._place(), self.devicePixelRatioF()
        size = max(round(place.width * ratio), 1), max(round(place.height * ratio), 1)
        rgb = self._sight.frame.rgb
        if (rgb.shape[1], rgb.shape[0]) != size:
            way = cv2.INTER_AREA if rgb.shape[1] > size[0] else cv2.INTER_LINEAR
            rgb = np.asarray(cv2.resize(rgb, size, interpolation=way), np.uint8)
        if self.private:
            rgb = privacy.pixelate_between(rgb, self._sight.known)
        self._image, self._grey = pictures.from_rgb(rgb), QImage()

    def _say(self) -> None:
        self.setAccessibleName(self.facts.spoken())
        self.setToolTip(tip(self.facts.spoken()))


def _gist(facts: TileFacts) -> tuple[object, ...]:
    return facts.state, facts.level, facts.known, facts.alarm, facts.alarm_open, facts.alarm_known
