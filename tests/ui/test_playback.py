"""Pausing, stepping and seeking by keys and mouse; first on a stand-in, then in a real file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from crowdmon.engine.monitor import Monitor
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.values import CameraState
from crowdmon.view.wording import media_clock
from tests.fakes import FakeCounter
from tests.ui.conftest import Gui
from tests.ui.fakes import NOON, camera, config, density, frame, reading

Open = Callable[..., Gui]


def recording(gui: Open, state: CameraState = CameraState.LIVE, **values: object) -> Gui:
    one = gui(config(camera("clip", source="clip.mp4")))
    one.monitor.live("clip")
    one.monitor.put("clip", **{"position": 12.0, "duration": 90.0, "seekable": True, **values})
    if state is not CameraState.LIVE:
        one.monitor.state("clip", state)
    one.step()
    one.window.panels.picture.video.setFocus()
    return one


def test_a_live_camera_has_no_bar_and_no_keys(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.step()
    assert not one.window.panels.picture.playback_bar.isVisible()
    qtbot.keyClick(one.window, Qt.Key.Key_Space)
    assert one.monitor.calls == []
    pause = next(a for a in one.window.findChildren(QAction) if a.text() == "&Pause or play")
    assert not pause.isEnabled()


@pytest.mark.parametrize(
    ("state", "key", "calls"),
    [
        (CameraState.LIVE, Qt.Key.Key_Space, ["pause clip"]),
        (CameraState.PAUSED, Qt.Key.Key_Space, ["resume clip"]),
        (CameraState.ENDED, Qt.Key.Key_Space, ["resume clip", "seek clip 0.0"]),
        (CameraState.LIVE, Qt.Key.Key_Period, ["step clip 1"]),
        (CameraState.PAUSED, Qt.Key.Key_Comma, ["step clip -1"]),
    ],
)
def test_keys(gui: Open, qtbot: QtBot, state: CameraState, key: Qt.Key, calls: list[str]) -> None:
    one = recording(gui, state)
    qtbot.keyClick(one.window.focusWidget(), key)
    assert one.monitor.calls == calls


def test_the_bar_tells_where_the_recording_stands(gui: Open) -> None:
    one = recording(gui)
    bar = one.window.panels.picture.playback_bar
    assert (bar.isVisible(), bar.times.text(), bar.slider.value()) == (True, "0:12 / 1:30", 12_000)
    one.monitor.put("clip", position=61.5)
    one.step()
    assert bar.times.text() == "1:01 / 1:30"
    one.monitor.put("clip", seekable=False)
    one.step()
    assert not bar.isVisible()


def named(one: Gui, name: str) -> QLabel:
    return next(w for w in one.window.findChildren(QLabel) if w.accessibleName() == name)


def test_a_file_plays_and_is_not_live(gui: Open, qtbot: QtBot) -> None:
    one = recording(gui)
    panels = one.window.panels
    assert panels.status.sign.accessibleDescription() == "Playing"
    assert named(one, "State of the recording").text() == "Playing"
    assert panels.cameras.line("clip").spoken().startswith("clip, playing")
    qtbot.keyClick(one.window.focusWidget(), Qt.Key.Key_Space)
    assert one.monitor.calls == ["pause clip"]
    one.monitor.state("clip", CameraState.PAUSED, age=3.0, fps_in=25.0, fps_counted=4.0)
    one.step()
    assert named(one, "State of the recording").text() == "Paused"
    assert panels.status.sign.accessibleDescription() == "Paused"
    assert panels.picture.video._notice.headline == "", "nothing lies across the picture"
    old = (panels.status.fps_in.text(), panels.status.fps_counted.text(), panels.status.age.text())
    assert old == ("", "", ""), "no rate and no age that is old"


def test_pausing_stands_at_the_picture_on_the_screen(gui: Open, qtbot: QtBot) -> None:
    """In step, the recording is ahead of what is seen: whoever pauses means what is seen."""
    one = recording(gui)
    seen, ahead = (replace(frame("clip", time=NOON + at), pts=12.0 + at) for at in (0.0, 0.2))
    one.monitor.put("clip", view=ahead, pictures=(seen, ahead), density=density("clip", time=NOON))
    one.step()
    assert one.window.presenter.camera.sight.frame is seen
    qtbot.keyClick(one.window.focusWidget(), Qt.Key.Key_Space)
    assert one.monitor.calls == ["pause clip", "seek clip 12.0"]


def test_the_demo_is_a_camera_that_is_drawn(gui: Open) -> None:
    one = gui(config(camera("demo")))
    one.monitor.live("demo")
    one.monitor.put("demo", position=3.0, seekable=True)
    one.step()
    assert one.window.panels.status.sign.accessibleDescription() == "Live"


def test_the_plot_of_a_file_runs_on_its_own_time(gui: Open) -> None:
    one = recording(gui)
    plot = one.window.panels.plot

    def count(pts: float, people: float) -> None:
        made = replace(reading("clip", time=one.clock.time, frame=people), pts=pts)
        one.monitor.put("clip", reading=made)
        one.step()

    for pts in range(10, 40):
        count(float(pts), 12.0)
    end = plot.shown()[1]
    assert end == 39.0
    assert plot.time_text(end) == "0:39"
    assert list(plot.curves[0].times) == [float(pts) for pts in range(10, 40)]
    count(20.5, 7.0)
    assert list(plot.curves[0].times)[-1] == 20.5, "who goes back sees what was counted there, from there on"
    assert plot.shown()[1] == 20.5


def test_seeking_by_mouse_and_by_key(gui: Open, qtbot: QtBot) -> None:
    one = recording(gui)
    slider = one.window.panels.picture.playback_bar.slider
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert one.monitor.calls[-1].startswith("seek clip 4"), "half of 90 s"
    one.monitor.put("clip", position=12.3)
    one.step()
    assert slider.value() > 40_000, "the place from before the seek does not pull it back"
    one.monitor.put("clip", position=45.0)
    one.step()
    assert slider.value() == 45_000
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert one.monitor.calls[-1] == "seek clip 46.0"
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert one.monitor.calls[-1] == "seek clip 0.0"


def test_what_never_ends_has_no_slider(gui: Open, qtbot: QtBot) -> None:
    one = recording(gui, duration=None)
    bar = one.window.panels.picture.playback_bar
    assert bar.play.isVisible()
    assert not bar.slider.isVisible()
    assert bar.times.text() == "0:12"
    assert bar.times.x() < 200, "the time stands beside the buttons"
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert one.monitor.calls == ["pause clip"]
    one.monitor.put("clip", duration=90.0)
    one.step()
    assert bar.slider.isVisible()
    assert bar.times.text() == "0:12 / 1:30"


def test_space_presses_the_button_that_has_the_focus(gui: Open, qtbot: QtBot) -> None:
    one = recording(gui)
    bar = one.window.panels.picture.playback_bar
    bar.forward.setFocus()
    qtbot.keyClick(bar.forward, Qt.Key.Key_Space)
    assert one.monitor.calls == ["step clip 1"]
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.back, Qt.MouseButton.LeftButton)
    assert one.monitor.calls == ["step clip 1", "pause clip", "step clip -1"]


def test_places_as_people_say_them() -> None:
    assert [media_clock(s) for s in (None, 0.0, 7.9, 754.0, 3723.0)] == [
        "–",
        "0:00",
        "0:07",
        "12:34",
        "1:02:03",
    ]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten seconds that get brighter, 10 pictures a second."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for index in range(100):
            rgb = np.full((96, 160, 3), 20 + 2 * index, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        out.mux(stream.encode())
    return path


def test_a_real_file_is_paused_sought_and_stepped(qtbot: QtBot, clip: Path) -> None:
    cameras = config(camera("clip", source=str(clip)))
    bridge = Bridge(Monitor(cameras, counter_factory=FakeCounter), cameras)
    window = MainWindow(bridge)
    qtbot.addWidget(window)
    window.show()
    bridge.start()
    try:
        bar, video = window.panels.picture.playback_bar, window.panels.picture.video
        status = window.panels.status
        qtbot.waitUntil(lambda: bar.isVisible() and video.place().width > 0, timeout=20_000)
        video.setFocus()
        qtbot.keyClick(video, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: status.sign.state is CameraState.PAUSED, timeout=20_000)
        place = QPoint(bar.slider.width() * 8 // 10, bar.slider.height() // 2)
        qtbot.mouseClick(bar.slider, Qt.MouseButton.LeftButton, pos=place)

        def brightness() -> int:
            return video._picture.pixelColor(video._picture.width() // 2, 10).red()

        qtbot.waitUntil(lambda: abs(brightness() - 180) <= 12, timeout=20_000)
        before = bar.slider.value()
        assert before == pytest.approx(8000, abs=300)
        qtbot.keyClick(video, Qt.Key.Key_Period)
        qtbot.waitUntil(lambda: bar.slider.value() == pytest.approx(before + 100, abs=101), timeout=20_000)
        assert status.sign.state is CameraState.PAUSED
    finally:
        bridge.stop()
