"""The alarm rule in the inspector, by mouse and keys: dragged, typed, replayed, saved, tested."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from crowdmon.config import AppConfig, RecordConfig, load, validate
from crowdmon.config.alarms import AlarmConfig
from crowdmon.facts import Event
from crowdmon.publish import trial
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.ui.readings.rule_editor import RuleEditor
from crowdmon.ui.readings.rule_line import RuleLine
from crowdmon.values import Level
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, NOON, STAIRS, camera, config, reading

Open = Callable[..., Gui]
LEFT = Qt.MouseButton.LeftButton
RULE = {
    "name": "gate full",
    "of": {"camera": "north", "roi": "gate"},
    "red": {"above": 30, "clear": 20, "for": 60},
    "repeat": 300,
}


def ruled(folder: Path, *rules: dict[str, object]) -> AppConfig:
    """A history in which the gate has 40 people for ten minutes, three times, and 5 at other times."""
    path = folder / "history.db"
    with HistoryFile(path) as history:
        for second in range(-23 * 3600, 0, 30):
            full = any(0 <= second + 3600 * hour < 600 for hour in (20, 12, 3))
            history.write(reading("north", time=NOON + second, frame=50.0, gate=40.0 if full else 5.0))
    alarms = tuple(validate(AlarmConfig, one, where="a test") for one in rules)
    made = config(camera("north", GATE, STAIRS))
    return made.model_copy(update={"record": RecordConfig(history=str(path)), "alarms": alarms})


def opened(gui: Open, qtbot: QtBot, made: AppConfig, path: Path | None = None) -> tuple[Gui, RuleEditor]:
    one = gui(made, path=path)
    one.monitor.live("north")
    one.step()
    table = one.window.panels.readings._table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualItemRect(table.item(0, 0)).center())
    return one, one.window.panels.inspector.rule


def says(one: Gui, qtbot: QtBot, editor: RuleEditor, text: str) -> None:
    def look() -> bool:
        one.bridge.poll()
        return editor.replayed.text() == text

    one.step()
    qtbot.waitUntil(look, timeout=20_000)


def into_sight(editor: RuleEditor, line: RuleLine) -> None:
    area = editor.window().panels.inspector.findChild(QScrollArea)  # type: ignore[union-attr]
    area.ensureWidgetVisible(line)


def drag(qtbot: QtBot, line: RuleLine, start: float, end: float) -> None:
    first, last = (QPoint(100, round(line.y_of(one))) for one in (start, end))
    qtbot.mousePress(line, LEFT, pos=first)
    for part in (0.5, 1.0):
        qtbot.mouseMove(line, QPoint(100, round(first.y() + part * (last.y() - first.y()))))
    qtbot.mouseRelease(line, LEFT, pos=last)


def test_a_rule_is_replayed_as_it_is_dragged(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one, editor = opened(gui, qtbot, ruled(tmp_path, RULE))
    says(one, qtbot, editor, "Would have raised 3 times in the 23 h 0 min recorded")
    assert editor.line.line.count(40.0) in range(3, 7)
    assert not editor.save.isEnabled()
    into_sight(editor, editor.line)
    drag(qtbot, editor.line, 30.0, 45.0)
    assert editor.draft.stages[Level.RED].above == pytest.approx(45.0, abs=1.0)
    assert float(editor.fields[Level.RED, "above"].text()) == editor.draft.stages[Level.RED].above
    says(one, qtbot, editor, "Would not have raised in the 23 h 0 min recorded")
    drag(qtbot, editor.line, 20.0, 4.0)
    assert editor.draft.stages[Level.RED].clear == pytest.approx(4.0, abs=1.0)
    drag(qtbot, editor.line, editor.draft.stages[Level.RED].above, 30.0)
    says(one, qtbot, editor, "Would have raised once in the 23 h 0 min recorded")  # it never clears
    assert one.monitor.config.alarms[0].red.above == 30  # type: ignore[union-attr]


def test_keys_move_both_lines_and_raise_never_falls_below_clear(
    gui: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    _, editor = opened(gui, qtbot, ruled(tmp_path, RULE))
    line = editor.line
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Up)
    assert editor.draft.stages[Level.RED].above == 31
    qtbot.keyClick(line, Qt.Key.Key_PageDown)
    assert editor.draft.stages[Level.RED].above == 21
    qtbot.keyClick(line, Qt.Key.Key_Right)
    assert "the level that clears" in line.accessibleDescription()
    for _ in range(4):
        qtbot.keyClick(line, Qt.Key.Key_Up)
    assert editor.draft.stages[Level.RED].clear == 21
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Down)
    stage = editor.draft.stages[Level.RED]
    assert (stage.above, stage.clear) == (20, 20)


def typed(qtbot: QtBot, editor: RuleEditor, level: Level, what: str, text: str) -> None:
    field = editor.fields[level, what]
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_rule_is_saved_with_the_configuration(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    one, editor = opened(gui, qtbot, ruled(tmp_path, RULE), path)
    typed(qtbot, editor, Level.AMBER, "above", "15")
    typed(qtbot, editor, Level.RED, "hold", "90")
    assert one.monitor.config.alarms[0].amber is None
    qtbot.mouseClick(editor.save, LEFT)
    kept = one.monitor.config.alarms[0]
    assert kept.amber is not None
    assert kept.red is not None
    assert (kept.amber.above, kept.amber.clear, kept.red.hold, kept.repeat) == (15, 13.5, 90, 300)
    assert one.window.document.dirty
    assert not editor.save.isEnabled()
    one.window.document.save(path)
    assert load(path).alarms == one.monitor.config.alarms


def test_levels_that_cross_and_words_are_refused(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one, editor = opened(gui, qtbot, ruled(tmp_path, RULE))
    typed(qtbot, editor, Level.AMBER, "above", "many")
    assert "above 0" in editor.wrong.text()
    typed(qtbot, editor, Level.AMBER, "above", "35")
    assert editor.wrong.isVisibleTo(editor)
    qtbot.mouseClick(editor.save, LEFT)
    assert one.monitor.config.alarms[0].amber is None
    typed(qtbot, editor, Level.AMBER, "above", "")
    assert not editor.wrong.isVisibleTo(editor)


def test_a_first_rule_is_added_and_taken_away_again(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one, editor = opened(gui, qtbot, ruled(tmp_path))
    one.step()
    qtbot.waitUntil(lambda: one.bridge.poll() or any(editor.line.line), timeout=20_000)
    assert not editor.line.isVisibleTo(editor)
    qtbot.mouseClick(editor.add, LEFT)
    assert editor.draft.stages[Level.RED].above == 48  # a fifth above 40
    says(one, qtbot, editor, "Would not have raised in the 23 h 0 min recorded")
    qtbot.mouseClick(editor.save, LEFT)
    (made,) = one.monitor.config.alarms
    assert (made.name, made.target.camera, made.target.roi) == ("gate full", "north", "gate")
    typed(qtbot, editor, Level.RED, "above", "")
    qtbot.mouseClick(editor.save, LEFT)
    assert one.monitor.config.alarms == ()


def test_a_test_alarm_sounds_and_tells_everybody(
    gui: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        trial, "attempts", lambda _config: iter([("people Ada", lambda: told.append("TEST"))])
    )
    one, editor = opened(gui, qtbot, ruled(tmp_path, RULE))
    qtbot.mouseClick(editor.test, LEFT)
    qtbot.waitUntil(lambda: one.bridge.poll() or editor.tested.isVisibleTo(editor), timeout=20_000)
    assert editor.tested.text() == "Test alarm: sounded here. 1 of 1 took the message, marked as a test."
    assert told == ["TEST"]
    assert len(one.beeps) == 1
    assert not any(isinstance(fact, Event) for fact in one.monitor.facts), "nothing of it is recorded"


def test_the_time_until_red_is_said_while_it_rises(gui: Open, qtbot: QtBot, tmp_path: Path) -> None:
    one, editor = opened(gui, qtbot, ruled(tmp_path, RULE))
    for second in range(0, 200, 5):
        people = 5.0 + 0.08 * second
        one.monitor.put("north", reading=reading("north", time=one.clock.time, frame=50.0, gate=people))
        one.step(5.0)
    assert editor.until.isVisibleTo(editor)
    assert editor.until.text().startswith("Red in about 2 min")
    for _ in range(10):
        one.step(5.0)
    assert not editor.until.isVisibleTo(editor), "nothing new was counted for 50 s"
