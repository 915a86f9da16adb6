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
from crowdmon.ui.picture.style import HEAT_VIEWS, VIDEO
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
    WEIGHTS = "the camera has other weights to go back to"
    ALARM = "an alarm is on that nobody has acknowledged"
    COPY = "there are ROIs, and another camera to copy them to"


class MenuKind(StrEnum):
    """What an entry of a menu is; each kind calls its handler in its own way."""

    ACTION = "handler()"
    CHECK = "handler(on: bool)"
    CHOICE = "handler(name: str), from a submenu of names of which one is chosen"
    FILLED = "handler(menu: QMenu), which fills the submenu when it opens"
    PANELS = "shows and hides each docked panel; no handler"
    SEPARATOR = "a line"


@dataclass(frozen=True, slots=True)
class MenuEntry:
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
    kind: MenuKind = MenuKind.ACTION
    choices: tuple[str, ...] = ()
    tip: str = ""
    on_picture: bool = False


LINE = MenuEntry(kind=MenuKind.SEPARATOR)

MENUS: dict[str, tuple[MenuEntry, ...]] = {
    "&File": (
        MenuEntry("&Open source…", "open_source", "Ctrl+O"),
        MenuEntry("Open &again", "restart_camera", "F5", when=When.CAMERA),
        MenuEntry("Correct so&urce…", "correct_source", when=When.CAMERA),
        MenuEntry("Re&move camera", "remove_camera", when=When.CAMERA),
        MenuEntry("Open &recent", "fill_recent", kind=MenuKind.FILLED),
        LINE,
        MenuEntry("Open &configuration…", "open_configuration", "Ctrl+Shift+O"),
        MenuEntry("&Save", "save", "Ctrl+S"),
        MenuEntry("Sa&ve as…", "save_as", "Ctrl+Shift+S"),
        LINE,
        MenuEntry("&Export readings…", "export_readings", "Ctrl+E", when=When.CAMERA),
        MenuEntry("&Daily CSV log…", "log_daily", when=When.CAMERA),
        MenuEntry("Save p&icture…", "save_picture", "Ctrl+P", when=When.CAMERA, on_picture=True),
        MenuEntry("Save p&lot…", "save_plot", when=When.CAMERA),
        LINE,
        MenuEntry("&Quit", "quit", "Ctrl+Q"),
    ),
    "&ROI": (
        MenuEntry("&Edit ROIs", "edit_rois", "E", when=When.CAMERA, kind=MenuKind.CHECK, on_picture=True),
        MenuEntry("&New ROI", "new_roi", "N", when=When.CAMERA, on_picture=True),
        LINE,
        MenuEntry("&Undo", "undo", "Ctrl+Z", when=When.UNDO),
        MenuEntry("Re&do", "redo", "Ctrl+Shift+Z", when=When.REDO),
        LINE,
        MenuEntry("&Rename", "rename_roi", "F2", when=When.ROI, on_picture=True),
        MenuEntry("&Insert point", "insert_point", picture_key="I", when=When.ROI, on_picture=True),
        MenuEntry("De&lete", "delete_roi", picture_key="Del", when=When.ROI, on_picture=True),
        MenuEntry(
            "C&olour", "colour_roi", when=When.ROI, kind=MenuKind.CHOICE, choices=COLOURS, on_picture=True
        ),
        LINE,
        MenuEntry("&Copy ROIs to", "fill_copies", when=When.COPY, kind=MenuKind.FILLED, on_picture=True),
        LINE,
        MenuEntry("&Ground plane…", "ground_plane", "G", when=When.CAMERA, tip="For m² and people per m²."),
        LINE,
        MenuEntry("Import roi.&mat…", "import_mat", when=When.CAMERA),
        MenuEntry("Import from &YAML…", "import_yaml", when=When.CAMERA),
        MenuEntry("E&xport as YAML…", "export_yaml", when=When.ROIS),
    ),
    "&View": (
        MenuEntry(kind=MenuKind.PANELS, when=When.CAMERA),
        LINE,
        MenuEntry(
            "&Wall of cameras",
            "show_wall",
            "W",
            when=When.CAMERA,
            kind=MenuKind.CHECK,
            tip="All cameras at once. Enter or a click looks at one, Esc returns.",
        ),
        MenuEntry("&Heatmap", "show_heat", "H", kind=MenuKind.CHECK, on_picture=True),
        MenuEntry(
            "Pi&xelate people",
            "pixelate",
            "X",
            kind=MenuKind.CHECK,
            tip="On the screen and in saved pictures. What is not counted yet is hidden wholly.",
        ),
        MenuEntry(
            "Heatmap &view",
            "heat_view",
            kind=MenuKind.CHOICE,
            choices=HEAT_VIEWS,
            tip="Where it is full, averaged over 2 s; or heads as they were counted.",
        ),
        MenuEntry("Heatmap &colours", "palette", kind=MenuKind.CHOICE, choices=PALETTES),
        MenuEntry(
            "V&ideo",
            "video",
            kind=MenuKind.CHOICE,
            choices=VIDEO,
            tip="In step: a picture is shown once its count is there. Instant: at once, and the heat trails.",
        ),
        MenuEntry("&Plot time", "plot_time", kind=MenuKind.CHOICE, choices=tuple(SPANS)),
        MenuEntry("&Theme", "theme", kind=MenuKind.CHOICE, choices=tuple(THEMES)),
        LINE,
        MenuEntry("&Full screen", "full_screen", "F11"),
        MenuEntry("&Reset layout", "reset_layout"),
    ),
    "&Check": (
        MenuEntry("&Spot check…", "spot_check", "Ctrl+K", when=When.CAMERA),
        MenuEntry("&Adapt to this camera…", "adapt_camera", when=When.CAMERA),
        MenuEntry("&Go back to the weights before", "weights_back", when=When.WEIGHTS),
    ),
    "&Alarms": (
        MenuEntry("&Acknowledge…", "acknowledge_alarm", "A", when=When.ALARM),
        MenuEntry("&Show its moment", "show_moment", "Ctrl+M", when=When.ALARM),
        MenuEntry(
            "&Mute the sound",
            "mute_alarms",
            "M",
            kind=MenuKind.CHECK,
            tip="For 10 min. Then it comes back by itself.",
        ),
        LINE,
        MenuEntry("All a&larms", "show_alarms", "L", when=When.CAMERA),
        MenuEntry("&Export alarms…", "export_alarms", when=When.CAMERA),
    ),
    "&Playback": (
        MenuEntry("&Pause or play", "toggle_playback", "Space", when=When.RECORDING),
        MenuEntry("One picture &on", "step_on", ".", when=When.RECORDING),
        MenuEntry("One picture &back", "step_back", ",", when=When.RECORDING),
    ),
    "&Help": (
        MenuEntry("&Keyboard shortcuts", "show_shortcuts", "F1"),
        MenuEntry("&About crowdmon", "show_about"),
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

    def _add(self, menu: QMenu, entry: MenuEntry, handlers: Handlers, panels: Sequence[QAction]) -> None:
        if entry.kind is MenuKind.SEPARATOR:
            menu.addSeparator()
            return
        if entry.kind is MenuKind.PANELS:
            menu.addActions(panels)
            self._conditional[entry.when] += panels
            return
        handler = handlers[entry.handler]
        if entry.kind in (MenuKind.CHOICE, MenuKind.FILLED):
            action = self._add_submenu(menu, entry, handler)
        else:
            action = add_action(menu, shown_text(entry))
            action.setShortcut(QKeySequence(entry.shortcut))
            if entry.kind is MenuKind.CHECK:
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

    def _add_submenu(self, menu: QMenu, entry: MenuEntry, handler: Callable[..., object]) -> QAction:
        submenu = QMenu(entry.text, menu)
        submenu.setToolTipsVisible(True)
        self.submenus[entry.handler] = submenu
        if entry.kind is MenuKind.FILLED:
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


def shown_text(entry: MenuEntry) -> str:
    """Return an entry's text with its picture key in the place of a shortcut."""
    return f"{entry.text}\t{entry.picture_key}" if entry.picture_key else entry.text
