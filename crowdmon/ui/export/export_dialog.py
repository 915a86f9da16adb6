"""The dialog behind File > Export readings: which time, which cameras and ROIs, how fine, which file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import QDateTime, Qt
from PyQt6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crowdmon.engine.background import BackgroundTask
from crowdmon.errors import ConfigError
from crowdmon.sinks.history.selection import Selection
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.export import job as exporting
from crowdmon.ui.export.check_boxes import TickBox, TickedItems
from crowdmon.ui.export.job import RANGES, WIDTHS, Export
from crowdmon.ui.sources.source_page import ComboBox, caption_for
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.wording import breakable, tip

WHOLE = "Whole picture"

CSV_NOTE = "In the CSV, “frame” in the column “roi” is the whole picture. The other columns are in the guide."
_NAME = Qt.ItemDataRole.UserRole


class ExportDialog(QDialog):
    """Asks, has the file written in the background, and shows the result."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None, *, history: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export readings")
        self.setMinimumSize(560, 480)
        self._bridge, self._history = bridge, history
        self._task: BackgroundTask | None = None
        self.range = _choice("Time", RANGES)
        self.since, self.until = (self._time(name) for name in ("From", "To"))
        self.cameras = _checks("Cameras", [(c.name, c.name) for c in bridge.config.cameras])
        rois = dict.fromkeys(roi.name for camera in bridge.config.cameras for roi in camera.rois)
        self.rois = _checks("ROIs", [(WHOLE, WHOLE_FRAME), *((name, name) for name in rois)])
        self.width_of_bins = _choice("Values", tuple(WIDTHS))
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.path.setPlaceholderText("readings.csv")
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.setProperty("role", "field")
        self.browse.clicked.connect(self._browse)
        self.excel = TickBox("For Excel")
        self.excel.setToolTip("With a byte order mark: without it Excel garbles names such as Größe")
        self.said = QLabel()
        self.said.setAccessibleName("How the export goes")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(36)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.leave = self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.range.currentTextChanged.connect(self._ranged)
        bridge.beat.connect(self._progress)
        self._arrange()
        self._ranged(self.range.currentText())

    def accept(self) -> None:
        """Start writing, or say what is missing."""
        if self._task is not None:
            return
        problem = self._problem()
        if problem:
            self._say(problem, wrong=True)
            return
        export = self.export()
        ask = self._bridge.query
        self._say("Writing…")
        self._busy(True)
        self._task = self._bridge.run_task(lambda task: exporting.write(export, ask, task), self._done)

    def reject(self) -> None:
        """Cancel what is being written, and close."""
        if self._task is not None:
            self._bridge.cancel(self._task)
            self._task = None
        super().reject()

    def export(self) -> Export:
        """Return the export that the fields describe."""
        name = self.range.currentText()
        since, until = exporting.range_of(name, self._bridge.now())
        if name == RANGES[-1]:
            since, until = (one.dateTime().toSecsSinceEpoch() for one in (self.since, self.until))
        path = Path(self.path.text().strip()).expanduser()
        return Export(
            path=path if path.suffix else path.with_suffix(".csv"),
            selection=Selection(
                since=since, until=until, cameras=_chosen(self.cameras), rois=_chosen(self.rois)
            ),
            width=WIDTHS[self.width_of_bins.currentText()],
            history=self._history,
            excel=self.excel.isChecked(),
        )

    def _problem(self) -> str:
        if _chosen(self.cameras) == frozenset() or _chosen(self.rois) == frozenset():
            return "Nothing is chosen. Tick at least one camera and one ROI."
        if not self.path.text().strip():
            return "No file is given. Type its path, or browse for it."
        export = self.export()
        try:
            self._bridge.check_output("The export", export.path)
        except ConfigError as error:
            return str(error)
        selection = export.selection
        return "" if selection.since < selection.until else "The time ends before it begins."

    def _done(self, rows: int | None, error: Exception | None) -> None:
        self._task = None
        self._busy(False)
        if error is not None:
            self._say(str(error), wrong=True)
            return
        self._say(f"{rows} rows written to {self.export().path}.")
        if self.leave is not None:
            self.leave.setText("Close")
            self.leave.setFocus()

    def _progress(self, _now: float) -> None:
        if self._task is not None and self._task.progress:
            self._say(f"{self._task.progress} rows written so far…")

    def _busy(self, busy: bool) -> None:
        for widget in (self.go, self.path, self.browse):
            if widget is not None:
                widget.setEnabled(not busy)

    def _ranged(self, name: str) -> None:
        for edit in (self.since, self.until):
            edit.setEnabled(name == RANGES[-1])

    def _browse(self) -> None:
        proposed = self.path.text() or "readings.csv"
        text, _ = QFileDialog.getSaveFileName(self, "Export readings", proposed, "CSV (*.csv)")
        if text:
            self.path.setText(text)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.said.setProperty("role", "error" if wrong else "")
        if (style := self.said.style()) is not None:
            style.polish(self.said)
        self.said.setText(breakable(text))
        self.said.setAccessibleDescription(text)

    def _time(self, name: str) -> QDateTimeEdit:
        edit = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(int(self._bridge.now()) + (name == "To")))
        edit.setAccessibleName(name)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        edit.setButtonSymbols(QDateTimeEdit.ButtonSymbols.NoButtons)
        return edit

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        times = _row(self.since, QLabel("to"), self.until)
        form.addRow(caption_for("Time", self.range), self.range)
        form.addRow(caption_for("From", self.since), times)
        form.addRow(caption_for("Values", self.width_of_bins), self.width_of_bins)
        form.addRow(caption_for("File", self.path), _row(self.path, self.browse))
        form.addRow(self.excel)
        lists = QHBoxLayout()
        lists.setSpacing(16)
        for caption, widget in (("Cameras", self.cameras), ("ROIs", self.rois)):
            column = QVBoxLayout()
            column.setSpacing(4)
            heading = caption_for(caption, widget)
            heading.setMinimumHeight(0)
            column.addWidget(heading)
            column.addWidget(widget, 1)
            lists.addLayout(column)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addLayout(form)
        column.addLayout(lists, 1)
        column.addWidget(_note(CSV_NOTE))
        column.addWidget(self.said)
        column.addWidget(self.buttons)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QPushButton | QLabel) else 1)
    return row


def _note(text: str) -> QLabel:
    note = QLabel(text)
    note.setAccessibleName("What the columns mean")
    note.setProperty("role", "caption")
    note.setWordWrap(True)
    return note


def _choice(name: str, texts: Sequence[str]) -> ComboBox:
    made = ComboBox()
    made.setAccessibleName(name)
    made.addItems(texts)
    return made


def _checks(name: str, entries: Sequence[tuple[str, str]]) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setObjectName("checks")
    made.setItemDelegate(TickedItems(made))
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    for text, value in entries:
        item = QListWidgetItem(text)
        item.setToolTip(tip(text))
        item.setData(_NAME, value)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(Qt.CheckState.Checked)
        made.addItem(item)
    return made


def _chosen(checks: QListWidget) -> frozenset[str] | None:
    """Return the names that are ticked; None if all are, which means everything recorded."""
    items = [item for i in range(checks.count()) if (item := checks.item(i)) is not None]
    ticked = frozenset(str(i.data(_NAME)) for i in items if i.checkState() is Qt.CheckState.Checked)
    return None if len(ticked) == len(items) else ticked
