from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.plot.axes import count_ticks, nice_top
from crowdmon.ui.plot.count_plot import CountPlot
from crowdmon.ui.plot.curve import Curve
from crowdmon.view.plot_range import SPANS_S, span_for
from crowdmon.view.theme import DARK, LIGHT
from tests.ui.fakes import NOON


@pytest.fixture
def plot(qtbot: QtBot) -> CountPlot:
    made = CountPlot()
    qtbot.addWidget(made)
    made.resize(800, 180)
    made.show()
    return made


def curve(name: str, counts: list[float], *, now: float | None = None, colour: str = "#6cc7f0") -> Curve:
    times = NOON - np.arange(len(counts))[::-1] * 1.0
    return Curve(name, colour, times, np.array(counts), now)


def test_lines_follow_the_rois(plot: CountPlot) -> None:
    plot.set_curves([curve("a", [1, 2], now=2), curve("b", [3, 4], now=4)], end=NOON)
    assert set(plot._lines) == {"a", "b"}
    plot.set_curves([curve("b", [3, 4], now=4)], end=NOON)
    assert set(plot._lines) == {"b"}
    assert len(plot._plot.getPlotItem().listDataItems()) == 1


def test_the_plot_shows_the_last_minutes_up_to_now(plot: CountPlot) -> None:
    for seconds, span in ((0, 60), (59, 60), (90, 120), (200, 300), (4000, 300)):
        plot.set_curves([curve("a", [1.0] * (seconds + 1))], end=NOON)
        (left, right), _ = plot._plot.getViewBox().viewRange()
        assert (left, right) == (pytest.approx(NOON - span), pytest.approx(NOON))
    assert span_for(1e9) == SPANS_S[-1]


def test_a_gap_is_a_gap_in_the_picture(plot: CountPlot) -> None:
    counts = [10.0] * 100 + [np.nan] * 100 + [10.0] * 100
    plot.set_curves([curve("a", counts, now=10, colour="#ff0000")], end=NOON)
    rgb = pictures.to_rgb(plot._plot.grab().toImage()).astype(int)
    red = (rgb[..., 0] > rgb[..., 1] + 80).any(axis=0)
    drawn = np.nonzero(red)[0]
    assert np.diff(drawn).max() > 150, "a third of the plot is left empty"
    assert (np.diff(drawn) > 5).sum() == 1


def test_the_newest_value_stands_at_the_end_of_its_line(plot: CountPlot) -> None:
    plot.set_curves([curve("a", [5, 36.7], now=36.7), curve("b", [3, 3])], end=NOON)
    labels = {one.name: one for one in plot._labels._labels}
    assert (labels["a"].value, labels["a"].joined) == ("37", True)
    assert (labels["b"].value, labels["b"].joined) == ("–", False)
    assert labels["a"].y < labels["b"].y, "more people are further up"


def test_another_theme_repaints_the_ground(plot: CountPlot) -> None:
    plot.grab()
    plot.set_theme(LIGHT)
    assert plot._plot.grab().toImage().pixelColor(200, 60).name() == LIGHT.surface


def test_nothing_counted_is_drawn_without_complaint(plot: CountPlot) -> None:
    plot.set_curves([Curve("a", DARK.whole, np.empty(0), np.empty(0))], end=NOON)
    plot.set_curves([curve("a", [np.nan, np.nan])], end=NOON)
    plot.choose("a")
    plot.choose(None)
    assert plot._labels._labels[0].value == "–"


@given(st.floats(0, 1e5), st.floats(4, 1e5))
def test_the_axis_holds_the_highest_count_with_few_round_ticks(highest: float, before: float) -> None:
    top = nice_top(highest, before)
    assert top >= highest
    assert nice_top(highest, top) == top, "it settles at once"
    found = count_ticks(top)
    assert found[0] == 0
    assert 2 <= len(found) <= 6
    assert found[-1] <= top


def test_the_axis_does_not_jump_about() -> None:
    assert nice_top(50, 60) == 60
    assert nice_top(30, 60) == 60
    assert nice_top(10, 60) < 60
