"""What an operator sees and does when a source does not open, or a picture stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.values import CameraState
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, camera, config

Open = Callable[..., Gui]


def failed(gui: Open, source: str = "/no/such/clip.mp4") -> Gui:
    one = gui(config(camera("clip", GATE, source=source), camera("other")))
    one.window.presenter.focus("clip")
    one.monitor.state("clip", CameraState.FAILED, message=f"There is no file {source}")
    one.step()
    return one


def click(qtbot: QtBot, one: Gui, name: str) -> None:
    button = getattr(one.window.panels.picture.rescue, name)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_source_that_did_not_open_is_corrected(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    right = tmp_path / "clip.mp4"
    right.write_bytes(b"x")
    one = failed(gui)
    click(qtbot, one, "correct")
    dialog = one.window.findChild(SourceDialog)
    assert dialog is not None
    assert (dialog.page().kind, dialog.page().source(), dialog.name.text()) == (
        "file",
        "/no/such/clip.mp4",
        "clip",
    )
    field = dialog.page().focusProxy()
    assert field is not None
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, str(right))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    first, second = one.monitor.config.cameras
    assert (first.name, first.source, first.rois) == ("clip", str(right), (GATE,))
    assert second.name == "other"
    assert one.window.presenter.focused == "clip"


def test_or_opened_again_or_dropped(gui: Open, qtbot: QtBot) -> None:
    one = failed(gui)
    click(qtbot, one, "again")
    assert one.monitor.calls == ["restart clip"]
    click(qtbot, one, "remove")
    assert [c.name for c in one.monitor.config.cameras] == ["other"]
    one.monitor.live("other")
    one.step()
    assert not one.window.panels.picture.rescue.isVisible()


def test_a_password_is_not_shown_to_whoever_corrects_an_address(gui: Open, qtbot: QtBot) -> None:
    one = failed(gui, source="rtsp://user:secret@10.0.0.7/stream")
    click(qtbot, one, "correct")
    dialog = one.window.findChild(SourceDialog)
    assert dialog is not None
    assert "secret" not in dialog.page().source()
    assert "10.0.0.7" in dialog.page().source()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_return_chooses_a_card(gui: Open, qtbot: QtBot, key: Qt.Key) -> None:
    one = gui(config())
    card = one.window.panels.first_run.buttons["demo"]
    qtbot.keyClick(one.window.focusWidget(), Qt.Key.Key_Right)
    qtbot.keyClick(one.window.focusWidget(), Qt.Key.Key_Right)
    assert card.hasFocus()
    qtbot.keyClick(card, key)
    assert [c.name for c in one.monitor.config.cameras] == ["Demo plaza"]


def test_a_notice_leaves_the_picture_to_be_looked_at(gui: Open) -> None:
    one = gui(config(camera("north")))
    video = one.window.panels.picture.video
    one.monitor.state("north", CameraState.CONNECTING)
    one.step()
    assert rows_of_notice(one)[0] > 0.2 * video.height(), "without a picture it is a card in the middle"
    one.monitor.live("north")
    one.step()
    one.monitor.state("north", CameraState.RECONNECTING, age=12.0, attempt=3)
    one.step()
    top, bottom = rows_of_notice(one)
    assert top == 0
    assert bottom < 0.2 * video.height()


def rows_of_notice(one: Gui) -> tuple[int, int]:
    """The first and last rows whose left third differs with and without the notice."""
    video = one.window.panels.picture.video
    notice = video._notice
    shown = pictures.to_rgb(video.grab().toImage()).astype(int)
    video.set_notice(type(notice)(notice.state))
    bare = pictures.to_rgb(video.grab().toImage()).astype(int)
    video.set_notice(notice)
    rows = np.nonzero(np.abs(shown - bare).sum(axis=2).any(axis=1))[0]
    return int(rows.min()), int(rows.max())


@pytest.mark.parametrize(
    ("entry", "does"), [("Open again", "restart"), ("Correct source…", "dialog"), ("Remove camera", "gone")]
)
def test_the_menu_of_a_camera(gui: Open, qtbot: QtBot, entry: str, does: str) -> None:
    one = gui(config(camera("north"), camera("south")))
    cameras = one.window.panels.cameras
    at = QPoint(40, 80)
    viewport = cameras.viewport()
    QApplication.sendEvent(
        viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text() == entry)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    dialog = one.window.findChild(SourceDialog)
    assert (dialog is not None) == (does == "dialog")
    assert ("restart south" in one.monitor.calls) == (does == "restart")
    assert len(one.monitor.config.cameras) == (1 if does == "gone" else 2)
    if dialog is not None:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_the_menu_of_the_plot_chooses_a_range(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.step()
    plot = one.window.panels.plot
    viewport = plot._plot.viewport()
    at = QPoint(60, 40)
    QApplication.sendEvent(
        viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    )
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [a.text() for a in menu.actions()]
    assert "Save plot…" in [text.replace("&", "") for text in texts]
    action = next(a for a in menu.actions() if a.text() == "1 h")
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    start, end = plot.shown()
    assert end - start == 3600.0


def test_a_tick_in_a_menu_is_seen_also_under_the_mouse(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    menu = next(m for m in one.window.menuBar().findChildren(QMenu) if m.title() == "&View")
    action = one.window.menus.actions["show_heat"]
    menu.popup(one.window.mapToGlobal(QPoint(10, 10)))
    row = menu.actionGeometry(action)
    mark = np.s_[row.top() : row.bottom(), row.left() + 6 : row.left() + 22]

    def marked(on: bool, *, chosen: bool) -> np.ndarray:
        action.setChecked(on)
        menu.setActiveAction(action if chosen else one.window.menus.actions["full_screen"])
        return pictures.to_rgb(menu.grab().toImage())[mark].astype(int)

    for chosen in (False, True):
        differs = np.abs(marked(True, chosen=chosen) - marked(False, chosen=chosen)).sum(axis=2)
        assert (differs > 150).sum() >= 60, f"under the mouse: {chosen}"
    menu.close()
