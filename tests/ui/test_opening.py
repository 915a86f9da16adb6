"""Trying a source before it is opened, recent sources, files dropped on the window, webcams by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from crowdmon.capture.probe import SIDE, probe
from crowdmon.errors import SourceError
from crowdmon.picture import write_png
from crowdmon.ui.sources import source_pages
from crowdmon.ui.sources.opening import name_for
from crowdmon.ui.sources.source_dialog import SourceDialog
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, camera, config

Open = Callable[..., Gui]


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "square.png"
    write_png(np.full((720, 1280, 3), (200, 30, 30), np.uint8), path)
    return path


def dialog_of(gui: Gui, kind: str) -> SourceDialog:
    gui.window.opener.ask(kind)
    dialog = gui.window.findChild(SourceDialog)
    assert dialog is not None
    return dialog


def settled(gui: Gui, dialog: SourceDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.check.button, Qt.MouseButton.LeftButton)
    assert dialog.check.said.text() == "Trying…"
    qtbot.waitUntil(lambda: (gui.bridge.poll(), dialog.check.button.isEnabled())[1], timeout=10_000)


def test_a_probe_takes_one_small_picture(still: Path) -> None:
    seen = probe(str(still))
    assert seen.frame.rgb.shape == (360, SIDE, 3)
    assert seen.frame.size == (1280, 720)
    with pytest.raises(SourceError, match="no such file"):
        probe(str(still.with_name("none.mp4")))


def test_a_source_is_tried_before_it_is_opened(gui: Open, qtbot: QtBot, still: Path) -> None:
    one = gui(config())
    dialog = dialog_of(one, "file")
    qtbot.keyClicks(dialog.focusWidget(), str(still))
    settled(one, dialog, qtbot)
    assert "1280 × 720" in dialog.check.said.accessibleDescription()
    colour = dialog.check.preview.pixmap().toImage().pixelColor(50, 50)
    assert (colour.red(), colour.green()) == (pytest.approx(200, abs=3), pytest.approx(30, abs=3))
    assert one.bridge.config.cameras == (), "nothing is open yet"
    qtbot.keyClick(dialog.page().path, Qt.Key.Key_Backspace)
    assert dialog.check.preview.pixmap().isNull(), "that was another source"
    dialog.reject()


def test_why_it_does_not_open_is_said(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one = gui(config())
    dialog = dialog_of(one, "file")
    qtbot.keyClicks(dialog.focusWidget(), str(tmp_path / "none.mp4"))
    settled(one, dialog, qtbot)
    assert "no such file" in dialog.error.accessibleDescription()
    dialog.reject()


def test_recent_sources_are_in_the_menu(gui: Open, qtbot: QtBot, still: Path) -> None:
    one = gui(config())
    dialog = dialog_of(one, "file")
    qtbot.keyClicks(dialog.focusWidget(), str(still))
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    one.window.remove_focused()
    menu = next(m for m in one.window.findChildren(QMenu) if m.title() == "Open &recent")
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert [(c.name, c.source) for c in one.bridge.config.cameras] == [("square", str(still))]


def drop(gui: Gui, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy, at = Qt.DropAction.CopyAction, QPointF(200, 200)
    enter = QDragEnterEvent(at.toPoint(), copy, data, left, none)
    QApplication.sendEvent(gui.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(gui.window, QDropEvent(at, copy, data, left, none))


def test_files_dropped_on_the_window_are_opened(gui: Open, still: Path, tmp_path: Path) -> None:
    one = gui(config())
    drop(one, still, still)
    assert [c.name for c in one.bridge.config.cameras] == ["square", "square 2"]
    (tmp_path / "site.yaml").write_text("cameras: [{name: north, source: 'synthetic:plaza'}]")
    other = gui(config(camera("south")))
    drop(other, tmp_path / "site.yaml")
    assert [c.name for c in other.bridge.config.cameras] == ["north"]
    drop(other, tmp_path / "gone.yaml")
    box = other.window.findChild(QMessageBox)
    assert "gone.yaml" in box.text()
    box.close()


def test_a_dropped_configuration_asks_before_changes_are_lost(gui: Open, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("cameras: []")
    one = gui(config(camera("south")))
    one.bridge.apply(config(camera("south", GATE)))
    drop(one, tmp_path / "site.yaml")
    box = one.window.findChild(QMessageBox)
    assert "before opening another configuration" in box.text()
    assert [c.name for c in one.bridge.config.cameras] == ["south"]
    box.close()


def test_names_of_sources() -> None:
    assert name_for("synthetic:plaza?people=3") == "plaza"
    assert "secret" not in name_for("rtsp://user:secret@10.0.0.7/stream")
    assert name_for(__file__) == "test_opening"


def test_webcams_are_listed_by_name(gui: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_pages, "list_webcams", lambda: [("0", "Front camera"), ("2", "Desk")])
    one = gui(config())
    dialog = dialog_of(one, "webcam")
    page = dialog.page()
    assert [page.device.itemText(i) for i in range(2)] == ["0 – Front camera", "2 – Desk"]
    page.device.setCurrentIndex(1)
    assert (page.source(), page.name(), page.problem()) == ("2", "Webcam 2", "")
    dialog.reject()
