"""The panel with all alarms: filtered, acknowledged, exported, and the way to their moment."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crowdmon import atomic
from crowdmon.errors import CrowdmonError, SinkError
from crowdmon.ui.alarms.as_csv import encode_alarms
from crowdmon.ui.alarms.rows import ALARM, AlarmLines, AlarmRows
from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.ui.shell.docks import PanelContext
from crowdmon.ui.shell.document import show_error
from crowdmon.view.alarm_words import sentence
from crowdmon.view.alarms import Alarm, AlarmFilter, AlarmState, places_of
from crowdmon.view.theme import Theme
from crowdmon.view.wording import media_clock

MOST = 500
"""Rows that are shown; the filter finds the others."""

ALL_PLACES = "All places"

STATES: dict[str, frozenset[AlarmState]] = {
    "Any state": frozenset(AlarmState),
    "On": frozenset({AlarmState.OPEN, AlarmState.SEEN}),
    "Not acknowledged": frozenset({AlarmState.OPEN}),
    "Acknowledged": frozenset({AlarmState.SEEN}),
    "Over": frozenset({AlarmState.OVER}),
}

TIMES: dict[str, float | None] = {"1 hour": 3600.0, "24 h": 86_400.0, "7 days": 7 * 86_400.0, "30 days": None}


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
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = QLineEdit()
        self.words.setAccessibleName("Words to find in alarms")
        self.words.setPlaceholderText("Find")
        self.words.setProperty("role", "small")
        self.more = QPushButton("Filter")
        self.more.setProperty("role", "small")
        self.more.setCheckable(True)
        self.more.setToolTip("By camera or group, by state, by time")
        self.tools = QWidget(self)
        """Stands beside the panel's title."""
        self.tools.hide()
        self.place = _choice("Camera or group", [ALL_PLACES])
        self.state = _choice("State", list(STATES))
        self.time = _choice("Time", list(TIMES))
        self.time.setCurrentText("24 h")
        self.said = QLabel()
        self.said.setAccessibleName("Alarms shown")
        self.said.setProperty("role", "caption")
        self.said.setWordWrap(True)
        self.rows = AlarmRows(self)
        self.lines = AlarmLines(self)
        self.list = _List()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(self.lines)
        self.acknowledge = self._button("Acknowledge…", "Acknowledge the selected alarm (A)")
        self.moment = self._button("Show", "Show its camera, and its moment in the plot (Enter)")
        self.export = self._button("Export…", "Write the alarms shown as CSV")
        self._arrange()
        self._connect()
        self._muted = 0.0
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
        now = self._bridge.now()
        place = self.place.currentData() or ""
        wanted = AlarmFilter(
            place, STATES[self.state.currentText()], self.words.text(), TIMES[self.time.currentText()]
        )
        return [one for one in self._desk.alarms if wanted.takes(one, _searched(one), now)]

    def refresh(self) -> None:
        """Show what the filter takes now; the selected alarm stays selected."""
        key = one.key if (one := self.selected()) is not None else None
        self._fill_places()
        found = self.chosen()
        self.lines.now = self._bridge.now()
        self.rows.show(found[:MOST])
        self.list.setCurrentIndex(self.rows.row_of(key))
        self._shown = (min(len(found), MOST), len(found))
        self._say()
        self._enable()

    def ask_export(self) -> None:
        """Ask for a file, and write the alarms that are shown."""
        text, _ = QFileDialog.getSaveFileName(self, "Export alarms", "alarms.csv", "CSV files (*.csv)")
        if not text:
            return
        path = Path(text) if Path(text).suffix else Path(text).with_suffix(".csv")
        rows = encode_alarms(self.chosen())
        try:
            self._bridge.check_output("The alarms", path)
            atomic.check_place(path, kind="CSV file", replaced=True)
        except CrowdmonError as error:
            show_error(self, error)
            return
        self._bridge.run_task(lambda _: atomic.write_whole(path, rows), self._exported)

    def _exported(self, _result: object, error: Exception | None) -> None:
        if error is not None:
            known = isinstance(error, CrowdmonError)
            show_error(self, error if known else SinkError(f"the alarms cannot be written: {error}"))  # type: ignore[arg-type]

    def _fill_places(self) -> None:
        wanted = places_of(self._desk.alarms)
        if wanted == [self.place.itemData(row) for row in range(1, self.place.count())]:
            return
        chosen = self.place.currentData()
        self.place.blockSignals(True)
        self.place.clear()
        self.place.addItem(ALL_PLACES, "")
        metrics = self.place.fontMetrics()
        for name in wanted:
            self.place.addItem(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 100), name)
            self.place.setItemData(self.place.count() - 1, name, Qt.ItemDataRole.ToolTipRole)
        self.place.setCurrentIndex(max(self.place.findData(chosen), 0))
        self.place.blockSignals(False)

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

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Show what has changed meanwhile."""
        super().showEvent(a0)
        if self._old:
            self._old = False
            self.refresh()

    def _beat(self, now: float) -> None:
        if int(now // 60) != self._minute and self.isVisible():  # an alarm may be too old by now
            self._minute = int(now // 60)
            self.refresh()

    def _enable(self) -> None:
        alarm = self.selected()
        seen = alarm is None or alarm.state is AlarmState.SEEN or (alarm.over is not None and alarm.answers)
        self.acknowledge.setEnabled(not seen)
        self.moment.setEnabled(alarm is not None and bool(self._desk.camera_of(alarm)))
        self.export.setEnabled(self._shown[1] > 0)

    def _arrange(self) -> None:
        beside = QHBoxLayout(self.tools)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(8)
        self.words.setMaximumWidth(84)
        beside.addWidget(self.words)
        beside.addWidget(self.more)
        self.filters = QWidget()
        grid = QGridLayout(self.filters)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.place, 0, 0)
        grid.addWidget(self.time, 0, 1)
        grid.addWidget(self.state, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.filters.hide()
        below = QHBoxLayout()
        below.setSpacing(8)
        for button in (self.acknowledge, self.moment, self.export):
            below.addWidget(button)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 8)
        column.setSpacing(6)
        column.addWidget(self.filters)
        column.addWidget(self.list, 1)
        column.addWidget(self.said)
        column.addLayout(below)

    def _connect(self) -> None:
        for box in (self.place, self.state, self.time):
            box.currentIndexChanged.connect(lambda _index: self.refresh())
        self.words.textChanged.connect(lambda _text: self.refresh())
        self.more.toggled.connect(self.filters.setVisible)
        self.list.opened.connect(lambda: self._ask(self.moment, self.moment_asked))
        self.list.doubleClicked.connect(lambda _index: self._ask(self.moment, self.moment_asked))
        self.list.resized.connect(self._resized)
        selection = self.list.selectionModel()
        if selection is not None:
            selection.currentChanged.connect(lambda _now, _before: self._enable())
        self.acknowledge.clicked.connect(lambda: self._ask(self.acknowledge, self.acknowledge_asked))
        self.moment.clicked.connect(lambda: self._ask(self.moment, self.moment_asked))
        self.export.clicked.connect(lambda _checked=False: self.ask_export())
        self._desk.changed.connect(self._changed)
        self._desk.muted.connect(self._mute)
        self._bridge.beat.connect(self._beat)

    def _ask(self, button: QPushButton, signal: object) -> None:
        alarm = self.selected()
        if alarm is not None and button.isEnabled():
            signal.emit(alarm)  # type: ignore[attr-defined]

    def _resized(self, width: int) -> None:
        self.lines.width = width
        self.rows.layoutChanged.emit()

    def _button(self, text: str, said: str) -> QPushButton:
        made = QPushButton(text)
        made.setProperty("role", "small")
        made.setToolTip(said)
        made.setAccessibleName(f"{text.rstrip('…')}: {said}")
        made.installEventFilter(SpaceKeeper(made))
        return made


class _List(QListView):
    """A list that says how wide its rows are, and when Enter is pressed."""

    opened = pyqtSignal()
    resized = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Alarms")
        self.setObjectName("alarm-list")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def resizeEvent(self, e: QResizeEvent | None) -> None:  # noqa: N802
        """Wrap the texts to the new width."""
        super().resizeEvent(e)
        view = self.viewport()
        if view is not None:
            self.resized.emit(view.width())

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Show the moment of the selected alarm on Enter."""
        if e is not None and e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
            return
        super().keyPressEvent(e)

    def redraw(self) -> None:
        """Paint everything anew."""
        view = self.viewport()
        if view is not None:
            view.update()


def _choice(name: str, texts: list[str]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItems(texts)
    made.setMinimumContentsLength(4)
    return made


def _searched(alarm: Alarm) -> str:
    return f"{sentence(alarm)} {alarm.place}".casefold()
