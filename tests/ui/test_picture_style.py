"""How pictures are shown: set by menu, key and slider, kept in the YAML, the same in what is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QImage
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, DisplayConfig, load
from crowdmon.heatmap import PALETTES, colours
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.style import PictureStyle, with_config
from crowdmon.ui.shell.settings import Settings
from tests.ui.conftest import Gui
from tests.ui.fakes import CELL, GATE, HEIGHT, camera, config, density, frame

Open = Callable[..., Gui]
CTRL = Qt.KeyboardModifier.ControlModifier


def action(gui: Gui, text: str) -> QAction:
    return next(one for one in gui.window.findChildren(QAction) if one.text().replace("&", "") == text)


def test_what_the_user_sets_is_in_the_yaml(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    one = gui(config(camera("north", GATE)), path=path)
    assert not one.window.document.dirty
    action(one, "Viridis").trigger()
    qtbot.keyClick(one.window, Qt.Key.Key_X)
    slider = one.window.panels.picture.heat.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    assert one.bridge.config.display == DisplayConfig(palette="viridis", heat=0.8, pixelate=True)
    assert one.window.windowTitle() == "north – c.yaml * – crowdmon"
    qtbot.keyClick(one.window, Qt.Key.Key_S, CTRL)
    assert load(path).display == one.bridge.config.display
    assert "display:\n  palette: viridis\n  heat: 0.8\n  pixelate: true\n" in path.read_text()
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    assert one.bridge.config.display.heat == 0.0
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    assert one.bridge.config.display.heat == 0.8


def test_a_configuration_says_how_it_is_shown(gui: Open) -> None:
    settings = Settings()
    settings.keep("palette", "cividis")
    settings.keep("heat", 40)
    display = DisplayConfig(palette="viridis", heat=0.0, pixelate=True)
    one = gui(AppConfig(cameras=(camera("north"),), display=display), settings=settings)
    assert one.window.picture_style.style == PictureStyle("viridis", 40, shown=False, private=True)
    assert action(one, "Viridis").isChecked()
    assert not action(one, "Heatmap").isChecked()
    assert action(one, "Pixelate people").isChecked()
    assert not one.window.panels.picture.legend.isVisible()
    other = DisplayConfig(palette="inferno", heat=0.6, pixelate=False)
    one.bridge.apply(AppConfig(cameras=(camera("north"),), display=other))
    assert one.window.picture_style.style == PictureStyle("inferno", 60, shown=True, private=False)
    assert action(one, "Heatmap").isChecked()
    assert not action(one, "Viridis").isChecked()
    assert one.window.panels.picture.heat.slider.value() == 60
    assert not one.window.panels.picture.video.private


def test_what_is_not_said_is_as_it_was() -> None:
    look = PictureStyle("cividis", 40, shown=False, private=True)
    assert with_config(look, DisplayConfig()) == look
    assert with_config(look, DisplayConfig(heat=0.001)).percent == 10
    assert with_config(look, DisplayConfig(heat=0.0)).percent == 40


def test_without_a_file_looks_are_no_changes(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north", GATE)))
    action(one, "Viridis").trigger()
    qtbot.keyClick(one.window, Qt.Key.Key_X)
    assert not one.window.document.dirty
    assert one.window.windowTitle() == "north – crowdmon"


def test_the_picture_goes_on_while_looks_change(gui: Open) -> None:
    one = gui(config(camera("north", GATE)))
    one.monitor.live("north")
    one.step()
    before = one.window.presenter.camera
    one.window.rois.editor.set_editing(True)
    action(one, "Cividis").trigger()
    assert one.window.presenter.camera is before
    assert one.window.rois.editor.editing
    assert one.window.panels.picture.video.place().width > 0


def save(one: Gui, path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> np.ndarray:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(path), "")))
    qtbot.keyClick(one.window, Qt.Key.Key_P, CTRL)
    qtbot.waitUntil(lambda: (one.bridge.poll(), path.exists())[1], timeout=10_000)
    return pictures.to_rgb(QImage(str(path))).astype(int)


def test_a_saved_picture_looks_like_the_one_that_is_seen(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.monitor.put("north", counted=frame("north"), density=density("north"))
    one.step()
    row, column = 20 * CELL + 4, 40 * CELL + 4
    bare = frame("north").rgb[row, column].astype(int)
    found = {}
    for palette in PALETTES:
        action(one, palette.capitalize()).trigger()
        found[palette] = save(one, tmp_path / f"{palette}.png", monkeypatch, qtbot)
        expected = 0.7 * colours(palette)[255] + 0.3 * bare
        assert np.abs(found[palette][row, column] - expected).max() < 6, palette
        strip = found[palette][HEIGHT:].reshape(-1, 3)
        assert (np.abs(strip - colours(palette)[255]).sum(axis=1) < 6).any(), "the legend as well"
    one.window.panels.picture.heat.slider.setValue(20)
    weak = save(one, tmp_path / "weak.png", monkeypatch, qtbot)
    far = [np.abs(shown[row, column] - bare).sum() for shown in (weak, found["cividis"])]
    assert 0 < far[0] < 0.35 * far[1]
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    none = save(one, tmp_path / "none.png", monkeypatch, qtbot)
    assert np.abs(none[row, column] - bare).max() == 0
    qtbot.keyClick(one.window, Qt.Key.Key_X)
    hidden = save(one, tmp_path / "hidden.png", monkeypatch, qtbot)
    assert (hidden[row : row + 4, column : column + 4] == hidden[row, column]).all()
    assert not (none[row : row + 4, column : column + 4] == none[row, column]).all()
