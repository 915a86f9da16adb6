"""What was removed comes back: a camera with its ROIs, place and curve; a ROI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from crowdmon.config import save
from crowdmon.ui.export.export_dialog import ExportDialog
from crowdmon.ui.shell.removals import SHOWN_S
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, camera, config, reading

Open = Callable[..., Gui]


def three(gui: Open) -> Gui:
    one = gui(config(camera("north"), camera("plaza", GATE, STAIRS), camera("south")))
    for second in range(3):
        for name in ("north", "plaza", "south"):
            one.monitor.live(name, time=NOON + second)
        one.step(1.0)
    one.window.presenter.focus("plaza")
    one.step()
    return one


def names(one: Gui) -> list[str]:
    return [c.name for c in one.bridge.config.cameras]


def said(one: Gui) -> str:
    strip = one.window.removal_strip
    return strip.findChild(QLabel).text() if strip.isVisible() else ""


def test_a_removed_camera_comes_back_with_its_rois_its_place_and_its_curve(gui: Open, qtbot: QtBot) -> None:
    one = three(gui)
    before = one.window.presenter.camera.history.curve("gate", since=0.0)
    assert len(before[0]) == 3
    qtbot.keyClick(one.window.panels.cameras, Qt.Key.Key_Delete)
    assert names(one) == ["north", "south"]
    assert said(one) == "plaza removed."
    qtbot.mouseClick(one.window.removal_strip.button, Qt.MouseButton.LeftButton)
    assert names(one) == ["north", "plaza", "south"]
    assert one.bridge.config.cameras[1].rois == (GATE, STAIRS)
    assert one.window.presenter.focused == "plaza"
    assert one.window.panels.cameras.names() == ["north", "plaza", "south"]
    after = one.window.presenter.camera.history.curve("gate", since=0.0)
    assert np.array_equal(after, before, equal_nan=True)
    assert said(one) == ""


def test_the_undo_key_brings_every_camera_back_also_the_last_one(gui: Open, qtbot: QtBot) -> None:
    one = three(gui)
    for _ in range(3):
        one.window.remove_focused()
    assert names(one) == []
    assert one.window.panels.first_run.isVisible()
    assert said(one), "it is said where there is no camera either"
    for _ in range(3):
        qtbot.keyClick(one.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert names(one) == ["north", "plaza", "south"]
    assert not one.window.menus.actions["undo"].isEnabled()


def test_the_strip_goes_after_a_while_and_the_key_still_works(gui: Open, qtbot: QtBot) -> None:
    one = three(gui)
    one.window.remove_focused()
    one.step(SHOWN_S - 1.0)
    assert said(one) == "plaza removed."
    one.step(2.0)
    assert said(one) == ""
    qtbot.keyClick(one.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "plaza" in names(one)


def test_what_was_done_last_is_undone_first(gui: Open) -> None:
    one = three(gui)
    undo = one.window.menus.actions["undo"].trigger
    editor = one.window.rois.editor
    editor.rename("gate", "door")
    one.window.presenter.focus("north")
    one.window.remove_focused()
    one.window.presenter.focus("plaza")
    editor.rename("stairs", "steps")
    undo()
    assert [roi.name for roi in one.bridge.config.cameras[0].rois] == ["door", "stairs"]
    assert names(one) == ["plaza", "south"]
    undo()
    assert names(one) == ["north", "plaza", "south"], "before the older edit"
    one.window.presenter.focus("plaza")
    undo()
    assert [roi.name for roi in one.bridge.config.cameras[1].rois] == ["gate", "stairs"]


def test_a_deleted_roi_comes_back(gui: Open, qtbot: QtBot) -> None:
    one = three(gui)
    editor = one.window.rois.editor
    editor.set_editing(True)
    editor.select("gate")
    qtbot.keyClick(one.window.panels.picture.video, Qt.Key.Key_Delete)
    assert [roi.name for roi in one.bridge.config.cameras[1].rois] == ["stairs"]
    assert said(one) == "gate removed."
    qtbot.mouseClick(one.window.removal_strip.button, Qt.MouseButton.LeftButton)
    assert [roi.name for roi in one.bridge.config.cameras[1].rois] == ["gate", "stairs"]
    assert one.bridge.config.cameras[1].rois[0].polygon == GATE.polygon
    assert said(one) == ""


def test_a_roi_that_is_deleted_after_an_export_comes_back(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one = three(gui)
    one.monitor.readings = [reading("plaza", time=NOON, frame=9.0, gate=4.0, stairs=2.0)]
    qtbot.keyClick(one.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = one.window.findChild(ExportDialog)
    qtbot.keyClicks(dialog.path, str(tmp_path / "out.csv"))
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (one.bridge.poll(), dialog.go.isEnabled())[1], timeout=10_000)
    written = (tmp_path / "out.csv").read_bytes()
    assert b"gate" in written
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    one.window.activateWindow()  # without a window manager nobody else does
    qtbot.waitUntil(one.window.isActiveWindow)
    qtbot.keyClick(one.window, Qt.Key.Key_E)
    assert one.window.rois.editor.editing
    video = one.window.panels.picture.video
    table = one.window.panels.readings._table
    row = table.visualItemRect(table.findItems("gate", Qt.MatchFlag.MatchExactly)[0]).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert one.window.rois.editor.selected == "gate"
    qtbot.keyClick(video, Qt.Key.Key_Delete)
    assert [roi.name for roi in one.bridge.config.cameras[1].rois] == ["stairs"]
    qtbot.keyClick(one.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert one.bridge.config.cameras[1].rois == (GATE, STAIRS)
    assert (tmp_path / "out.csv").read_bytes() == written


def test_a_name_that_is_taken_meanwhile_gets_a_number(gui: Open) -> None:
    one = three(gui)
    one.window.remove_focused()
    one.window.presenter.add(camera("plaza"))
    one.window.removals.undo()
    assert names(one) == ["north", "plaza 2", "south", "plaza"]


def test_another_configuration_forgets_what_was_removed(gui: Open, tmp_path: Path) -> None:
    one = three(gui)
    one.window.remove_focused()
    save(config(camera("elsewhere")), tmp_path / "other.yaml")
    one.window.document.open(tmp_path / "other.yaml")
    assert said(one) == ""
    assert not one.window.menus.actions["undo"].isEnabled()
