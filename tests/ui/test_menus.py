"""The menus are what their table says: texts, keys, handlers, and when each can be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QLabel, QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from crowdmon import __version__
from crowdmon.ui.shell.about import About, card_of
from crowdmon.ui.shell.key_sheet import KeySheet, groups
from crowdmon.ui.shell.menus import MENUS, MenuEntry, MenuKind, Menus, When
from crowdmon.values import CameraState
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, camera, config

Open = Callable[..., Gui]

ENTRIES = [entry for entries in MENUS.values() for entry in entries if entry.handler]


def menus_of(gui: Gui) -> dict[str, QMenu]:
    return {action.text(): action.menu() for action in gui.window.menuBar().actions()}


def action_of(gui: Gui, entry: MenuEntry) -> QAction:
    return gui.window.menus.actions[entry.handler]


def usable(gui: Gui) -> dict[When, set[bool]]:
    """For each condition whether its entries can be used; one value each, or they do not agree."""
    found: dict[When, set[bool]] = {}
    for entry in ENTRIES:
        found.setdefault(entry.when, set()).add(action_of(gui, entry).isEnabled())
    return found


def test_the_menu_bar_is_the_table(gui: Open) -> None:
    menus = menus_of(gui(config(camera("north", GATE))))
    assert list(menus) == list(MENUS)
    for title, entries in MENUS.items():
        shown = [action.text().partition("\t")[0] for action in menus[title].actions()]
        wanted = [entry.text for entry in entries if entry.kind is not MenuKind.PANELS]
        assert [text for text in shown if text in wanted] == wanted


def test_every_handler_is_used_once_and_there_are_no_others(gui: Open) -> None:
    names = [entry.handler for entry in ENTRIES]
    assert len(set(names)) == len(names)
    assert set(gui(config()).window._handlers()) == set(names)


def test_a_missing_handler_is_an_error(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    with pytest.raises(KeyError, match="open_source"):
        Menus(window.menuBar(), {}, [])


def test_every_key_is_free_and_works(gui: Open) -> None:
    keys = [key for entry in ENTRIES for key in (entry.shortcut, entry.picture_key) if key]
    assert len(set(keys)) == len(keys)
    one = gui(config())
    for entry in ENTRIES:
        assert action_of(one, entry).shortcut() == QKeySequence(entry.shortcut)


def test_every_mnemonic_is_free_in_its_menu() -> None:
    for entries in MENUS.values():
        texts = [entry.text for entry in entries if entry.text]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert len(set(letters)) == len(letters), texts


def test_an_empty_window_offers_what_needs_no_camera(gui: Open) -> None:
    found = usable(gui(config()))
    assert {when for when, on in found.items() if on == {True}} == {When.ALWAYS}
    assert {when for when, on in found.items() if on == {False}} == set(When) - {When.ALWAYS}


def test_entries_can_be_used_when_their_condition_holds(gui: Open) -> None:
    one = gui(config(camera("north", GATE), camera("south")))
    one.monitor.state("north", CameraState.LIVE)
    one.monitor.put("north", position=1.0, duration=9.0, seekable=True)
    one.step()
    found = usable(one)
    assert [found[when] for when in (When.CAMERA, When.RECORDING, When.ROIS, When.COPY)] == [{True}] * 4
    assert [found[when] for when in (When.ROI, When.UNDO, When.REDO)] == [{False}] * 3
    editor = one.window.rois.editor
    editor.set_editing(True)
    editor.select("gate")
    assert usable(one)[When.ROI] == {True}
    editor.nudge(0.01, 0.0)
    assert usable(one)[When.UNDO] == {True}
    editor.undo()
    found = usable(one)
    assert (found[When.UNDO], found[When.REDO]) == ({False}, {True})


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.kind is MenuKind.CHOICE], ids=lambda e: e.handler)
def test_one_name_of_a_choice_is_ticked(gui: Open, entry: MenuEntry) -> None:
    one = gui(config(camera("north", GATE)))
    one.window.rois.editor.select("gate")
    names = {action.data(): action for action in one.window.menus.submenus[entry.handler].actions()}
    assert tuple(names) == entry.choices
    for name in entry.choices:
        names[name].trigger()
        assert [n for n, action in names.items() if action.isChecked()] == [name]


def test_help_lists_every_key(gui: Open, qtbot: QtBot) -> None:
    one = gui(config())
    qtbot.keyClick(one.window, Qt.Key.Key_F1)
    sheet = one.window.findChild(KeySheet)
    assert sheet is not None
    said = [label.text() for label in sheet.findChildren(QLabel)]
    keys = [entry.shortcut or entry.picture_key for entry in ENTRIES]
    assert [key for key in keys if key and key not in said] == []
    assert {"Save", "Ctrl+S", "Delete", "Del", "While ROIs are edited", "On the plot"} <= set(said)
    assert sum(len(rows) for title, rows in groups() if f"&{title}" in MENUS) == len(list(filter(None, keys)))
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("device", "backend", "precision"),
    [
        ("openvino cpu bf16", "openvino cpu", "bfloat16"),
        ("openvino cpu int8", "openvino cpu", "8-bit numbers"),
        ("torch cuda f32", "torch cuda", "32-bit numbers"),
        ("a test", "a test", "not known"),
    ],
)
def test_about_says_what_counts_and_how_well(
    gui: Open, qtbot: QtBot, device: str, backend: str, precision: str
) -> None:
    one = gui(config(camera("north")))
    one.monitor.now = replace(one.monitor.now, device=device)
    one.step()
    next(a for a in one.window.findChildren(QAction) if a.text() == "&About crowdmon").trigger()
    about = one.window.findChild(About)
    assert about is not None
    facts = {
        label.accessibleName(): label.text().replace("\u200b", "") for label in about.findChildren(QLabel)
    }
    assert (facts["Counts on"], facts["Computes in"], facts["Weights"]) == (backend, precision, "default")
    assert any(__version__ in label.text() for label in about.findChildren(QLabel))
    assert "Known failures" in about.card.toPlainText()
    assert "own weights" in card_of("north 2026-05-01")
    qtbot.keyClick(about, Qt.Key.Key_Escape)
