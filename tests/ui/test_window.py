"""The window driven by real keys and clicks, on a stand-in engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, GroupConfig
from crowdmon.config.alarms import MemberConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.main_window import MainWindow
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.values import CameraState, Reading, ReadingState, RoiReading
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, Clock, FakeMonitor, camera, config, reading

Open = Callable[[AppConfig], Gui]


def text_of(gui: Gui, name: str) -> str:
    return next(one.text() for one in gui.window.findChildren(QLabel) if one.accessibleName() == name)


def action(gui: Gui, text: str) -> QAction:
    return next(one for one in gui.window.findChildren(QAction) if one.text().replace("&", "") == text)


def test_an_empty_window_shows_three_choices_and_nothing_else(gui: Open, qtbot: QtBot) -> None:
    one = gui(config())
    shown = [
        b.accessibleName()
        for b in one.window.findChildren(QAbstractButton)
        if b.isVisible() and b.accessibleName()
    ]
    assert shown == ["Open a camera", "Open a file", "Watch the demo"]
    assert not one.window.panels.status.isVisible()
    assert not any(dock.isVisible() for dock in one.window.docks)
    assert not action(one, "Open again").isEnabled()


def test_the_demo_is_three_keys_away(gui: Open, qtbot: QtBot) -> None:
    one = gui(config())
    one.window.panels.first_run.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(one.window.focusWidget(), key)
    assert [c.source for c in one.bridge.config.cameras] == ["synthetic:plaza?people=40&seed=1"]
    assert one.window.panels.picture.isVisible()
    assert one.window.panels.status.isVisible()
    assert one.window.windowTitle() == "Demo plaza – crowdmon"
    assert not one.window.docks[0].isVisible(), "one camera needs no list"


def test_a_file_is_opened_through_the_dialog(gui: Open, qtbot: QtBot, tmp_path: object) -> None:
    one = gui(config())
    qtbot.mouseClick(one.window.panels.first_run.buttons["file"], Qt.MouseButton.LeftButton)
    dialog = one.window.findChild(SourceDialog)
    assert dialog is not None
    assert dialog.page().kind == "file"
    qtbot.keyClicks(dialog.focusWidget(), __file__)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert [(c.name, c.source) for c in one.bridge.config.cameras] == [("test_window", __file__)]


def test_numbers_reach_every_panel(gui: Open) -> None:
    one = gui(config(camera("north", GATE, STAIRS)))
    one.monitor.live("north", count=36.73)
    one.step()
    assert text_of(one, "Total") == "37"
    assert "36.7" in next(
        w.toolTip() for w in one.window.findChildren(QLabel) if w.accessibleName() == "Total"
    )
    table = one.window.panels.readings._table
    assert [[table.item(r, c).text() for c in range(3)] for r in range(2)] == [
        ["gate", "3", "3"],
        ["stairs", "4", "4"],
    ]
    assert [shape.count for shape in one.window.panels.picture.video._shapes] == ["3", "4"]
    status = one.window.panels.status
    assert (status.fps_in.text(), status.fps_counted.text()) == ("25.0 fps in", "4.1 fps counted")
    assert status.sign.state is CameraState.LIVE
    assert status.device.text() == "Counting on torch cpu f32"
    assert status.delay.text().endswith("s delayed")
    assert "Mean of 2 s" in one.window.panels.picture.legend.accessibleDescription()
    assert [label.name for label in one.window.panels.plot._labels._labels] == [
        "Whole picture",
        "gate",
        "stairs",
    ]


LOST = (
    CameraState.STALE,
    CameraState.RECONNECTING,
    CameraState.ENDED,
    CameraState.FAILED,
    CameraState.CONNECTING,
)


def shown_counts(gui: Gui) -> dict[str, set[str]]:
    """What is said at every place at which a count is shown, by ROI."""
    panels = gui.window.panels
    table = panels.readings._table
    found = {"frame": {text_of(gui, "Total"), panels.cameras.line(gui.window.presenter.focused).count}}
    for shape in panels.picture.video._shapes:
        found[shape.name] = {shape.count}
    for row in range(table.rowCount()):
        found[table.item(row, 0).text()].add(table.item(row, 1).text())
    for label in panels.plot._labels._labels:
        found["frame" if label.name == "Whole picture" else label.name].add(label.value)
    return found


@pytest.mark.parametrize("wait", [0.03, 0.25], ids=["between beats", "with each beat"])
def test_all_places_show_the_same_reading(gui: Open, wait: float) -> None:
    one = gui(config(camera("north", GATE, STAIRS)))
    one.monitor.live("north")
    one.step()
    for n in range(1, 12):
        one.clock.time += wait
        counts = {"frame": 10.0 + n, "gate": 20.0 + n, "stairs": 30.0 + n}
        one.monitor.put("north", reading=reading(time=one.clock.time, **counts))
        one.bridge.poll()
        assert shown_counts(one) == {roi: {f"{count:.0f}"} for roi, count in counts.items()}
    one.monitor.state("north", CameraState.RECONNECTING)
    one.bridge.poll()
    assert set.union(*shown_counts(one).values()) == {"–"}


@pytest.mark.parametrize("state", LOST)
def test_an_old_number_never_looks_new(gui: Open, state: CameraState) -> None:
    one = gui(config(camera("north", GATE)))
    one.monitor.live("north", count=37.0)
    one.step()
    one.monitor.state("north", state, age=12.0, attempt=3)
    one.step(12.0)
    panels = one.window.panels
    assert text_of(one, "Total") == "–"
    assert text_of(one, "Age of the count") == "Last count 37, 12 s ago"
    assert panels.readings._table.item(0, 1).text() == "–"
    assert [shape.count for shape in panels.picture.video._shapes] == ["–"]
    assert [label.value for label in panels.plot._labels._labels] == ["–", "–"]
    assert not panels.picture.video.fresh
    assert panels.status.sign.state is state
    assert panels.picture.video.accessibleDescription() != ""
    assert "No heat" in panels.picture.legend.accessibleDescription()


def test_a_live_camera_that_is_not_counted_shows_no_number(gui: Open) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.step()
    one.monitor.put("north", reading=reading("north", time=NOON + 3, state=ReadingState.STALE))
    one.step(3.0)
    assert text_of(one, "Total") == "–"
    assert one.window.panels.picture.video.fresh, "the picture is live, only the count is not"


def test_a_camera_comes_back(gui: Open) -> None:
    one = gui(config(camera("north")))
    one.monitor.state("north", CameraState.RECONNECTING, attempt=2)
    one.step()
    one.monitor.live("north", count=5.0, time=NOON + 2)
    one.step()
    assert text_of(one, "Total") == "5"
    assert one.window.panels.picture.video.accessibleDescription() == ""


def test_cameras_are_chosen_by_key_and_by_mouse(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north", GATE), camera("south"), camera("west")))
    one.monitor.live("north", count=10.0)
    one.monitor.live("south", count=20.0)
    one.step()
    cameras = one.window.panels.cameras
    assert one.window.docks[0].isVisible()
    assert [cameras.line(name).count for name in cameras.names()] == ["10", "20", "–"]
    cameras.setFocus()
    qtbot.keyClick(cameras, Qt.Key.Key_Down)
    one.step()
    assert text_of(one, "Total") == "20"
    assert one.window.panels.picture.video._shapes == ()
    assert one.monitor.watched["north"] is None
    assert one.monitor.watched["south"] is not None
    qtbot.mouseClick(
        cameras.viewport(), Qt.MouseButton.LeftButton, pos=cameras.visualItemRect(cameras.item(0)).center()
    )
    one.step()
    assert text_of(one, "Total") == "10"
    assert one.window.windowTitle() == "north – crowdmon"


def test_a_camera_that_is_not_looked_at_shows_nothing_of_the_other(gui: Open) -> None:
    one = gui(config(camera("north"), camera("south")))
    one.monitor.live("north")
    one.step()
    one.window.presenter.focus("south")
    one.step()
    assert one.window.panels.picture.video.place().width == 0
    assert text_of(one, "Total") == "–"


def test_a_camera_is_removed_by_key_until_none_is_left(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north"), camera("south")))
    cameras = one.window.panels.cameras
    qtbot.keyClick(cameras, Qt.Key.Key_Delete)
    assert [c.name for c in one.bridge.config.cameras] == ["south"]
    assert one.window.presenter.focused == "south"
    action(one, "Remove camera").trigger()
    assert one.bridge.config.cameras == ()
    assert one.window.panels.first_run.isVisible()
    assert one.window.windowTitle() == "crowdmon"


def test_a_failed_camera_is_opened_again_by_key(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    one.monitor.state("north", CameraState.FAILED, message="There is no file a.mp4")
    one.step()
    assert "There is no file a.mp4" in one.window.panels.picture.video.accessibleDescription()
    qtbot.keyClick(one.window, Qt.Key.Key_F5)
    assert one.monitor.calls[-1] == "restart north"


def test_a_chosen_roi_stands_out_and_escape_lets_it_go(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north", GATE, STAIRS)))
    one.monitor.live("north")
    one.step()
    readings, video = one.window.panels.readings, one.window.panels.picture.video
    table = readings._table
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualItemRect(table.item(1, 0)).center()
    )
    assert (readings.chosen(), video._chosen) == ("stairs", "stairs")
    one.monitor.live("north", time=NOON + 1, count=14.0)
    one.step()
    assert readings.chosen() == "stairs", "a new reading must not take the choice away"
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert (readings.chosen(), video._chosen) == ("", None)


def test_trouble_with_counting_is_said_until_it_is_over(gui: Open) -> None:
    one = gui(config(camera("north")))
    one.monitor.now.error = "The disk is full."
    one.step()
    banner = one.window.panels.picture.banner
    assert (banner.isVisible(), banner.text()) == (True, "The disk is full.")
    one.monitor.now.error = ""
    one.step()
    assert not banner.isVisible()


def test_trouble_that_stopped_the_camera_is_said_once(gui: Open) -> None:
    one = gui(config(camera("north"), camera("south")))
    one.monitor.now.error = "The weights cannot be read."
    one.monitor.now.device = ""
    one.monitor.state("north", CameraState.FAILED, message="The weights cannot be read.")
    one.step()
    pane = one.window.panels.picture
    assert "The weights cannot be read." in pane.video.accessibleDescription()
    assert not pane.banner.isVisible()
    assert one.window.panels.status.device.text() == "Not counting"
    one.window.presenter.focus("south")
    one.step()
    assert pane.banner.isVisible()


def test_reset_brings_closed_and_floating_panels_back(gui: Open) -> None:
    one = gui(config(camera("north"), camera("south")))
    cameras, readings, plot = (one.window.docks[place] for place in (0, 1, -1))
    cameras.close()
    readings.setFloating(True)
    one.window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, plot)
    action(one, "Reset layout").trigger()
    shown = [dock for dock in one.window.docks if dock.spec.at_first]
    assert all(dock.isVisible() and not dock.isFloating() for dock in shown)
    assert one.window.dockWidgetArea(plot) is Qt.DockWidgetArea.BottomDockWidgetArea


@pytest.mark.parametrize(
    ("size", "many", "share", "sides"),
    [
        ((1440, 900), 1, 0.55, (300,)),
        ((1440, 900), 3, 0.55, (87, 300)),
        ((1920, 1080), 3, 0.55, (161, 300)),
        ((1024, 700), 1, 0.40, (280,)),
        ((1024, 700), 3, 0.40, (56, 280)),
    ],
)
@pytest.mark.parametrize("grouped", [False, True])
def test_the_picture_comes_first(
    qtbot: QtBot, size: tuple[int, int], many: int, share: float, sides: tuple[int, ...], grouped: bool
) -> None:
    cameras = config(*(camera(f"camera {n}", GATE) for n in range(many)))
    if grouped:
        whole = GroupConfig(name="site", members=(MemberConfig(camera="camera 0"),))
        cameras = cameras.model_copy(update={"groups": (whole,)})
    monitor = FakeMonitor(cameras)
    window = MainWindow(Bridge(monitor, cameras, clock=Clock()))
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    for one in cameras.cameras:
        monitor.live(one.name)
    window.bridge.poll()
    QApplication.processEvents()
    shown = [dock for dock in window.docks[:2] if dock.isVisible()]
    assert [dock.width() for dock in shown] == [pytest.approx(side, abs=8) for side in sides]
    video, plot = window.panels.picture.video, window.docks[-1]
    assert 120 <= plot.height() <= 220
    assert window.site_bar.isVisible() is grouped
    # The plot at its least height, as the look asks for.
    room = video.width() * (video.height() + plot.height() - 120)
    # The 56 px of a site bar are the picture's: it never has less than half of a large window.
    least = min(share, 0.50) if grouped else share
    assert room >= least * size[0] * size[1]
    assert window.panels.picture.legend.height() <= 40, "one caption line"


def test_a_panel_can_be_closed_and_opened_by_name(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    readings = one.window.docks[1]
    cross = next(b for b in readings.findChildren(QAbstractButton) if b.accessibleName() == "Close Readings")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert not readings.isVisible()
    action(one, "Readings").trigger()
    assert readings.isVisible()


def test_the_heatmap_is_switched_by_key_and_its_colours_by_menu(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    assert not one.window.panels.picture.legend.isVisible()
    qtbot.keyClick(one.window, Qt.Key.Key_H)
    assert one.window.panels.picture.legend.isVisible()
    action(one, "Cividis").trigger()
    assert one.window.panels.picture.video.palette_name == "cividis"


def test_names_are_never_taken_for_html(gui: Open) -> None:
    evil = GATE.model_copy(update={"name": "<b>gate</b>"})
    one = gui(config(camera("<img src=x>", evil), camera("south")))
    one.monitor.live("<img src=x>")
    one.step()
    items = (one.window.panels.readings._table.item(0, 0), one.window.panels.cameras.item(0))
    assert [item.toolTip() for item in items] == [
        "<p>&lt;b&gt;gate&lt;/b&gt;</p>",
        "<p>&lt;img src=x&gt;: Live</p>",
    ]
    pane = one.window.panels.picture
    assert pane.title.text() == "<img src=x>"
    assert pane.title.textFormat() is Qt.TextFormat.PlainText
    assert pane.banner.textFormat() is Qt.TextFormat.PlainText


def test_nobody_asks_for_pictures_that_nobody_sees(gui: Open) -> None:
    one = gui(config(camera("north")))
    asked = one.monitor.watched["north"]
    assert asked == one.window.panels.picture.video.pixels()
    one.window.resize(1200, 800)
    one.step()
    assert one.monitor.watched["north"] != asked
    one.window.hide()
    assert one.monitor.watched["north"] is None
    one.window.show()
    assert one.monitor.watched["north"] is not None


def test_passwords_are_never_shown(gui: Open) -> None:
    one = gui(config(camera("north", source="rtsp://admin:topsecret@10.0.0.7/stream")))
    one.step()
    texts = [
        w.windowTitle() + w.toolTip() + w.accessibleName() + w.accessibleDescription()
        for w in one.window.findChildren(QWidget)
    ]
    texts += [label.text() for label in one.window.findChildren(QLabel)]
    assert not [text for text in texts if "topsecret" in text]
    assert any("***@10.0.0.7" in text for text in texts)


def test_everything_that_takes_the_focus_has_a_name(gui: Open) -> None:
    one = gui(config(camera("north", GATE), camera("south")))
    one.window.opener.ask()
    nameless = [
        f"{type(w).__name__} {w.objectName()}"
        for w in one.window.findChildren(QWidget)
        if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (w.accessibleName() or getattr(w, "text", lambda: "")())
    ]  # fmt: skip
    assert nameless == []
    one.window.findChild(SourceDialog).reject()


def test_every_panel_is_reached_by_tab(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north", GATE), camera("south")))
    one.monitor.live("north")
    one.step()
    wanted = {"Cameras", "Picture of the camera", "Counts by ROI", "Close Readings"}
    seen = set()
    one.window.panels.picture.video.setFocus()
    for _ in range(30):
        qtbot.keyClick(one.window.focusWidget(), Qt.Key.Key_Tab)
        seen.add(one.window.focusWidget().accessibleName())
    assert wanted <= seen


def test_the_focus_is_seen_when_it_came_by_key(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    video = one.window.panels.picture.video
    corner = QPoint(1, video.height() // 2)
    video.clearFocus()
    video.setFocus(Qt.FocusReason.TabFocusReason)
    with_focus = video.grab().toImage().pixelColor(corner).name()
    video.clearFocus()
    without = video.grab().toImage().pixelColor(corner).name()
    assert (with_focus, without) == ("#4c9aff", "#0e1116")


def test_a_long_name_leaves_the_numbers_their_room(gui: Open) -> None:
    long = GATE.model_copy(update={"name": "the entrance of the old town hall"})
    one = gui(config(camera("north", long)))
    one.monitor.live("north")
    dense = RoiReading(long.name, 123.0, 120.0, density_per_m2=1.25)
    one.monitor.put("north", reading=Reading(NOON, "north", (RoiReading("frame", 123.0), dense)))
    one.step()
    table = one.window.panels.readings._table
    widths = [table.columnWidth(column) for column in range(4)]
    assert sum(widths) <= table.viewport().width()
    assert widths[0] >= 90
    assert widths[3] >= table.sizeHintForColumn(3)
