"""The dialog behind File > Daily CSV log: whether readings go to a file a day, and into which folder."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from crowdmon.config import RecordConfig, validate
from crowdmon.errors import ConfigError, SinkError
from crowdmon.sinks.daily import check_folder
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.export.check_boxes import TickBox
from crowdmon.ui.sources.source_page import caption_for
from crowdmon.view.wording import breakable

ABOUT = (
    "Every reading of every camera is written as the window counts it: one file a day, such as "
    "crowdmon-2026-05-01.csv, that is carried on after a restart."
)


class DailyDialog(QDialog):
    """Asks, and puts the answer into the configuration; File > Save writes it to the file."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.setWindowTitle("Daily CSV log")
        self.setMinimumWidth(520)
        kept = bridge.config.record.csv_log
        about = QLabel(ABOUT)
        about.setProperty("role", "caption")
        about.setWordWrap(True)
        self.on = TickBox("Write a CSV file a day")
        self.on.setChecked(kept is not None)
        self.on.toggled.connect(self._switched)
        self.path = QLineEdit(kept or "")
        self.path.setAccessibleName("Folder")
        self.path.setPlaceholderText("A folder that is there")
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.setProperty("role", "field")
        self.browse.clicked.connect(self._browse)
        self.said = QLabel()
        self.said.setAccessibleName("What is wrong")
        self.said.setProperty("role", "error")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(36)
        self.buttons = QDialogButtonBox()
        self.go = self.buttons.addButton("Apply", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget, stretch in ((caption_for("Folder", self.path), 0), (self.path, 1), (self.browse, 0)):
            row.addWidget(widget, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        for one in (about, self.on):
            column.addWidget(one)
        column.addLayout(row)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
        self._switched(self.on.isChecked())

    def accept(self) -> None:
        """Start the daily log, or say why it cannot be written."""
        text = self.path.text().strip()
        problem = self._problem(text) if self.on.isChecked() else ""
        self.said.setText(breakable(problem))
        self.said.setAccessibleDescription(problem)
        if problem:
            self.path.setFocus()
            return
        config = self._bridge.config
        kept = {**config.record.model_dump(), "csv_log": text if self.on.isChecked() else None}
        record = validate(RecordConfig, kept, where="the window")
        if record != config.record:
            self._bridge.apply(config.model_copy(update={"record": record}))
        super().accept()

    def _problem(self, text: str) -> str:
        if not text:
            return "No folder is given. Type its path, or browse for it."
        try:
            validate(RecordConfig, {"csv_log": text}, where="this folder")
            check_folder(Path(text).expanduser())
        except (ConfigError, SinkError) as error:
            return str(error)
        return ""

    def _switched(self, on: bool) -> None:
        for widget in (self.path, self.browse):
            widget.setEnabled(on)
        if on:
            self.path.setFocus()

    def _browse(self) -> None:
        text = QFileDialog.getExistingDirectory(self, "Folder of the daily CSV log", self.path.text())
        if text:
            self.path.setText(text)
