"""What narrows the list of alarms: words beside its title, and three choices that fold away."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from crowdmon.ui.picture.playback_bar import SpaceKeeper
from crowdmon.view.alarms import AlarmFilter, AlarmState

ALL_PLACES = "All places"

STATES: dict[str, frozenset[AlarmState]] = {
    "Any state": frozenset(AlarmState),
    "On": frozenset({AlarmState.OPEN, AlarmState.SEEN}),
    "Not acknowledged": frozenset({AlarmState.OPEN}),
    "Acknowledged": frozenset({AlarmState.SEEN}),
    "Over": frozenset({AlarmState.OVER}),
}

TIMES: dict[str, float | None] = {"1 hour": 3600.0, "24 h": 86_400.0, "7 days": 7 * 86_400.0, "30 days": None}

_WORDS_PX, _NAME_PX = 84, 100


class AlarmFilters(QObject):
    """The fields; ``beside`` stands beside the title, ``folded`` above the list once it is asked for.

    Signals:
        changed(): another filter is wanted.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = QLineEdit()
        self.words.setAccessibleName("Words to find in alarms")
        self.words.setPlaceholderText("Find")
        self.words.setProperty("role", "small")
        self.words.setMaximumWidth(_WORDS_PX)
        self.more = QPushButton("Filter")
        self.more.setProperty("role", "small")
        self.more.setCheckable(True)
        self.more.setToolTip("By camera or group, by state, by time")
        self.more.installEventFilter(SpaceKeeper(self.more))
        self.place = _choice("Camera or group", [ALL_PLACES])
        self.state = _choice("State", list(STATES))
        self.time = _choice("Time", list(TIMES))
        self.time.setCurrentText("24 h")
        self.beside = QWidget(parent)
        self.beside.hide()
        row = QHBoxLayout(self.beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words)
        row.addWidget(self.more)
        self.folded = QWidget()
        grid = QGridLayout(self.folded)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.place, 0, 0)
        grid.addWidget(self.time, 0, 1)
        grid.addWidget(self.state, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self.folded.hide()
        for box in (self.place, self.state, self.time):
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.words.textChanged.connect(lambda _text: self.changed.emit())
        self.more.toggled.connect(self.folded.setVisible)

    def wanted(self) -> AlarmFilter:
        """Return what is chosen."""
        return AlarmFilter(
            self.place.currentData() or "",
            STATES[self.state.currentText()],
            self.words.text(),
            TIMES[self.time.currentText()],
        )

    def fill(self, places: Sequence[str]) -> None:
        """Offer these cameras and groups; the chosen one stays chosen while it is among them."""
        if list(places) == [self.place.itemData(row) for row in range(1, self.place.count())]:
            return
        chosen = self.place.currentData()
        self.place.blockSignals(True)
        self.place.clear()
        self.place.addItem(ALL_PLACES, "")
        metrics = self.place.fontMetrics()
        for name in places:
            self.place.addItem(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _NAME_PX), name)
            self.place.setItemData(self.place.count() - 1, name, Qt.ItemDataRole.ToolTipRole)
        self.place.setCurrentIndex(max(self.place.findData(chosen), 0))
        self.place.blockSignals(False)


def _choice(name: str, texts: list[str]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.addItems(texts)
    made.setMinimumContentsLength(4)
    return made
