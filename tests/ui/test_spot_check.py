"""The spot check by mouse and keys on the synthetic camera, whose true number of people is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.config import RecordConfig, RoiConfig
from crowdmon.facts import SpotCheck
from crowdmon.geometry import contains
from crowdmon.scene import SceneFrame, parse_scene
from crowdmon.sinks.history.pictures import picture_of
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.spot_check.dialog import NOTHING_YET, SpotCheckDialog
from crowdmon.values import CameraState, DensityMap, Frame, Grid, Status
from crowdmon.view.moments import Moment, Usual
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, camera, config

Open = Callable[..., Gui]

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SCENE = "plaza?people=30&seed=4&width=640&height=360"
SOURCE = f"synthetic:{SCENE}"
RIGHT_HALF = RoiConfig(name="right half", polygon=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
SHARE = 0.75
"""Of the true number of people what the stand-in for the network counts."""


def scene_at(t: float) -> SceneFrame:
    return parse_scene(SCENE).render(t)


def counted(scene: SceneFrame, *, time: float, weights: str = "default") -> dict[str, object]:
    """What the engine shows of a scene: the picture, and three quarters of each person."""
    height, width = scene.rgb.shape[:2]
    grid = Grid(height // 8, width // 8, 8, 8, width, height)
    people = np.zeros((grid.rows, grid.columns), np.float32)
    for x, y in scene.heads:
        people[min(int(y) // 8, grid.rows - 1), min(int(x) // 8, grid.columns - 1)] += SHARE
    density = DensityMap(people, grid, camera="north", time=time, weights=weights)
    return {"density": density, "counted": Frame(scene.rgb, camera="north", time=time), "view": None}


class Checker:
    """Somebody who counts heads: all by mouse and keys."""

    def __init__(self, made: Gui, bot: QtBot) -> None:
        self.gui, self.bot = made, bot
        made.bridge.reads["the weights"] = Path("default.safetensors")

    def look(self, t: float = 40.0, *, time: float = NOON) -> SceneFrame:
        """Have the engine count the scene at a time."""
        scene = scene_at(t)
        self.gui.monitor.put(
            "north", status=Status(CameraState.LIVE, since=NOON, age=0.0), **counted(scene, time=time)
        )
        self.gui.step()
        return scene

    def open(self) -> SpotCheckDialog:
        QTest.keyClick(self.gui.window, Qt.Key.Key_K, CTRL)
        dialog = self.dialog
        self.bot.waitUntil(dialog.isActiveWindow)
        self.settle()
        return dialog

    @property
    def dialog(self) -> SpotCheckDialog:
        found = [one for one in self.gui.window.findChildren(SpotCheckDialog) if one.isVisible()]
        return found[-1] if found else self.gui.window.findChildren(SpotCheckDialog)[-1]

    def settle(self) -> None:
        """Let what runs in the background end."""
        self.bot.waitUntil(self._quiet, timeout=20_000)

    def _quiet(self) -> bool:
        self.gui.step(0.3)
        return not self.gui.bridge._awaited

    def at(self, x: float, y: float) -> QPoint:
        return QPoint(*(round(v) for v in self.dialog.canvas.place().to_widget(x, y)))

    def wheel(self, x: float, y: float, steps: int) -> None:
        canvas, at = self.dialog.canvas, QPointF(self.at(x, y))
        for _ in range(abs(steps)):
            delta = QPoint(0, 120 if steps > 0 else -120)
            event = QWheelEvent(
                at, QPointF(canvas.mapToGlobal(at.toPoint())), QPoint(), delta,
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(canvas, event)

    def click(self, x: float, y: float) -> None:
        QTest.mouseClick(self.dialog.canvas, LEFT, pos=self.at(x, y))

    def click_closely(self, x: float, y: float) -> None:
        """Zoom in on a head, click it, and look at the whole again."""
        self.wheel(x, y, 9)
        self.click(x, y)
        QTest.keyClick(self.dialog.canvas, Qt.Key.Key_0)

    def keys(self, *keys: Qt.Key, mod: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(self.dialog.canvas, key, mod)

    def press(self, button: object) -> None:
        QTest.mouseClick(button, LEFT)
        self.settle()

    @property
    def found(self) -> list[SpotCheck]:
        return [one for one in self.gui.monitor.facts if isinstance(one, SpotCheck)]


def heads_of(scene: SceneFrame) -> list[tuple[float, float]]:
    height, width = scene.rgb.shape[:2]
    return [(float(x) / width, float(y) / height) for x, y in scene.heads]


@pytest.fixture
def user(gui: Open, qtbot: QtBot) -> Checker:
    made = gui(config(camera("north", RIGHT_HALF, source=SOURCE)))
    return Checker(made, qtbot)


def test_the_error_is_right_to_the_person(user: Checker) -> None:
    scene = user.look()
    dialog, truth = user.open(), len(scene.heads)
    assert truth > 20
    for head in heads_of(scene):
        user.click_closely(*head)
    assert dialog.side.count.number.text() == str(truth)
    user.press(dialog.side.done)
    shown = round(SHARE * truth)
    assert dialog.side.count.said.text() == f"{truth} yours, {shown} shown: -25 %"
    (check,) = user.found
    assert (check.truth, check.camera, check.roi, check.weights) == (truth, "north", "frame", "default")
    assert check.count == pytest.approx(SHARE * truth)
    assert (check.time, check.size, check.picture) == (NOON, (640, 360), None)
    off = np.abs(np.array(check.heads) - np.array(heads_of(scene))) * (640, 360)
    assert off.max() < 1.0, "the heads are where they were clicked"
    panel = user.gui.window.panels.readings
    assert panel.checked.text().startswith("Checked: -25 % (1 frame, ")
    assert user.gui.window.panels.status.checked.text() == panel.checked.text()
    assert dialog.side.moments.progress.text() == "1 of 10 frames"


def test_the_camera_goes_on_while_the_picture_stands_still(user: Checker) -> None:
    user.look(40.0)
    dialog = user.open()
    before = dialog.canvas.grab().toImage()
    user.look(60.0, time=NOON + 20.0)
    assert dialog.canvas.grab().toImage() == before
    assert "Frozen at" in dialog.side.under.text()
    user.press(dialog.side.again)
    assert dialog.canvas.grab().toImage() != before


def test_a_click_on_a_head_takes_it_away_and_undo_brings_it_back(user: Checker) -> None:
    user.look()
    dialog = user.open()
    for x in (0.2, 0.4, 0.6):
        user.click(x, 0.5)
    user.click(0.4, 0.5)
    assert len(dialog.canvas.counted) == 2
    user.keys(Qt.Key.Key_Z, mod=CTRL)
    assert len(dialog.canvas.counted) == 3
    user.keys(Qt.Key.Key_Z, mod=CTRL)
    assert len(dialog.canvas.counted) == 2
    user.keys(Qt.Key.Key_Z, mod=CTRL | SHIFT)
    user.keys(Qt.Key.Key_Y, mod=CTRL)
    assert [round(x, 1) for x, _ in dialog.canvas.counted] == [0.2, 0.6]
    assert dialog.canvas.accessibleDescription() == "2 heads clicked"


def test_a_drag_moves_the_picture_and_clicks_nothing(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.wheel(0.5, 0.5, 5)
    before = dialog.canvas.place()
    start, end = user.at(0.5, 0.5), user.at(0.5, 0.5) + QPoint(60, 30)
    QTest.mousePress(dialog.canvas, LEFT, pos=start)
    QTest.mouseMove(dialog.canvas, start + QPoint(20, 10))
    QTest.mouseMove(dialog.canvas, end)
    QTest.mouseRelease(dialog.canvas, LEFT, pos=end)
    after = dialog.canvas.place()
    assert (after.left - before.left, after.top - before.top) == pytest.approx((60, 30))
    assert dialog.canvas.counted == ()


def test_the_wheel_zooms_about_the_pointer(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.wheel(0.5, 0.5, 4)  # the picture fills the widget now
    at = user.at(0.6, 0.55)
    before = dialog.canvas.place().to_fraction(at.x(), at.y())
    user.wheel(0.6, 0.55, 6)
    assert dialog.canvas.place().to_fraction(at.x(), at.y()) == pytest.approx(before, abs=2e-3)
    assert dialog.canvas.zoom.factor == pytest.approx(1.25**10)
    user.wheel(0.6, 0.55, -40)
    assert dialog.canvas.zoom.factor == 1.0


def test_all_of_it_by_keys(user: Checker) -> None:
    user.look()
    dialog = user.open()
    assert dialog.canvas.hasFocus()
    user.keys(Qt.Key.Key_Right)  # the cursor comes, in the middle
    middle = dialog.canvas.cursor_at
    user.keys(Qt.Key.Key_Return)
    user.keys(Qt.Key.Key_Right, Qt.Key.Key_Right, mod=SHIFT)
    user.keys(Qt.Key.Key_Down, Qt.Key.Key_Space)
    first, second = dialog.canvas.counted
    assert middle is not None
    assert first == pytest.approx(middle)
    width = dialog.canvas.place().width
    assert (second[0] - first[0]) * width == pytest.approx(40.0)
    user.keys(Qt.Key.Key_Return)
    assert len(dialog.canvas.counted) == 1, "the second time it is taken away"
    user.keys(Qt.Key.Key_Plus, Qt.Key.Key_Plus)
    assert dialog.canvas.zoom.factor > 1.5
    user.keys(*[Qt.Key.Key_Right] * 40, mod=SHIFT)
    assert dialog.canvas.cursor_at is not None
    assert 0 <= user.at(*dialog.canvas.cursor_at).x() <= dialog.canvas.width(), (
        "the picture follows the cursor"
    )
    user.keys(Qt.Key.Key_0, Qt.Key.Key_Delete)
    assert dialog.canvas.counted == ()
    user.keys(Qt.Key.Key_Return)
    QTest.keyClick(dialog.canvas, Qt.Key.Key_Return, CTRL)
    assert [one.truth for one in user.found] == [1]


def test_only_heads_in_the_roi_count(user: Checker) -> None:
    scene = user.look()
    dialog = user.open()
    QTest.keyClick(dialog.side.area, Qt.Key.Key_Down)
    assert dialog.side.area.currentText() == "right half"
    inside = [head for head in heads_of(scene) if contains(RIGHT_HALF.polygon, *head)]
    for head in heads_of(scene):
        user.click_closely(*head)
    user.click(0.1, 0.9)
    assert dialog.side.count.said.text() == "Outside of right half: only heads inside of it count here."
    user.press(dialog.side.done)
    (check,) = user.found
    assert (check.roi, check.truth) == ("right half", len(inside))
    # A cell that the outline cuts counts in part.
    assert check.count == pytest.approx(SHARE * len(inside), abs=1.0)


def test_heads_clicked_in_the_whole_picture_are_kept_when_a_roi_is_chosen(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.click(0.2, 0.5)
    user.click(0.8, 0.5)
    QTest.keyClick(dialog.side.area, Qt.Key.Key_Down)
    assert dialog.side.count.number.text() == "1"
    QTest.keyClick(dialog.side.area, Qt.Key.Key_Up)
    assert dialog.side.count.number.text() == "2"


def test_proposed_heads_are_accepted_one_by_one_or_all(user: Checker) -> None:
    scene = user.look()
    dialog = user.open()
    assert not dialog.side.accept.isEnabled()
    user.press(dialog.side.propose)
    offered = dialog.canvas.proposed
    assert abs(len(offered) - len(scene.heads)) <= len(scene.heads) // 3
    assert dialog.canvas.counted == (), "nothing is taken that nobody accepted"
    user.click(*offered[0])
    assert dialog.canvas.counted == (offered[0],)
    assert len(dialog.canvas.proposed) == len(offered) - 1
    user.press(dialog.side.accept)
    taken = len(dialog.canvas.counted)
    assert taken >= len(offered) - 3
    user.keys(Qt.Key.Key_Z, mod=CTRL)
    assert len(dialog.canvas.counted) == 1, "one step takes all of them back"
    user.press(dialog.side.propose)
    assert offered[0] not in dialog.canvas.proposed, "what is clicked is not proposed again"
    user.press(dialog.side.propose)
    assert dialog.canvas.proposed == ()


def test_before_the_first_picture_it_waits_for_it(user: Checker) -> None:
    dialog = user.open()
    assert dialog.side.count.said.text() == NOTHING_YET
    assert not dialog.side.done.isEnabled()
    user.click(0.5, 0.5)
    user.keys(Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Plus)
    assert dialog.canvas.counted == ()
    user.look()
    user.settle()
    assert dialog.side.done.isEnabled()
    assert dialog.side.count.said.text() == ""


def test_a_camera_that_is_lost_or_removed_meanwhile_changes_nothing(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.click(0.3, 0.5)
    user.gui.monitor.put(
        "north", status=Status(CameraState.RECONNECTING, since=NOON), density=None, counted=None, reading=None
    )
    user.settle()
    user.click(0.6, 0.5)
    user.gui.window.presenter.remove("north")
    user.settle()
    user.press(dialog.side.done)
    assert [one.truth for one in user.found] == [2]


def test_what_was_clicked_is_there_again_when_the_check_was_closed(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.click(0.3, 0.5)
    user.click(0.6, 0.5)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    user.settle()
    assert user.gui.window.panels.readings.checked.text() == "A spot check is not finished"
    user.look(90.0, time=NOON + 50.0)
    QTest.mouseClick(user.gui.window.panels.readings.checked, LEFT)
    again = user.dialog
    assert again is not dialog
    assert len(again.canvas.counted) == 2
    user.press(again.side.done)
    assert [(one.truth, one.time) for one in user.found] == [(2, NOON)]
    assert user.gui.window.panels.readings.checked.text().startswith("Checked: ")


def test_what_was_clicked_outlives_the_window(gui: Open, qtbot: QtBot) -> None:
    settings = Settings()
    one = Checker(gui(config(camera("north", RIGHT_HALF, source=SOURCE)), settings=settings), qtbot)
    scene = one.look()
    one.open()
    one.click(0.3, 0.5)
    one.click(0.7, 0.5)
    one.gui.window.close()
    other = Checker(gui(config(camera("north", RIGHT_HALF, source=SOURCE)), settings=settings), qtbot)
    other.look(90.0, time=NOON + 50.0)
    dialog = other.open()
    assert len(dialog.canvas.counted) == 2
    assert "picture was not kept" in dialog.side.under.text()
    assert not dialog.side.keep.isEnabled()
    other.press(dialog.side.done)
    (check,) = other.found
    assert (check.truth, check.time, check.size) == (2, NOON, (640, 360))
    assert check.count == pytest.approx(SHARE * len(scene.heads))


def test_without_a_history_it_says_that_checks_are_lost(user: Checker) -> None:
    user.look()
    dialog = user.open()
    assert dialog.side.kept_where.text().startswith("No history is configured")
    user.click(0.5, 0.5)
    QTest.mouseClick(dialog.side.keep, LEFT, pos=QPoint(8, dialog.side.keep.height() // 2))
    user.press(dialog.side.done)
    (kept,) = user.gui.window.spot_checks.checks.of("north").checks
    assert kept.frame is not None


def with_history(gui: Open, bot: QtBot, path: Path) -> Checker:
    record = RecordConfig(history=str(path))
    cameras = config(camera("north", RIGHT_HALF, source=SOURCE)).model_copy(update={"record": record})
    return Checker(gui(cameras), bot)


def test_a_picture_is_kept_beside_the_history_only_if_it_is_wanted(
    gui: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    history = tmp_path / "history.sqlite"
    user = with_history(gui, qtbot, history)
    user.look()
    dialog = user.open()
    user.click(0.5, 0.5)
    user.press(dialog.side.done)
    assert user.found[0].picture is None
    assert list(tmp_path.iterdir()) == []
    user.look(80.0, time=NOON + 40.0)
    user.press(dialog.side.again)
    QTest.mouseClick(dialog.side.keep, LEFT, pos=QPoint(8, dialog.side.keep.height() // 2))
    user.press(dialog.side.done)
    path = picture_of(history, user.found[1].picture)
    assert path is not None
    assert user.found[1].truth == 0, "a frame without people is a check too"


def test_a_picture_that_cannot_be_kept_loses_no_count(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    history = tmp_path / "history.sqlite"
    Path(f"{history}.pictures").write_text("in the way")
    user = with_history(gui, qtbot, history)
    user.look()
    dialog = user.open()
    user.click(0.5, 0.5)
    QTest.mouseClick(dialog.side.keep, LEFT, pos=QPoint(8, dialog.side.keep.height() // 2))
    user.press(dialog.side.done)
    assert [one.truth for one in user.found] == [1]
    assert dialog.side.count.said.text().startswith("Your count is recorded, but not the picture: ")


def test_the_next_picture_of_a_missing_kind_is_frozen_when_it_comes(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.gui.window.spot_checks.checks.of("north").usual = Usual(5.0, 10.0, nights=False)
    user.click(0.5, 0.5)
    user.press(dialog.side.done)
    button = dialog.side.moments.buttons[Moment.FULLEST]
    user.press(button)
    assert button.text() == "Waiting…"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    user.settle()
    scene = scene_at(70.0)
    full = SHARE * len(scene.heads)
    assert full > 10.0
    midday = datetime(2026, 5, 28, 12).timestamp()  # in local time, as nights are
    for time, count in ((midday, 3.0), (midday + 1.0, full)):
        assert user.gui.window.spot_checks.checks.of("north").offered is None, "none was full"
        user.gui.monitor.live("north", time=time, count=count)
        user.gui.monitor.put("north", **counted(scene, time=time))
        user.gui.step()
    assert user.gui.window.panels.readings.checked.text() == "A picture to check is ready"
    user.look(120.0, time=NOON + 80.0)
    QTest.mouseClick(user.gui.window.panels.status.checked, LEFT)
    again = user.dialog
    assert again._frozen is not None
    assert again._frozen.frame.time == midday + 1.0


def test_pictures_of_another_size_are_checked_as_they_are(user: Checker) -> None:
    user.look()
    dialog = user.open()
    user.click(0.5, 0.5)
    user.press(dialog.side.done)
    small = replace(scene_at(50.0), rgb=scene_at(50.0).rgb[:180, :320].copy())
    user.gui.monitor.put("north", **counted(small, time=NOON + 9.0))
    user.gui.step()
    user.press(dialog.side.again)
    user.click(0.25, 0.25)
    user.press(dialog.side.done)
    assert [one.size for one in user.found] == [(640, 360), (320, 180)]
    assert user.found[1].heads[0] == pytest.approx((0.25, 0.25), abs=0.01)


def test_dropped_heads_are_dropped_by_a_button_that_says_so(user: Checker) -> None:
    user.look()
    dialog = user.open()
    assert dialog.side.again.text() == "Another picture"
    user.click(0.5, 0.5)
    assert dialog.side.again.text() == "Discard, take another"
    user.press(dialog.side.again)
    assert dialog.canvas.counted == ()
    assert user.found == []


def test_the_theme_is_followed(user: Checker) -> None:
    user.look()
    dialog = user.open()
    dark = dialog.canvas.grab().toImage().pixelColor(4, 4).lightness()
    user.gui.window.set_theme_name("light")
    QApplication.processEvents()
    assert dialog.canvas.grab().toImage().pixelColor(4, 4).lightness() > dark + 100


def test_where_only_rois_are_counted_only_they_can_be_checked(gui: Open, qtbot: QtBot) -> None:
    rois_only = camera("north", RIGHT_HALF, source=SOURCE).model_copy(update={"whole_picture": False})
    user = Checker(gui(config(rois_only)), qtbot)
    scene = scene_at(40.0)
    seen = counted(scene, time=NOON)
    parts = ((0, 45, 40, 80),)
    user.gui.monitor.put("north", **{**seen, "density": replace(seen["density"], parts=parts)})
    user.gui.step()
    dialog = user.open()
    assert [dialog.side.area.itemText(i) for i in range(dialog.side.area.count())] == ["right half"]
    user.click(0.8, 0.5)
    user.press(dialog.side.done)
    assert [(one.roi, one.truth) for one in user.found] == [("right half", 1)]


def test_people_who_are_pixelated_are_shown_only_when_somebody_asks(user: Checker) -> None:
    user.look()
    QTest.keyClick(user.gui.window, Qt.Key.Key_X)
    dialog = user.open()
    hidden = dialog.canvas.grab().toImage()
    user.click(0.5, 0.5)
    QTest.keyClick(dialog.canvas, Qt.Key.Key_Return, CTRL)
    assert (dialog.canvas.counted, user.found) == ((), [])
    assert not dialog.side.done.isEnabled()
    user.press(dialog.side.reveal)
    assert dialog.canvas.grab().toImage() != hidden
    assert not dialog.side.reveal.isVisible()
    user.click(0.5, 0.5)
    user.press(dialog.side.done)
    assert [one.truth for one in user.found] == [1]
    user.press(dialog.side.again)
    assert dialog.side.reveal.isVisible(), "the next picture is another question"
