"""The plot after a restart, on an axis for ROIs, with levels, chips, dates and another day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from crowdmon.config import LevelsConfig, RecordConfig
from crowdmon.facts import Fact
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.values import Level
from crowdmon.view.past import DAY_S
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, camera, config, reading

Open = Callable[..., Gui]
LEFT = Qt.MouseButton.LeftButton


def recorded(path: Path, *, days: float = 0.0, minutes: float = 30.0, gate: float = 3.0) -> None:
    """An earlier run: ``minutes`` until NOON, and the same some days before."""
    facts: list[Fact] = []
    for back, people in ((days * DAY_S, 7.0), (0.0, 20.0)):
        if back or people == 20.0:
            facts += [
                reading("north", time=NOON - back - 60 * minutes + 10 * n, frame=people, gate=gate)
                for n in range(int(6 * minutes))
            ]
    with HistoryFile(path) as history:
        for fact in facts:
            history.write(fact)


def restarted(gui: Open, path: Path, **camera_of: object) -> Gui:
    """A window that was just opened again: it remembers nothing."""
    north = camera("north", GATE).model_copy(update=camera_of)
    cameras = config(north).model_copy(update={"record": RecordConfig(history=str(path))})
    one = gui(cameras)
    one.clock.time = NOON + 5
    one.monitor.live("north", time=NOON + 5, count=21.0)
    one.step(0.0)
    return one


def line(one: Gui, number: int = 0) -> tuple[np.ndarray, np.ndarray]:
    curve = one.window.panels.plot.curves[number]
    return curve.times, curve.counts


def look(one: Gui, qtbot: QtBot, there: Callable[[], bool]) -> None:
    """Let the window look at the engine until the history was read."""

    def stepped() -> bool:
        one.step(0.3)
        return there()

    qtbot.waitUntil(stepped, timeout=10_000)


def test_after_a_restart_the_plot_scrolls_back_through_the_history(
    gui: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    recorded(tmp_path / "history.db")
    one = restarted(gui, tmp_path / "history.db")
    plot = one.window.panels.plot
    qtbot.mouseClick(plot.tools.chips["10 min"], LEFT)
    look(one, qtbot, lambda: len(line(one)[0]) > 40)
    times, counts = line(one)
    assert times[0] <= NOON - 580
    assert np.nanmedian(counts) == pytest.approx(20.0)
    assert counts[np.isfinite(counts)][-1] == 21.0, "what is counted now stands at the end"
    plot.setFocus()
    for _ in range(12):
        qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert not plot.follows
    start, end = plot.shown()
    assert end < NOON - 600
    look(one, qtbot, lambda: line(one)[0][0] <= start + 30)
    assert np.nanmax(line(one)[1][:20]) == pytest.approx(20.0)
    qtbot.mouseClick(plot.tools.now, LEFT)
    assert plot.follows


def test_chips_choose_and_are_remembered_and_the_menu_agrees(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.step()
    tools = one.window.panels.plot.tools
    assert tools.chips["Automatic"].isChecked()
    for name, seconds in (("1 min", 60), ("1 day", 86_400), ("30 d", 30 * 86_400), ("400 d", 400 * 86_400)):
        qtbot.mouseClick(tools.chips[name], LEFT)
        start, end = one.window.panels.plot.shown()
        assert end - start == seconds
        assert [n for n, chip in tools.chips.items() if chip.isChecked()] == [name]
        marked = [a.text() for a in one.window.menus.submenus["plot_time"].actions() if a.isChecked()]
        assert marked == [name]
    chip = tools.chips["1 h"]
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    start, end = one.window.panels.plot.shown()
    assert end - start == 3600.0


def test_a_day_is_chosen_in_a_calendar(gui: Open, qtbot: QtBot) -> None:
    one = gui(config(camera("north")))
    one.monitor.live("north")
    one.step()
    plot = one.window.panels.plot
    plot.tools.today = lambda: date.fromtimestamp(NOON)
    qtbot.mouseClick(plot.tools.date, LEFT)
    calendar = plot.tools.calendar
    assert calendar is not None
    view = calendar.findChild(type(calendar).__base__, "qt_calendar_calendarview")
    assert view is not None
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    start, end = (datetime.fromtimestamp(one) for one in plot.shown())
    assert (start.hour, start.minute, end.hour) == (0, 0, 0)
    assert (date.fromtimestamp(NOON) - start.date()).days == 2
    assert not plot.follows


def test_another_day_lies_behind_the_line(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    recorded(tmp_path / "history.db", days=1.0)
    one = restarted(gui, tmp_path / "history.db")
    plot = one.window.panels.plot
    qtbot.mouseClick(plot.tools.chips["10 min"], LEFT)
    qtbot.mouseClick(plot.tools.compare, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(a for a in menu.actions() if a.text() == "The day before")
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    look(one, qtbot, lambda: plot.curves[-1].past and len(plot.curves[-1].times) > 40)
    other = plot.curves[-1]
    assert other.name == "Whole picture, the day before"
    assert np.nanmean(other.counts) == pytest.approx(7.0)
    assert "Whole picture, the day before" not in [label.name for label in plot._labels._labels]
    qtbot.mouseMove(plot._plot.viewport(), QPoint(200, 40))
    assert any("day before 7" in text for text in plot.values_at(NOON - 300))


def test_rois_get_an_axis_of_their_own_when_the_whole_would_flatten_them(gui: Open) -> None:
    one = gui(config(camera("north", GATE)))
    one.monitor.live("north", count=400.0)
    one.step()
    plot = one.window.panels.plot
    whole, gate = plot.curves
    assert whole.scale == 1.0
    assert gate.scale * 3.0 > 100, "drawn high enough to be read"
    assert plot._plot.getAxis("right").isVisible()
    assert "gate 3" in plot.values_at(NOON)
    one.monitor.live("north", time=NOON + 60, count=6.0)
    one.window.panels.plot.set_span(30)
    one.step(60.0)
    assert plot.curves[1].scale == 1.0
    assert not plot._plot.getAxis("right").isVisible()


def test_levels_lie_behind_the_lines(gui: Open) -> None:
    levels = LevelsConfig.model_validate({"people": {"amber": 10, "red": 20}})
    one = gui(config(camera("north", GATE).model_copy(update={"levels": levels})))
    one.monitor.live("north", count=12.0)
    one.step()
    bands = one.window.panels.plot._bands
    assert [(band.level, band.low) for band in bands] == [(Level.AMBER, 10.0), (Level.RED, 20.0)]


def test_a_gap_stays_a_gap(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with HistoryFile(path) as history:
        for n in (*range(30), *range(60, 90)):
            history.write(reading("north", time=NOON - 900 + 10 * n, frame=20.0, gate=3.0))
    one = restarted(gui, path)
    qtbot.mouseClick(one.window.panels.plot.tools.chips["1 h"], LEFT)
    look(one, qtbot, lambda: len(line(one)[0]) > 20)
    times, counts = line(one)
    inside = (times > NOON - 590) & (times < NOON - 310)
    assert np.isnan(counts[inside]).any()
    assert not np.isfinite(counts[inside]).any()
