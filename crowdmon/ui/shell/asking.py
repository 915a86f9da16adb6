"""Dialogs that need nothing of the window but a parent: exports, the daily log, keys, about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QDialog, QWidget

from crowdmon.ui.bridge import Bridge
from crowdmon.ui.export.daily_dialog import DailyDialog
from crowdmon.ui.export.export_dialog import ExportDialog
from crowdmon.ui.shell.about import About
from crowdmon.ui.shell.key_sheet import KeySheet
from crowdmon.view.changes import EngineNote


class Asking(QObject):
    """Opens them over the window. None of them blocks."""

    def __init__(self, window: QWidget, bridge: Bridge, *, engine: Callable[[], EngineNote]) -> None:
        """``engine`` tells what counts."""
        super().__init__(window)
        self._window, self._bridge, self._engine = window, bridge, engine

    def export_readings(self) -> None:
        """Ask which readings to export, and write them."""
        history = self._bridge.config.record.history
        path = None if history is None else Path(history).expanduser()
        there = path if path and path.is_file() else None
        self._open(ExportDialog(self._bridge, self._window, history=there))

    def log_daily(self) -> None:
        """Ask whether readings are written to a CSV a day, and where."""
        self._open(DailyDialog(self._bridge, self._window))

    def show_shortcuts(self) -> None:
        """List every key."""
        self._open(KeySheet(self._window))

    def show_about(self) -> None:
        """Say what this is, what it counts with and under which licence."""
        self._open(About(self._engine(), self._window))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
