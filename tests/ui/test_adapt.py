"""Adapting by mouse: a biased camera is checked, adapted, used, and goes back; and what can go wrong."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from crowdmon import resources
from crowdmon.config import AppConfig, CameraConfig, load, save
from crowdmon.counting.factory import make_counter_factory
from crowdmon.counting.weights import DEFAULT
from crowdmon.counting.weights import load as load_weights
from crowdmon.counting.weights import save as save_weights
from crowdmon.engine.monitor import Monitor
from crowdmon.scene import parse_scene
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.spot_check.adapt_dialog import AdaptDialog
from crowdmon.ui.spot_check.child import command
from crowdmon.ui.spot_check.dialog import SpotCheckDialog
from crowdmon.ui.spot_check.held_out import read as read_held_out
from crowdmon.values import Reading, ReadingState
from tests.ui.conftest import let_go

LEFT = Qt.MouseButton.LeftButton
SCENE = "plaza?people=25&seed=4&width=800&height=450"
LONG = 60_000

CHILD = """
import json, pathlib, shutil, sys
frames, run, right, how = sys.argv[1:]
run = pathlib.Path(run); run.mkdir(parents=True, exist_ok=True)
def say(**words): print(json.dumps(words), flush=True)
rows = (pathlib.Path(frames) / "points.csv").read_text().splitlines()
say(event="progress", done=0.5, left_s=120.0, what="Fitting a factor")
if how == "waits": sys.stdin.read()
if how == "killed": import os, signal; os.kill(os.getpid(), signal.SIGKILL)
if how == "says nothing": sys.exit("no room on the disk")
if how == "error":
    say(event="error", message="all frames are alike", hint="Label others"); sys.exit(5)
weights = run / "adapted.safetensors"
if how == "broken": weights.write_bytes(b"cut short")
else: shutil.copyfile(right, weights)
if how == "held out":
    import numpy as np
    before, after = np.zeros((2, 1, 57, 100), np.float32)
    before[0, 30, 40:57], after[0, 30, 40:63] = 1.0, 1.0
    np.savez_compressed(run / "held_out.npz", names=["frame_0001.png"], before=before, after=after)
better = how != "no better"
before, after = dict(mae=9.0, bias=-8.9), dict(mae=2.0, bias=0.2)
say(event="result", chosen="factor", before=before, after=after, better=better, weights=str(weights))
"""


def packed(**arrays: object) -> bytes:
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def default() -> Path:
    return resources.path(DEFAULT)


@pytest.fixture
def biased(tmp_path: Path) -> Path:
    """Weights that count a third too few."""
    weights = load_weights(default())
    scaled = replace(weights.preprocess, density_scale=1.5 * weights.preprocess.density_scale)
    save_weights(replace(weights, preprocess=scaled), tmp_path / "biased.safetensors")
    return tmp_path / "biased.safetensors"


class User:
    """Somebody at a window on the real engine with the real network."""

    def __init__(self, bot: QtBot, folder: Path, weights: Path, *, how: str = "better") -> None:
        camera = CameraConfig(name="old square", source=f"synthetic:{SCENE}", weights=str(weights), rate=2.0)
        self.bot, self.path, self.weights = bot, folder / "site.yaml", weights
        save(AppConfig(cameras=(camera,)), self.path)
        counters = make_counter_factory()
        config = load(self.path)
        self.monitor = Monitor(config, counter_factory=counters)
        self.bridge = Bridge(self.monitor, config)
        self.bridge.reads["the weights"] = default()
        self.window = MainWindow(self.bridge, path=self.path)
        self.window.spot_checks.start = self.child(how)
        self.window.resize(1024, 700)
        self.window.show()
        self.bridge.start()

    @staticmethod
    def child(how: str) -> Callable[..., list[str]]:
        def start(folder: Path, run: Path, **_: object) -> list[str]:
            return [sys.executable, "-c", CHILD, str(folder), str(run), str(default()), how]

        return start

    def dialog(self, kind: type[SpotCheckDialog] | type[AdaptDialog]) -> SpotCheckDialog | AdaptDialog:
        found = [one for one in self.window.findChildren(kind) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    @property
    def check(self) -> SpotCheckDialog:
        found = self.dialog(SpotCheckDialog)
        assert isinstance(found, SpotCheckDialog)
        return found

    @property
    def adapt(self) -> AdaptDialog:
        found = self.dialog(AdaptDialog)
        assert isinstance(found, AdaptDialog)
        return found

    def press(self, button: QPushButton) -> None:
        assert button.isVisible(), button.text()
        assert button.isEnabled(), button.text()
        QTest.mouseClick(button, LEFT)

    def until(self, condition: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(condition()), timeout=LONG)

    def start_checking(self) -> SpotCheckDialog:
        self.until(lambda: self.readings())
        QTest.keyClick(self.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: self.check.side.done.isEnabled())
        return self.check

    def readings(self) -> list[Reading]:
        return [one for one in self.monitor.query(0.0, 1e12) if one.state is ReadingState.OK]

    def count_frame(self, dialog: SpotCheckDialog) -> tuple[int, float]:
        """Click every head of the frozen picture; return how many there are, and what was shown."""
        frozen = dialog._frozen
        assert frozen is not None
        assert frozen.frame.pts is not None
        scene = parse_scene(SCENE).render(frozen.frame.pts)
        for x, y in scene.heads:
            self.click_closely(dialog, float(x) / 800, float(y) / 450)
        if not dialog.side.keep.isChecked():
            QTest.mouseClick(dialog.side.keep, LEFT, pos=QPoint(8, dialog.side.keep.height() // 2))
        self.press(dialog.side.done)
        return len(scene.heads), frozen.areas[0].count

    @staticmethod
    def click_closely(dialog: SpotCheckDialog, x: float, y: float) -> None:
        canvas = dialog.canvas
        at = QPointF(*canvas.place().to_widget(x, y))
        for _ in range(9):
            event = QWheelEvent(
                at, QPointF(canvas.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(canvas, event)
        QTest.mouseClick(canvas, LEFT, pos=QPointF(*canvas.place().to_widget(x, y)).toPoint())
        QTest.keyClick(canvas, Qt.Key.Key_0)

    def next_frame(self, dialog: SpotCheckDialog) -> None:
        """Take another picture, of another moment."""
        before = dialog._frozen
        assert before is not None
        self.until(lambda: self.readings()[-1].time > before.frame.time + 1.0)
        self.press(dialog.side.again)
        self.until(lambda: dialog._frozen is not before)

    def off(self, frames: int, dialog: SpotCheckDialog) -> float:
        """Check some frames; return the share by which the count is too high."""
        found = []
        for number in range(frames):
            if number:
                self.next_frame(dialog)
            found.append(self.count_frame(dialog))
        return sum(shown for _, shown in found) / sum(truth for truth, _ in found) - 1.0


@pytest.fixture
def users(qtbot: QtBot, tmp_path: Path, biased: Path) -> Iterator[Callable[..., User]]:
    made: list[User] = []
    let_go()

    def make(**options: str) -> User:
        made.append(User(qtbot, tmp_path, biased, **options))
        return made[-1]

    yield make
    for one in made:
        one.bridge.stop()
        one.window.document.path = None  # nothing to ask about when it is closed
        one.window._close_for_good()
        one.window.deleteLater()
        one.bridge.deleteLater()
    one = None
    made.clear()
    let_go()


def ready(user: User, frames: int = 1) -> AdaptDialog:
    dialog = user.start_checking()
    user.off(frames, dialog)
    user.press(dialog.side.adapt)
    return user.adapt


def test_from_a_biased_count_to_a_right_one_and_back(users: Callable[..., User], tmp_path: Path) -> None:
    user = users()
    the_whole_way(user, tmp_path, frames=2, within=0.15)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_same_with_the_real_program(users: Callable[..., User], tmp_path: Path) -> None:
    user = users()
    user.window.spot_checks.start = lambda *words, **options: command(*words, **{**options, "minutes": 1.0})
    the_whole_way(user, tmp_path, frames=6, within=0.2)


def the_whole_way(user: User, folder: Path, *, frames: int, within: float) -> None:
    dialog = user.start_checking()
    before = user.off(frames, dialog)
    assert before < -0.2, "a third is missing"
    panel = user.window.panels.readings.checked
    assert panel.text().startswith(f"Checked: {round(100 * before):+d} %")
    user.press(dialog.side.adapt)
    adapt = user.adapt
    assert adapt.found.text() == f"{frames} frames with a picture."
    user.press(adapt.start_button)
    seen = len(user.readings())
    user.bot.waitUntil(lambda: adapt.use.isVisible() or adapt.said.isVisible(), timeout=500_000)
    assert adapt.said.text() == ""
    user.until(lambda: len(user.readings()) > seen)  # the camera goes on
    assert user.bridge.config.cameras[0].weights == str(user.weights), "nothing is used unasked"
    assert adapt.outcome.before.text().startswith("Before: ")
    user.press(adapt.use)
    adapted = "old-square-"
    user.until(lambda: user.readings()[-1].weights.startswith(adapted))
    (file,) = folder.glob("old-square-*.safetensors")
    assert user.bridge.config.cameras[0].weights == str(file)
    assert panel.text() == "Not checked with these weights"
    user.next_frame(dialog)
    after = user.off(frames, dialog)
    assert abs(after) < within < abs(before)
    user.window.activateWindow()
    user.until(user.window.isActiveWindow)
    QTest.keyClick(user.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert load(user.path).cameras[0].weights == str(file)
    assert dialog.side.back.text() == "Go back"
    assert user.window.menus.actions["weights_back"].isEnabled()
    user.press(dialog.side.back)
    user.until(lambda: user.readings()[-1].weights.startswith("biased"))
    assert dialog.side.back.text() == "Go back", "to the adapted ones: both are weights of its own"
    user.press(dialog.side.back)
    user.until(lambda: user.readings()[-1].weights.startswith(adapted))


def test_frames_are_shown_as_what_had_not_learned_them_counts(users: Callable[..., User]) -> None:
    user = users(how="held out")
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.use.isVisible())
    shown = [one.text().partition(", ")[2] for one in adapt.outcome.counts]
    assert shown == ["17 before", "23 after"]
    assert adapt.outcome.which.text().endswith("Counted without having learned this frame.")
    first, second = (one._image for one in adapt.outcome.paintings)
    assert first != second


def test_without_these_the_frames_are_counted_and_it_is_said(users: Callable[..., User]) -> None:
    user = users()
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.use.isVisible())
    assert "It took part in learning" in adapt.outcome.which.text()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        packed(names=["a"], before=np.zeros((1, 2, 3)), after=np.zeros((1, 2, 4))),
        packed(names=["a", "b"], before=np.zeros((1, 2, 3)), after=np.zeros((1, 2, 3))),
        packed(names=["a"], before=np.full((1, 2, 3), np.nan), after=np.zeros((1, 2, 3))),
        packed(names=["a"], before=np.zeros((1, 2, 3))),
        packed(names=["a"], before=np.array([{}], object), after=np.zeros((1, 2, 3))),
    ],
)
def test_a_damaged_file_of_maps_holds_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "held_out.npz").write_bytes(content)
    assert read_held_out(tmp_path / "held_out.npz") == {}
    assert read_held_out(tmp_path / "missing.npz") == {}


def test_what_is_no_better_cannot_be_used(users: Callable[..., User], tmp_path: Path) -> None:
    user = users(how="no better")
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.discard.isVisible())
    assert adapt.outcome.outcome.text().startswith("No better than before")
    assert not adapt.use.isVisible()
    user.press(adapt.discard)
    assert list(tmp_path.glob("old-square*")) == []
    assert user.bridge.config == load(user.path)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("killed", "Adapting was ended from outside. Is there enough memory? Start it again."),
        ("says nothing", "no room on the disk."),
        ("error", "all frames are alike. Label others."),
        ("broken", "The result cannot be used: "),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_the_camera_goes_on(
    users: Callable[..., User], how: str, words: str
) -> None:
    user = users(how=how)
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.said.isVisible())
    assert adapt.said.accessibleDescription().startswith(words)
    assert adapt.start_button.isVisible(), "it can be tried again"
    seen = len(user.readings())
    user.until(lambda: len(user.readings()) > seen)
    assert user.bridge.config.cameras[0].weights == str(user.weights)
    assert len(user.window.spot_checks.checks.of("old square").checks) == 1, "no label is lost"


def test_it_can_be_cancelled_and_closed_at_any_moment(users: Callable[..., User]) -> None:
    user = users(how="waits")
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.doing.text() == "Fitting a factor, about 2 min left")
    assert adapt.bar.value() == 500
    user.press(adapt.cancel_button)
    assert adapt.start_button.isVisible()
    assert adapt.said.text() == ""
    user.press(adapt.start_button)
    user.until(lambda: adapt.doing.text().startswith("Fitting"))
    QTest.keyClick(adapt, Qt.Key.Key_Escape)
    user.until(lambda: not user.window.findChildren(AdaptDialog))


def test_a_program_that_cannot_be_started_is_said(users: Callable[..., User]) -> None:
    user = users()
    user.window.spot_checks.start = lambda *_words, **_options: ["/nowhere/python"]
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.said.isVisible())
    assert adapt.said.text().startswith("Adapting cannot be started")


def test_a_full_folder_of_the_configuration_leaves_the_camera_as_it_was(
    users: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = users()
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.use.isVisible())

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crowdmon.atomic.write_whole", full)
    user.press(adapt.use)
    user.until(lambda: adapt.said.isVisible())
    assert "no space left on device" in adapt.said.accessibleDescription()
    assert user.bridge.config.cameras[0].weights == str(user.weights)


def test_without_a_saved_configuration_it_is_saved_first(
    users: Callable[..., User], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = users()
    user.window.document.path = None
    adapt = ready(user)
    user.press(adapt.start_button)
    user.until(lambda: adapt.use.isVisible())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: ("", ""))
    user.press(adapt.use)
    assert adapt.said.text().startswith("The weights are kept beside the configuration")
    (tmp_path / "new").mkdir()
    new = str(tmp_path / "new" / "site.yaml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: (new, ""))
    user.press(adapt.use)
    user.until(lambda: list((tmp_path / "new").glob("old-square-*.safetensors")))


def test_without_a_kept_picture_there_is_nothing_to_start(users: Callable[..., User]) -> None:
    user = users()
    dialog = user.start_checking()
    user.press(dialog.side.adapt)
    assert user.adapt.found.text() == "No picture was kept yet."
    assert not user.adapt.start_button.isVisible()
    QTest.mouseClick(user.adapt.more, LEFT)
    user.until(lambda: not user.window.findChildren(AdaptDialog))
