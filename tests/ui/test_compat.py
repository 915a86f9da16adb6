"""The settings that the window of version 0.1.0 wrote: looks, layout, recent sources."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget

from crowdmon.ui.shell.settings import Settings
from tests.ui.conftest import Gui
from tests.ui.fakes import camera, config

KEPT = Path(__file__).parent.parent / "compat" / "settings_0_1_0.ini"
LEFT, RIGHT, TOP, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.TopDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = shutil.copy(KEPT, tmp_path / "old.ini")
    return Settings(QSettings(str(path), QSettings.Format.IniFormat))


def test_what_was_chosen_is_still_chosen(gui: Callable[..., Gui], settings: Settings) -> None:
    window = gui(config(camera("north")), settings=settings).window
    chosen = {one.text().replace("&", "") for one in window.findChildren(QAction) if one.isChecked()}
    assert {"Light", "5 min", "Cividis", "Pixelate people"} <= chosen
    assert not {"Dark", "Automatic", "Inferno"} & chosen
    start, end = window.panels.plot.shown()
    assert end - start == 300.0
    assert window.picture_style.style.percent == 35
    assert settings.recent() == (
        "0",
        "synthetic:plaza?people=40&seed=1",
        "rtsp://192.0.2.10:554/stream1?channel=2",
        "recordings/market.mp4",
    )


@pytest.mark.parametrize(
    ("names", "panels"),
    [
        (("north",), {"Cameras": None, "Readings": LEFT, "Count over time": None}),
        (("north", "south"), {"Cameras": None, "Readings": RIGHT, "Count over time": TOP}),
    ],
    ids=["one", "several"],
)
def test_panels_stand_where_they_stood(
    gui: Callable[..., Gui],
    settings: Settings,
    names: tuple[str, ...],
    panels: dict[str, Qt.DockWidgetArea | None],
) -> None:
    """A panel that was closed stays closed; the others are in the area they were dragged to."""
    window = gui(config(*map(camera, names)), settings=settings).window
    docks = {dock.windowTitle(): dock for dock in window.findChildren(QDockWidget)}
    assert (
        panels.items()
        <= {
            title: window.dockWidgetArea(dock) if dock.isVisible() else None for title, dock in docks.items()
        }.items()
    )


def test_without_them_the_window_is_as_on_the_first_day(gui: Callable[..., Gui]) -> None:
    window = gui(config(camera("north"), camera("south"))).window
    areas = [window.dockWidgetArea(dock) for dock in window.docks if dock.isVisible()]
    assert areas == [LEFT, RIGHT, RIGHT, BOTTOM]
