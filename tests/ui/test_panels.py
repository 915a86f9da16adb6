"""The registry of panels: one line makes a panel of the window and an entry of its View menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from crowdmon.ui.shell import main_window
from crowdmon.ui.shell.docks import RIGHT, Dock, PanelContext, PanelSpec
from crowdmon.ui.shell.panels import dock_panels
from crowdmon.ui.shell.settings import Settings
from crowdmon.view.theme import LIGHT, Theme
from tests.ui.conftest import Gui
from tests.ui.fakes import GATE, camera, config

Open = Callable[..., Gui]


class LastCount(QLabel):
    """A panel as a newcomer would write it: it connects itself to what it shows."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__("nothing yet")
        self.setAccessibleName("Last count")
        self.theme: Theme | None = None
        self._focus = context.focus
        context.bridge.reading_changed.connect(self._show)
        context.focus.focus_changed.connect(lambda name: self.setText(f"looking at {name}"))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def _show(self, name: str, reading: object) -> None:
        self.setText(f"{name}, looked at: {name == self._focus.focused}")


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more line in the registry."""
    line = PanelSpec("Last count", LastCount, RIGHT)
    monkeypatch.setattr(main_window, "dock_panels", lambda panels: (*dock_panels(panels), line))


def settings_in(folder: Path) -> Settings:
    return Settings(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat))


def dock(gui: Gui, title: str) -> Dock:
    return next(one for one in gui.window.docks if one.windowTitle() == title)


def view_menu(gui: Gui) -> dict[str, QAction]:
    bar = gui.window.menuBar()
    menu = next(a.menu() for a in bar.actions() if a.text() == "&View")
    return {action.text(): action for action in menu.actions()}


def test_the_view_menu_is_the_registry(gui: Open) -> None:
    one = gui(config(camera("north", GATE)))
    titles = [spec.title for spec in dock_panels(one.window.panels)]
    assert [d.windowTitle() for d in one.window.docks] == titles
    assert list(view_menu(one))[: len(titles)] == titles
    assert len(set(titles)) == len(titles), "a layout is remembered by title"


@pytest.mark.usefixtures("registered")
def test_one_line_makes_a_panel_that_is_shown_fed_and_themed(gui: Open) -> None:
    one = gui(config(camera("north", GATE)))
    panel = dock(one, "Last count").widget()
    assert isinstance(panel, LastCount)
    assert panel.isVisible()
    assert one.window.dockWidgetArea(dock(one, "Last count")) is Qt.DockWidgetArea.RightDockWidgetArea
    assert view_menu(one)["Last count"].isChecked()
    one.monitor.live("north")
    one.step()
    assert panel.text() == "north, looked at: True"
    one.window.set_theme_name("light")
    assert panel.theme is LIGHT


@pytest.mark.usefixtures("registered")
def test_a_panel_without_a_camera_is_neither_shown_nor_offered(gui: Open) -> None:
    one = gui(config())
    assert not dock(one, "Last count").isVisible()
    assert not view_menu(one)["Last count"].isEnabled()


@pytest.mark.usefixtures("registered")
def test_a_panel_stays_hidden_or_shown_from_one_day_to_the_next(
    gui: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    one = gui(config(camera("north")), settings=settings_in(tmp_path))
    view_menu(one)["Last count"].trigger()
    assert not dock(one, "Last count").isVisible()
    one.window.close()
    two = gui(config(camera("north")), settings=settings_in(tmp_path))
    assert not dock(two, "Last count").isVisible()
    assert not view_menu(two)["Last count"].isChecked()
    assert dock(two, "Readings").isVisible()
    view_menu(two)["Last count"].trigger()
    two.window.close()
    three = gui(config(camera("north")), settings=settings_in(tmp_path))
    assert dock(three, "Last count").isVisible()
    assert view_menu(three)["Last count"].isChecked()


def test_a_layout_from_before_a_panel_came_keeps_the_others(
    gui: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = gui(config(camera("north")), settings=settings_in(tmp_path))
    dock(one, "Count over time").close()
    one.window.close()
    line = PanelSpec("Last count", LastCount, RIGHT)
    monkeypatch.setattr(main_window, "dock_panels", lambda panels: (*dock_panels(panels), line))
    two = gui(config(camera("north")), settings=settings_in(tmp_path))
    assert dock(two, "Last count").isVisible()
    assert not dock(two, "Count over time").isVisible()
    view_menu(two)["Last count"].trigger()
    assert not dock(two, "Last count").isVisible()
