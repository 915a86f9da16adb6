"""A camera that was turned: before and now are compared, ROIs moved by mouse and keys, or confirmed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.config.ground import GroundConfig, RectangleConfig
from crowdmon.scene import parse_scene
from crowdmon.track.view_check import View
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.view_changed.dialog import GROUND, NO_BEFORE, ViewChangedDialog
from crowdmon.ui.view_changed.keeper import WIDTH
from crowdmon.values import CameraState, Frame, Status
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, config, density

Open = Callable[..., Gui]

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
BEFORE = parse_scene("plaza?people=5&seed=4&width=1280&height=720").render(3.0).rgb
NOW = np.roll(BEFORE, 128, axis=1)
ROIS = (
    RoiConfig(name="front", polygon=((0.3, 0.6), (0.6, 0.6), (0.6, 0.8), (0.3, 0.8)), area_m2=20.0),
    RoiConfig(name="back", polygon=((0.4, 0.3), (0.5, 0.3), (0.5, 0.4))),
)
FLOOR = GroundConfig(
    rectangle=RectangleConfig(corners=((0.2, 0.9), (0.8, 0.9), (0.65, 0.6), (0.35, 0.6)), sides=(6.0, 6.0))
)


class Guard:
    """Somebody at the window whose camera was knocked."""

    def __init__(self, made: Gui) -> None:
        self.gui = made

    @property
    def row(self):  # type: ignore[no-untyped-def]
        return self.gui.window.panels.picture.view_row

    def live(self, time: float = NOON) -> None:
        shown = Frame(BEFORE, camera="north", time=time)
        status = Status(CameraState.LIVE, since=NOON, age=0.0)
        seen = {"counted": shown, "view": shown, "density": density("north", time=time)}
        self.gui.monitor.put("north", status=status, **seen)
        self.gui.step()

    def turned(self, since: float = NOON + 100.0) -> None:
        status = Status(CameraState.STALE, f"{View.CHANGED.value}. Confirm it", since=since, age=0.0)
        self.gui.monitor.put("north", status=status, view=Frame(NOW, camera="north", time=since))
        self.gui.step()

    def compare(self) -> ViewChangedDialog:
        assert self.row.isVisible()
        QTest.mouseClick(self.row.compare, LEFT)
        QApplication.processEvents()
        found = [one for one in self.gui.window.findChildren(ViewChangedDialog) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    @property
    def camera(self) -> CameraConfig:
        return self.gui.bridge.config.cameras[0]


@pytest.fixture
def guard(gui: Open) -> Guard:
    north = CameraConfig(name="north", source="rtsp://north/1", rois=ROIS, ground=FLOOR)
    return Guard(gui(config(north)))


def test_the_row_is_there_only_while_the_view_is_another_one(guard: Guard) -> None:
    guard.live()
    assert not guard.row.isVisible()
    guard.turned()
    assert guard.row.isVisible()
    guard.live()
    assert not guard.row.isVisible()


def test_rois_are_dragged_to_where_they_were(guard: Guard) -> None:
    guard.live()
    guard.turned()
    dialog = guard.compare()
    assert not dialog.use.isEnabled()
    assert np.array_equal(pictures.to_rgb(dialog.now._image), NOW)
    assert dialog.before._image.width() == WIDTH, "small, and of before"
    place = dialog.now.place()
    start = QPointF(*place.to_widget(0.45, 0.7)).toPoint()
    by = QPoint(round(place.width * 0.1), 0)
    QTest.mousePress(dialog.now, LEFT, pos=start)
    QTest.mouseMove(dialog.now, start + by / 2)
    QTest.mouseMove(dialog.now, start + by)
    QTest.mouseRelease(dialog.now, LEFT, pos=start + by)
    assert dialog.said.text() == GROUND
    QTest.mouseClick(dialog.use, LEFT)
    for before, after in zip(ROIS, guard.camera.rois, strict=True):
        assert after.name == before.name
        for (x, y), (a, b) in zip(before.polygon, after.polygon, strict=True):
            assert (a, b) == pytest.approx((x + 0.1, y), abs=0.004)
        assert after.area_m2 is None, "an area by hand was that of another piece of floor"
    assert guard.camera.ground is None


def test_by_keys_alone(guard: Guard, qtbot: QtBot) -> None:
    guard.live()
    guard.turned()
    dialog = guard.compare()
    assert dialog.now.hasFocus()
    plain = Qt.KeyboardModifier.NoModifier
    for key, how, times in (
        (Qt.Key.Key_Right, SHIFT, 2),
        (Qt.Key.Key_Down, plain, 3),
        (Qt.Key.Key_Period, plain, 4),
        (Qt.Key.Key_Plus, plain, 1),
    ):
        for _ in range(times):
            QTest.keyClick(dialog.now, key, how)
    move = dialog.now.move_of_rois
    assert (move.dx, move.dy) == pytest.approx((20 / 1280, 3 / 720))
    assert (move.turn, move.scale) == pytest.approx((4.0, 1.02))
    QTest.keyClick(dialog.now, Qt.Key.Key_0)
    assert not dialog.use.isEnabled()
    QTest.keyClick(dialog.now, Qt.Key.Key_Left)
    QTest.keyClick(dialog.use, Qt.Key.Key_Space)
    assert guard.camera.rois[0].polygon[0] == pytest.approx((0.3 - 1 / 1280, 0.6), abs=1e-4)


def test_what_leaves_the_picture_cannot_be_used(guard: Guard) -> None:
    guard.live()
    guard.turned()
    dialog = guard.compare()
    for _ in range(60):
        QTest.keyClick(dialog.now, Qt.Key.Key_Right, SHIFT)
    assert dialog.said.text() == "front: it reaches beyond the picture."
    assert dialog.said.property("role") == "error"
    assert not dialog.use.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert guard.camera.rois == ROIS
    assert guard.camera.ground == FLOOR


def test_the_wheel_scales_and_turns(guard: Guard) -> None:
    guard.live()
    guard.turned()
    canvas = guard.compare().now
    for how in (Qt.KeyboardModifier.NoModifier, SHIFT):
        at = QPointF(50, 50)
        event = QWheelEvent(
            at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, how,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
    assert (canvas.move_of_rois.scale, canvas.move_of_rois.turn) == pytest.approx((1.02**2, 2.0))


@pytest.mark.parametrize("where", ["row", "dialog"])
def test_the_picture_is_right(guard: Guard, where: str) -> None:
    guard.live()
    guard.turned()
    QTest.mouseClick(guard.row.right if where == "row" else guard.compare().right, LEFT)
    assert "restart north" in guard.gui.monitor.calls
    assert guard.camera.rois == ROIS
    assert guard.camera.ground == FLOOR


def test_a_window_that_was_opened_too_late_has_no_picture_of_before(guard: Guard) -> None:
    guard.gui.monitor.put("north", counted=None, density=None)
    guard.gui.step()
    guard.turned()
    dialog = guard.compare()
    assert dialog.before._image.isNull()
    texts = [one.text() for one in dialog.findChildren(type(dialog.said))]
    assert any(one.startswith(NO_BEFORE) for one in texts)


def test_before_is_from_before_the_turn_and_pixelated_if_people_are(guard: Guard) -> None:
    keeper = guard.gui.window.view_changed.before
    for step in range(6):
        guard.gui.clock.time += 40.0
        guard.live(NOON + 40.0 * step)
    seen = keeper.before("north", NOON + 200.0)
    assert seen is not None
    assert seen.frame.time <= NOON + 140.0, "a turn is said after half a minute"
    guard.gui.window.picture_style.set_private(True)
    guard.turned(NOON + 200.0)
    dialog = guard.compare()
    assert not np.array_equal(pictures.to_rgb(dialog.now._image), NOW), "who is there now was not counted"
