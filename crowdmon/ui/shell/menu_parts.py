"""What the menus are made of, and the verbs of File that concern files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMenu

from crowdmon.heatmap import PALETTES

if TYPE_CHECKING:
    from crowdmon.ui.shell.display import Display
    from crowdmon.ui.shell.main_window import MainWindow


def add(menu: QMenu, text: str, slot: Callable[[], object] | None, key: str = "") -> QAction:
    """Add an action with its key to a menu."""
    action = QAction(text, menu)
    if key:
        action.setShortcut(QKeySequence(key))
    if slot is not None:
        action.triggered.connect(lambda _checked=False: slot())
    menu.addAction(action)
    return action


def add_choices(
    menu: QMenu, title: str, names: tuple[str, ...], choose: Callable[[str], object], *, current: str
) -> QMenu:
    """Add a menu of names of which one is chosen."""
    sub = QMenu(title, menu)
    group = QActionGroup(sub)
    for name in names:
        action = QAction(name[:1].upper() + name[1:], group)
        action.setData(name)
        action.setCheckable(True)
        action.setChecked(name == current)
        action.triggered.connect(lambda _checked=False, name=name: choose(name))
        sub.addAction(action)
    menu.addMenu(sub)
    return sub


def add_filing(menu: QMenu, window: MainWindow) -> None:
    """Add the recent sources, the verbs that read and write the configuration file, and the exports."""
    recent = QMenu("Open &recent", menu)
    recent.setToolTipsVisible(True)
    recent.aboutToShow.connect(lambda: window.opening.fill(recent))
    menu.addMenu(recent)
    menu.addSeparator()
    add(menu, "Open &configuration…", window.filing.open, "Ctrl+Shift+O")
    add(menu, "&Save", window.filing.save, "Ctrl+S")
    add(menu, "Save &as…", window.filing.save_as, "Ctrl+Shift+S")
    menu.addSeparator()
    window.camera_actions += [
        add(menu, "&Export readings…", window.export_readings, "Ctrl+E"),
        add(menu, "&Daily CSV log…", window.log_daily),
        add(menu, "Save p&icture…", window.saver.save_picture, "Ctrl+P"),
        add(menu, "Save p&lot…", lambda: window.saver.save_plot(window.panels.plot)),
    ]


def add_display(menu: QMenu, display: Display) -> None:
    """Add what changes how the picture looks: the heatmap, its colours, and who can be recognised."""
    heat = add(menu, "&Heatmap", None, "H")
    private = add(menu, "Pi&xelate people", None, "X")
    private.setToolTip("On the screen and in saved pictures. What is not counted yet is hidden wholly.")
    for action in (heat, private):
        action.setCheckable(True)
    colours = add_choices(
        menu, "Heatmap &colours", PALETTES, display.set_palette, current=display.look.palette
    )

    def tick() -> None:
        heat.setChecked(display.look.shown)
        private.setChecked(display.look.private)
        for action in colours.actions():
            action.setChecked(action.data() == display.look.palette)

    tick()
    heat.toggled.connect(display.set_shown)
    private.toggled.connect(display.set_private)
    display.changed.connect(tick)


def add_playback(menu: QMenu, window: MainWindow) -> None:
    """Add the verbs for recordings."""
    playing = window.playing
    playing.set_actions(
        [
            add(menu, "&Pause or play", playing.toggle, "Space"),
            add(menu, "One picture &on", lambda: playing.step(1), "."),
            add(menu, "One picture &back", lambda: playing.step(-1), ","),
        ]
    )
