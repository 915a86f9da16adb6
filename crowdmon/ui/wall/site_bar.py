"""The site bar: one cell a group, only where a configuration has groups. 56 px."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import hatch
from crowdmon.values import Level, Reading
from crowdmon.view.site_bar import GroupFacts, Watched, site_facts, watched
from crowdmon.view.theme import BODY, CAPTION, DARK, HEAD, Theme
from crowdmon.view.wording import tip

HEIGHT = 56
_SIGN, _PAD = 20.0, 8.0


class SiteBar(QWidget):
    """Says what all cameras of a group know together.

    Signals:
        camera_asked(str): somebody wants to see the camera that a group is about.
    """

    camera_asked = pyqtSignal(str)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._theme = bridge, DARK
        self._newest: dict[str, Reading] = {}
        self._sources: dict[str, str] = {}
        self._groups: tuple[Watched, ...] = ()
        self.cells: list[Cell] = []
        self.setObjectName("sitebar")
        self.setAccessibleName("Groups")
        self.setFixedHeight(HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 2, 8, 2)
        self._row.setSpacing(8)
        bridge.reading_changed.connect(self._take)
        bridge.config_changed.connect(self._follow)
        bridge.beat.connect(self._show)
        self._follow()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        for cell in self.cells:
            cell.theme = theme
            cell.update()

    def _follow(self, _config: object = None) -> None:
        """Take the groups of another configuration."""
        config = self._bridge.config
        self._groups = watched(config)
        before, self._sources = self._sources, {one.name: one.source for one in config.cameras}
        # Another source is another place, of which nothing old may be said.
        same = {name for name, source in self._sources.items() if before.get(name) == source}
        self._newest = {name: one for name, one in self._newest.items() if name in same}
        while len(self.cells) > len(self._groups):
            gone = self.cells.pop()
            self._row.removeWidget(gone)
            gone.deleteLater()
        while len(self.cells) < len(self._groups):
            cell = Cell(self._theme, self)
            cell.clicked.connect(lambda _=False, cell=cell: self.camera_asked.emit(cell.facts.camera))
            self.cells.append(cell)
            self._row.addWidget(cell, 1)
        self.setVisible(bool(self._groups))
        self._show(self._bridge.now())

    def _take(self, camera: str, reading: Reading) -> None:
        self._newest[camera] = reading
        self._show(self._bridge.now())

    def _show(self, now: float) -> None:
        for cell, facts in zip(self.cells, site_facts(self._groups, self._newest, now), strict=True):
            cell.show_facts(facts)


class Cell(QAbstractButton):
    """One group: a sign for its level, its name, and what is counted."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.facts = GroupFacts("", "", None, False, "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.installEventFilter(SpaceKeeper(self))

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a size that never makes the window wider: words are shortened, and the tool tip has them."""
        return QSize(64, HEIGHT - 4)

    def show_facts(self, facts: GroupFacts) -> None:
        """Show what a group says now."""
        if facts == self.facts:
            return
        self.facts = facts
        self.setAccessibleName(facts.spoken())
        self.setToolTip(tip(f"{facts.spoken()}. Click for {facts.camera}."))
        self.update()

    def lines(self) -> tuple[str, str]:
        """Return the two lines as they are drawn, shortened to the width."""
        room = self.width() - _SIGN - 3 * _PAD
        head = self.facts.name + (f"  ·  {self.facts.word}" if self.facts.word else "")
        caption = QFontMetricsF(font(CAPTION, bold=True)).elidedText(head, Qt.TextElideMode.ElideMiddle, room)
        words, face = self._fitting(room)
        return caption, QFontMetricsF(face).elidedText(words, Qt.TextElideMode.ElideRight, room)

    def _fitting(self, room: float) -> tuple[str, QFont]:
        """Return the words and the largest type in which what is counted fits; shorter ones come last."""
        text, short = self.facts.text, self.facts.short()
        choices = [(text, font(HEAD)), (text, font(BODY)), (short, font(BODY)), (short, font(CAPTION))]
        for words, face in choices:
            if QFontMetricsF(face).horizontalAdvance(words) <= room:
                return words, face
        return choices[-1]

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint sign and words, and a frame while it has the focus."""
        theme, facts = self.theme, self.facts
        painter = QPainter(self)
        box = QRectF(self.rect())
        painter.fillRect(box, QColor(theme.raised if self.underMouse() else theme.surface))
        colour = QColor(theme.unknown if facts.level is None else theme.of_level(facts.level))
        sign = QRectF(_PAD, (box.height() - _SIGN) / 2, _SIGN, _SIGN)
        if not facts.known:
            edge = QRectF(0, 0, 4, box.height())
            hatch(painter, edge, colour, step=4, width=2.0)
        paint_level(painter, sign, facts.level, colour, known=facts.known)
        caption, text = self.lines()
        left = sign.right() + _PAD
        upper = QRectF(left, 4, box.width() - left, box.height() / 2 - 4)
        painter.setFont(font(CAPTION, bold=True))
        painter.setPen(QColor(theme.muted))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, caption)
        painter.setFont(self._fitting(self.width() - _SIGN - 3 * _PAD)[1])
        painter.setPen(QColor(theme.text))
        lower = QRectF(left, box.height() / 2, box.width() - left, box.height() / 2 - 4)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.end()


def paint_level(
    painter: QPainter, box: QRectF, level: Level | None, colour: QColor, *, known: bool = True
) -> None:
    """Draw the sign of a level: none a disc, amber a triangle, red a diamond, critical a square.

    What is not known is a hatched outline: a square without a level.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 2))
    inner = box.adjusted(2, 2, -2, -2)
    middle = inner.center()
    corners = {
        Level.AMBER: [QPointF(middle.x(), inner.top()), inner.bottomRight(), inner.bottomLeft()],
        Level.RED: [
            QPointF(middle.x(), inner.top()),
            QPointF(inner.right(), middle.y()),
            QPointF(middle.x(), inner.bottom()),
            QPointF(inner.left(), middle.y()),
        ],
    }
    if known:
        painter.setBrush(colour)
    else:
        hatch(painter, inner, colour, step=5, width=1.5)
    if level is Level.NONE or (known and level is None):
        painter.drawEllipse(inner)
    elif level in corners:
        painter.drawPolygon(QPolygonF(corners[level]))
    else:
        painter.drawRect(inner)
    painter.restore()
