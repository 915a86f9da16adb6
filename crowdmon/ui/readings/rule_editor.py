"""The alarm rule of the selected ROI: its levels as a table and on 24 h, and what it would have done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from crowdmon.track.levels import RISING
from crowdmon.track.rule import Measure
from crowdmon.ui.readings.rule_line import RuleLine
from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.rule_draft import RuleDraft, StageDraft, proposed
from crowdmon.view.theme import CAPTION, DARK, Theme

_FIELDS = ("above", "clear", "hold")
_SAID = ("raise above", "clear below", "for so many seconds")
_HEADS = ("Raise", "Clear", "For, s")
_UNITS = {
    Measure.COUNT: "people",
    Measure.PER_M2: "people per m²",
    Measure.LOCAL_PER_M2: "people per m² at the densest place",
}


class RuleEditor(QWidget):
    """Shows and changes a draft; nothing holds before it is saved.

    Signals:
        edited(): the draft is another one, and stands still.
        save_asked(), test_asked(): of the two buttons.
    """

    edited = pyqtSignal()
    save_asked = pyqtSignal()
    test_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = RuleDraft("", "", "")
        self._theme = DARK
        self._chosen = Level.RED
        self.title = _said("Alarm rule")
        self.title.setStyleSheet("font-weight: 600;")
        self.line = RuleLine()
        self.line.moved.connect(self._moved)
        self.line.settled.connect(self.edited)
        self.replayed = _said("What the rule would have done")
        self.until = _said("Time until red")
        self.wrong = _said("What is wrong with the rule", role="error")
        self.tested = _said("What the test alarm came to", role="caption")
        self.save = _button("Save rule", "Take the rule from now on; File > Save writes it")
        self.save.clicked.connect(lambda _=False: self.save_asked.emit())
        self.test = _button("Test alarm", "Sound, and a message marked as a test to everybody who is told")
        self.test.clicked.connect(lambda _=False: self.test_asked.emit())
        self.fields: dict[tuple[Level, str], _Field] = {}
        self._signs: list[_Sign] = []
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.line.set_theme(theme)
        for sign in self._signs:
            sign.theme = theme
            sign.update()

    def show_draft(self, draft: RuleDraft) -> None:
        """Show a rule from the configuration."""
        self.draft = draft
        used = [level for level in RISING if level in draft.stages]
        self._chosen = Level.RED if Level.RED in used or not used else used[-1]
        self.title.setText(
            f"Alarm “{draft.name}”, {_UNITS[draft.measure]}" if draft.saved else "No alarm rule"
        )
        self._show()
        self.mark(changed=False)

    def show_line(self, line: Sequence[float | None]) -> None:
        """Show the last 24 h."""
        self.line.show_line(line)

    def mark(self, *, changed: bool) -> None:
        """Say whether there is something to save."""
        self.save.setEnabled(changed)

    def say(self, text: str) -> None:
        """Say what is wrong; empty if nothing is."""
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))

    def say_until(self, text: str) -> None:
        """Say when it would be red; empty where nothing supports it."""
        self.until.setText(text)
        self.until.setVisible(bool(text))

    def choose(self, level: Level) -> None:
        """Show the lines of another level."""
        if level is not self._chosen:
            self._chosen = level
            self._show_lines()

    def _typed(self, level: Level, what: str) -> None:
        """Take what was typed: an empty level to raise is a level that is not used."""
        field, stage = self.fields[level, what], self.draft.stages.get(level)
        text = field.text().strip().replace(",", ".")
        try:
            value = float(text) if text else None
        except ValueError:
            value = math.nan
        if value is not None and not (value > 0.0 if what == "above" else value >= 0.0):
            self.say(f"{level.value.capitalize()}: a level is a number above 0; seconds are 0 or more.")
            return
        if what == "above" and value is None:
            self._put(level, None)
        elif what == "above" and value is not None:
            new = StageDraft(value, round(0.9 * value, 3)) if stage is None else stage.raised_to(value)
            self._put(level, new)
        elif stage is not None:
            if what == "clear":
                self._put(level, stage.cleared_at(0.9 * stage.above if value is None else value))
            else:
                self._put(level, replace(stage, hold=value or 0.0))
        elif text:
            self.say(f"{level.value.capitalize()}: give the level that raises it first.")
            return
        self.edited.emit()

    def _moved(self, stage: StageDraft) -> None:
        self._put(self._chosen, stage, lines=False)

    def _put(self, level: Level, stage: StageDraft | None, *, lines: bool = True) -> None:
        stages = {one: draft for one, draft in self.draft.stages.items() if one is not level}
        if stage is not None:
            stages[level] = stage
        self.draft = replace(self.draft, stages=stages)
        self._chosen = level
        self.mark(changed=True)
        self._show(lines=lines)

    def _add(self) -> None:
        self._put(Level.RED, proposed(self.line.line))
        self.line.setFocus()
        self.edited.emit()

    def _show(self, *, lines: bool = True) -> None:
        for (level, what), field in self.fields.items():
            stage = self.draft.stages.get(level)
            field.setText("" if stage is None else f"{getattr(stage, what):g}")
            field.setPlaceholderText("off" if what == "above" else "")
        empty = not self.draft.stages
        self.add.setVisible(empty)
        self.line.setVisible(not empty)
        if lines:
            self._show_lines()

    def _show_lines(self) -> None:
        stage = self.draft.stages.get(self._chosen)
        self.line.show_stage(self._chosen, stage, step=1.0 if self.draft.measure is Measure.COUNT else 0.1)

    def _arrange(self) -> None:
        table = QGridLayout()
        table.setContentsMargins(0, 0, 0, 0)
        table.setHorizontalSpacing(4)
        table.setVerticalSpacing(4)
        for column, text in enumerate(_HEADS, 1):
            head = _said(text, role="caption")
            head.setText(text)
            head.setWordWrap(False)
            table.addWidget(head, 0, column)
        for row, level in enumerate(RISING, 1):
            sign = _Sign(level)
            self._signs.append(sign)
            table.addWidget(sign, row, 0)
            for column, what in enumerate(_FIELDS, 1):
                field = _Field(f"{level.value.capitalize()}: {_SAID[column - 1]}")
                field.entered.connect(lambda level=level: self.choose(level))
                field.editingFinished.connect(
                    lambda level=level, what=what: (
                        self._typed(level, what) if self.fields[level, what].take_modified() else None
                    )
                )
                self.fields[level, what] = field
                table.addWidget(field, row, column)
        for column in (1, 2, 3):
            table.setColumnStretch(column, 1)
        self.add = _button("Add a rule", "Begin with a red level a fifth above the most of these 24 h")
        self.add.clicked.connect(lambda _=False: self._add())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.save, self.test):
            buttons.addWidget(button)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(6)
        for one in (self.title, self.until, self.line, self.replayed, self.wrong):
            whole.addWidget(one)
        whole.addLayout(table)
        whole.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addLayout(buttons)
        whole.addWidget(self.tested)
        self.tested.hide()
        self.wrong.hide()
        self.until.hide()


class _Sign(QWidget):
    """The name of a level beside its colour."""

    def __init__(self, level: Level) -> None:
        super().__init__()
        self._level, self.theme = level, DARK
        text = level.value.capitalize()
        self.setAccessibleName(text)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("Critical") + 22)
        self.setMinimumHeight(24)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint as many bars as the level is high, and its name."""
        painter = QPainter(self)
        middle, rank = self.height() / 2, RISING.index(self._level) + 1
        for bar in range(rank):
            high = 4 + 3 * bar
            place = (4 * bar, int(middle + 5 - high), 3, high)
            painter.fillRect(*place, QColor(self.theme.of_level(self._level)))
        painter.setFont(font(CAPTION))
        painter.setPen(QColor(self.theme.text))
        room = self.rect().adjusted(16, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._level.value.capitalize())
        painter.end()


class _Field(QLineEdit):
    """A number of the table; says when the focus comes."""

    entered = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setProperty("role", "small")
        self.setMinimumWidth(40)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def take_modified(self) -> bool:
        """Return whether somebody has typed since it was asked last."""
        typed = self.isModified()
        self.setModified(False)
        return typed

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Say so."""
        super().focusInEvent(a0)
        self.entered.emit()


def _button(text: str, said: str) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "tight")
    made.setToolTip(said)
    made.setAccessibleName(text)
    made.setAccessibleDescription(said)
    made.setAutoDefault(False)
    return made


def _said(name: str, *, role: str = "") -> QLabel:
    made = QLabel()
    made.setAccessibleName(name)
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    return made
