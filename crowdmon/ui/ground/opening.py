"""Opens the calibration of the camera that is looked at, and gives the camera what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from crowdmon.config import with_cameras
from crowdmon.config.ground import GroundConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.ground.dialog import GroundDialog
from crowdmon.ui.shell.docks import Focus
from crowdmon.view.theme import DARK, Theme


class GroundOpener(QObject):
    """One for the window; each camera has one calibration at a time."""

    def __init__(self, window: QWidget, bridge: Bridge, focus: Focus, *, private: Callable[[], bool]) -> None:
        """``private`` tells whether people are pixelated in the window."""
        super().__init__(window)
        self._window, self._bridge, self._focus, self._private = window, bridge, focus, private
        self._theme = DARK
        self._open: dict[str, GroundDialog] = {}
        bridge.beat.connect(self._beat)

    def open(self) -> None:
        """Calibrate the camera that is looked at."""
        name = self._focus.focused
        camera = next((one for one in self._bridge.config.cameras if one.name == name), None)
        if camera is None:
            return
        dialog = self._open.get(name)
        if dialog is None:
            dialog = GroundDialog(camera, theme=self._theme, parent=self._window)
            dialog.use_asked.connect(partial(self._use, name))
            dialog.finished.connect(lambda _result: self._open.pop(name, None))
            dialog.finished.connect(dialog.deleteLater)
            self._open[name] = dialog
        self._show_picture(name, dialog)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        for dialog in self._open.values():
            dialog.set_theme(theme)

    def close(self) -> None:
        """The window is closed."""
        for dialog in tuple(self._open.values()):
            dialog.reject()

    def _beat(self, _now: float) -> None:
        for name, dialog in self._open.items():
            if not dialog.has_picture:
                self._show_picture(name, dialog)

    def _show_picture(self, name: str, dialog: GroundDialog) -> None:
        seen = self._bridge.look(name)
        if not dialog.has_picture and seen is not None and seen.counted is not None:
            dialog.show_picture(seen.counted, seen.density, private=self._private())

    def _use(self, name: str, ground: GroundConfig | None, at_heads: bool) -> None:
        drawn = "heads" if at_heads and ground is not None else "ground"
        cameras = tuple(
            one.model_copy(update={"ground": ground, "rois_at": drawn}) if one.name == name else one
            for one in self._bridge.config.cameras
        )
        self._bridge.apply(with_cameras(self._bridge.config, cameras))
