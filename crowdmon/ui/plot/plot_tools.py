"""The row above the plot: how much time it shows, back to now, a date, and what it is compared with."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PyQt6.QtCore import QDate, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QCalendarWidget, QHBoxLayout, QMenu, QPushButton, QWidget, QWidgetAction

from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.view.past import BACK
from crowdmon.view.plot_range import CHIPS, CHOICES


class PlotTools(QWidget):
    """Chips, one line high.

    Signals:
        span_chosen(str): one of :data:`crowdmon.view.plot_range.CHOICES`.
        now_asked(): follow the present again.
        day_chosen(float, float): show a day, from and until epoch seconds.
        back_chosen(float): compare with so many seconds before; 0 with nothing.
    """

    span_chosen = pyqtSignal(str)
    now_asked = pyqtSignal()
    day_chosen = pyqtSignal(float, float)
    back_chosen = pyqtSignal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Time of the plot")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.chips: dict[str, QPushButton] = {}
        for name in CHIPS:
            chip = _chip(name, f"Show {name}" if CHOICES[name] else "Show as much as there is, 5 min at most")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _=False, name=name: self.span_chosen.emit(name))
            self.chips[name] = chip
            row.addWidget(chip)
        row.addSpacing(8)
        self.now = _chip("Now", "Follow the present again (Esc)")
        self.now.clicked.connect(lambda _=False: self.now_asked.emit())
        self.date = _chip("Date…", "Show a day of the history")
        self.date.clicked.connect(lambda _=False: self.ask_date())
        self.compare = _chip("Compare…", "Show another day behind the lines")
        self.compare.clicked.connect(lambda _=False: self.ask_compare())
        for chip in (self.now, self.date, self.compare):
            row.addWidget(chip)
        self._menu = QMenu(self)
        self.calendar: QCalendarWidget | None = None
        self.today = date.today
        """Tells the day; tests stand in for it."""

    def show_span(self, name: str) -> None:
        """Mark the chip of a time."""
        for one, chip in self.chips.items():
            chip.setChecked(one == name)

    def set_follows(self, follows: bool) -> None:
        """Say whether the plot follows the present: then there is nothing to go back to."""
        self.now.setEnabled(not follows)

    def ask_date(self) -> None:
        """Open a calendar; a click or Return chooses a day."""
        self._menu.clear()
        self.calendar = QCalendarWidget()
        self.calendar.setGridVisible(False)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        today = self.today()
        self.calendar.setMaximumDate(QDate(today.year, today.month, today.day))
        self.calendar.clicked.connect(self._day)
        self.calendar.activated.connect(self._day)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(self.calendar)
        self._menu.addAction(action)
        self._open(self.date)
        self.calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def ask_compare(self) -> None:
        """Open a menu of what to compare with."""
        self._menu.clear()
        for name, seconds in BACK.items():
            self._menu.addAction(name, lambda seconds=seconds: self.back_chosen.emit(seconds))
        self._open(self.compare)

    def _day(self, day: QDate) -> None:
        self._menu.close()
        start = datetime.combine(date(day.year(), day.month(), day.day()), time())
        # By the calendar, so that a day with 23 or 25 hours is a whole one.
        self.day_chosen.emit(start.timestamp(), (start + timedelta(days=1)).timestamp())

    def _open(self, chip: QPushButton) -> None:
        self._menu.popup(chip.mapToGlobal(QPoint(0, chip.height())))


def _chip(text: str, tip: str) -> QPushButton:
    chip = QPushButton(text)
    chip.setProperty("role", "chip")
    chip.setAutoDefault(False)
    chip.installEventFilter(SpaceKeeper(chip))
    chip.setToolTip(tip)
    return chip
