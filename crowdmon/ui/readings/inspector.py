"""The inspector of the selected ROI: name, colour, area, level now and over the day."""

from __future__ import annotations

from dataclasses import dataclass, field

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from crowdmon.config import COLOURS
from crowdmon.ui.readings.day_strip import DayStrip
from crowdmon.ui.readings.rule_editor import RuleEditor
from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.day import Day
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import clock, people

NO_LEVELS = "No levels are set"


@dataclass(frozen=True, slots=True)
class RoiDetails:
    """What is known of a ROI.

    Attributes:
        name: its own.
        colour: one of :data:`crowdmon.config.COLOURS`.
        area_m2: as somebody entered it; measured_m2: as the ground plane has it. None if unknown.
        count: people now; None if unknown.
        level: now; None without levels or without a count.
        per_m2: people per square metre now; None if unknown.
        bounds: where the levels begin, in people.
        day: today.
    """

    name: str
    colour: str
    area_m2: float | None = None
    measured_m2: float | None = None
    count: float | None = None
    level: Level | None = None
    per_m2: float | None = None
    bounds: tuple[tuple[Level, float], ...] = ()
    day: Day = field(default_factory=lambda: Day(0.0))


class Inspector(QWidget):
    """Shows and changes one ROI.

    Signals:
        renamed(str), recoloured(str): a new name, a colour of :data:`crowdmon.config.COLOURS`.
        area_given(object): square metres, None to take them from the ground plane again.
        shown(str): another ROI is shown; empty for none.
    """

    renamed = pyqtSignal(str)
    recoloured = pyqtSignal(str)
    area_given = pyqtSignal(object)
    shown = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.details: RoiDetails | None = None
        self._theme = DARK
        self.name = _field("Name of the ROI")
        self.name.setMaxLength(64)
        self.name.editingFinished.connect(self._rename)
        self.area = _field("Area in square metres")
        self.area.editingFinished.connect(self._give_area)
        self.colours = {name: _Colour(name) for name in COLOURS}
        for name, button in self.colours.items():
            button.clicked.connect(lambda _=False, name=name: self.recoloured.emit(name))
        self.level = _said("Level now")
        self.today = _said("Most people today", role="caption")
        self.bounds = _said("Where the levels begin", role="caption")
        self.strip = DayStrip()
        self.rule = RuleEditor()
        self.wrong = _said("What is wrong", role="error")
        self.hint = _said("No ROI is selected", role="caption")
        self.hint.setText("Select a ROI on the picture or in the table to see its level over the day.")
        self._arrange()
        self.show_roi(None)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the panel would like: on a small window, the table of ROIs needs the room."""
        window = self.window()
        return QSize(300, 456 if window is not None and window.height() >= 800 else 260)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the least size."""
        return QSize(232, 64)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.strip.set_theme(theme)
        self.rule.set_theme(theme)
        self.show_roi(self.details)

    @property
    def roi(self) -> str:
        """The name of the ROI shown; empty for none."""
        return self.details.name if self.details is not None else ""

    def show_roi(self, details: RoiDetails | None) -> None:
        """Show a ROI; None if none is selected. What is being typed stays."""
        other = (details and details.name) != (self.details and self.details.name)
        self.details = details
        self._scroll.setVisible(details is not None)
        self.hint.setVisible(details is None)
        if other:
            self.shown.emit(self.roi)
        if details is None:
            return
        if other:
            self.wrong.setText("")
        if other or not self.name.hasFocus():
            self.name.setText(details.name)
        if other or not self.area.hasFocus():
            self.area.setText("" if details.area_m2 is None else f"{details.area_m2:g}")
        ground = details.measured_m2
        self.area.setPlaceholderText("unknown" if ground is None else f"{ground:.0f} by the ground plane")
        for name, button in self.colours.items():
            button.setChecked(name == details.colour)
        self._show_level(details)

    def see(self, part: QWidget) -> None:
        """Scroll to a part of the panel."""
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            bar.setValue(part.mapTo(self._body, QPoint()).y())

    def say(self, text: str) -> None:
        """Say why a change was not possible; empty if it was."""
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))

    def _show_level(self, details: RoiDetails) -> None:
        if not details.bounds:
            self.level.setText(NO_LEVELS)
        elif details.level is None:
            self.level.setText("Unknown: nothing is counted now")
        else:
            dense = "" if details.per_m2 is None else f", {details.per_m2:.2f} per m²"
            self.level.setText(f"{details.level.value.capitalize()}: about {people(details.count)}{dense}")
        bounds = ", ".join(f"{level} from {low:.0f}" for level, low in details.bounds)
        self.bounds.setText(f"In people: {bounds}")
        self.bounds.setVisible(bool(details.bounds))
        self.level.setToolTip("" if bounds else "“levels:” in the configuration sets them.")
        day = details.day
        most = "" if day.peak is None else f"Most today: {people(day.peak)} at {clock(day.at)[:5]}"
        self.today.setText(most or "Nothing was counted today")
        self.strip.set_day(day)

    def _rename(self) -> None:
        if self.details is not None and self.name.text().strip() not in ("", self.details.name):
            self.renamed.emit(self.name.text().strip())

    def _give_area(self) -> None:
        if self.details is None:
            return
        text = self.area.text().strip().replace(",", ".")
        try:
            value = float(text) if text else None
        except ValueError:
            value = -1.0
        if value is not None and not 0.0 < value < 1e9:
            self.say("An area is a number of square metres above 0.")
            return
        self.say("")
        if value != self.details.area_m2:
            self.area_given.emit(value)

    def _arrange(self) -> None:
        self._body = QWidget()
        form = QFormLayout(self._body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        swatches = QHBoxLayout()
        swatches.setSpacing(4)
        for button in self.colours.values():
            swatches.addWidget(button)
        swatches.addStretch(1)
        for text, what in (("Name", self.name), ("Colour", swatches), ("Area, m²", self.area)):
            caption = QLabel(text)
            caption.setProperty("role", "caption")
            form.addRow(caption, what)
        for whole in (self.wrong, self.level, self.bounds, self.strip, self.today, self.rule):
            form.addRow(whole)
        self.wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 8)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignTop)
        # On a small screen it scrolls: what is cut cannot be read.
        scroll = self._scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        column.addWidget(scroll, 1)


class _Colour(QToolButton):
    """A swatch that can be chosen; the chosen one has a ring."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._colour = DARK.roi(COLOURS.index(name))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(f"Colour {name}")
        self.setToolTip(name.capitalize())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of a swatch."""
        return QSize(24, 24)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: N802
        """Paint swatch and ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(self._colour))
        painter.setPen(QPen(QColor(DARK.background), 1))
        painter.drawRect(self.rect().adjusted(6, 6, -7, -7))
        if self.isChecked() or self.hasFocus():
            accent = self.palette().highlight().color() if self.hasFocus() else self.palette().text().color()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 3, 3)
        painter.end()


def _field(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    return made


def _said(name: str, *, role: str = "") -> QLabel:
    made = QLabel()
    made.setAccessibleName(name)
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if role == "caption":
        made.setFont(font(CAPTION))
    return made
