"""A window beside a service that gets another configuration: it is shown, and what goes on goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crowdmon.config import save
from crowdmon.ui.shell.taken import SHOWN_S
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, camera, config

Open = Callable[..., Gui]


def test_cameras_and_rois_of_the_service_are_shown(gui: Open) -> None:
    one = gui(config(camera("north", GATE), camera("east")))
    one.monitor.live("north", time=NOON)
    one.step()
    seen = one.window.presenter.camera
    one.monitor.given(config(camera("north", GATE, STAIRS), camera("south")))
    one.monitor.live("north", time=NOON + 1)
    one.step()
    assert list(one.window.presenter._cameras) == ["north", "south"]
    assert one.window.presenter.focused == "north", "the new camera does not take the place"
    assert one.window.presenter.camera is seen, "its course goes on"
    assert [shape.name for shape in one.window.panels.picture.video._shapes] == ["gate", "stairs"]
    assert one.bridge.config.cameras[0].rois == (GATE, STAIRS)
    assert one.window.rois.editor.settled.rois == (GATE, STAIRS)
    assert one.monitor.calls.count("apply") == 1, "it is not given back to the service"


def test_the_camera_that_is_looked_at_goes_away(gui: Open) -> None:
    one = gui(config(camera("north")))
    one.step()
    one.monitor.given(config(camera("south")))
    one.step()
    assert one.window.presenter.focused == "south"
    one.monitor.given(config())
    one.step()
    assert one.window.presenter.focused == ""


def test_no_reading_of_a_camera_that_stays_is_missed(gui: Open) -> None:
    one = gui(config(camera("north"), camera("east")))
    one.step()
    one.monitor.live("north", time=NOON + 1)
    one.monitor.live("east", time=NOON + 1)
    one.monitor.given(config(camera("north"), camera("east", source="synthetic:empty"), camera("south")))
    one.monitor.live("south", time=NOON + 1)
    heard: list[str] = []
    one.bridge.reading_changed.connect(lambda name, _reading: heard.append(name))
    one.step()
    one.step()
    assert heard == ["north", "south"], (
        "a reading of the camera that east was is not shown for what it is now"
    )


def test_it_says_so_for_a_while(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    strip = one.window.taken_strip
    assert not strip.isVisible()
    one.monitor.given(config(camera("north"), camera("south")))
    one.step()
    assert strip.isVisible()
    one.step(SHOWN_S + 1)
    assert not strip.isVisible()
    one.monitor.given(config(camera("north")))
    one.step()
    assert strip.isVisible()
    qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    assert not strip.isVisible()


def test_the_file_that_the_service_read_is_not_taken_for_unsaved(gui: Open, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    save(config(camera("north")), path)
    one = gui(config(camera("north")), path=path)
    new = config(camera("north", GATE))
    save(new, path)
    one.monitor.given(new)
    one.step()
    assert not one.window.document.dirty
    one.monitor.given(config(camera("north", STAIRS)))
    one.step()
    assert one.window.document.dirty, "another window's change is in no file"


def test_what_was_removed_before_cannot_come_back_into_another_configuration(gui: Open) -> None:
    one = gui(config(camera("north"), camera("east")))
    one.step()
    one.window.removals.remove("east")
    assert one.window.removal_strip.isVisible()
    one.monitor.given(config(camera("north"), camera("south")))
    one.step()
    assert not one.window.removal_strip.isVisible()
    one.window.removals.undo()
    assert [camera.name for camera in one.bridge.config.cameras] == ["north", "south"]
