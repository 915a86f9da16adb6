"""The menu bar as one table: every action of the window by name, key, handler and when it can be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import cast

from PyQt6.QtGui import QAction, QActionGroup, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar

from crowdmon.config import COLOURS
from crowdmon.heatmap import PALETTES
from crowdmon.view.plot_range import CHOICES as SPANS
from crowdmon.view.theme import THEMES


class When(StrEnum):
    """When an action can be used."""

    ALWAYS = "always"
    CAMERA = "a camera is open"
    RECORDING = "what is shown can be paused"
    UNDO = "there is a step to undo"
    REDO = "there is a step to redo"
    ROI = "a ROI is selected"
    ROIS = "the camera has a ROI"
    COPY = "there are ROIs, and another camera to copy them to"


class Kind(StrEnum):
    """What an entry of a menu is; each kind calls its handler in its own way."""

    ACTION = "handler()"
    CHECK = "handler(on: bool)"
    CHOICE = "handler(name: str), from a submenu of names of which one is chosen"
    FILLED = "handler(menu: QMenu), which fills the submenu when it opens"
    PANELS = "shows and hides each docked panel; no handler"
    SEPARATOR = "a line"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a menu.

    Attributes:
        text: as shown; ``&`` marks the mnemonic.
        handler: the name of what is called; see :class:`Kind`.
        shortcut: its key everywhere in the window.
        picture_key: its key while the picture has the focus; the picture handles it.
        when: when it can be used.
        kind: what it is.
        choices: the names of a CHOICE.
        tip: said when the mouse rests on it.
        on_picture: whether the picture's own menu offers it too.
    """

    text: str = ""
    handler: str = ""
    shortcut: str = ""
    picture_key: str = ""
    when: When = When.ALWAYS
    kind: Kind = Kind.ACTION
    choices: tuple[str, ...] = ()
    tip: str = ""
    on_picture: bool = False


LINE = Entry(kind=Kind.SEPARATOR)

MENUS: dict[str, tuple[Entry, ...]] = {
    "&File": (
        Entry("&Open source…", "open_source", "Ctrl+O"),
        Entry("Open &again", "restart_camera", "F5", when=When.CAMERA),
        Entry("Re&move camera", "remove_camera", when=When.CAMERA),
        Entry("Open &recent", "fill_recent", kind=Kind.FILLED),
        LINE,
        Entry("Open &configuration…", "open_configuration", "Ctrl+Shift+O"),
        Entry("&Save", "save", "Ctrl+S"),
        Entry("Sa&ve as…", "save_as", "Ctrl+Shift+S"),
        LINE,
        Entry("&Export readings…", "export_readings", "Ctrl+E", when=When.CAMERA),
        Entry("&Daily CSV log…", "log_daily", when=When.CAMERA),
        Entry("Save p&icture…", "save_picture", "Ctrl+P", when=When.CAMERA),
        Entry("Save p&lot…", "save_plot", when=When.CAMERA),
        LINE,
        Entry("&Quit", "quit", "Ctrl+Q"),
    ),
    "&ROI": (
        Entry("&Edit ROIs", "edit_rois", "E", when=When.CAMERA, kind=Kind.CHECK, on_picture=True),
        Entry("&New ROI", "new_roi", "N", when=When.CAMERA, on_picture=True),
        LINE,
        Entry("&Undo", "undo", "Ctrl+Z", when=When.UNDO),
        Entry("Re&do", "redo", "Ctrl+Shift+Z", when=When.REDO),
        LINE,
        Entry("&Rename", "rename_roi", "F2", when=When.ROI, on_picture=True),
        Entry("&Insert point", "insert_point", picture_key="I", when=When.ROI, on_picture=True),
        Entry("De&lete", "delete_roi", picture_key="Del", when=When.ROI, on_picture=True),
        Entry("C&olour", "colour_roi", when=When.ROI, kind=Kind.CHOICE, choices=COLOURS),
        LINE,
        Entry("&Copy ROIs to", "fill_copies", when=When.COPY, kind=Kind.FILLED, on_picture=True),
        LINE,
        Entry("Import roi.&mat…", "import_mat", when=When.CAMERA),
        Entry("Import from &YAML…", "import_yaml", when=When.CAMERA),
        Entry("E&xport as YAML…", "export_yaml", when=When.ROIS),
    ),
    "&View": (
        Entry(kind=Kind.PANELS, when=When.CAMERA),
        LINE,
        Entry("&Heatmap", "show_heat", "H", kind=Kind.CHECK),
        Entry(
            "Pi&xelate people",
            "pixelate",
            "X",
            kind=Kind.CHECK,
            tip="On the screen and in saved pictures. What is not counted yet is hidden wholly.",
        ),
        Entry("Heatmap &colours", "palette", kind=Kind.CHOICE, choices=PALETTES),
        Entry("&Plot time", "plot_time", kind=Kind.CHOICE, choices=tuple(SPANS)),
        Entry("&Theme", "theme", kind=Kind.CHOICE, choices=tuple(THEMES)),
        LINE,
        Entry("&Full screen", "full_screen", "F11"),
        Entry("&Reset layout", "reset_layout"),
    ),
    "&Playback": (
        Entry("&Pause or play", "toggle_playback", "Space", when=When.RECORDING),
        Entry("One picture &on", "step_on", ".", when=When.RECORDING),
        Entry("One picture &back", "step_back", ",", when=When.RECORDING),
    ),
    "&Help": (
        Entry("&Keyboard shortcuts", "show_shortcuts", "F1"),
        Entry("&About crowdmon", "show_about"),
    ),
}
"""The menu bar from left to right."""

Handlers = Mapping[str, Callable[..., object]]


class Menus:
    """The menu bar built from :data:`MENUS`, and the one way to enable and tick what is in it."""

    def __init__(self, bar: QMenuBar, handlers: Handlers, panels: Sequence[QAction]) -> None:
        """Fill the bar.

        Args:
            bar: the window's, empty.
            handlers: what to call by the names in :data:`MENUS`. Raises KeyError if one is missing.
            panels: the actions that show and hide the docked panels.
        """
        self.actions: dict[str, QAction] = {}
        """By handler; of a submenu the action that opens it."""
        self.submenus: dict[str, QMenu] = {}
        """By handler."""
        self.on_picture: list[QAction] = []
        """What the picture's own menu offers too."""
        self._conditional: dict[When, list[QAction]] = {when: [] for when in When}
        for title, entries in MENUS.items():
            menu = QMenu(title, bar)
            menu.setToolTipsVisible(True)
            bar.addMenu(menu)
            for entry in entries:
                self._add(menu, entry, handlers, panels)
        for when in When:
            self.enable(when, when is When.ALWAYS)

    def enable(self, when: When, on: bool) -> None:
        """Say whether a condition holds, for all actions that need it."""
        for action in self._conditional[when]:
            action.setEnabled(on)

    def check(self, handler: str, on: bool) -> None:
        """Tick a CHECK entry, or take its tick away."""
        self.actions[handler].setChecked(on)

    def choose(self, handler: str, name: str) -> None:
        """Tick one name of a CHOICE entry; an empty name ticks none."""
        for action in self.submenus[handler].actions():
            action.setChecked(action.data() == name)

    def _add(self, menu: QMenu, entry: Entry, handlers: Handlers, panels: Sequence[QAction]) -> None:
        if entry.kind is Kind.SEPARATOR:
            menu.addSeparator()
            return
        if entry.kind is Kind.PANELS:
            menu.addActions(panels)
            self._conditional[entry.when] += panels
            return
        handler = handlers[entry.handler]
        if entry.kind in (Kind.CHOICE, Kind.FILLED):
            action = self._add_submenu(menu, entry, handler)
        else:
            action = add_action(menu, shown_text(entry))
            action.setShortcut(QKeySequence(entry.shortcut))
            if entry.kind is Kind.CHECK:
                action.setCheckable(True)
                action.toggled.connect(handler)
            else:
                action.triggered.connect(lambda _checked=False: handler())
        if entry.tip:
            action.setToolTip(entry.tip)
        self.actions[entry.handler] = action
        self._conditional[entry.when].append(action)
        if entry.on_picture:
            self.on_picture.append(action)

    def _add_submenu(self, menu: QMenu, entry: Entry, handler: Callable[..., object]) -> QAction:
        submenu = QMenu(entry.text, menu)
        submenu.setToolTipsVisible(True)
        self.submenus[entry.handler] = submenu
        if entry.kind is Kind.FILLED:
            submenu.aboutToShow.connect(lambda: handler(submenu))
        else:
            group = QActionGroup(submenu)
            for name in entry.choices:
                action = add_action(submenu, name[:1].upper() + name[1:], partial(handler, name))
                action.setData(name)
                action.setCheckable(True)
                group.addAction(action)
        return cast(QAction, menu.addMenu(submenu))  # Qt makes one always


def add_action(menu: QMenu, text: str, slot: Callable[[], object] | None = None) -> QAction:
    """Add an action to a menu."""
    action = QAction(text, menu)
    if slot is not None:
        action.triggered.connect(lambda _checked=False: slot())
    menu.addAction(action)
    return action


def shown_text(entry: Entry) -> str:
    """Return an entry's text with its picture key in the place of a shortcut."""
    return f"{entry.text}\t{entry.picture_key}" if entry.picture_key else entry.text


def shortcuts() -> list[tuple[str, str]]:
    """Return (key, what it does) of every entry with a key, in the order of the menus."""
    entries = (entry for entries in MENUS.values() for entry in entries)
    keyed = ((entry.shortcut or entry.picture_key, entry.text) for entry in entries)
    return [(key, text.replace("&", "").rstrip("…")) for key, text in keyed if key]
