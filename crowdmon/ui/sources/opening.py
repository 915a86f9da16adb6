"""Other ways to a source than the dialog: a file dropped on the window, and one that was open before."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QMimeData, QObject
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QMenu

from crowdmon.address import public
from crowdmon.capture.uri import parse_source
from crowdmon.config import CameraConfig, validate
from crowdmon.errors import ConfigError, CrowdmonError
from crowdmon.ui.shell.menu_parts import add
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.wording import unique

if TYPE_CHECKING:
    from crowdmon.ui.shell.main_window import MainWindow

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


class Opening(QObject):
    """Opens what is dropped, and what is chosen among the recent sources."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def open(self, source: str) -> None:
        """Open a source under a name of its own, or say why not."""
        taken = [camera.name for camera in self._window.bridge.config.cameras]
        try:
            data = {"name": unique(name_for(source), taken), "source": source}
            camera = validate(CameraConfig, data, where="this source")
        except (ConfigError, CrowdmonError) as error:
            self._window.filing.complain(error)
            return
        self._window.add_camera(camera)

    def fill(self, menu: QMenu) -> None:
        """List the recent sources."""
        menu.clear()
        for source in self._window.settings.recent():
            # An ampersand in an address is no mnemonic.
            text = public(source).replace("&", "&&")
            add(menu, text, partial(self.open, source))
        menu.setEnabled(True)
        if menu.isEmpty():
            add(menu, "Nothing was opened yet", None).setEnabled(False)

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
                filing = self._window.filing
                filing.settle(partial(filing.open_path, path), asking="opening another configuration")
            else:
                self.open(str(path))


def local_paths(data: QMimeData | None) -> list[Path]:
    """Return the files and folders among what is dragged."""
    urls = [] if data is None else data.urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
