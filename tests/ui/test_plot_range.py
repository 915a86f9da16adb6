"""Zoom, pan and read-out of the plot; the trend of a count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crowdmon.ui.plot.count_plot import CountPlot
from crowdmon.ui.plot.curve import Curve, value_at
from crowdmon.ui.shell.settings import Settings
from crowdmon.view.plot_range import LONGEST_S, SHORTEST_S, TimeWindow
from crowdmon.view.trend import Trend, trend
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, camera, config, reading

Open = Callable[..., Gui]


@given(
    st.lists(st.tuples(st.sampled_from(["zoom", "pan"]), st.floats(-2.0, 2.0)), max_size=12),
    st.floats(1.0, 5000.0),
)
def test_whatever_is_done_the_plot_shows_a_time_that_is_remembered(
    moves: list[tuple[str, float]], age: float
) -> None:
    window, now, oldest = TimeWindow(), NOON, NOON - age
    for kind, amount in moves:
        start, end = window.bounds(now, oldest)
        if kind == "zoom":
            window = window.zoomed(2.0**amount, start + 0.3 * (end - start), now=now, oldest=oldest)
        else:
            window = window.panned(amount * 1000, now=now, oldest=oldest)
        start, end = window.bounds(now, oldest)
        assert SHORTEST_S - 1e-3 <= end - start <= LONGEST_S + 1e-3
        assert now - LONGEST_S - 1e-3 <= start < end <= now
        assert window.since(now) <= start + 1e-3 or window.span == 0
    assert window.following().bounds(now, oldest)[1] == now


def test_zooming_keeps_what_is_under_the_pointer() -> None:
    window = TimeWindow(100.0, NOON - 500)
    start, end = window.zoomed(0.5, NOON - 580, now=NOON, oldest=NOON - 900).bounds(NOON, NOON - 900)
    assert (NOON - 580 - start) / (end - start) == pytest.approx(0.2)


def test_what_a_line_says_at_a_moment() -> None:
    curve = Curve("a", "#ffffff", NOON + np.array([0.0, 1.0, 2.0, 3.0]), np.array([5.0, 6.0, np.nan, 8.0]))
    assert [value_at(curve, NOON + t) for t in (-0.1, 0.5, 1.0, 2.5, 3.5, 60.0)] == [
        None,
        5,
        6,
        None,
        8,
        None,
    ]


def counted(*values: float, step: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    return NOON - step * np.arange(len(values))[::-1], np.array(values)


def test_trends() -> None:
    assert trend(*counted(*[10.0] * 30, *[14.0] * 10), NOON) is Trend.RISING
    assert trend(*counted(*[10.0] * 30, *[6.0] * 10), NOON) is Trend.FALLING
    assert trend(*counted(*[100.0] * 30, *[105.0] * 10), NOON) is Trend.STEADY
    assert trend(*counted(*[10.0] * 5), NOON) is Trend.UNKNOWN
    assert trend(*counted(*[np.nan] * 40), NOON) is Trend.UNKNOWN
    assert len({one.arrow for one in Trend}) == 4, "each has a shape of its own"


@pytest.fixture
def one(gui: Open) -> Gui:
    """A camera that was counted each second for ten minutes, ever more people."""
    made = gui(config(camera("north", GATE)), settings=Settings())
    made.monitor.live("north")
    for second in range(600):
        at = NOON - 599 + second
        made.bridge.reading_changed.emit("north", reading("north", time=at, frame=second / 10, gate=3.0))
    made.monitor.live("north", time=NOON, count=60.0)
    made.step(0.0)
    return made


def wheel(plot: CountPlot, at: QPoint, notches: int) -> None:
    view = plot._plot.viewport()
    none, still = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches), none,
        Qt.KeyboardModifier.NoModifier, still, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_an_hour_is_chosen_by_menu_and_remembered(one: Gui, gui: Open) -> None:
    plot = one.window.panels.plot
    next(a for a in one.window.findChildren(QAction) if a.text() == "1 h").trigger()
    one.step(0.3)
    start, end = plot.shown()
    assert (end - start, end) == (3600.0, one.clock.time)
    assert len(plot.curves[0].times) >= 600, "all there is, not the last minutes"
    other = gui(config(camera("north")), settings=one.window.settings)
    start, end = other.window.panels.plot.shown()
    assert end - start == 3600.0


def test_wheel_drag_and_double_click(one: Gui, qtbot: QtBot) -> None:
    plot = one.window.panels.plot
    view = plot._plot.viewport()
    middle = QPoint(view.width() // 2, view.height() // 2)
    before = plot.shown()
    wheel(plot, middle, 3)
    zoomed = plot.shown()
    assert zoomed[1] - zoomed[0] < 0.6 * (before[1] - before[0])
    assert plot.follows
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(view, middle + QPoint(150, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(150, 0))
    panned = plot.shown()
    assert panned[1] < zoomed[1]
    assert panned[1] - panned[0] == pytest.approx(zoomed[1] - zoomed[0])
    one.monitor.live("north", time=NOON + 1, count=61.0)
    one.step(1.0)
    assert plot.shown() == panned, "it stands while new counts come"
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle)
    assert plot.follows


def test_keys(one: Gui, qtbot: QtBot) -> None:
    plot = one.window.panels.plot
    plot.setFocus()
    span = plot.shown()[1] - plot.shown()[0]
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.shown()[1] - plot.shown()[0] == pytest.approx(span / 1.25)
    qtbot.keyClick(plot, Qt.Key.Key_Minus)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.shown()[1] == pytest.approx(NOON - 0.1 * span)
    assert "Esc" in plot._pointer.label.text()
    assert not any(label.joined for label in plot._labels._labels), "no line ends here and now"
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.follows


def test_the_pointer_reads_the_lines(one: Gui, qtbot: QtBot) -> None:
    plot = one.window.panels.plot
    view = plot._plot.viewport()
    qtbot.mouseMove(view, QPoint(view.width() // 2, view.height() // 2))
    qtbot.waitUntil(lambda: plot._pointer.label.isVisible(), timeout=5000)
    text = plot._pointer.label.text()
    start, end = plot.shown()
    time = plot._pointer.line.value()
    assert start < time < end
    assert f"Whole picture {(time - NOON + 599) // 1 / 10:.0f}" in text
    assert "gate 3" in text
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not plot._pointer.label.isVisible()


def test_the_table_says_where_a_count_goes(one: Gui) -> None:
    for second in range(60):
        at = NOON + 1 + second
        gate = 3.0 if second < 48 else 9.0
        one.monitor.put("north", reading=reading("north", time=at, frame=60.0, gate=gate))
        one.step(1.0)
    item = one.window.panels.readings._table.item(0, 2)
    assert item.text() == "9 ↑"
    assert "rising" in item.toolTip()
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "9, rising"
