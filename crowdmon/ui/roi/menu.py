"""Puts the ROI editor into the window: its menu, its keys, and the panels that follow it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QAction, QPainter
from PyQt6.QtWidgets import QMenu, QToolTip, QWidget

from crowdmon.config import COLOURS, RoiConfig
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.roi.files import RoiFiles
from crowdmon.ui.roi.handles import paint_editing, paint_frame
from crowdmon.ui.roi.name_box import NameBox
from crowdmon.ui.roi.overlay import RoiShape
from crowdmon.ui.roi.pointer import RoiPointer
from crowdmon.ui.shell.menu_parts import add, add_choices
from crowdmon.view.fit import Fit
from crowdmon.view.wording import NO_COUNT

if TYPE_CHECKING:
    from crowdmon.ui.shell.main_window import MainWindow


class RoiDesk(QObject):
    """Connects the editor with the picture, the table, the status bar and the engine."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._panels = window.panels
        self.view = window.panels.stage.video
        self.editor = RoiEditor(self)
        self.files = RoiFiles(window, self.editor)
        pointer = RoiPointer(self.view, self.editor)
        pointer.rename_asked.connect(self._rename_on_picture)
        self.view.overlay = self
        self._upon = QMenu(self.view)
        self.editor.changed.connect(self.view.update)
        self.editor.rois_changed.connect(window.presenter.set_rois)
        self.editor.hint_changed.connect(self._panels.status.set_hint)
        self.editor.editing_changed.connect(self._editing)
        self.editor.selected_changed.connect(self._panels.readings.choose)
        self._panels.readings.roi_chosen.connect(self._chosen)
        self._panels.readings.rename_asked.connect(self.rename)
        window.presenter.focus_changed.connect(self._follow)
        window.bridge.config_changed.connect(self._follow)
        self._follow()

    def shapes(self, shapes: tuple[RoiShape, ...]) -> tuple[RoiShape, ...]:
        """Return the ROIs as they are dragged; what was counted elsewhere is no number of theirs."""
        drafted = {roi.name: roi.polygon for roi in self.editor.draft.rois}
        return tuple(
            replace(one, polygon=drafted[one.name], count=NO_COUNT)
            if drafted.get(one.name, one.polygon) != one.polygon
            else one
            for one in shapes
        )

    def paint(self, painter: QPainter, place: Fit) -> None:
        """Draw handles while ROIs are edited."""
        if self.editor.editing:
            paint_frame(painter, place, focused=self.view.hasFocus())
            paint_editing(painter, place, self.editor)

    def rename(self, name: str = "") -> None:
        """Edit a ROI's name where it stands; that of the selected one by default."""
        name = name or self.editor.selected
        cell = self._panels.readings.cell_of(name)
        table = cell[0].parentWidget() if cell is not None else None
        if cell is not None and table is not None and table.hasFocus():
            self._open_box(cell[0], cell[1], name)
        else:
            self._rename_on_picture(name)

    def colour(self) -> str:
        """Return the name of the selected ROI's colour; empty while none is selected."""
        for place, roi in enumerate(self.editor.settled.rois):
            if roi.name == self.editor.selected:
                return COLOURS[roi.colour_at(place)]
        return ""

    def recolour(self, colour: str) -> None:
        """Give the selected ROI another of :data:`COLOURS`."""
        name = self.editor.selected
        chosen = next(one for one in COLOURS if one == colour)
        if name:
            self.editor.do(lambda draft: draft.recolour(name, chosen))

    def fill_copies(self, menu: QMenu) -> None:
        """Fill a menu with the cameras that ROIs can be copied to."""
        menu.clear()
        chosen = self._copied()
        for name in self._others():
            add(menu, name.replace("&", "&&"), partial(self.editor.give, name, chosen))

    def entitle_copies(self, menu: QMenu) -> None:
        """Say what would be copied; the menu's actions stay, one of them may be at work."""
        menu.setTitle(f"&Copy {self.editor.selected.replace('&', '&&') or 'ROIs'} to")
        menu.setEnabled(bool(self._others() and self._copied()))

    def _copied(self) -> tuple[RoiConfig, ...]:
        draft, name = self.editor.settled, self.editor.selected
        return (draft[name],) if name in draft.names else draft.rois

    def _others(self) -> list[str]:
        names = [camera.name for camera in self._window.bridge.config.cameras]
        return [name for name in names if name != self.editor.camera]

    def show_menu(self, at: QPoint) -> None:
        """Offer whatever was added to the picture as its actions."""
        self._upon.clear()
        self._upon.addActions(self.view.actions())
        self._upon.popup(self.view.mapToGlobal(at))

    def _rename_on_picture(self, name: str) -> None:
        place = self.view.label_place(name).toRect()
        if place.isValid():
            self._open_box(self.view, place, name)

    def _open_box(self, parent: QWidget, place: QRect, name: str) -> None:
        def keep(new: str) -> bool:
            done = name not in self.editor.draft.names or self.editor.rename(name, new)
            if not done and self.editor.refusal is not None:
                QToolTip.showText(box.mapToGlobal(QPoint(0, box.height())), self.editor.refusal.reason, box)
                box.setAccessibleDescription(self.editor.refusal.reason)
                self.editor.refusal = None
            return done

        box = NameBox(parent, place, name, keep)

    def _editing(self, on: bool) -> None:
        if on:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.view.unsetCursor()

    def _chosen(self, name: str) -> None:
        if name != self.editor.selected:
            self.editor.select(name)

    def _follow(self, _: object = None) -> None:
        name = self._window.presenter.focused
        cameras = {one.name: one.rois for one in self._window.bridge.config.cameras}
        self.editor.keep(cameras)
        self.editor.set_camera(name, cameras.get(name, ()))
        if not name:
            self.editor.set_editing(False)


def add_roi_menu(window: MainWindow, menu: QMenu) -> RoiDesk:
    """Fill the ROI menu, and offer the same upon the picture."""
    desk = RoiDesk(window)
    editor, files = desk.editor, desk.files
    edit = add(menu, "&Edit ROIs", None, "E")
    edit.setCheckable(True)
    edit.toggled.connect(editor.set_editing)
    editor.editing_changed.connect(edit.setChecked)
    new = add(menu, "&New ROI", editor.begin_sketch, "N")
    menu.addSeparator()
    undo = add(menu, "&Undo", editor.undo, "Ctrl+Z")
    redo = add(menu, "Re&do", editor.redo, "Ctrl+Shift+Z")
    menu.addSeparator()
    rename = add(menu, "&Rename", desk.rename, "F2")
    insert = add(menu, "&Insert point\tI", editor.insert_point)
    delete = add(menu, "De&lete\tDel", editor.delete)
    tint = add_choices(menu, "C&olour", COLOURS, desk.recolour, current="")
    menu.addSeparator()
    copy = QMenu("&Copy ROIs to", menu)
    copy.aboutToShow.connect(lambda: desk.fill_copies(copy))
    menu.addMenu(copy)
    menu.addSeparator()
    mat = add(menu, "Import roi.&mat…", files.import_mat)
    yaml = add(menu, "Import from &YAML…", files.import_yaml)
    export = add(menu, "E&xport as YAML…", files.export_yaml)

    def enable() -> None:
        some, chosen = bool(editor.camera), bool(editor.selected)
        draft, drawing = editor.settled, editor.sketch is not None
        for action in (edit, new, mat, yaml):
            action.setEnabled(some)
        undo.setEnabled(drawing or bool(draft.past))
        redo.setEnabled(not drawing and bool(draft.future))
        for action in (rename, insert, delete):
            action.setEnabled(chosen)
        export.setEnabled(bool(draft.rois))
        tint.setEnabled(chosen)
        for action, name in zip(tint.actions(), COLOURS, strict=True):
            action.setChecked(name == desk.colour())
        desk.entitle_copies(copy)

    editor.hint_changed.connect(lambda _: enable())
    enable()
    view = desk.view
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(desk.show_menu)
    upon: list[QAction | None] = [edit, new, rename, insert, delete, copy.menuAction()]
    view.addActions([action for action in upon if action is not None])
    return desk
