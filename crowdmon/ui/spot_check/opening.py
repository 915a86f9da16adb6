"""Opens spot checks and adapting, says how a camera was checked, and puts adapted weights to use."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from crowdmon.config import CameraConfig, with_cameras
from crowdmon.counting.factory import make_counter_factory
from crowdmon.engine.protocols import CounterFactory
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.readings.readings_panel import ReadingsPanel
from crowdmon.ui.shell.docks import Focus
from crowdmon.ui.shell.document import DocumentDialogs
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.shell.status_bar import StatusBar
from crowdmon.ui.spot_check import keeping
from crowdmon.ui.spot_check.adapt_dialog import AdaptDialog, Start
from crowdmon.ui.spot_check.child import AdaptChild, command
from crowdmon.ui.spot_check.control import SpotChecks
from crowdmon.ui.spot_check.dialog import SpotCheckDialog
from crowdmon.view.theme import DARK, Theme

D = TypeVar("D", SpotCheckDialog, AdaptDialog)


class Shows(Protocol):
    """The panels that say how a camera was checked."""

    @property
    def readings(self) -> ReadingsPanel: ...  # noqa: D102
    @property
    def status(self) -> StatusBar: ...  # noqa: D102


class SpotCheckOpener(QObject):
    """One for the window; each camera has one spot check and one adapting at a time.

    Signals:
        back_changed(bool): whether the camera looked at has other weights to go back to.
    """

    back_changed = pyqtSignal(bool)

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        focus: Focus,
        panels: Shows,
        *,
        settings: Settings,
        dialogs: DocumentDialogs,
        counters: CounterFactory | None = None,
        start: Start = command,
    ) -> None:
        """``counters`` builds what shows a result, the usual one if None; ``start`` gives a child's words."""
        super().__init__(window)
        self._window, self._bridge, self._focus, self._panels = window, bridge, focus, panels
        self._dialogs = dialogs
        self.counters = counters
        self.start = start
        self._theme = DARK
        self.checks = SpotChecks(bridge, focus, settings)
        self._children: list[AdaptChild] = []
        self._before: dict[str, str | None] = {}
        self._checking: dict[str, SpotCheckDialog] = {}
        self._adapting: dict[str, AdaptDialog] = {}
        self.checks.changed.connect(self._changed)
        focus.focus_changed.connect(self._show)
        bridge.config_changed.connect(self._show)
        panels.readings.check_asked.connect(self.open)
        panels.status.check_asked.connect(self.open)

    def open(self) -> None:
        """Check the camera that is looked at."""
        name = self._focus.focused
        if not name:
            return
        dialog = self._checking.get(name)
        if dialog is None:
            dialog = SpotCheckDialog(self._bridge, self.checks, name, theme=self._theme, parent=self._window)
            dialog.adapt_asked.connect(self.adapt)
            dialog.back_asked.connect(self.go_back)
            self._hold(self._checking, name, dialog)
        self._show_back(name)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def adapt(self, name: str = "") -> None:
        """Adapt the weights to a camera; to the one looked at if no name is given."""
        camera = self.checks.camera(name or self._focus.focused)
        if camera is None:
            return
        dialog = self._adapting.get(camera.name)
        if dialog is None:
            child = AdaptChild(self)
            self._children.append(child)
            dialog = AdaptDialog(
                self._bridge,
                camera,
                self.checks.of(camera.name).checks,
                history=self.checks.history,
                counters=self.counters or make_counter_factory(self._bridge.reads.get("the weights")),
                child=child,
                theme=self._theme,
                start=self.start,
                parent=self._window,
            )
            dialog.use_asked.connect(partial(self._use, camera.name, dialog))
            dialog.label_asked.connect(partial(self._label_more, camera.name))
            self._hold(self._adapting, camera.name, dialog)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _hold(self, held: dict[str, D], name: str, dialog: D) -> None:
        dialog.finished.connect(lambda _result: held.pop(name, None))
        dialog.finished.connect(self._show)
        dialog.finished.connect(dialog.deleteLater)
        held[name] = dialog

    def _label_more(self, name: str) -> None:
        self._focus.focus(name)
        self.open()

    def _use(self, name: str, dialog: AdaptDialog, adapted: Path) -> None:
        """Copy adapted weights beside the configuration, and count the camera with them."""
        document = self._dialogs.document
        if document.path is None and not self._dialogs.save():
            dialog.used("The weights are kept beside the configuration: save that first.")
            return
        if document.path is None:
            return
        day = datetime.fromtimestamp(self._bridge.now()).date()
        target = keeping.weights_place(document.path.absolute().parent, name, day)

        def done(_result: object, error: Exception | None) -> None:
            if error is None:
                self._set(name, str(target))
            if self._adapting.get(name) is dialog:  # it may have been closed meanwhile
                dialog.used("" if error is None else f"The camera counts as it did: {error}")

        self._bridge.run_task(lambda _: keeping.copy_weights(adapted, target), done)

    def go_back(self, name: str = "") -> None:
        """Count a camera with the weights it had before; once more, and it has the newer ones again."""
        camera = self.checks.camera(name or self._focus.focused)
        if camera is not None and self._can_go_back(camera):
            self._set(camera.name, self._before.get(camera.key))

    def _can_go_back(self, camera: CameraConfig) -> bool:
        return camera.weights is not None or self._before.get(camera.key) is not None

    def _set(self, name: str, weights: str | None) -> None:
        camera = self.checks.camera(name)
        if camera is None:
            return
        self._before[camera.key] = camera.weights
        changed = tuple(
            one.model_copy(update={"weights": weights}) if one.name == name else one
            for one in self._bridge.config.cameras
        )
        self._bridge.apply(with_cameras(self._bridge.config, changed))
        self.checks.changed.emit(name)

    def _changed(self, name: str) -> None:
        if name == self._focus.focused:
            self._show()
        self._show_back(name)

    def _show(self, _changed: object = None) -> None:
        name = self._focus.focused
        said = self.checks.said(name) if name else ""
        camera = self.checks.camera(name)
        self.back_changed.emit(camera is not None and self._can_go_back(camera))
        if name and self.checks.of(name).offered is not None:
            said = "A picture to check is ready"
        elif name and self.checks.of(name).draft is not None and name not in self._checking:
            said = "A spot check is not finished"
        self._panels.readings.set_checked(said)
        self._panels.status.set_checked(said)

    def _show_back(self, name: str) -> None:
        dialog, camera = self._checking.get(name), self.checks.camera(name)
        if dialog is None or camera is None:
            return
        back = dialog.side.back
        back.setVisible(self._can_go_back(camera))
        to = self._before.get(camera.key)
        name_of = Path(to).stem if to is not None else "the usual weights"
        back.setText("Go back" if camera.weights is not None else "Undo")
        back.setToolTip(f"Count with {name_of} again")

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        for checking in self._checking.values():
            checking.set_theme(theme)
        for adapting in self._adapting.values():
            adapting.set_theme(theme)

    def close(self) -> None:
        """The window is closed: keep what was clicked, and end what runs."""
        for dialog in (*self._checking.values(), *self._adapting.values()):
            dialog.close()
        for child in self._children:
            child.end()
        self.checks.remember()
