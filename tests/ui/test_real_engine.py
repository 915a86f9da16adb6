"""The window on the real engine and a drawn camera; only the network is stood in for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from crowdmon.config import RecordConfig
from crowdmon.engine.view_files import KeptView, ViewFiles, digest, read, write
from crowdmon.facts import EventKind
from crowdmon.track.view_check import ViewMemory
from crowdmon.values import CameraState, DensityMap, Frame, Grid
from tests.ui.fakes import GATE, camera, config
from tests.ui.on_engine import opened

SMALL = "synthetic:plaza?people=3&width=320&height=180&fps=10"


@dataclass
class Seven:
    """Counts seven people in every picture, all in the middle."""

    name: str = "seven"
    device: str = "a test"

    def count(self, frame: Frame) -> DensityMap:
        width, height = frame.size
        people = np.zeros((9, 9), np.float32)
        people[4, 4] = 7.0
        grid = Grid(9, 9, width / 9, height / 9, width, height)
        return DensityMap(people, grid, frame.camera, frame.index, frame.time, frame.pts)


def test_from_a_drawn_camera_to_the_number(qtbot: QtBot) -> None:
    cameras = config(camera("plaza", GATE, source=SMALL), camera("nowhere", source="/no/such/file.mp4"))
    monitor, bridge, window = opened(qtbot, cameras, Seven)
    try:
        panels = window.panels
        total = next(one for one in window.findChildren(QLabel) if one.accessibleName() == "Total")
        qtbot.waitUntil(
            lambda: total.text() == "7" and panels.picture.video.place().width > 0, timeout=20_000
        )
        assert panels.status.sign.state is CameraState.LIVE
        assert panels.status.device.text() == "Counting on a test"
        assert panels.status.delay.text().endswith("s delayed")
        window.presenter.focus("nowhere")
        qtbot.waitUntil(lambda: panels.status.sign.state is CameraState.FAILED, timeout=20_000)
        assert total.text() == "–"
        assert "/no/such/file.mp4" in panels.picture.video.accessibleDescription()
        qtbot.waitUntil(lambda: panels.cameras.line("plaza").count == "7", timeout=20_000)
    finally:
        bridge.stop()
    assert [t.name for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon] == []
    assert monitor.stop(), "every thread has ended"


def test_a_roi_drawn_on_a_camera_is_counted_without_opening_it_again(qtbot: QtBot) -> None:
    cameras = config(camera("plaza", source=SMALL))
    monitor, bridge, window = opened(qtbot, cameras, Seven)
    try:
        video, table = window.panels.picture.video, window.panels.readings.findChild(QTableWidget)
        qtbot.waitUntil(lambda: video.place().width > 0, timeout=20_000)
        before = monitor.snapshot().cameras["plaza"].status.since
        qtbot.keyClick(window, Qt.Key.Key_N)
        for x, y in ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)):
            at = QPointF(*video.place().to_widget(x, y)).toPoint()
            qtbot.mouseClick(video, Qt.MouseButton.LeftButton, pos=at)
        qtbot.keyClick(video, Qt.Key.Key_Return)
        asked = bridge.config.cameras[0].rois[0].name

        def counted() -> bool:
            reading = monitor.snapshot().cameras["plaza"].reading
            return reading is not None and reading.rois[-1].roi == asked and reading.rois[-1].count == 7.0

        qtbot.waitUntil(counted, timeout=20_000)
        qtbot.waitUntil(lambda: table.item(0, 1) is not None and table.item(0, 1).text() == "7")
        assert table.item(0, 0).text() == asked
        assert monitor.snapshot().cameras["plaza"].status.since == before, "it was never closed"
    finally:
        bridge.stop()


def test_a_camera_turned_while_nothing_ran_is_unknown_until_f5_confirms_its_view(
    qtbot: QtBot, tmp_path: Path
) -> None:
    record = RecordConfig(history=str(tmp_path / "history.sqlite"))
    cameras = config(camera("plaza", source=SMALL)).model_copy(update={"record": record})
    files = ViewFiles()
    path = files.path(cameras.cameras[0], record)
    assert path is not None
    edges = np.random.default_rng(2).uniform(-0.7, 0.7, (90, 160, 2)).astype(np.float32)
    memory = ViewMemory(edges, contrast=0.2, sharpness=7.0, usual=0.9, changed=True)
    write(path, KeptView(memory, digest(cameras.cameras[0])))
    _, bridge, window = opened(qtbot, cameras, Seven, views=files)
    try:
        panels = window.panels
        total = next(one for one in window.findChildren(QLabel) if one.accessibleName() == "Total")

        def said() -> str:
            return panels.picture.video.accessibleDescription()

        qtbot.waitUntil(lambda: "The view has changed" in said() and "F5" in said(), timeout=20_000)
        assert total.text() == "–"
        qtbot.keyClick(window, Qt.Key.Key_F5)
        qtbot.waitUntil(lambda: total.text() == "7", timeout=20_000)
        assert "The view has changed" not in said()
        kinds = [fact.kind for fact in bridge._monitor.snapshot().facts if hasattr(fact, "kind")]
        assert EventKind.VIEW_CONFIRMED.value in kinds
        qtbot.waitUntil(lambda: (kept := read(path)) is not None and kept.confirmed, timeout=20_000)
    finally:
        bridge.stop()


def test_damaged_pictures_of_a_folder_are_named_in_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    for number in range(5):
        picture = np.random.default_rng(number).integers(0, 255, (120, 160, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
    (tmp_path / "1.png").write_bytes(b"text")
    (tmp_path / "3.png").write_bytes((tmp_path / "2.png").read_bytes()[:500])
    _, bridge, window = opened(qtbot, config(camera("folder", source=str(tmp_path))), Seven)
    try:
        panels = window.panels
        words = "2 of 5 pictures cannot be read: 1.png, 3.png"
        qtbot.waitUntil(lambda: words in panels.status.note.toolTip(), timeout=20_000)
        qtbot.waitUntil(lambda: panels.status.sign.state is CameraState.ENDED, timeout=20_000)
        assert words in panels.picture.video.accessibleDescription()
    finally:
        bridge.stop()
