"""The wall of cameras, with mouse and keys: selecting, looking at one, coming back, another order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QSettings, Qt
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from crowdmon.config import CameraConfig, validate
from crowdmon.engine.ring import VIEW_RATE
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.wall.tile import RATE, Tile
from crowdmon.ui.wall.wall import Wall
from crowdmon.values import WHOLE_FRAME, CameraState, Level, ReadingState, RoiReading, Status
from crowdmon.view.theme import DARK
from tests.fakes import FakeCounter
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, camera, config, frame, reading
from tests.ui.on_engine import opened

Open = Callable[..., Gui]

SIXTEEN = [f"camera {number}" for number in range(1, 17)]
LEFT = Qt.MouseButton.LeftButton


def wall_of(one: Gui) -> Wall:
    return one.window.wall.wall


def tile(one: Gui, name: str) -> Tile:
    found = wall_of(one).tile(name)
    assert found is not None
    return found


def press(qtbot: QtBot, one: Gui, key: Qt.Key, *, ctrl: bool = False) -> None:
    """Press a key wherever the focus is."""
    more = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(one.window.focusWidget() or one.window, key, more)
    QApplication.processEvents()


def walled(gui: Open, qtbot: QtBot, *names: str, settings: Settings | None = None) -> Gui:
    one = gui(config(*(camera(name) for name in names)), settings=settings)
    qtbot.keyClick(one.window, Qt.Key.Key_W)
    for name in names:
        one.monitor.live(name)
    one.step()
    return one


def test_a_key_shows_all_cameras_and_again_one(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, *SIXTEEN)
    assert wall_of(one).isVisible()
    assert not one.window.panels.picture.isVisible()
    assert not any(dock.isVisible() for dock in one.window.docks)
    assert one.window.menus.actions["show_wall"].isChecked()
    assert wall_of(one).names() == SIXTEEN
    assert all(t.width() >= 240 and t.height() >= 135 for t in wall_of(one).tiles)
    assert tile(one, "camera 9").facts.count == "12"
    press(qtbot, one, Qt.Key.Key_W)
    assert not wall_of(one).isVisible()
    assert one.window.panels.picture.isVisible()
    assert all(dock.isVisible() for dock in one.window.docks if dock.spec.at_first)


def test_enter_looks_at_the_selected_camera_and_escape_returns(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, *SIXTEEN)
    one.window.presenter.focus("camera 1")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up):
        press(qtbot, one, key)
    assert one.window.presenter.focused == "camera 2"
    assert [t.name for t in wall_of(one).tiles if t.chosen] == ["camera 2"]
    press(qtbot, one, Qt.Key.Key_Return)
    assert one.window.panels.picture.video.isVisible()
    assert one.window.presenter.focused == "camera 2"
    assert not one.window.menus.actions["show_wall"].isChecked()
    press(qtbot, one, Qt.Key.Key_Escape)
    assert wall_of(one).isVisible()
    assert wall_of(one).hasFocus()
    press(qtbot, one, Qt.Key.Key_End)
    assert one.window.presenter.focused == "camera 16"
    press(qtbot, one, Qt.Key.Key_Right)
    assert one.window.presenter.focused == "camera 16"


def test_a_click_looks_at_a_camera(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "east", "south")
    qtbot.mouseClick(tile(one, "east"), LEFT)
    assert one.window.presenter.focused == "east"
    assert one.window.panels.picture.isVisible()


def test_escape_does_nothing_for_whoever_did_not_come_from_the_wall(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north"), camera("south")))
    press(qtbot, one, Qt.Key.Key_Escape)
    assert not wall_of(one).isVisible()


def test_escape_ends_editing_before_it_returns(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    qtbot.mouseClick(tile(one, "south"), LEFT)
    press(qtbot, one, Qt.Key.Key_E)
    press(qtbot, one, Qt.Key.Key_Escape)
    assert not wall_of(one).isVisible()
    assert not one.window.rois.editor.editing
    press(qtbot, one, Qt.Key.Key_Escape)
    assert wall_of(one).isVisible()


def test_drawing_rois_leaves_the_wall_and_the_wall_ends_drawing(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    press(qtbot, one, Qt.Key.Key_N)
    assert one.window.panels.picture.isVisible()
    assert one.window.rois.editor.sketch is not None
    press(qtbot, one, Qt.Key.Key_W)
    assert wall_of(one).isVisible()
    assert not one.window.rois.editor.editing


def test_another_source_under_the_same_name_shows_nothing_old(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    assert tile(one, "south").sight is not None
    one.monitor.now.cameras.pop("south")
    one.window.presenter.replace("south", camera("south", source="synthetic:empty"))
    assert tile(one, "south").sight is None
    one.step()
    assert tile(one, "south").facts.count == "–"


def test_a_tile_is_dragged_to_another_place(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "east", "south", "west")
    moved, target = tile(one, "north"), tile(one, "south")
    start = QPoint(40, 40)
    end = moved.mapFromGlobal(target.mapToGlobal(QPoint(30, 30)))
    qtbot.mousePress(moved, LEFT, pos=start)
    qtbot.mouseMove(moved, end)
    assert [t.name for t in wall_of(one).tiles if t.target] == ["south"]
    qtbot.mouseRelease(moved, LEFT, pos=end)
    assert wall_of(one).names() == ["east", "south", "north", "west"]
    assert [c.name for c in one.bridge.config.cameras] == ["east", "south", "north", "west"]
    assert one.window.panels.cameras.names() == ["east", "south", "north", "west"]
    assert one.window.presenter.focused == "north", "the camera that is selected stays selected"
    assert wall_of(one).isVisible()


def test_escape_lets_go_of_a_dragged_tile(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "east")
    moved = tile(one, "north")
    end = moved.mapFromGlobal(tile(one, "east").mapToGlobal(QPoint(30, 30)))
    qtbot.mousePress(moved, LEFT, pos=QPoint(40, 40))
    qtbot.mouseMove(moved, end)
    press(qtbot, one, Qt.Key.Key_Escape)
    qtbot.mouseRelease(moved, LEFT, pos=end)
    assert wall_of(one).names() == ["north", "east"]
    assert not any(t.target for t in wall_of(one).tiles)


def test_keys_move_a_tile(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "east", "south")
    press(qtbot, one, Qt.Key.Key_Right, ctrl=True)
    assert wall_of(one).names() == ["east", "north", "south"]
    press(qtbot, one, Qt.Key.Key_End, ctrl=True)
    assert wall_of(one).names() == ["east", "south", "north"]


def test_the_wall_is_remembered_and_the_panels_too(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    def settings() -> Settings:
        return Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))

    one = walled(gui, qtbot, "north", "south", settings=settings())
    one.window.close()
    two = gui(config(camera("north"), camera("south")), settings=settings())
    assert wall_of(two).isVisible()
    assert not any(dock.isVisible() for dock in two.window.docks)
    press(qtbot, two, Qt.Key.Key_W)
    assert all(dock.isVisible() for dock in two.window.docks if dock.spec.at_first)
    two.window.close()
    three = gui(config(camera("north"), camera("south")), settings=settings())
    assert not wall_of(three).isVisible()


def test_without_a_camera_there_is_no_wall(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north")
    one.window.remove_focused()
    QApplication.processEvents()
    assert one.window.panels.first_run.isVisible()
    assert not one.window.menus.actions["show_wall"].isEnabled()
    one.window.removals.undo()
    QApplication.processEvents()
    assert wall_of(one).isVisible()


def test_only_tiles_that_are_seen_ask_for_pictures(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(*(camera(name) for name in SIXTEEN)))
    one.window.resize(800, 560)
    qtbot.keyClick(one.window, Qt.Key.Key_W)
    QApplication.processEvents()
    asked = {name for name, size in one.monitor.watched.items() if size is not None}
    assert asked == {t.name for t in wall_of(one).seen()}
    assert 0 < len(asked) < 16
    assert {one.monitor.rates[name] for name in asked} == {RATE}
    first = tile(one, "camera 1")
    assert one.monitor.watched["camera 1"] == first.pixels()
    press(qtbot, one, Qt.Key.Key_End)
    assert one.monitor.watched["camera 16"] is not None
    assert one.monitor.watched["camera 1"] is None
    press(qtbot, one, Qt.Key.Key_Return)
    asked = {name for name, size in one.monitor.watched.items() if size is not None}
    assert asked == {"camera 16"}
    assert one.monitor.watched["camera 16"] == one.window.panels.picture.video.pixels()
    assert one.monitor.rates["camera 16"] == 30.0
    assert all(t.sight is None for t in wall_of(one).tiles), "nothing old is shown first the next time"


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        if a1 is not None and a1.type() is QEvent.Type.Paint:
            self.count += 1
        return False


@pytest.fixture
def paints() -> Paints:
    return Paints()


def test_a_tile_is_painted_at_most_five_times_a_second(gui: Open, qtbot: QtBot, paints: Paints) -> None:
    one = walled(gui, qtbot, "north", "south")
    watched = tile(one, "north")
    watched.installEventFilter(paints)
    for picture in range(60):
        one.monitor.live("north", time=NOON + picture / 30, count=picture)
        one.step(1 / 30)
    assert 6 <= paints.count <= 2 * RATE + 1
    watched.removeEventFilter(paints)


def test_a_picture_is_as_large_as_it_is_shown(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    shown = tile(one, "north")
    assert shown.sight is not None
    assert shown.sight.frame is one.monitor.now.cameras["north"].view
    grab = pictures.to_rgb(shown.grab().toImage()).astype(int)
    middle = grab[shown.pixels()[1] // 2, shown.pixels()[0] // 2]
    wanted = frame().rgb[180, 320].astype(int)
    assert np.abs(middle - wanted).max() <= 8


def test_people_are_pixelated_on_tiles_too(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    before = pictures.to_rgb(tile(one, "north").grab().toImage())
    press(qtbot, one, Qt.Key.Key_X)
    after = pictures.to_rgb(tile(one, "north").grab().toImage())
    assert (before != after).any()


def leveled(name: str) -> CameraConfig:
    levels = {"people": {"amber": 10, "red": 20, "critical": 30}}
    return validate(CameraConfig, {"name": name, "source": "synthetic:plaza", "levels": levels}, where="test")


def count(one: Gui, name: str, level: Level | None, **values: object) -> None:
    made = reading(name, time=one.clock.time, **values)  # type: ignore[arg-type]
    rois = (RoiReading(WHOLE_FRAME, made.rois[0].count, level=level),)
    one.monitor.put(name, reading=replace(made, rois=rois))


def has(shown: Tile, colour: str) -> int:
    """Return how many pixels have a colour."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int((pictures.to_rgb(shown.grab().toImage()) == wanted).all(axis=2).sum())


def test_levels_are_an_outline_and_an_unknown_one_is_never_green(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(leveled("north"), leveled("south")))
    press(qtbot, one, Qt.Key.Key_W)
    one.window.presenter.focus("south")
    north = tile(one, "north")
    one.monitor.live("north")
    count(one, "north", Level.RED)
    one.step()
    assert (north.facts.level_word, has(north, DARK.red) > 1000) == ("Red", True)
    count(one, "north", Level.NONE)
    one.step()
    assert north.facts.level_word == "Normal"
    assert has(north, DARK.red) == 0
    one.monitor.state("north", CameraState.CONNECTING)
    count(one, "north", None, state=ReadingState.UNKNOWN)
    one.step(40.0)
    assert north.facts.level_word == "Was normal 40 s ago"
    assert has(north, DARK.normal) == 0


def test_a_lost_camera_fills_its_tile(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, *SIXTEEN)
    lost = tile(one, "camera 5")
    one.monitor.state("camera 5", CameraState.RECONNECTING, age=12.0, attempt=3)
    one.step(0.05)
    assert lost.facts.lost, "at once, not with the next picture"
    assert has(lost, DARK.amber) > 0.2 * lost.width() * lost.height()
    assert "reconnecting, No picture for 12 s, attempt 3, no count" in lost.accessibleName()
    one.monitor.put("camera 5", status=Status(CameraState.FAILED, since=NOON))
    one.step()
    assert has(lost, DARK.red) > 0.2 * lost.width() * lost.height()


def test_a_new_camera_gets_a_tile_and_a_removed_one_loses_it(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    one.window.presenter.add(camera("west"))
    QApplication.processEvents()
    assert wall_of(one).names() == ["north", "south", "west"]
    assert one.monitor.watched["west"] is not None
    one.window.presenter.remove("north")
    QApplication.processEvents()
    assert wall_of(one).names() == ["south", "west"]
    assert wall_of(one).isVisible()


def test_the_menu_of_a_tile_is_about_its_camera(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    south = tile(one, "south")
    at = south.rect().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, south.mapToGlobal(at))
    QApplication.sendEvent(south, asked)
    menu = wall_of(one).findChild(QMenu)
    assert menu is not None
    assert menu.isVisible()
    assert one.window.presenter.focused == "south"
    menu.actions()[0].trigger()
    assert "restart south" in one.monitor.calls
    menu.close()


def test_the_theme_is_followed(gui: Open, qtbot: QtBot) -> None:
    one = walled(gui, qtbot, "north", "south")
    one.window.set_theme_name("light")
    assert tile(one, "north").theme.name == "light"


def test_the_wall_on_the_real_engine(qtbot: QtBot) -> None:
    source = "synthetic:plaza?people=3&width=640&height=360&fps=10"
    cameras = config(camera("north", source=source), camera("south", source="/no/such/file.mp4"))
    monitor, bridge, window = opened(qtbot, cameras, FakeCounter)
    try:
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, Qt.Key.Key_W)
        wall = window.wall.wall
        north, south = wall.tiles
        qtbot.waitUntil(lambda: north.sight is not None and north.facts.count != "–", timeout=20_000)
        qtbot.waitUntil(lambda: south.facts.lost, timeout=20_000)
        assert north.sight is not None
        height, width = north.sight.frame.rgb.shape[:2]
        assert (width, height) <= north.pixels(), "the engine scales it"
        assert monitor._cameras["north"].view_rate == RATE
        qtbot.mouseClick(north, LEFT)
        assert monitor._cameras["north"].view_rate == VIEW_RATE
        qtbot.waitUntil(lambda: window.panels.picture.video.place().width > 0, timeout=20_000)
        qtbot.keyClick(window.panels.picture.video, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: north.sight is not None, timeout=20_000)
    finally:
        bridge.stop()
    assert monitor.stop()
