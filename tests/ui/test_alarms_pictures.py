"""The picture that an engine keeps with an alarm, in the list and in the dialog."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.config import parse
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.pictures import alarm_picture, alarm_words, keep_picture, picture_of
from crowdmon.ui.alarms.rows import THUMBNAIL
from crowdmon.ui.alarms.thumbnails import load
from tests.ui.alarming import GATE, dialog_of, panel_of, press
from tests.ui.conftest import Gui
from tests.ui.fakes import camera, config, frame
from tests.ui.test_alarms_shared import WAIT_MS, YAML, Crowd, state, window_on

Open = Callable[..., Gui]


def recorded(tmp_path: Path) -> Path:
    """A history with an alarm and its picture."""
    path = tmp_path / "h.db"
    with HistoryFile(path) as history:
        history.write(GATE.to_event())
    keep_picture(path, frame().rgb, camera=alarm_words(GATE.alarm), time=GATE.time)
    return path


def shown(gui: Open, qtbot: QtBot, history: Path) -> Gui:
    """A window on that history, with the list open."""
    cameras = config(camera("north"), camera("south"))
    record = cameras.record.model_copy(update={"history": str(history)})
    one = gui(cameras.model_copy(update={"record": record}))

    def read() -> bool:
        one.step(0.6)
        return bool(one.window.alarm_desk.alarms)

    qtbot.waitUntil(read, timeout=WAIT_MS)
    press(qtbot, one.window, Qt.Key.Key_L)
    return one


def test_the_list_shows_the_picture_and_says_where_it_is(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = recorded(tmp_path)
    path = picture_of(history, alarm_picture(GATE.alarm, GATE.time))
    one = shown(gui, qtbot, history)
    panel = panel_of(one.window)
    row = panel.rows.index(0)
    assert path is not None
    assert path.name in str(panel.rows.data(row, Qt.ItemDataRole.ToolTipRole)).replace("\u200b", "")
    assert panel.list.visualRect(row).height() > THUMBNAIL.height() + 40

    def painted() -> bool:
        one.step(0.1)
        image = panel.list.grab().toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(30, 30 + THUMBNAIL.width(), 4)
            for y in range(image.height() // 3, image.height(), 4)
        }
        return len(colours) > 100

    qtbot.waitUntil(painted, timeout=WAIT_MS)
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    press(qtbot, one.window, Qt.Key.Key_Home)
    assert panel.open_picture.isEnabled()
    panel.open_picture.trigger()
    assert [Path(url.toLocalFile()) for url in opened] == [path]


def test_the_dialog_shows_it_too(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one = shown(gui, qtbot, recorded(tmp_path))
    press(qtbot, one.window, Qt.Key.Key_A)
    dialog = dialog_of(one.window)

    def loaded() -> bool:
        one.step(0.1)
        return not dialog.picture.pixmap().isNull()

    qtbot.waitUntil(loaded, timeout=WAIT_MS)
    assert dialog.picture.isVisible()
    dialog.reject()
    QApplication.processEvents()


def test_without_one_there_is_no_room_for_it(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    history = recorded(tmp_path)
    picture = picture_of(history, alarm_picture(GATE.alarm, GATE.time))
    assert picture is not None
    picture.unlink()
    one = shown(gui, qtbot, history)
    panel = panel_of(one.window)
    assert panel.list.visualRect(panel.rows.index(0)).height() < THUMBNAIL.height() + 30
    assert not panel.open_picture.isEnabled()
    assert load(picture, THUMBNAIL) is None


def test_the_engine_keeps_the_picture_that_raised_the_alarm(qtbot: QtBot, tmp_path: Path) -> None:
    text = YAML.replace("history: HISTORY", f"history: {tmp_path / 'h.sqlite'}, alarm_pictures: true")
    wanted = parse(text, where="a.yaml")
    crowd = Crowd(wanted)
    with window_on(crowd.monitor, wanted, qtbot) as one:
        crowd.people = 30.0
        qtbot.waitUntil(lambda: state(one) is not None, timeout=WAIT_MS)
        (alarm,) = one.alarm_desk.alarms
        qtbot.waitUntil(lambda: one.alarm_desk.picture_of(alarm) is not None, timeout=WAIT_MS)
        path = one.alarm_desk.picture_of(alarm)
        assert path is not None
        assert path.is_file()
        assert path.stat().st_mtime <= time.time()
