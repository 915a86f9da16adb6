"""Calibrating the synthetic camera by mouse and keys: its floor is known exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDoubleSpinBox
from pytestqt.qtbot import QtBot

from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.geometry import polygon_area
from crowdmon.scene import parse_scene
from crowdmon.track.ground import region_of
from crowdmon.ui.ground.canvas import FULL
from crowdmon.ui.ground.dialog import NOTHING_YET, GroundDialog
from crowdmon.ui.ground.side import AROUND_HEADS, ON_FLOOR, POINTS
from crowdmon.values import CameraState, Frame, Status
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, config, density

Open = Callable[..., Gui]

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SCENE = parse_scene("plaza?people=5&seed=4&width=1280&height=720")
SQUARE = ((-4.0, 9.0), (4.0, 9.0), (4.0, 17.0), (-4.0, 17.0))
FLOOR = ((-4.0, 9.0), (4.0, 9.0), (4.0, 15.0), (-4.0, 15.0))


def seen(places: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Fractions of the picture of points on the floor."""
    pixels, _ = SCENE.camera.project(np.column_stack([places, np.zeros(len(places))]))
    return tuple((float(x), float(y)) for x, y in (pixels + 0.5) / (1280, 720))


class Operator:
    """Somebody who calibrates: all by mouse and keys."""

    def __init__(self, made: Gui, bot: QtBot) -> None:
        self.gui, self.bot = made, bot

    @property
    def dialog(self) -> GroundDialog:
        found = [one for one in self.gui.window.findChildren(GroundDialog) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    def look(self) -> None:
        """Have the engine count a picture."""
        shown = Frame(SCENE.render(3.0).rgb, camera="north", time=NOON)
        status = Status(CameraState.LIVE, since=NOON, age=0.0)
        self.gui.monitor.put("north", status=status, counted=shown, density=density("north", time=NOON))
        self.gui.step()

    def open(self) -> GroundDialog:
        self.gui.window.activateWindow()
        self.bot.waitUntil(self.gui.window.isActiveWindow)
        QTest.keyClick(self.gui.window, Qt.Key.Key_G)
        dialog = self.dialog
        dialog.resize(1400, 760)
        self.bot.waitUntil(dialog.isActiveWindow)
        QApplication.processEvents()
        return dialog

    def at(self, point: tuple[float, float]) -> QPoint:
        return QPointF(*self.dialog.canvas.place().to_widget(*point)).toPoint()

    def click(self, point: tuple[float, float]) -> None:
        QTest.mouseClick(self.dialog.canvas, LEFT, pos=self.at(point))

    def to_pixel(self, index: int, point: tuple[float, float]) -> None:
        """Move a point by keys to the pixel of the picture that is nearest."""
        canvas = self.dialog.canvas
        while canvas.chosen != index:
            self.key(Qt.Key.Key_PageDown)
        x, y = self.dialog.calibration.corners[index]
        dx, dy = round((point[0] - x) * 1280), round((point[1] - y) * 720)
        for count, back, on in (
            (dx, Qt.Key.Key_Left, Qt.Key.Key_Right),
            (dy, Qt.Key.Key_Up, Qt.Key.Key_Down),
        ):
            for step, how in ((10, SHIFT), (1, Qt.KeyboardModifier.NoModifier)):
                times, count = abs(count) // step, abs(count) % step * (1 if count > 0 else -1)
                for _ in range(times):
                    QTest.keyClick(canvas, on if (dx if on is Qt.Key.Key_Right else dy) > 0 else back, how)

    def point(self, point: tuple[float, float]) -> None:
        """Rest the mouse at a point."""
        canvas = self.dialog.canvas
        at, none = QPointF(self.at(point)), Qt.MouseButton.NoButton
        there = canvas.mapToGlobal(at)
        modifiers = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, at, there, none, none, modifiers))
        assert canvas.pointer == pytest.approx(point, abs=0.003)

    def key(self, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.dialog.canvas, key, how)

    def enter(self, box: QDoubleSpinBox, text: str) -> None:
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)

    def rectangle(self) -> None:
        for point in seen(SQUARE):
            self.click(point)
        for index, point in enumerate(seen(SQUARE)):
            self.to_pixel(index, point)
        for box in self.dialog.side.sides:
            self.enter(box, "8")


@pytest.fixture
def operator(gui: Open, qtbot: QtBot) -> Operator:
    roi = RoiConfig(name="front", polygon=seen(FLOOR))
    return Operator(gui(config(CameraConfig(name="north", source="rtsp://north/1", rois=(roi,)))), qtbot)


def of(one: Gui) -> CameraConfig:
    return one.bridge.config.cameras[0]


def test_a_rectangle_by_hand_gives_the_roi_its_square_metres(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    assert dialog.side.said.text() == "0 of 4 corners are placed."
    assert not dialog.side.use.isEnabled()
    operator.rectangle()
    assert dialog.canvas.grid is not None
    around_heads = dialog.side.rois.text()
    assert around_heads.startswith("front: ")
    assert dialog.side.rois_at.currentText() == AROUND_HEADS, "as without a plane: counts stay as they were"
    dialog.side.rois_at.setFocus()
    QTest.keyClick(dialog.side.rois_at, Qt.Key.Key_Down)
    assert dialog.side.rois_at.currentText() == ON_FLOOR
    assert dialog.side.rois.text() != around_heads
    QTest.mouseClick(dialog.side.use, LEFT)
    assert of(operator.gui).rois_at == "ground"
    ground = of(operator.gui).ground
    assert ground is not None
    assert ground.rectangle is not None
    assert ground.rectangle.sides == (8.0, 8.0)
    (roi,) = of(operator.gui).to_rois()
    assert region_of(roi, 1280 / 720).area_m2 == pytest.approx(polygon_area(FLOOR), rel=0.03)
    assert not operator.gui.window.findChildren(GroundDialog) or not dialog.isVisible()


def test_points_with_their_metres_and_what_they_are_off(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    dialog.side.kind.setFocus()
    QTest.keyClick(dialog.side.kind, Qt.Key.Key_Down)
    assert dialog.side.kind.currentText() == POINTS
    places = (*SQUARE, (0.0, 24.0))
    for index, (point, (x, y)) in enumerate(zip(seen(places), places, strict=True)):
        operator.click(point)
        for box, value in zip(dialog.side.places[index], (x, y), strict=True):
            operator.enter(box, f"{value:g}")
    assert dialog.calibration.metres == places
    assert "Off by" in dialog.side.said.text()
    off = dialog.found.off
    assert off is not None
    good = off.pixels
    operator.enter(dialog.side.places[4][0], "2")
    assert dialog.found.off is not None
    assert dialog.found.off.pixels > 3 * good
    QTest.keyClick(dialog.canvas, Qt.Key.Key_Z, CTRL)
    assert dialog.found.off.pixels == pytest.approx(good)
    QTest.keyClick(dialog.canvas, Qt.Key.Key_Return, CTRL)
    ground = of(operator.gui).ground
    assert ground is not None
    assert ground.points is not None
    assert [one.metres for one in ground.points] == list(places)


def test_a_point_is_dragged_taken_away_and_brought_back(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    operator.click((0.3, 0.8))
    canvas = dialog.canvas
    QTest.mousePress(canvas, LEFT, pos=operator.at((0.3, 0.8)))
    QTest.mouseMove(canvas, operator.at((0.35, 0.75)))
    QTest.mouseMove(canvas, operator.at((0.4, 0.7)))
    QTest.mouseRelease(canvas, LEFT, pos=operator.at((0.4, 0.7)))
    assert dialog.calibration.corners[0] == pytest.approx((0.4, 0.7), abs=0.003)
    operator.key(Qt.Key.Key_Delete)
    assert dialog.calibration.corners == ()
    operator.key(Qt.Key.Key_Z, CTRL)
    assert dialog.calibration.corners[0] == pytest.approx((0.4, 0.7), abs=0.003)
    operator.key(Qt.Key.Key_Z, CTRL)
    assert dialog.calibration.corners[0] == pytest.approx((0.3, 0.8), abs=0.003), "one step for the drag"
    operator.key(Qt.Key.Key_Y, CTRL)
    assert dialog.calibration.corners[0] == pytest.approx((0.4, 0.7), abs=0.003)


def test_a_fifth_corner_is_refused_and_corners_that_cross_are_said(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    one, two, three, four = seen(SQUARE)
    for point in (one, two, four, three):
        operator.click(point)
    assert "crosses" in dialog.side.said.text()
    assert dialog.side.said.property("role") == "error"
    assert not dialog.side.use.isEnabled()
    operator.click((0.5, 0.95))
    assert dialog.side.said.text() == FULL
    assert len(dialog.calibration.corners) == 4
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert of(operator.gui).ground is None


def test_it_is_all_done_by_keys(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    assert dialog.canvas.hasFocus()
    for index, point in enumerate(seen(SQUARE)):
        operator.key(Qt.Key.Key_Space)
        operator.to_pixel(index, point)
    assert dialog.found.plane is not None
    operator.key(Qt.Key.Key_Return, CTRL)
    assert of(operator.gui).ground is not None
    assert of(operator.gui).rois_at == "heads"


def test_somebody_stands_at_the_pointer(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    operator.rectangle()
    operator.point((0.5, 0.7))
    before = dialog.canvas.grab().toImage()
    operator.point((0.3, 0.9))
    assert dialog.canvas.grab().toImage() != before


def test_the_wheel_looks_closer_and_a_click_still_means_the_picture(operator: Operator) -> None:
    operator.look()
    dialog = operator.open()
    at = QPointF(operator.at((0.25, 0.75)))
    wheel = QWheelEvent(
        at, dialog.canvas.mapToGlobal(at), QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(dialog.canvas, wheel)
    assert dialog.canvas.zoom.factor > 2.0
    QTest.mouseClick(dialog.canvas, LEFT, pos=at.toPoint())
    assert dialog.calibration.corners[0] == pytest.approx((0.25, 0.75), abs=0.003)


def test_the_plane_of_a_camera_is_changed_and_removed(operator: Operator) -> None:
    operator.look()
    operator.open()
    operator.rectangle()
    operator.key(Qt.Key.Key_Return, CTRL)
    QApplication.processEvents()
    dialog = operator.open()
    assert len(dialog.calibration.corners) == 4
    assert dialog.side.sides[0].value() == 8.0
    assert dialog.side.drop.isVisible()
    QTest.mouseClick(dialog.side.drop, LEFT)
    assert of(operator.gui).ground is None


def test_before_the_first_picture_it_waits(operator: Operator) -> None:
    operator.gui.monitor.put("north", counted=None, density=None)
    operator.gui.step()
    dialog = operator.open()
    assert dialog.side.said.text() == NOTHING_YET
    operator.click((0.5, 0.5))
    assert dialog.calibration.corners == ()
    operator.look()
    assert dialog.has_picture
    assert dialog.side.said.text() == "0 of 4 corners are placed."
