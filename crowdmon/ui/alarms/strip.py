"""The strip above everything while an alarm is on that nobody has acknowledged. 40 px, one loud thing."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.alarms.marks import paint_alarm
from crowdmon.ui.picture.picture_pane import Elided
from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.view.alarm_words import headline, level_word, sentence
from crowdmon.view.alarms import Alarm, AlarmState
from crowdmon.view.theme import BODY, CAPTION, DARK, HEAD, Theme
from crowdmon.view.wording import media_clock, tip

HEIGHT = 40

_RULES = """
QWidget#alarms {{ background: {ground}; }}
QWidget#alarms QLabel {{ color: {ink}; }}
QWidget#alarms QPushButton {{ background: transparent; color: {ink}; border: 1px solid {ink};
    padding: 3px 10px; min-height: 18px; }}
QWidget#alarms QPushButton:hover {{ border-width: 2px; padding: 2px 9px; }}
QWidget#alarms QPushButton:focus {{ background: {ink}; color: {ground}; border: 2px solid {ink};
    padding: 2px 9px; }}
"""


class AlarmStrip(QWidget):
    """Says the most urgent open alarm in one line, with what can be done about it.

    Signals:
        acknowledge_asked(Alarm), moment_asked(Alarm): of the alarm shown.
        list_asked(): somebody wants to see all of them.
    """

    acknowledge_asked = pyqtSignal(object)
    moment_asked = pyqtSignal(object)
    list_asked = pyqtSignal()

    def __init__(self, desk: AlarmDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._theme = desk, DARK
        self.alarm: Alarm | None = None
        """What is shown; None while the strip is hidden."""
        self.setObjectName("alarms")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._mark = _Mark(self)
        self.level = Elided(HEAD, bold=True, hug=True)
        self.level.setAccessibleName("Level of the alarm")
        self.text = Elided(BODY, bold=True)
        self.text.setAccessibleName("Alarm")
        self.more = Elided(CAPTION)
        self.more.setAccessibleName("What was measured")
        self.acknowledge = self._button("Acknowledge…", "Say that you have seen it (A)")
        self.acknowledge.clicked.connect(lambda _checked=False: self.acknowledge_asked.emit(self.alarm))
        self.moment = self._button("Show", "Show its camera, and its moment in the plot")
        self.moment.clicked.connect(lambda _checked=False: self.moment_asked.emit(self.alarm))
        self.mute = self._button("Mute", "Mute the sound for 10 min (M)")
        self.mute.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.mute.clicked.connect(lambda _checked=False: desk.mute(not self._left))
        self.all = self._button("List", "All alarms (L)")
        self.all.clicked.connect(lambda _checked=False: self.list_asked.emit())
        self._left = 0.0
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(8)
        lines = QVBoxLayout()
        lines.setContentsMargins(8, 2, 0, 3)
        lines.setSpacing(0)
        lines.addWidget(self.text)
        lines.addWidget(self.more)
        row.addWidget(self._mark)
        row.addWidget(self.level)
        row.addLayout(lines, 1)
        for button in (self.acknowledge, self.moment, self.mute, self.all):
            row.addWidget(button)
        desk.changed.connect(self.show_worst)
        desk.muted.connect(self._show_muted)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self._dress()

    def show_worst(self) -> None:
        """Show the most urgent open alarm; without one there is no strip."""
        self.alarm = next(iter(self._desk.open), None)
        if self.alarm is None:
            self.hide()
            return
        self.level.set_whole(level_word(self.alarm))
        for label, words in zip((self.text, self.more), headline(self._desk.open), strict=True):
            label.set_whole(words)
        said = ". ".join(sentence(one) for one in self._desk.open)
        self.text.setAccessibleDescription(said)
        self.setToolTip(tip(said))
        self._dress()
        self.show()

    def _show_muted(self, left: float) -> None:
        self._left = left
        text = f"Muted {media_clock(left)}" if left else "Mute"
        if self.mute.text() != text:
            self.mute.setText(text)
        self.mute.setAccessibleName("Turn the sound on again" if left else "Mute the sound for 10 min")
        self.mute.setToolTip(tip("The sound comes back by itself, or with M" if left else "For 10 min (M)"))

    def _dress(self) -> None:
        if self.alarm is None:
            return
        theme = self._theme
        ink = theme.background if theme.name == "dark" else theme.surface
        ground = theme.of_level(self.alarm.level)
        self._mark.colours = QColor(ink), QColor(ground)
        self._mark.update()
        rules = _RULES.format(ink=ink, ground=ground)
        if self.styleSheet() != rules:
            self.setStyleSheet(rules)

    def _button(self, text: str, said: str) -> QPushButton:
        made = QPushButton(text)
        made.setToolTip(tip(said))
        made.setAccessibleName(f"{text.rstrip('…')}: {said}")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.installEventFilter(SpaceKeeper(made))
        return made


class _Mark(QWidget):
    """The sign of an open alarm, in the ink of the strip."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = QColor(DARK.background), QColor(DARK.red)
        self.setFixedSize(QSize(22, 22))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint it."""
        painter = QPainter(self)
        ink, ground = self.colours
        painter.fillRect(self.rect(), ground)
        paint_alarm(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), AlarmState.OPEN, ink, ground)
        painter.end()
