"""The dialog behind File > Report of a day: which day, which file, how it goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from PyQt6.QtCore import QDate, Qt
from PyQt6.QtWidgets import (
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crowdmon.engine.background import BackgroundTask
from crowdmon.errors import ConfigError
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.report import job
from crowdmon.ui.report.job import MARKDOWN, PDF, DayReport
from crowdmon.ui.sources.source_page import caption_for
from crowdmon.view.wording import breakable

KINDS = "A page to print (*.pdf);;Markdown with a plot (*.md)"

NOTE = "Peaks, time above each level, alarms and who acknowledged them, gaps, spot checks, and a plot."

NO_HISTORY = "No history is configured, so there is nothing to report. Add 'record: {history: FILE}'."


class ReportDialog(QDialog):
    """Asks, has the report written in the background, and shows the result."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None, *, history: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report of a day")
        self.setMinimumWidth(560)
        self._bridge, self._history = bridge, history
        self._task: BackgroundTask | None = None
        today = datetime.fromtimestamp(bridge.now(), bridge.config.zone).date()
        yesterday = today - timedelta(days=1)
        self.day = QDateEdit(QDate(yesterday.year, yesterday.month, yesterday.day))
        self.day.setAccessibleName("Day")
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setMaximumDate(QDate(today.year, today.month, today.day))
        self.day.setCalendarPopup(True)
        self.path = QLineEdit()
        self.path.setAccessibleName("File")
        self.path.setPlaceholderText(f"report{PDF} or report{MARKDOWN}")
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.setProperty("role", "field")
        self.browse.clicked.connect(self._browse)
        self.said = QLabel()
        self.said.setAccessibleName("How the report goes")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(36)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton("Write", QDialogButtonBox.ButtonRole.AcceptRole)
        self.leave = self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        bridge.beat.connect(self._progress)
        self._arrange()
        if history is None:
            self._say(NO_HISTORY, wrong=True)
            self._busy(True)

    def accept(self) -> None:
        """Start writing, or say what is missing."""
        if self._task is not None or self._history is None:
            return
        if problem := self._problem():
            self._say(problem, wrong=True)
            return
        wanted, config, now = self.report(self._history), self._bridge.config, self._bridge.now()
        self._say("Reading the day…")
        self._busy(True)
        self._task = self._bridge.run_task(lambda task: job.write(wanted, config, now, task), self._done)

    def reject(self) -> None:
        """Cancel what is being written, and close."""
        if self._task is not None:
            self._bridge.cancel(self._task)
            self._task = None
        super().reject()

    def report(self, history: Path) -> DayReport:
        """Return the report that the fields describe."""
        path = Path(self.path.text().strip()).expanduser()
        day = self.day.date()
        return DayReport(
            day=date(day.year(), day.month(), day.day()),
            path=path if path.suffix else path.with_suffix(PDF),
            history=history,
        )

    def _problem(self) -> str:
        if not self.path.text().strip() or self._history is None:
            return "No file is given. Type its path, or browse for it."
        wanted = self.report(self._history)
        if wanted.path.suffix.lower() not in (PDF, MARKDOWN):
            return f"A report is {PDF} or {MARKDOWN}, not {wanted.path.suffix}."
        try:
            for one in filter(None, (wanted.path, wanted.plot)):
                self._bridge.check_output("The report", one)
        except ConfigError as error:
            return str(error)
        return ""

    def _done(self, readings: int | None, error: Exception | None) -> None:
        self._task = None
        self._busy(False)
        if error is not None or self._history is None:
            self._say(str(error), wrong=True)
            return
        made = "Nothing was recorded on this day: the report says so." if not readings else ""
        self._say(f"{self.report(self._history).path} is written. {made}".strip())
        if self.leave is not None:
            self.leave.setText("Close")
            self.leave.setFocus()

    def _progress(self, _now: float) -> None:
        if self._task is not None and self._task.progress:
            self._say(f"{self._task.progress} readings so far…")

    def _busy(self, busy: bool) -> None:
        for widget in (self.go, self.path, self.browse, self.day):
            if widget is not None:
                widget.setEnabled(not busy)

    def _browse(self) -> None:
        proposed = self.path.text() or f"report {self.day.date().toString(Qt.DateFormat.ISODate)}{PDF}"
        text, _ = QFileDialog.getSaveFileName(self, "Report of a day", proposed, KINDS)
        if text:
            self.path.setText(text)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.said.setProperty("role", "error" if wrong else "")
        if (style := self.said.style()) is not None:
            style.polish(self.said)
        self.said.setText(breakable(text))
        self.said.setAccessibleDescription(text)

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(caption_for("Day", self.day), self.day)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        form.addRow(caption_for("File", self.path), row)
        note = QLabel(NOTE)
        note.setAccessibleName("What is in it")
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(note)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
