"""Opens the comparison of a camera that was turned, and does what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from crowdmon.config import RoiConfig, with_cameras
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.view_row import ViewRow
from crowdmon.ui.shell.docks import Focus
from crowdmon.ui.view_changed.dialog import ViewChangedDialog
from crowdmon.ui.view_changed.keeper import Seen, SeenBefore
from crowdmon.view.theme import DARK, Theme


class ViewChangedOpener(QObject):
    """One for the window."""

    def __init__(
        self, window: QWidget, bridge: Bridge, focus: Focus, row: ViewRow, *, private: Callable[[], bool]
    ) -> None:
        """``private`` tells whether people are pixelated in the window."""
        super().__init__(window)
        self._window, self._bridge, self._focus, self._private = window, bridge, focus, private
        self._theme = DARK
        self.before = SeenBefore(bridge, self)
        row.compare_asked.connect(self.open)
        row.right_asked.connect(self.confirm)

    def open(self) -> None:
        """Compare before and now of the camera that is looked at."""
        name = self._focus.focused
        camera = next((one for one in self._bridge.config.cameras if one.name == name), None)
        look = self._bridge.look(name)
        shown = None if look is None else look.view or look.counted
        if camera is None or look is None or shown is None:
            return
        before = self.before.before(name, look.status.since)
        now = Seen(shown, None)  # nobody was counted in it
        dialog = ViewChangedDialog(
            camera, before, now, private=self._private(), theme=self._theme, parent=self._window
        )
        dialog.moved.connect(partial(self._move, name))
        dialog.confirmed.connect(self.confirm)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def confirm(self) -> None:
        """Take what the camera shows for right."""
        name = self._focus.focused
        self.before.forget(name)
        self._bridge.restart(name)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme

    def _move(self, name: str, rois: Sequence[RoiConfig]) -> None:
        """Count the moved ROIs; who moves ROIs on a view that has changed has seen it."""
        self.before.forget(name)
        changed = {"rois": tuple(rois), "ground": None, "rois_at": "ground"}
        cameras = tuple(
            one.model_copy(update=changed) if one.name == name else one for one in self._bridge.config.cameras
        )
        self._bridge.apply(with_cameras(self._bridge.config, cameras))
