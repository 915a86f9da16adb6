"""File > Save, Save as, Open configuration, and the question before changes are lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QWidget

from crowdmon.errors import CrowdmonError
from crowdmon.ui.shell.document import Document

KINDS = "Configurations (*.yaml *.yml);;All files (*)"

Then = Callable[[], object]


class Filing(QObject):
    """Talks to the user about the document. Nothing here blocks: an answer calls what comes next."""

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
        """Ask for a file and take its cameras, after what would be lost was settled."""
        self.settle(self._pick, asking="opening another configuration")

    def settle(self, then: Then, *, asking: str) -> None:
        """Go on with ``then``; first ask what shall become of unsaved changes, if there are some.

        Args:
            then: what to do; not done at all if the user cancels.
            asking: what it is, as in "Save the changes before closing?".
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
        """Take the cameras of a file, or say why not."""
        try:
            self.document.open(path)
        except CrowdmonError as error:
            self.complain(error)

    def complain(self, error: CrowdmonError) -> None:
        """Say what went wrong, and what to do."""
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("crowdmon")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"{error.message[:1].upper()}{error.message[1:]}.")
        box.setInformativeText(f"{error.hint}." if error.hint else "")
        box.open()

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
            self.complain(error)
            return False
        return True
