"""The dialog that acknowledges an alarm: who, and a note."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from crowdmon.errors import CrowdmonError
from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.alarms.thumbnails import Thumbnails
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.settings import Settings
from crowdmon.ui.sources.source_page import caption_for
from crowdmon.view.alarm_words import found, level_word, state_line, when
from crowdmon.view.alarms import Alarm, AlarmState
from crowdmon.view.wording import breakable

ABOUT = (
    "An alarm that is acknowledged makes no sound and is not repeated, until it gets higher or is raised "
    "again. Your name and your note are kept in the history."
)

PICTURE = QSize(432, 243)


class AcknowledgeDialog(QDialog):
    """Asks for a name, which is remembered, and a note. It closes itself when somebody else was quicker."""

    def __init__(
        self,
        alarm: Alarm,
        desk: AlarmDesk,
        settings: Settings,
        *,
        bridge: Bridge,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._alarm, self._desk, self._settings = alarm, desk, settings
        self._gone = False
        self.setWindowTitle("Acknowledge an alarm")
        self.setMinimumWidth(480)
        head = _text(f"{level_word(alarm)}: {alarm.name}", role="head")
        head.setAccessibleName("Alarm")
        what = _text(f"{found(alarm.cause)}. Raised at {when(alarm, bridge.now())}. {state_line(alarm)}.")
        about = _text(ABOUT, role="caption")
        self.picture = QLabel()
        self.picture.setAccessibleName("Picture of the alarm")
        self._path = desk.picture_of(alarm)
        self.picture.setVisible(self._path is not None)
        self._thumbnails = Thumbnails(bridge, PICTURE, self)
        if self._path is not None:
            self.picture.setFixedSize(PICTURE)
            self.picture.setToolTip(str(self._path))
            self._thumbnails.come.connect(self._show_picture)
            self._thumbnails.of(self._path)
        self.who = QLineEdit(settings.text("operator"))
        self.who.setAccessibleName("Your name")
        self.who.setMaxLength(100)
        self.note = QLineEdit()
        self.note.setAccessibleName("Note")
        self.note.setMaxLength(1000)
        self.note.setPlaceholderText("What you saw or did, if anything")
        self.said = _text("", role="error")
        self.said.setAccessibleName("What is wrong")
        self.said.setMinimumHeight(36)
        self.buttons = QDialogButtonBox()
        ok = self.buttons.addButton("Acknowledge", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        assert ok is not None
        self.go = ok
        self.go.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(8)
        for row, (text, field) in enumerate((("Your name", self.who), ("Note", self.note))):
            fields.addWidget(caption_for(text, field), row, 0)
            fields.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        for one in (head, what, self.picture, about):
            column.addWidget(one)
        column.addLayout(fields)
        column.addWidget(self.said)
        column.addWidget(self.buttons)
        (self.note if self.who.text() else self.who).setFocus()
        desk.changed.connect(self._look)
        self.finished.connect(lambda _result: self._leave())

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Be as high as the wrapped texts need."""
        super().showEvent(a0)
        column = self.layout()
        if column is not None:
            self.setMinimumHeight(column.heightForWidth(self.width()))

    def accept(self) -> None:
        """Acknowledge, or say why not."""
        who = self.who.text().strip()
        if not who:
            self._say("No name is given. Type yours.")
            self.who.setFocus()
            return
        self._settings.keep("operator", who)
        self.go.setEnabled(False)
        self._say("")
        self._desk.acknowledge(self._alarm, who=who, note=self.note.text().strip(), done=self._done)

    def _done(self, error: CrowdmonError | None) -> None:
        if self._gone:
            return
        if error is None:
            super().accept()
            return
        self.go.setEnabled(True)
        self._say(str(error))

    def _look(self) -> None:
        """Close when somebody else has acknowledged it while a name was typed."""
        now = self._desk.find(self._alarm.key)
        if now is not None and now.answers != self._alarm.answers and now.state is not AlarmState.OPEN:
            super().accept()

    def _show_picture(self) -> None:
        if not self._gone and self._path is not None and (loaded := self._thumbnails.of(self._path)):
            self.picture.setPixmap(loaded)

    def _leave(self) -> None:
        self._gone = True
        self._desk.changed.disconnect(self._look)

    def _say(self, text: str) -> None:
        self.said.setText(breakable(text))
        self.said.setAccessibleDescription(text)


def _text(text: str, *, role: str = "") -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if role:
        made.setProperty("role", role)
    return made
