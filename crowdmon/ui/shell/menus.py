"""The menu bar: every verb of the window by name and by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu

from crowdmon.ui.roi.menu import add_roi_menu
from crowdmon.ui.shell.menu_parts import add_choices, add_display, add_filing, add_playback
from crowdmon.view.plot_range import CHOICES
from crowdmon.view.theme import THEMES

if TYPE_CHECKING:
    from crowdmon.ui.shell.main_window import MainWindow


def build_menus(window: MainWindow) -> None:
    """Fill the window's menu bar."""
    bar = window.menuBar()
    if bar is None:
        return
    titles = ("&File", "&ROI", "&View", "&Playback", "&Help")
    files, rois, view, play, about = (QMenu(title, bar) for title in titles)
    for menu in (files, rois, view, play, about):
        menu.setToolTipsVisible(True)
        bar.addMenu(menu)
    _add(files, "&Open source…", window.open_source, QKeySequence(QKeySequence.StandardKey.Open))
    again = _add(files, "Open &again", window.presenter.restart, QKeySequence("F5"))
    window.camera_actions.append(again)
    remove = _add(files, "&Remove camera", window.remove_focused, None)
    window.camera_actions.append(remove)
    add_filing(files, window)
    files.addSeparator()
    _add(files, "&Quit", window.close, QKeySequence("Ctrl+Q"))
    window.rois = add_roi_menu(window, rois)
    for dock in window.docks:
        action = dock.toggleViewAction()
        if action is not None:
            view.addAction(action)
            window.camera_actions.append(action)
    view.addSeparator()
    add_display(view, window.display)
    theme = window.settings.choice("theme", tuple(THEMES))
    span = window.settings.choice("span", tuple(CHOICES))
    add_choices(view, "&Plot time", tuple(CHOICES), window.set_span_name, current=span)
    add_choices(view, "&Theme", tuple(THEMES), window.set_theme_name, current=theme)
    view.addSeparator()
    _add(view, "&Full screen", window.toggle_full_screen, QKeySequence("F11"))
    _add(view, "&Reset layout", window.reset_layout, None)
    add_playback(play, window)
    _add(about, "&About crowdmon", window.show_about, None)


def _add(menu: QMenu, text: str, slot: object, key: QKeySequence | None) -> QAction:
    action = QAction(text, menu)
    if key is not None:
        action.setShortcut(key)
    if callable(slot):
        action.triggered.connect(lambda _checked=False: slot())
    menu.addAction(action)
    return action
