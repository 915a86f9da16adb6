"""The daily CSV log, switched in the window: kept in the YAML, written by the engine, told when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, RecordConfig, load
from crowdmon.sinks.csv_file import read_csv
from crowdmon.ui.export.daily_dialog import DailyDialog
from crowdmon.ui.shell import app as ui_app
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.shell.settings import Settings
from tests.fakes import FakeCounter
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, camera, config

Open = Callable[..., Gui]
CTRL = Qt.KeyboardModifier.ControlModifier


def ask(window: MainWindow) -> DailyDialog:
    next(a for a in window.findChildren(QAction) if a.text() == "&Daily CSV log…").trigger()
    dialog = window.findChild(DailyDialog)
    assert dialog is not None
    return dialog


def test_switched_on_saved_and_switched_off(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    one = gui(config(camera("north", GATE)), path=path)
    assert not one.window.panels.status.log.isVisible()
    dialog = ask(one.window)
    assert not dialog.path.isEnabled()
    qtbot.mouseClick(dialog.on, Qt.MouseButton.LeftButton, pos=dialog.on.rect().center() / 4)
    if not dialog.on.isChecked():
        qtbot.keyClick(dialog.on, Qt.Key.Key_Space)
    qtbot.keyClicks(dialog.path, str(tmp_path))
    qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
    assert one.bridge.config.record.csv_log == str(tmp_path)
    status = one.window.panels.status
    assert (status.log.isVisible(), status.log.text()) == (True, "Daily CSV on")
    qtbot.keyClick(one.window, Qt.Key.Key_S, CTRL)
    assert load(path).record.csv_log == str(tmp_path)
    QApplication.processEvents()
    dialog = ask(one.window)
    assert dialog.path.text() == str(tmp_path)
    qtbot.keyClick(dialog.on, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert one.bridge.config.record == RecordConfig()
    assert not status.log.isVisible()


def test_it_is_worth_saving_without_a_file(gui: Open, tmp_path: Path) -> None:
    one = gui(config(camera("north")))
    one.bridge.apply(one.bridge.config.model_copy(update={"record": RecordConfig(csv_log=str(tmp_path))}))
    assert one.window.document.dirty


@pytest.mark.parametrize(("text", "words"), [("", "No folder is given"), ("none", "there is no folder")])
def test_a_folder_that_is_none_is_said(
    gui: Open, qtbot: QtBot, tmp_path: Path, text: str, words: str
) -> None:
    one = gui(config(camera("north")))
    dialog = ask(one.window)
    dialog.on.setChecked(True)
    qtbot.keyClicks(dialog.path, str(tmp_path / text) if text else "")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert words in dialog.said.accessibleDescription()
    assert dialog.isVisible()
    assert one.bridge.config.record == RecordConfig()
    dialog.reject()


def test_a_folder_is_browsed_for(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(tmp_path)))
    dialog = ask(gui(config(camera("north"))).window)
    dialog.on.setChecked(True)
    qtbot.mouseClick(dialog.browse, Qt.MouseButton.LeftButton)
    assert dialog.path.text() == str(tmp_path)
    dialog.reject()


def test_a_log_that_fails_is_told_in_the_status(gui: Open, tmp_path: Path) -> None:
    one = gui(AppConfig(cameras=(camera("north"),), record=RecordConfig(csv_log=str(tmp_path))))
    one.monitor.live("north")
    one.step()
    status = one.window.panels.status
    assert status.log.text() == "Daily CSV on"
    error = f"cannot write the daily CSV: there is no folder {tmp_path}. Bring the folder back"
    one.monitor.now = replace(one.monitor.now, error=error)
    one.step()
    assert status.log.text() == "Daily CSV not written"
    assert str(tmp_path) in status.log.toolTip()
    assert one.window.panels.picture.banner.isVisible()
    one.monitor.now = replace(one.monitor.now, error="")
    one.step()
    assert status.log.text() == "Daily CSV on"


def test_the_real_engine_writes_where_the_dialog_says(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    seen: list[str] = []

    def drive() -> None:
        window = next(one for one in qapp.topLevelWidgets() if isinstance(one, MainWindow))
        dialog = ask(window)
        dialog.on.setChecked(True)
        qtbot.keyClicks(dialog.path, str(tmp_path))
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        files = tmp_path.glob
        qtbot.waitUntil(lambda: any(",ok," in f.read_text() for f in files("crowdmon-*.csv")), timeout=20_000)
        seen.append(window.panels.status.log.text())
        qapp.exit()

    QTimer.singleShot(200, drive)
    source = "synthetic:plaza?people=3&width=320&height=180&fps=10"
    assert (
        ui_app.run_window(
            config(camera("plaza", source=source)),
            settings=Settings(),
            counter_factory=lambda: FakeCounter(8.0),
        )
        == 0
    )
    assert seen == ["Daily CSV on"]
    (path,) = tmp_path.glob("crowdmon-*.csv")
    assert {row["count"] for row in read_csv(path) if row["state"] == "ok"} == {8.0}
