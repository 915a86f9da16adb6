"""Saving, opening, the question before a loss, and what the window remembers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, load
from crowdmon.ui.shell.document import worth_saving
from crowdmon.ui.shell.settings import MOST_RECENT, Settings
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, STAIRS, camera, config

Open = Callable[..., Gui]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SECRET = camera("square", GATE, source="rtsp://user:${CAM_PASSWORD}@10.0.0.7/stream")


@pytest.fixture
def picked(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Answers the system's file dialogs."""

    def answer(path: object) -> None:
        for name in ("getSaveFileName", "getOpenFileName"):
            monkeypatch.setattr(QFileDialog, name, staticmethod(lambda *_: (str(path), "")))

    return answer


def question(gui: Gui) -> QMessageBox:
    return next(box for box in gui.window.findChildren(QMessageBox) if box.isVisible())


def draw(gui: Gui) -> None:
    one = gui.bridge.config.cameras[0]
    changed = one.model_copy(update={"rois": (*one.rois, STAIRS)})
    gui.bridge.apply(AppConfig(cameras=(changed, *gui.bridge.config.cameras[1:])))


def test_saved_and_opened_again_by_keys(
    gui: Open, qtbot: QtBot, picked: Callable[[object], None], tmp_path: Path
) -> None:
    one = gui(config(SECRET))
    draw(one)
    assert one.window.windowTitle() == "square – not saved * – crowdmon"
    picked(tmp_path / "square")
    qtbot.keyClick(one.window, Qt.Key.Key_S, CTRL)
    file = tmp_path / "square.yaml"
    assert one.window.windowTitle() == "square – square.yaml – crowdmon"
    assert "${CAM_PASSWORD}" in file.read_text()
    assert load(file) == one.bridge.config
    draw_again = one.bridge.config.cameras[0].model_copy(update={"rois": (GATE,)})
    one.bridge.apply(config(draw_again))
    assert one.window.windowTitle() == "square – square.yaml * – crowdmon"
    qtbot.keyClick(one.window, Qt.Key.Key_S, CTRL)
    assert [roi.name for roi in load(file).cameras[0].rois] == ["gate"]
    assert [roi.name for roi in load(tmp_path / "square.yaml.bak").cameras[0].rois] == ["gate", "stairs"]

    other = gui(config())
    picked(file)
    qtbot.keyClick(other.window, Qt.Key.Key_O, CTRL | SHIFT)
    assert other.bridge.config == one.bridge.config
    assert other.window.windowTitle() == "square – square.yaml – crowdmon"


def test_a_file_that_is_none_changes_nothing_and_says_why(
    gui: Open, qtbot: QtBot, picked: Callable[[object], None], tmp_path: Path
) -> None:
    one = gui(config(camera("north")))
    (tmp_path / "bad.yaml").write_text("cameras: 7")
    picked(tmp_path / "bad.yaml")
    qtbot.keyClick(one.window, Qt.Key.Key_O, CTRL | SHIFT)
    assert "cameras" in question(one).text()
    assert [c.name for c in one.bridge.config.cameras] == ["north"]
    question(one).close()


def test_a_folder_that_cannot_be_written_is_said_and_nothing_counts_as_saved(
    gui: Open, qtbot: QtBot, picked: Callable[[object], None], tmp_path: Path
) -> None:
    one = gui(config(camera("north")))
    draw(one)
    picked(tmp_path / "nowhere" / "a.yaml")
    qtbot.keyClick(one.window, Qt.Key.Key_S, CTRL)
    assert "cannot write" in question(one).text().lower()
    assert one.window.windowTitle().endswith("not saved * – crowdmon")
    question(one).close()


ANSWERS = {
    QMessageBox.StandardButton.Save: (False, 2),
    QMessageBox.StandardButton.Discard: (False, 1),
    QMessageBox.StandardButton.Cancel: (True, 1),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_closing_asks_before_changes_are_lost(
    gui: Open, qtbot: QtBot, tmp_path: Path, answer: QMessageBox.StandardButton
) -> None:
    file = tmp_path / "north.yaml"
    file.write_text("cameras: []")
    one = gui(config(camera("north", GATE)), path=file)
    one.window.document.save(file)
    draw(one)
    one.window.close()
    assert one.window.isVisible(), "it waits for the answer"
    assert "north.yaml" in question(one).text()
    qtbot.mouseClick(question(one).button(answer), Qt.MouseButton.LeftButton)
    stays, rois = ANSWERS[answer]
    assert one.window.isVisible() is stays
    assert len(load(file).cameras[0].rois) == rois


def test_nothing_is_asked_where_nothing_is_lost(gui: Open) -> None:
    one = gui(config())
    one.window.presenter.add(camera("north"))
    assert not one.window.document.dirty, "a source alone is opened again as quickly"
    one.window.close()
    assert not one.window.isVisible()


def test_what_is_worth_saving() -> None:
    bare, drawn = config(camera("a")), config(camera("a", GATE))
    assert worth_saving(bare, config(), filed=True)
    assert not worth_saving(bare, config(), filed=False)
    assert worth_saving(drawn, bare, filed=False)
    assert not worth_saving(drawn, drawn, filed=True)
    assert worth_saving(config(camera("a"), camera("b")), config(), filed=False)


def test_the_window_is_as_it_was_left(gui: Open, tmp_path: Path) -> None:
    def mine() -> Settings:
        return Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))

    one = gui(config(camera("north", GATE)), settings=mine())
    for name in ("Light", "Viridis"):
        next(a for a in one.window.findChildren(QAction) if a.text() == name).trigger()
    one.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, one.window.docks[1])
    one.window.docks[2].close()
    one.window.presenter.add(camera("south"))
    one.window.presenter.remove("south")
    one.window.close()

    two = gui(config(camera("north", GATE)), settings=mine())
    checked = {a.text() for a in two.window.findChildren(QAction) if a.isChecked() and a.actionGroup()}
    assert {"Light", "Viridis"} <= checked
    assert two.window.panels.picture.video.palette_name == "viridis"
    assert two.window.dockWidgetArea(two.window.docks[1]) is Qt.DockWidgetArea.LeftDockWidgetArea
    assert not two.window.docks[2].isVisible()
    next(a for a in two.window.findChildren(QAction) if a.text() == "&Reset layout").trigger()
    assert two.window.docks[2].isVisible()


def test_settings_of_another_age_do_no_harm(tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    for name, value in (("theme", "pink"), ("opacity", "lots"), ("recent", "{"), ("geometry", "7")):
        store.setValue(name, value)
    settings = Settings(store)
    assert settings.choice("theme", ("dark", "light")) == "dark"
    assert settings.number("opacity", 70, low=0, high=100) == 70
    assert settings.recent() == ()
    assert settings.blob("geometry").isEmpty()


def test_recent_sources_are_few_and_hold_no_password(tmp_path: Path) -> None:
    settings = Settings()
    settings.opened("rtsp://user:topsecret@host/a")
    assert settings.recent() == ()
    settings.opened("rtsp://user:${CAM}@host/a")
    for number in range(MOST_RECENT):
        settings.opened(f"{number}.mp4")
    settings.opened("3.mp4")
    assert settings.recent()[0] == "3.mp4"
    assert len(settings.recent()) == MOST_RECENT == len(set(settings.recent()))
    settings.opened("rtsp://user:${CAM}@host/a")
    assert settings.recent()[0] == "rtsp://user:${CAM}@host/a"
