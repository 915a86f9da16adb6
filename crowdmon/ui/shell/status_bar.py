"""The line at the bottom: state, rates, age, device. Figures have a fixed width, so that nothing moves."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QPushButton, QStatusBar, QWidget

from crowdmon.ui.picture.picture_pane import Elided
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.shell.marks import MARK, paint_mark
from crowdmon.values import CameraState, Status
from crowdmon.view.changes import EngineNote
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import WORDS, picture_age, rates, tip, word


class StateSign(QWidget):
    """A mark, and the word that goes with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._state = CameraState.CONNECTING
        self._word = WORDS[self._state]
        self.setAccessibleName("State of the camera")

    @property
    def state(self) -> CameraState:
        """The state shown."""
        return self._state

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return a size that holds the longest word."""
        metrics = QFontMetricsF(font(CAPTION, bold=True))
        return QSize(round(max(metrics.horizontalAdvance(word) for word in WORDS.values())) + MARK + 20, 24)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the same as the size hint."""
        return self.sizeHint()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_state(self, state: CameraState, word: str = "") -> None:
        """Show another state, by a word of its own if it has one."""
        self._state, self._word = state, word or WORDS[state]
        self.setAccessibleDescription(self._word)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint mark and word."""
        painter = QPainter(self)
        colour = QColor(self._theme.of_state(self._state))
        box = QRectF(1, (self.height() - MARK) / 2, MARK, MARK)
        paint_mark(painter, box, self._state, colour)
        painter.setPen(colour)
        painter.setFont(font(CAPTION, bold=True))
        room = QRectF(self.rect()).adjusted(MARK + 8, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._word)
        painter.end()


class StatusBar(QStatusBar):
    """What the chosen camera and the engine are doing.

    Signals:
        check_asked(): the user wants to compare the count with the picture.
    """

    check_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Status")
        self.setSizeGripEnabled(False)
        self.setContentsMargins(16, 0, 16, 0)
        self.sign = StateSign(self)
        self.fps_in = _field("Pictures received a second", "00.0 fps in")
        self.fps_counted = _field("Pictures counted a second", "00.0 fps counted")
        self.age = _field("Age of the picture", "picture 0.0 s old")
        self.device = _field("Device", "")
        self.delay = _field("Delay of the picture", "0.0 s delayed")
        self.addWidget(self.sign)
        self.addWidget(self.delay)
        self.note = Elided(CAPTION)
        self.note.setAccessibleName("Note")
        self.note.setProperty("role", "caption")
        for field in (self.fps_in, self.fps_counted, self.age):
            self.addWidget(field)
        self.addWidget(self.note, 1)
        self.hint = Elided(CAPTION)
        self.hint.setAccessibleName("What can be done")
        self.hint.hide()
        self.addWidget(self.hint, 3)
        self.device.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.log = _field("Daily CSV log", "")
        self.log.setContentsMargins(0, 0, 16, 0)
        self.log.hide()
        self.checked = QPushButton()
        self.checked.setProperty("role", "link")
        self.checked.setCursor(Qt.CursorShape.PointingHandCursor)
        self.checked.setToolTip("Compare the count with the picture")
        self.checked.clicked.connect(lambda _checked=False: self.check_asked.emit())
        self.checked.hide()
        self._folder, self._error = "", ""
        self.engine = EngineNote()
        """What counts, as it was told last."""
        self.addPermanentWidget(self.checked)
        self.addPermanentWidget(self.log)
        self.addPermanentWidget(self.device)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.sign.set_theme(theme)

    def set_delay(self, text: str) -> None:
        """Say how much later than they came pictures are shown; empty if at once."""
        self.delay.setText(text)

    def set_status(self, status: Status, *, recording: bool = False) -> None:
        """Show what the chosen camera is doing."""
        self.sign.set_state(status.state, word(status, recording=recording))
        came, counted = rates(status)
        self.fps_in.setText(came)
        self.fps_counted.setText(counted)
        self.fps_counted.setToolTip(f"{status.skipped} pictures were received and not counted.")
        self.age.setText(picture_age(status))
        # The message of a live camera is shown here; that of any other in the notice on the picture.
        self.note.set_whole(status.message if status.state is CameraState.LIVE else "")

    def set_hint(self, text: str) -> None:
        """Show what can be done now in place of the rates; an empty text shows the rates again."""
        self.hint.set_whole(text)
        for field in (self.fps_in, self.fps_counted, self.age, self.note):
            field.setVisible(not text)
        self.hint.setVisible(bool(text))
        # What can be done now is read to its end, whatever else has to wait.
        self.device.setVisible(not text)
        self.checked.setVisible(not text and bool(self.checked.text()))

    def set_checked(self, text: str) -> None:
        """Say how the chosen camera was checked; it leads to the spot check."""
        self.checked.setText(f"{text[:1].upper()}{text[1:]}")
        self.checked.setVisible(bool(text) and not self.hint.isVisibleTo(self))

    def set_log(self, folder: str) -> None:
        """Show that readings go to a file a day in a folder; empty for none."""
        self._folder = folder
        self._show_log()

    def _show_log(self) -> None:
        # The error has the full path of the file, without placeholders such as ~.
        failing = bool(self._folder) and str(Path(self._folder).expanduser()) in self._error
        self.log.setText("Daily CSV not written" if failing else "Daily CSV on")
        self.log.setToolTip(tip(self._error if failing else f"Written in {self._folder}"))
        self.log.setProperty("role", "error" if failing else "caption")
        if (style := self.log.style()) is not None:
            style.polish(self.log)
        self.log.setVisible(bool(self._folder))

    def set_engine(self, note: EngineNote) -> None:
        """Show what counts, and whether what is counted is written."""
        self._error, self.engine = note.error, note
        self._show_log()
        waiting = "Not counting" if note.error else "Starting to count"
        self.device.setText(f"Counting on {note.device}" if note.device else waiting)
        self.device.setToolTip(tip(f"Weights: {note.weights}") if note.weights else "")


def _field(name: str, widest: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(name)
    label.setProperty("role", "caption")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(font(CAPTION))
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    label.setMinimumWidth(round(QFontMetricsF(font(CAPTION)).horizontalAdvance(widest)) + 16)
    return label
