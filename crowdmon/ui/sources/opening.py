"""Every way to open a source: the dialog, a dropped file, a recent source, the empty window's choices."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, QMimeData, QObject, Qt
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QMenu, QWidget

from crowdmon.address import public
from crowdmon.capture.uri import parse_source
from crowdmon.config import CameraConfig, validate
from crowdmon.errors import CrowdmonError
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.document import DocumentDialogs, show_error
from crowdmon.ui.shell.menus import add_action
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.sources.source_dialog import SourceDialog
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.wording import unique

DEMO = {"name": "Demo plaza", "source": "synthetic:plaza?people=40&seed=1"}

CONFIGURATIONS = (".yaml", ".yml")


def name_for(source: str) -> str:
    """Return what to call the camera of a source, without secrets."""
    spec = parse_source(source)
    label = spec.label.partition("?")[0].rstrip("/")
    name = (
        Path(label).stem if spec.kind in ("file", "folder") else label.rpartition("/")[2].rpartition(":")[2]
    )
    name = "".join(c if c.isprintable() else " " for c in name)[:60].strip()
    return f"camera {name}".strip() if not name or name.casefold() == WHOLE_FRAME else name


class SourceOpener(QObject):
    """Opens sources, and remembers them."""

    def __init__(
        self,
        window: QWidget,
        bridge: Bridge,
        presenter: Presenter,
        *,
        settings: Settings,
        dialogs: DocumentDialogs,
    ) -> None:
        """Take what is dropped on the window from now on.

        Args:
            window: the parent of dialogs.
            bridge: knows the cameras that are open.
            presenter: opens another one.
            settings: where recent sources are kept.
            dialogs: opens a configuration that is dropped.
        """
        super().__init__(window)
        self._window, self._bridge, self._presenter = window, bridge, presenter
        self._settings, self._dialogs = settings, dialogs
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def ask(self, kind: str = "network") -> None:
        """Ask for a source and open it."""
        dialog = SourceDialog(self._window, kind=kind, taken=self._taken(), bridge=self._bridge)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.add)
        dialog.open()

    def correct(self, name: str) -> None:
        """Ask for another source of a camera; its ROIs and the rest stay."""
        camera = next((one for one in self._bridge.config.cameras if one.name == name), None)
        if camera is None:
            return
        kind = parse_source(camera.source).kind
        dialog = SourceDialog(
            self._window,
            kind="demo" if kind == "synthetic" else kind,
            taken=[one for one in self._taken() if one != name],
            bridge=self._bridge,
            correct=camera,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(self._replace, name))
        dialog.open()

    def _replace(self, name: str, camera: CameraConfig) -> None:
        self._settings.opened(camera.source)
        before = next((one for one in self._bridge.config.cameras if one.name == name), None)
        if before is not None and (before.name, before.source) == (camera.name, camera.source):
            self._presenter.restart(name)
        else:
            self._presenter.replace(name, camera)

    def choose(self, choice: str) -> None:
        """Open what was chosen in the empty window: ``camera``, ``file`` or ``demo``."""
        if choice == "demo":
            self._presenter.add_named(DEMO)
        else:
            self.ask("network" if choice == "camera" else "file")

    def add(self, camera: CameraConfig) -> None:
        """Open a camera, look at it, and remember its source."""
        self._settings.opened(camera.source)
        self._presenter.add(camera)

    def open(self, source: str) -> None:
        """Open a source under a name of its own, or say why not."""
        try:
            data = {"name": unique(name_for(source), self._taken()), "source": source}
            camera = validate(CameraConfig, data, where="this source")
        except CrowdmonError as error:
            show_error(self._window, error)
            return
        self.add(camera)

    def _taken(self) -> list[str]:
        return [camera.name for camera in self._bridge.config.cameras]

    def fill_recent(self, menu: QMenu) -> None:
        """List the recent sources."""
        menu.clear()
        for source in self._settings.recent():
            # An ampersand in an address must not become a mnemonic.
            text = public(source).replace("&", "&&")
            add_action(menu, text, partial(self.open, source))
        menu.setEnabled(True)
        if menu.isEmpty():
            add_action(menu, "Nothing was opened yet").setEnabled(False)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Take files and folders that are dragged here; nothing else."""
        if isinstance(a1, QDropEvent) and a1.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop):
            paths = local_paths(a1.mimeData())
            if paths:
                a1.acceptProposedAction()
                if a1.type() is QEvent.Type.Drop:
                    self._dropped(paths)
                return True
        return super().eventFilter(a0, a1)

    def _dropped(self, paths: list[Path]) -> None:
        for path in paths:
            if path.suffix.lower() in CONFIGURATIONS:
                self._dialogs.open_dropped(path)
            else:
                self.open(str(path))


def local_paths(data: QMimeData | None) -> list[Path]:
    """Return the files and folders among what is dragged."""
    urls = [] if data is None else data.urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
