"""Import and export of ROIs: each action asks for a file, reads or writes it, and shows errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QWidget

from crowdmon.errors import CrowdmonError
from crowdmon.roi import exchange
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.roi.editor import RoiEditor

_YAML = "Configuration (*.yaml *.yml);;All files (*)"


class RoiFiles(QObject):
    """Imports and exports the ROIs of the camera that is looked at."""

    def __init__(self, window: QWidget, editor: RoiEditor, view: VideoView, bridge: Bridge) -> None:
        super().__init__(window)
        self._window, self._editor, self._view, self._bridge = window, editor, view, bridge

    def import_mat(self) -> None:
        """Ask for a ``roi.mat`` and add its polygon."""
        self._ask("Import roi.mat", "MATLAB file (*.mat);;All files (*)", self.read_mat)

    def import_yaml(self) -> None:
        """Ask for a configuration and take its ROIs."""
        self._ask("Import ROIs from YAML", _YAML, self.read_yaml)

    def export_yaml(self) -> None:
        """Ask for a place and write the camera with its ROIs."""
        self._ask("Export ROIs as YAML", _YAML, self.write_yaml, save=f"{self._editor.camera}.yaml")

    def read_mat(self, path: str) -> None:
        """Add the polygon of a ``roi.mat``, which was drawn on pictures of this camera's size."""
        size = self._view.picture_size
        if not all(size):
            self._say("There is no picture yet", "A roi.mat is in pixels: wait for the first picture.")
            return

        def read() -> None:
            points = exchange.polygon_from_mat(path, size=size)
            if self._editor.do(lambda draft: draft.add(points)):
                self._editor.set_editing(True)
                self._editor.select(self._editor.draft.names[-1])

        self._try(read)

    def read_yaml(self, path: str) -> None:
        """Take the ROIs of a configuration; those of a name that is there already are replaced."""

        def read() -> None:
            rois = exchange.rois_from_yaml(path, camera=self._editor.camera)
            self._editor.do(lambda draft: draft.take(rois, replace=True))

        self._try(read)

    def write_yaml(self, path: str) -> None:
        """Write the camera with its ROIs."""
        cameras = {one.name: one for one in self._bridge.config.cameras}

        def write() -> None:
            self._bridge.check_output("The export", Path(path))
            exchange.save_yaml(cameras[self._editor.camera], path)

        self._try(write)

    def _ask(self, title: str, kinds: str, take: Callable[[str], None], *, save: str = "") -> None:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters(kinds.split(";;"))
        if save:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("yaml")
            dialog.selectFile(save.replace("/", "-"))
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(take)
        dialog.open()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except CrowdmonError as error:
            self._say(error.message, error.hint)

    def _say(self, what: str, hint: str) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("ROIs")
        box.setText(what[:1].upper() + what[1:])
        box.setInformativeText(hint)
        box.open()
