"""The dialog in which a source is chosen: kinds at the left, what the kind needs at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crowdmon.config import CameraConfig, validate
from crowdmon.errors import ConfigError
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.sources.source_check import SourceCheck
from crowdmon.ui.sources.source_page import Page
from crowdmon.ui.sources.source_pages import PAGES
from crowdmon.view.wording import breakable, unique


class SourceDialog(QDialog):
    """Asks for a source and a name.

    Signals:
        chosen(CameraConfig): the answer, when the dialog was accepted.
    """

    chosen = pyqtSignal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        kind: str = "network",
        taken: Sequence[str] = (),
        bridge: Bridge | None = None,
        correct: CameraConfig | None = None,
    ) -> None:
        """Ask.

        Args:
            parent: the window.
            kind: the kind to begin with.
            taken: names that are given already.
            bridge: needed to test a source; without it there is no test.
            correct: a camera whose source and name are shown, to be corrected.
        """
        super().__init__(parent)
        self.setWindowTitle("Open source" if correct is None else "Correct source")
        self.setMinimumSize(640, 360 if bridge is None else 488)
        self._taken = tuple(taken)
        self.check = None if bridge is None else SourceCheck(bridge, lambda: self.page().source(), self)
        if self.check is not None:
            self.check.failed.connect(self._say)
        self.pages: dict[str, Page] = {page.kind: page() for page in PAGES}
        self.kinds = QListWidget()
        self.kinds.setObjectName("kinds")
        self.kinds.setAccessibleName("Kind of source")
        self.kinds.addItems([page.title for page in self.pages.values()])
        self.kinds.setFixedWidth(184)
        self.stack = QStackedWidget()
        for page in self.pages.values():
            page.changed.connect(self._changed)
            self.stack.addWidget(page)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the camera")
        self.name.setMaxLength(64)
        self.error = QLabel()
        self.error.setAccessibleName("What is wrong")
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setMinimumHeight(36)
        self.buttons = QDialogButtonBox()
        self.buttons.addButton("Open", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        self.kinds.currentRowChanged.connect(self._turn)
        self.kinds.setCurrentRow(list(self.pages).index(kind))
        if correct is not None:
            self.page().fill(correct.source)
            self.name.setText(correct.name)
        self.page().setFocus()

    def page(self) -> Page:
        """Return the page of the kind chosen."""
        return list(self.pages.values())[max(self.kinds.currentRow(), 0)]

    def accept(self) -> None:
        """Close with an answer, or say what is wrong and stay."""
        problem = self.page().problem()
        name = self.name.text().strip() or self.name.placeholderText()
        if not problem and name in self._taken:
            problem = f"There is a camera named {name} already. Choose another name."
            self.name.setFocus()
        elif problem:
            self.page().setFocus()
        camera: CameraConfig | None = None
        if not problem:
            try:
                data = {"name": name, "source": self.page().source()}
                camera = validate(CameraConfig, data, where="this camera")
            except ConfigError as error:
                problem = str(error)
        self._say(problem)
        if camera is not None:
            self.chosen.emit(camera)
            super().accept()

    def done(self, a0: int) -> None:
        """Close, and drop a test that still runs."""
        if self.check is not None:
            self.check.forget()
        super().done(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Take Return in the list of kinds as a step to the page, not as the end of the dialog."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if a0 is not None and a0.key() in keys and self.kinds.hasFocus():
            self.page().setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(a0)

    def _turn(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        self._changed()

    def _changed(self) -> None:
        self._say("")
        if self.check is not None:
            self.check.forget()
        self.name.setPlaceholderText(unique(self.page().name()[:60].strip(), self._taken))

    def _say(self, problem: str) -> None:
        self.error.setText(breakable(problem))
        self.error.setAccessibleDescription(problem)

    def _arrange(self) -> None:
        naming = QLabel("Name")
        naming.setBuddy(self.name)
        naming.setMinimumWidth(64)
        name_row = QHBoxLayout()
        name_row.setSpacing(16)
        name_row.addWidget(naming)
        name_row.addWidget(self.name, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.stack, 1)
        right.addLayout(name_row)
        if self.check is not None:
            right.addWidget(self.check)
        right.addWidget(self.error)
        body = QHBoxLayout()
        body.setSpacing(24)
        body.addWidget(self.kinds)
        body.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(body, 1)
        column.addWidget(self.buttons)
