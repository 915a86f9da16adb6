"""What was removed last, and the way back: a strip that says so, and Ctrl+Z."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from crowdmon.ui.bridge import Bridge
from crowdmon.ui.roi.editor import RoiEditor
from crowdmon.ui.shell.camera_edits import Removed
from crowdmon.ui.shell.menus import Menus, When
from crowdmon.ui.shell.presenter import Presenter

SHOWN_S = 20.0
"""Seconds for which the strip is shown. Ctrl+Z brings a camera back after that too."""


class RemovalStrip(QWidget):
    """One line above the picture: what was removed, and a button that undoes it.

    Signals:
        undo_asked(): by the button.
    """

    undo_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("removal")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAccessibleName("Removed")
        self.button = QPushButton("Undo")
        self.button.setToolTip("Ctrl+Z")
        self.button.clicked.connect(lambda _checked=False: self.undo_asked.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.addWidget(self.text)
        row.addWidget(self.button)
        row.addStretch(1)
        self.hide()

    def say(self, name: str) -> None:
        """Say what was removed; an empty name hides the strip."""
        self.text.setText(f"{name} removed." if name else "")
        self.button.setAccessibleName(f"Undo: bring {name} back")
        self.setVisible(bool(name))


@dataclass(slots=True)
class _Step:
    """A camera that was removed, and how many edits of ROIs came after it."""

    removed: Removed
    edits: int = 0


class Removals(QObject):
    """Undoes the last removal. Cameras and edits of ROIs share one order: what was done last goes first."""

    def __init__(
        self, bridge: Bridge, presenter: Presenter, editor: RoiEditor, strip: RemovalStrip, menus: Menus
    ) -> None:
        super().__init__(strip)
        self._bridge, self._presenter, self._editor, self._strip = bridge, presenter, editor, strip
        self._menus = menus
        self._steps: list[_Step] = []
        self._until = 0.0
        self._roi_shown = self._undoing = False
        strip.undo_asked.connect(self._undo_shown)
        editor.rois_changed.connect(self._edited)
        editor.roi_deleted.connect(partial(self._say, roi=True))
        editor.hint_changed.connect(self._show_in_menu)
        presenter.focus_changed.connect(self._looked_elsewhere)
        bridge.beat.connect(self._beat)

    def remove(self, name: str) -> None:
        """Remove a camera, so that it can come back."""
        removed = self._presenter.remove(name)
        if removed is not None:
            self._steps.append(_Step(removed))
            self._say(name, roi=False)
            self._show_in_menu()

    def undo(self) -> None:
        """Undo what was done last: bring a camera back, or take back an edit of ROIs."""
        step = self._steps[-1] if self._steps else None
        drawing = self._editor.sketch is not None
        if step is not None and not drawing and (step.edits <= 0 or not self._editor.settled.past):
            self._restore()
            return
        if step is not None and not drawing:
            step.edits -= 1
        self._undoing = True
        self._editor.undo()
        self._undoing = False

    def forget(self) -> None:
        """Forget what was removed: another configuration was opened."""
        self._steps.clear()
        self._say("", roi=False)
        self._show_in_menu()

    def _restore(self) -> None:
        step = self._steps.pop()
        self._say("", roi=False)
        self._presenter.restore(step.removed)
        self._show_in_menu()

    def _undo_shown(self) -> None:
        if self._roi_shown:
            self.undo()
        elif self._steps:
            self._restore()

    def _edited(self, _camera: str, _rois: object) -> None:
        if self._steps and not self._undoing:
            self._steps[-1].edits += 1
        self._say("", roi=False)

    def _looked_elsewhere(self, _name: str) -> None:
        if self._roi_shown:  # the editor undoes the steps of the camera that is looked at
            self._say("", roi=False)

    def _say(self, name: str, *, roi: bool) -> None:
        self._roi_shown = roi
        self._until = self._bridge.now() + SHOWN_S
        self._strip.say(name)

    def _beat(self, now: float) -> None:
        if now > self._until and self._strip.isVisible():
            self._say("", roi=False)

    def _show_in_menu(self, _hint: str = "") -> None:
        editor = self._editor
        self._menus.enable(
            When.UNDO, bool(self._steps) or editor.sketch is not None or bool(editor.settled.past)
        )
