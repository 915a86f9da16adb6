"""The configuration file behind the window: which one, whether it holds what is shown, and its dialogs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QWidget

from crowdmon.capture.local import history_places, places_of
from crowdmon.config import AppConfig, RecordConfig, load, save
from crowdmon.errors import CrowdmonError
from crowdmon.places import Place, check_apart
from crowdmon.ui.bridge import Bridge

CONFIGURATION = "the configuration"
"""What the document's file is called among those that are read."""

KINDS = "Configurations (*.yaml *.yml);;All files (*)"

Then = Callable[[], object]


def worth_saving(now: AppConfig, saved: AppConfig, *, filed: bool) -> bool:
    """Return whether ``now`` has changes that are worth saving.

    Without a file a single source without ROIs is not: it is opened again as quickly as it was. How
    pictures are shown is not, either: that is remembered anyway.
    """
    if filed:
        return now != saved
    if now.record != saved.record or now.alarms != saved.alarms:
        return True
    return now.cameras != saved.cameras and (
        len(now.cameras) > 1 or any(camera.rois for camera in now.cameras)
    )


class Document(QObject):
    """The configuration as it is, and the file it is saved in.

    Signals:
        changed(): another file, or other cameras.
        opened(): another configuration took the place of the one before.
    """

    changed = pyqtSignal()
    opened = pyqtSignal()

    def __init__(self, bridge: Bridge, path: Path | None = None) -> None:
        """Assume that ``path`` holds the bridge's configuration."""
        super().__init__()
        self._bridge = bridge
        self._saved = bridge.config
        self._path: Path | None = None
        self.path = path
        bridge.config_taken.connect(lambda _config: self._read_again())
        bridge.config_changed.connect(lambda _config: self.changed.emit())

    @property
    def path(self) -> Path | None:
        """The file; None if there is none yet."""
        return self._path

    @path.setter
    def path(self, path: Path | None) -> None:
        self._path = path
        self._bridge.reads.pop(CONFIGURATION, None)
        self._bridge.views.config = path
        if path is not None:
            self._bridge.reads[CONFIGURATION] = path

    @property
    def dirty(self) -> bool:
        """Whether there are changes that no file holds."""
        return worth_saving(self._bridge.config, self._saved, filed=self.path is not None)

    def label(self) -> str:
        """Return the file's name for a title, with a star while it differs; empty if nothing matters."""
        name = self.path.name if self.path else "not saved" if self.dirty else ""
        return f"{name} *" if self.dirty else name

    def save(self, path: Path) -> None:
        """Write the configuration to ``path``, its file from now on.

        Raises:
            ConfigError: the path is something that is read, such as a camera's recording.
            SinkError: it cannot be written.
        """
        config = self._bridge.config
        self._bridge.check_output(CONFIGURATION, path, own=CONFIGURATION)
        save(config, path)
        self.path, self._saved = path, config
        self.changed.emit()

    def _read_again(self) -> None:
        """Learn what the file holds: when the engine has another configuration, it is often this file's."""
        if self.path is not None:
            with contextlib.suppress(CrowdmonError):  # then what was saved last is all that is known
                self._saved = load(self.path)

    def open(self, path: Path) -> None:
        """Use the configuration in a file. Raises ConfigError, and changes nothing, if it is not valid."""
        config = load(path)
        bare = config.model_copy(update={"record": RecordConfig()})
        check_apart(history_places(config), [Place(CONFIGURATION, path), *places_of(bare)])
        self.path, self._saved = path, config
        self._bridge.apply(config)
        self.opened.emit()


class DocumentDialogs(QObject):
    """File > Save, Save as and Open configuration, and the question before changes are lost.

    Nothing here blocks: an answer calls what comes next.
    """

    def __init__(self, document: Document, window: QWidget) -> None:
        super().__init__(window)
        self.document = document
        self._window = window

    def save(self) -> bool:
        """Write to the document's own file; without one, ask for it. Returns whether it was written."""
        return self.save_as() if self.document.path is None else self._write(self.document.path)

    def save_as(self) -> bool:
        """Ask for a file and write to it. Returns whether it was written."""
        proposed = str(self.document.path or "crowdmon.yaml")
        text, _ = QFileDialog.getSaveFileName(self._window, "Save configuration", proposed, KINDS)
        if not text:
            return False
        path = Path(text)
        return self._write(path if path.suffix else path.with_suffix(".yaml"))

    def open(self) -> None:
        """Ask for a file and use its configuration, after asking about unsaved changes."""
        self.settle(self._pick, asking="opening another configuration")

    def open_dropped(self, path: Path) -> None:
        """Use the configuration in a file that was dropped, after asking about unsaved changes."""
        self.settle(lambda: self.open_path(path), asking="opening another configuration")

    def settle(self, then: Then, *, asking: str) -> None:
        """Call ``then``; if there are unsaved changes, first ask whether to save them.

        Args:
            then: what to do; not called if the user cancels.
            asking: what ``then`` does, as in "Save the changes before closing?".
        """
        if not self.document.dirty:
            then()
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("crowdmon")
        box.setTextFormat(Qt.TextFormat.PlainText)
        name = self.document.path.name if self.document.path else "the cameras and ROIs"
        box.setText(f"Save the changes to {name} before {asking}?")
        kinds = QMessageBox.StandardButton
        box.setStandardButtons(kinds.Save | kinds.Discard | kinds.Cancel)
        box.setDefaultButton(kinds.Save)
        box.finished.connect(lambda answer: self._answered(answer, then))
        box.open()

    def open_path(self, path: Path) -> None:
        """Use the configuration in a file, or say why not."""
        try:
            self.document.open(path)
        except CrowdmonError as error:
            show_error(self._window, error)

    def _answered(self, answer: int, then: Then) -> None:
        if answer == QMessageBox.StandardButton.Discard or (
            answer == QMessageBox.StandardButton.Save and self.save()
        ):
            then()

    def _pick(self) -> None:
        folder = str(self.document.path.parent) if self.document.path else ""
        text, _ = QFileDialog.getOpenFileName(self._window, "Open configuration", folder, KINDS)
        if text:
            self.open_path(Path(text))

    def _write(self, path: Path) -> bool:
        try:
            self.document.save(path)
        except CrowdmonError as error:
            show_error(self._window, error)
            return False
        return True


def show_error(window: QWidget, error: CrowdmonError) -> None:
    """Say in a box over the window what went wrong, and what to do."""
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("crowdmon")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"{error.message[:1].upper()}{error.message[1:]}.")
    box.setInformativeText(f"{error.hint}." if error.hint else "")
    box.open()
