"""Connects the ROI editor with the picture, the table, the status bar, the menus and the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PyQt6.QtWidgets import QLineEdit, QMenu, QToolTip, QWidget

from crowdmon.config import COLOURS, RoiConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.roi.files import RoiFiles
from crowdmon.ui.roi.handles import paint_editing, paint_frame
from crowdmon.ui.roi.overlay import RoiShape
from crowdmon.ui.roi.pointer import RoiPointer
from crowdmon.ui.shell.menus import Menus, When, add_action
from crowdmon.ui.shell.panels import Panels
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.view.fit import Fit
from crowdmon.view.wording import NO_COUNT

_LEAST_WIDTH, _LEAST_HEIGHT = 160, 32


class RoiController(QObject):
    """Lets the user edit the ROIs of the camera looked at; finished edits go to the engine."""

    def __init__(self, window: QWidget, bridge: Bridge, presenter: Presenter, panels: Panels) -> None:
        super().__init__(window)
        self._bridge, self._presenter, self._panels = bridge, presenter, panels
        self.view = panels.picture.video
        self.editor = RoiEditor(self)
        self.files = RoiFiles(window, self.editor, self.view, bridge)
        pointer = RoiPointer(self.view, self.editor)
        pointer.rename_asked.connect(self._rename_on_picture)
        self.view.overlay = self
        self._picture_menu = QMenu(self.view)
        self.editor.changed.connect(self.view.update)
        self.editor.rois_changed.connect(presenter.set_rois)
        self.editor.hint_changed.connect(panels.status.set_hint)
        self.editor.editing_changed.connect(self._editing)
        self.editor.selected_changed.connect(panels.readings.choose)
        self.editor.roi_drawn.connect(self._rename_on_picture)
        panels.readings.roi_chosen.connect(self._chosen)
        panels.inspector.renamed.connect(self._rename_selected)
        panels.inspector.recoloured.connect(self.recolour)
        panels.inspector.area_given.connect(self._measure)
        panels.readings.rename_asked.connect(self.rename)
        presenter.focus_changed.connect(self._follow)
        bridge.config_changed.connect(self._follow)
        self._follow()

    def set_menus(self, menus: Menus) -> None:
        """Enable and tick the ROI menu from now on, and offer a part of it on the picture."""
        self.editor.editing_changed.connect(partial(menus.check, "edit_rois"))
        self.editor.hint_changed.connect(lambda _: self._show_in(menus))
        self._show_in(menus)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self.show_menu)
        self.view.addActions(menus.on_picture)

    def _show_in(self, menus: Menus) -> None:
        draft, drawing = self.editor.settled, self.editor.sketch is not None
        menus.enable(When.UNDO, drawing or bool(draft.past))
        menus.enable(When.REDO, not drawing and bool(draft.future))
        menus.enable(When.ROI, bool(self.editor.selected))
        menus.enable(When.ROIS, bool(draft.rois))
        menus.choose("colour_roi", self.colour())
        menus.enable(When.COPY, bool(self._others() and self._copied()))
        # The submenu's actions stay as they are: one of them may be the one that is running.
        selected = self.editor.selected.replace("&", "&&")
        menus.submenus["fill_copies"].setTitle(f"&Copy {selected or 'ROIs'} to")

    def shapes(self, shapes: tuple[RoiShape, ...]) -> tuple[RoiShape, ...]:
        """Return the ROIs as they are dragged; one with another outline has no count yet."""
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
        """Edit a ROI's name in place; that of the selected ROI by default."""
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

    def _rename_selected(self, new: str) -> None:
        done = self.editor.rename(self.editor.selected, new)
        refusal, self.editor.refusal = self.editor.refusal, None
        self._panels.inspector.say("" if done or refusal is None else refusal.reason)

    def _measure(self, area: float | None) -> None:
        name = self.editor.selected
        if name:
            self.editor.do(lambda draft: draft.measured(name, area))

    def fill_copies(self, menu: QMenu) -> None:
        """Fill a menu with the cameras that ROIs can be copied to."""
        menu.clear()
        chosen = self._copied()
        for name in self._others():
            add_action(menu, name.replace("&", "&&"), partial(self.editor.give, name, chosen))

    def _copied(self) -> tuple[RoiConfig, ...]:
        draft, name = self.editor.settled, self.editor.selected
        return (draft[name],) if name in draft.names else draft.rois

    def _others(self) -> list[str]:
        names = [camera.name for camera in self._bridge.config.cameras]
        return [name for name in names if name != self.editor.camera]

    def show_menu(self, at: QPoint) -> None:
        """Open the picture's own menu: the actions that were added to the picture."""
        self._picture_menu.clear()
        self._picture_menu.addActions(self.view.actions())
        self._picture_menu.popup(self.view.mapToGlobal(at))

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
        name = self._presenter.focused
        cameras = {one.name: one.rois for one in self._bridge.config.cameras}
        self.editor.keep(cameras)
        self.editor.set_camera(name, cameras.get(name, ()))
        if not name:
            self.editor.set_editing(False)


class NameBox(QLineEdit):
    """A text field over a name; when it closes, the focus returns to where it was."""

    def __init__(self, parent: QWidget, place: QRect, name: str, keep: Callable[[str], bool]) -> None:
        """Open the field and take the focus.

        Args:
            parent: the widget that shows the name.
            place: where the name is in it; the field is as wide as a name needs, and stays inside the widget.
            name: the name.
            keep: takes the new name; False if it cannot be, then the box stays.
        """
        super().__init__(name, parent)
        self.setAccessibleName("Name of the ROI")
        self.setMaxLength(64)
        self._keep = keep
        self._open = True
        window = parent.window()
        self._back = (window.focusWidget() if window is not None else None) or parent
        width, height = max(place.width(), _LEAST_WIDTH), max(place.height(), _LEAST_HEIGHT)
        left = max(min(place.left(), parent.width() - width), 0)
        top = max(min(place.center().y() - height // 2, parent.height() - height), 0)
        self.setGeometry(left, top, width, height)
        self.returnPressed.connect(self._finish)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, a0: QEvent | None) -> bool:
        """Take every key before it can be a shortcut of the window: it may be part of a name."""
        if a0 is not None and a0.type() == QEvent.Type.ShortcutOverride:
            a0.accept()
            return True
        return super().event(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Close on Escape; no key reaches the widget below."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(a0)
        if a0 is not None:
            a0.accept()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Take the name when the focus moves elsewhere, if it is allowed."""
        super().focusOutEvent(a0)
        if self._open and a0 is not None and a0.reason() != Qt.FocusReason.PopupFocusReason:
            self._open = False
            self._keep(self.text())
            self.hide()
            self.deleteLater()

    def _finish(self) -> None:
        if self._keep(self.text()):
            self._close()
        else:
            self.selectAll()

    def _close(self) -> None:
        self._open = False
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.deleteLater()
