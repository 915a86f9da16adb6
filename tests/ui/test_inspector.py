"""The inspector of the selected ROI, by mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from crowdmon.config import LevelsConfig, RecordConfig
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.ui.readings.inspector import Inspector
from crowdmon.values import Level, Reading, RoiReading
from crowdmon.view.day import QUARTERS, day_of, level_at, midnight
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, camera, config, reading

Open = Callable[..., Gui]
LEFT = Qt.MouseButton.LeftButton
LEVELS = LevelsConfig.model_validate({"people": {"amber": 10, "red": 20}})


@pytest.fixture
def one(gui: Open) -> Gui:
    made = gui(config(camera("north", GATE, STAIRS).model_copy(update={"levels": LEVELS})))
    made.monitor.live("north")
    made.step()
    return made


def panel(one: Gui) -> Inspector:
    return one.window.panels.inspector


def select(one: Gui, qtbot: QtBot, line: int = 0) -> None:
    table = one.window.panels.readings._table
    at = table.visualItemRect(table.item(line, 0)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=at)


def test_without_a_selected_roi_it_says_what_to_do(one: Gui, qtbot: QtBot) -> None:
    assert panel(one).hint.isVisible()
    assert not panel(one).name.isVisible()
    select(one, qtbot)
    assert not panel(one).hint.isVisible()
    assert panel(one).name.text() == "gate"


def test_a_name_is_changed_and_a_wrong_one_is_refused(one: Gui, qtbot: QtBot) -> None:
    select(one, qtbot)
    field = panel(one).name
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "hinpex")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [roi.name for roi in one.monitor.config.cameras[0].rois] == ["hinpex", "stairs"]
    assert one.window.rois.editor.selected == "hinpex"
    field.selectAll()
    qtbot.keyClicks(field, "stairs")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [roi.name for roi in one.monitor.config.cameras[0].rois] == ["hinpex", "stairs"]
    assert "already" in panel(one).wrong.text()


def test_a_colour_is_chosen_by_mouse_and_by_key(one: Gui, qtbot: QtBot) -> None:
    select(one, qtbot)
    qtbot.mouseClick(panel(one).colours["teal"], LEFT)
    assert one.monitor.config.cameras[0].rois[0].colour == "teal"
    assert panel(one).colours["teal"].isChecked()
    swatch = panel(one).colours["lime"]
    swatch.setFocus()
    qtbot.keyClick(swatch, Qt.Key.Key_Space)
    assert one.monitor.config.cameras[0].rois[0].colour == "lime"


@pytest.mark.parametrize(
    ("typed", "kept", "said"),
    [("120", 120.0, ""), ("12,5", 12.5, ""), ("", None, ""), ("-3", 40.0, "above 0"), ("x", 40.0, "above 0")],
)
def test_an_area_is_given(gui: Open, qtbot: QtBot, typed: str, kept: float | None, said: str) -> None:
    one = gui(config(camera("north", GATE.model_copy(update={"area_m2": 40.0}))))
    one.monitor.live("north")
    one.step()
    select(one, qtbot)
    field = panel(one).area
    assert field.text() == "40"
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert one.monitor.config.cameras[0].rois[0].area_m2 == kept
    assert said in panel(one).wrong.text()


def test_what_is_typed_is_not_overwritten_by_new_counts(one: Gui, qtbot: QtBot) -> None:
    select(one, qtbot)
    field = panel(one).name
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "sou")
    one.monitor.live("north", time=NOON + 1)
    one.step(1.0)
    assert field.text() == "sou"


def test_the_level_now_and_over_the_day(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    start = midnight(NOON)
    path = tmp_path / "history.db"
    with HistoryFile(path) as history:
        for quarter, people in ((2, 5.0), (3, 12.0), (6, 25.0)):
            for second in range(0, 900, 60):
                at = start + 900 * quarter + second
                history.write(reading("north", time=at, frame=30.0, gate=people))
    north = camera("north", GATE).model_copy(update={"levels": LEVELS})
    one = gui(config(north).model_copy(update={"record": RecordConfig(history=str(path))}))
    now = RoiReading("gate", 12.0, 12.0, level=Level.AMBER)
    one.monitor.live("north")
    one.monitor.put("north", reading=Reading(NOON + 1, "north", (RoiReading("frame", 30.0), now), frame=1))
    one.step()
    select(one, qtbot)

    def shown() -> bool:
        one.step(0.3)
        return panel(one).strip.day.levels[6] is not None

    qtbot.waitUntil(shown, timeout=10_000)
    assert panel(one).level.text() == "Amber: about 12"
    levels = panel(one).strip.day.levels
    assert [levels[n] for n in (2, 3, 6)] == [Level.NONE, Level.AMBER, Level.RED]
    assert levels[5] is None, "what was not counted is no level"
    assert panel(one).today.text().startswith("Most today: 25 at ")
    assert panel(one).strip.accessibleDescription() == "highest: red"


def test_a_day_has_a_quarter_for_each_time() -> None:
    start = midnight(NOON)
    times = start + np.array([-10.0, 0.0, 899.0, 86_399.0, 86_401.0])
    day = day_of(times, np.array([9.0, 1.0, 2.0, 3.0, 9.0]), [(Level.AMBER, 2.0)], NOON)
    assert len(day.levels) == QUARTERS
    assert (day.levels[0], day.levels[-1], day.peak) == (Level.AMBER, Level.AMBER, 3.0)
    assert level_at(1.9, [(Level.AMBER, 2.0), (Level.RED, 4.0)]) is Level.NONE
    empty = day_of(np.empty(0), np.empty(0), [], NOON)
    assert empty.peak is None
    assert set(empty.levels) == {None}


def test_the_inspector_closes_and_opens_like_every_panel(one: Gui, qtbot: QtBot) -> None:
    dock = next(d for d in one.window.docks if d.spec.title == "Selected ROI")
    assert dock.isVisible()
    qtbot.mouseClick(dock._cross, LEFT, pos=QPoint(8, 8))
    assert not dock.isVisible()
