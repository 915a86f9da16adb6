"""What the window counts is kept where the configuration says, and closed after the engine has stopped."""

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QTimer

from crowdmon.config import AppConfig, RecordConfig
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.movable import MovableCsv
from crowdmon.ui.shell import app as ui_app
from tests.ui.fakes import FakeMonitor


def test_the_engine_gets_the_sinks_and_they_are_closed_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: Any
) -> None:
    happened: list[str] = []

    class Monitor(FakeMonitor):
        def stop(self, *args: Any, **more: Any) -> Any:
            happened.append("stopped")
            return super().stop(*args, **more)

    def make(config: AppConfig, sinks: Any) -> Monitor:
        sink, log = sinks
        assert isinstance(sink, HistoryFile)
        assert isinstance(log, MovableCsv)
        assert sink.path == tmp_path / "h.sqlite"
        monkeypatch.setattr(sink, "close", lambda: happened.append("closed"))
        return Monitor(config)

    monkeypatch.setattr(ui_app, "make_monitor", make)
    QTimer.singleShot(100, lambda: qapp.exit())
    config = AppConfig(record=RecordConfig(history=str(tmp_path / "h.sqlite")))
    assert ui_app.run_window(config) == 0
    assert happened == ["stopped", "closed"]
