"""The panel with all alarms: filtered, acknowledged, exported, and the way to their moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QAction, QDesktopServices, QShowEvent
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from crowdmon import atomic
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.ui.alarms.as_csv import encode_alarms
from crowdmon.ui.alarms.filters import AlarmFilters
from crowdmon.ui.alarms.list_view import AlarmListView
from crowdmon.ui.alarms.rows import ALARM, PICTURE, THUMBNAIL, AlarmLines, AlarmRows
from crowdmon.ui.alarms.thumbnails import Thumbnails
from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.ui.shell.docks import PanelContext
from crowdmon.ui.shell.document import show_error
from crowdmon.view.alarm_words import sentence
from crowdmon.view.alarms import Alarm, AlarmState, places_of
from crowdmon.view.theme import Theme
from crowdmon.view.wording import media_clock

MOST = 300
"""Rows that are shown; the filter finds the others."""


class AlarmPanel(QWidget):
    """Shows alarms, the newest first.

    Signals:
        acknowledge_asked(Alarm), moment_asked(Alarm): of the selected one.
    """

    acknowledge_asked = pyqtSignal(object)
    moment_asked = pyqtSignal(object)

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._bridge, self._desk = context.bridge, context.alarms
        self._minute, self._shown, self._old = 0, (0, 0), False
        self._muted = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.filters = AlarmFilters(self)
        self.tools = self.filters.beside
        """Stands beside the panel's title."""
        self.said = QLabel()
        self.said.setAccessibleName("Alarms shown")
        self.said.setProperty("role", "caption")
        self.said.setWordWrap(True)
        self.rows = AlarmRows(self._desk, self)
        thumbnails = Thumbnails(self._bridge, 2 * THUMBNAIL, self)  # for screens of 200 %, too
        self.lines = AlarmLines(thumbnails, self)
        self.list = AlarmListView()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(self.lines)
        thumbnails.come.connect(self.list.redraw)
        self.acknowledge = _button("Acknowledge…", "Acknowledge the selected alarm (A)")
        self.moment = _button("Show", "Show its camera, and its moment in the plot (Enter)")
        self.export = _button("Export…", "Write the alarms shown as CSV")
        self._of_menu = [(one, QAction(one.text(), self)) for one in (self.acknowledge, self.moment)]
        self.open_picture = QAction("Open picture", self)
        self._arrange()
        self._connect()
        self.refresh()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the panel would like."""
        return QSize(300, 300)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the least size at which an alarm can be read."""
        return QSize(296, 220)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.lines.theme = theme
        self.list.redraw()

    def selected(self) -> Alarm | None:
        """Return the alarm that is selected, as it is now."""
        alarm = self.list.currentIndex().data(ALARM)
        return alarm if isinstance(alarm, Alarm) else None

    def select(self, alarm: Alarm) -> None:
        """Select an alarm, if it is shown."""
        self.list.setCurrentIndex(self.rows.row_of(alarm.key))

    def chosen(self) -> list[Alarm]:
        """Return the alarms that the filter takes, the newest first."""
        wanted, now = self.filters.wanted(), self._bridge.now()
        said = _searched if wanted.text else lambda _alarm: ""  # thousands of texts take a while
        return [one for one in self._desk.alarms if wanted.takes(one, said(one), now)]

    def refresh(self) -> None:
        """Show what the filter takes now; the selected alarm stays selected."""
        key = one.key if (one := self.selected()) is not None else None
        self.filters.fill(places_of(self._desk.alarms))
        found = self.chosen()
        self.lines.now = self._bridge.now()
        self.rows.show(found[:MOST])
        self.list.setCurrentIndex(self.rows.row_of(key))
        self._shown = (min(len(found), MOST), len(found))
        self._say()
        self._enable()

    def ask_export(self) -> None:
        """Ask for a file, and write the alarms that the filter takes."""
        text, _ = QFileDialog.getSaveFileName(self, "Export alarms", "alarms.csv", "CSV files (*.csv)")
        if not text:
            return
        path = Path(text) if Path(text).suffix else Path(text).with_suffix(".csv")
        chosen = self.chosen()
        kept = {one.key: kept.name for one in chosen if (kept := self._desk.picture_of(one)) is not None}
        rows = encode_alarms(chosen, kept)
        try:
            self._bridge.check_output("The alarms", path)
            atomic.check_place(path, kind="CSV file", replaced=True)
        except CrowdmonError as error:
            show_error(self, error)
            return
        self._bridge.run_task(lambda _: atomic.write_whole(path, rows), self._exported)

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Show what has changed meanwhile."""
        super().showEvent(a0)
        if self._old:
            self._old = False
            self.refresh()

    def _exported(self, _result: object, error: Exception | None) -> None:
        if isinstance(error, CrowdmonError):
            show_error(self, error)
        elif error is not None:
            show_error(self, SinkError(f"the alarms cannot be written: {error}"))

    def _open_picture(self) -> None:
        path = self.list.currentIndex().data(PICTURE)
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _say(self) -> None:
        shown, many = self._shown
        count = "No alarms" if not many else "1 alarm" if many == 1 else f"{many} alarms"
        only = f", the newest {shown} are shown" if shown < many else ""
        sound = f". Sound muted, {media_clock(self._muted)} left" if self._muted else ""
        self.said.setText(f"{count}{only}{sound}")

    def _mute(self, left: float) -> None:
        self._muted = left
        self._say()

    def _changed(self) -> None:
        """Show what has changed; a list that nobody sees costs nothing until it is looked at."""
        self._old = not self.isVisible()
        if not self._old:
            self.refresh()

    def _beat(self, now: float) -> None:
        if int(now // 60) != self._minute and self.isVisible():  # an alarm may be too old by now
            self._minute = int(now // 60)
            self.refresh()

    def _enable(self) -> None:
        alarm = self.selected()
        answered = alarm is None or alarm.state is AlarmState.SEEN
        answered = answered or (alarm is not None and alarm.over is not None and bool(alarm.answers))
        self.acknowledge.setEnabled(not answered)
        self.open_picture.setEnabled(alarm is not None and self._desk.picture_of(alarm) is not None)
        self.moment.setEnabled(alarm is not None and bool(self._desk.camera_of(alarm)))
        self.export.setEnabled(self._shown[1] > 0)
        for button, action in self._of_menu:
            action.setEnabled(button.isEnabled())

    def _arrange(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(8)
        for button in (self.acknowledge, self.moment, self.export):
            below.addWidget(button)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(6)
        column.addWidget(self.filters.folded)
        column.addWidget(self.list, 1)
        column.addWidget(self.said)
        column.addLayout(below)

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self.list.opened.connect(self.moment.click)
        self.list.doubleClicked.connect(lambda _index: self.moment.click())
        self.list.resized.connect(self._resized)
        selection = self.list.selectionModel()
        if selection is not None:
            selection.currentChanged.connect(lambda _now, _before: self._enable())
        self.acknowledge.clicked.connect(lambda _checked=False: self._tell(self.acknowledge_asked.emit))
        self.moment.clicked.connect(lambda _checked=False: self._tell(self.moment_asked.emit))
        self.export.clicked.connect(lambda _checked=False: self.ask_export())
        for button, action in self._of_menu:
            action.triggered.connect(lambda _checked=False, button=button: button.click())
            self.list.addAction(action)
        self.open_picture.triggered.connect(lambda _checked=False: self._open_picture())
        self.list.addAction(self.open_picture)
        self._desk.changed.connect(self._changed)
        self._desk.muted.connect(self._mute)
        self._bridge.beat.connect(self._beat)

    def _tell(self, emit: Callable[[Alarm], object]) -> None:
        if (alarm := self.selected()) is not None:
            emit(alarm)

    def _resized(self, width: int) -> None:
        self.lines.width = width
        self.rows.layoutChanged.emit()


def _button(text: str, said: str) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "small")
    made.setToolTip(said)
    made.setAccessibleName(f"{text.rstrip('…')}: {said}")
    made.installEventFilter(SpaceKeeper(made))
    return made


def _searched(alarm: Alarm) -> str:
    return f"{sentence(alarm)} {alarm.place}".casefold()
