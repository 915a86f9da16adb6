"""The whole way on the real engine, by keys and clicks: a file, ROIs, numbers, the same numbers in a CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from crowdmon.engine.monitor import Monitor
from crowdmon.sinks.csv_file import read_csv
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.export.export_dialog import ExportDialog
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.values import CameraState, ReadingState
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter
from tests.formats.writers import write_v5
from tests.ui.fakes import config

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
WIDTH, HEIGHT = 160, 96
LONG = 20_000


class User:
    """Somebody at a window on the real engine; only the network is stood in for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.monitor = Monitor(config(), counter_factory=lambda: FakeCounter(800.0))
        self.bridge = Bridge(self.monitor, config())
        self.window = MainWindow(self.bridge)
        self.window.resize(1024, 700)
        qtbot.addWidget(self.window)
        self.window.show()
        self.bridge.start()
        self.video = self.window.panels.picture.video
        self.table = self.window.panels.readings._table

    def press(self, *keys: Qt.Key, mod: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(self.window.focusWidget() or self.window, key, mod)

    def at(self, x: float, y: float) -> QPoint:
        return QPoint(*(round(v) for v in self.video.place().to_widget(x, y)))

    def click(self, x: float, y: float) -> None:
        QTest.mouseClick(self.video, LEFT, pos=self.at(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        QTest.mousePress(self.video, LEFT, pos=self.at(*start))
        QTest.mouseMove(self.video, self.at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        QTest.mouseMove(self.video, self.at(*end))
        QTest.mouseRelease(self.video, LEFT, pos=self.at(*end))

    def area(self, name: str) -> float:
        """How much of the picture a ROI covers, as the engine was told."""
        roi = next(one for one in self.bridge.config.cameras[0].rois if one.name == name)
        x, y = np.array(roi.polygon).T
        return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)

    def rows(self) -> dict[str, str]:
        return {
            self.table.item(r, 0).text(): self.table.item(r, 1).text() for r in range(self.table.rowCount())
        }

    def waits_for_count(self, name: str, people: float) -> None:
        self.bot.waitUntil(
            lambda: self.rows().get(name, "–") != "–" and abs(int(self.rows()[name]) - people) <= 4,
            timeout=LONG,
        )

    def turn_to_the_picture(self) -> None:
        """Come back from a dialog: its window had the keys."""
        self.window.activateWindow()
        self.video.setFocus()
        self.bot.waitUntil(lambda: self.window.isActiveWindow() and self.video.hasFocus(), timeout=LONG)

    def is_paused(self) -> bool:
        return self.window.panels.status.sign.state is CameraState.PAUSED


def test_from_an_empty_window_to_the_same_numbers_in_a_file(qtbot: QtBot, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", size=(WIDTH, HEIGHT), frames=300, fps=10)
    user = User(qtbot)
    try:
        opened(user, clip)
        drawn_changed_and_named(user)
        imported(user, tmp_path)
        sought(user)
        exported(user, tmp_path)
    finally:
        user.bridge.stop()


def opened(user: User, clip: Path) -> None:
    QTest.mouseClick(user.window.panels.first_run.buttons["file"], LEFT)
    dialog = user.window.findChild(SourceDialog)
    QTest.keyClicks(dialog.focusWidget(), str(clip))
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    bar = user.window.panels.picture.playback_bar
    user.bot.waitUntil(lambda: user.video.place().width > 0 and bar.isVisible(), timeout=LONG)
    user.turn_to_the_picture()
    user.press(Qt.Key.Key_Space)
    user.bot.waitUntil(user.is_paused, timeout=LONG)


def drawn_changed_and_named(user: User) -> None:
    user.press(Qt.Key.Key_N)
    for x, y in ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)):
        user.click(x, y)
    user.press(Qt.Key.Key_Return)
    assert user.area("ROI 1") == pytest.approx(0.16, abs=0.01)
    user.waits_for_count("ROI 1", 800 * 0.16)
    user.drag((0.6, 0.6), (0.7, 0.8))
    assert user.area("ROI 1") == pytest.approx(0.16 + 0.06, abs=0.01), "a corner was dragged"
    user.waits_for_count("ROI 1", 800 * user.area("ROI 1"))
    user.press(Qt.Key.Key_Z, mod=CTRL)
    assert user.area("ROI 1") == pytest.approx(0.16, abs=0.01)
    user.press(Qt.Key.Key_Z, mod=CTRL | SHIFT)
    assert user.area("ROI 1") == pytest.approx(0.22, abs=0.01)
    user.press(Qt.Key.Key_F2)
    QTest.keyClicks(user.window.focusWidget(), "gate\r")
    assert list(user.rows()) == ["gate"]
    user.waits_for_count("gate", 800 * user.area("gate"))
    plot = user.window.panels.plot
    user.bot.waitUntil(lambda: [one.name for one in plot.curves] == ["Whole picture", "gate"], timeout=LONG)
    assert plot._labels._labels[1].value == user.rows()["gate"], "table and plot say the same"


def imported(user: User, folder: Path) -> None:
    x = np.array([[9.0], [73.0], [73.0], [9.0], [9.0]])
    y = np.array([[9.0], [9.0], [41.0], [41.0], [9.0]])
    path = write_v5(folder / "roi.mat", {"maskVerticesXCoordinates": x, "maskVerticesYCoordinates": y})
    user.window.rois.files.import_mat()
    dialog = user.window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    dialog.setParent(None)
    dialog.deleteLater()
    assert list(user.rows()) == ["gate", "ROI 1"]
    assert user.area("ROI 1") == pytest.approx(64 * 32 / WIDTH / HEIGHT, abs=0.001)


def sought(user: User) -> None:
    bar = user.window.panels.picture.playback_bar
    middle = QPoint(bar.slider.width() // 2, bar.slider.height() // 2)
    QTest.mouseClick(bar.slider, LEFT, pos=middle)

    def there() -> bool:
        position = user.monitor.snapshot().cameras["clip"].position
        return position is not None and abs(position - 15.0) < 1.0

    user.bot.waitUntil(there, timeout=LONG)
    assert user.is_paused()
    user.turn_to_the_picture()
    while user.window.rois.editor.editing:
        user.press(Qt.Key.Key_Escape)
    user.press(Qt.Key.Key_Space)
    user.bot.waitUntil(lambda: not user.is_paused(), timeout=LONG)

    def counted() -> bool:
        found = user.monitor.query(0.0, 1e12)
        return sum(one.state is ReadingState.OK and len(one.rois) == 3 for one in found) >= 4

    user.bot.waitUntil(counted, timeout=LONG)
    user.press(Qt.Key.Key_Space)
    user.bot.waitUntil(user.is_paused, timeout=LONG)


def exported(user: User, folder: Path) -> None:
    user.press(Qt.Key.Key_E, mod=CTRL)
    dialog = user.window.findChild(ExportDialog)
    QTest.keyClicks(dialog.path, str(folder / "out.csv"))
    QTest.mouseClick(dialog.go, LEFT)
    user.bot.waitUntil(lambda: "written" in dialog.said.accessibleDescription(), timeout=LONG)
    dialog.reject()
    rows = read_csv(folder / "out.csv")
    known = [
        (one.roi, None if one.count is None else pytest.approx(one.count, abs=0.006))
        for reading in user.monitor.query(0.0, 1e12)
        for one in reading.rois
    ]
    assert [(row["roi"], row["count"]) for row in rows][: len(known)] == known[: len(rows)]
    assert {row["camera"] for row in rows} == {"clip"}
    last = {row["roi"]: row["count"] for row in rows if row["state"] is ReadingState.OK}
    assert last["frame"] == pytest.approx(800.0)
    assert last["gate"] == pytest.approx(800 * user.area("gate"), abs=3)
    assert f"{last['gate']:.0f}" == user.rows()["gate"], "the file says what the window shows"
