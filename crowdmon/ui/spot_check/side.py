"""The column beside the frozen picture: what to do, what came of it, what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from crowdmon.ui.export.check_boxes import TickBox
from crowdmon.ui.shell.fonts import font
from crowdmon.ui.sources.source_page import ComboBox, caption_for
from crowdmon.view.check_words import NAMES, progress
from crowdmon.view.moments import ENOUGH, Moment
from crowdmon.view.theme import BIG, BODY, CAPTION, HEAD

WIDTH = 296


class CountPart(QWidget):
    """The number of clicked heads, and the verdict when it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.number = label("Heads clicked", "0", BIG, bold=True)
        self.unit = label("What is counted", "heads", HEAD, role="caption")
        self.said = label("Outcome", "", BODY)
        self.said.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignBaseline)
        row.addWidget(self.unit, 1, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.said)

    def show_count(self, count: int) -> None:
        """Show how many heads were clicked."""
        self.number.setText(str(count))
        self.unit.setText("head" if count == 1 else "heads")

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say what came of it, or what is wrong."""
        polish(self.said, role="error" if wrong else "")
        self.said.setText(text)
        self.said.setAccessibleDescription(text)


class MomentsPart(QWidget):
    """How many frames were checked, of which kinds, and a button to wait for a missing kind.

    Signals:
        wait_asked(object): a :class:`Moment` to wait for; None to wait no more.
    """

    wait_asked = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.progress = label("Progress", "", BODY)
        self.bar = QProgressBar()
        self.bar.setRange(0, ENOUGH)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName("Frames checked")
        self.names: dict[Moment, QLabel] = {}
        self.buttons: dict[Moment, QPushButton] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for line, kind in enumerate(Moment):
            name = label(f"Frames {NAMES[kind]}", "", CAPTION, role="caption")
            button = QPushButton("Wait for one")
            button.setProperty("role", "small")
            button.setAutoDefault(False)
            button.setCheckable(True)
            button.setAccessibleName(f"Freeze the next picture that is {NAMES[kind]}")
            button.setToolTip(
                "The next such picture is frozen as soon as it comes, also while this is closed."
            )
            button.clicked.connect(lambda on, kind=kind: self.wait_asked.emit(kind if on else None))
            self.names[kind], self.buttons[kind] = name, button
            grid.addWidget(name, line, 0)
            grid.addWidget(button, line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.progress)
        column.addWidget(self.bar)
        column.addLayout(grid)

    def show_state(
        self, done: int, lacking: Mapping[Moment, int], goal: Mapping[Moment, int], awaited: Moment | None
    ) -> None:
        """Show how many frames were checked, what is missing of what is wanted, and what is waited for."""
        self.progress.setText(progress(done))
        self.bar.setValue(min(done, ENOUGH))
        for kind in Moment:
            short = lacking.get(kind, 0)
            self.names[kind].setText(f"{NAMES[kind].capitalize()}: {f'{short} missing' if short else '✓'}")
            self.names[kind].setVisible(goal[kind] > 0)
            button = self.buttons[kind]
            button.setVisible(short > 0)
            button.setChecked(awaited is kind)
            button.setText("Waiting…" if awaited is kind else "Wait for one")


class SidePanel(QWidget):
    """All of the column."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.title = label("Camera", "", HEAD, bold=True)
        self.under = label("Picture", "", CAPTION, role="caption", wrap=True)
        self.area = ComboBox()
        self.area.setAccessibleName("Where to count")
        self.count = CountPart()
        self.propose = button("Propose heads", tip="Where the network sees people. Click one to accept it.")
        self.propose.setCheckable(True)
        self.accept = button("Accept all", tip="A")
        self.keep = TickBox("Keep this picture (needed to adapt)")
        self.done = button("Done", tip="Ctrl+Return")
        self.again = button("Next picture", tip="Freeze the picture that is counted now")
        self.kept_where = label("Where it is kept", "", CAPTION, role="caption", wrap=True)
        self.moments = MomentsPart()
        self.checked = label("How this camera was checked", "", BODY, wrap=True)
        self.weights = label("Weights", "", CAPTION, role="caption", wrap=True)
        self.adapt = button("Adapt to this camera…")
        self.back = button("Go back")
        self.offer = button("")
        self.offer.hide()
        self.reveal = button(
            "Show people", tip="They are pixelated elsewhere. To be counted they have to be seen."
        )
        self.reveal.hide()
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        for one in (self.title, self.under, self.offer, self.reveal):
            column.addWidget(one)
        column.addSpacing(4)
        column.addWidget(caption_for("Where to count", self.area))
        column.addWidget(self.area)
        column.addWidget(self.count)
        column.addSpacing(4)
        column.addLayout(_row(self.propose, self.accept))
        column.addWidget(self.keep)
        column.addWidget(self.kept_where)
        column.addSpacing(4)
        column.addLayout(_row(self.done, self.again))
        column.addSpacing(4)
        column.addWidget(_line())
        column.addWidget(self.moments)
        column.addStretch(1)
        column.addWidget(_line())
        column.addWidget(self.checked)
        column.addWidget(self.weights)
        column.addLayout(_row(self.adapt, self.back))


def label(
    name: str, text: str, size: int, *, bold: bool = False, role: str = "", wrap: bool = False
) -> QLabel:
    """Return a label of plain text."""
    made = QLabel(text)
    made.setAccessibleName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setStyleSheet(f"font-size: {size}px;")
    made.setFont(font(size, bold=bold))
    made.setWordWrap(wrap)
    return made


def button(text: str, *, tip: str = "") -> QPushButton:
    """Return a button that Return does not press by itself."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setToolTip(tip)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.setProperty("role", "tight")
    return made


def polish(widget: QWidget, *, role: str) -> None:
    """Give a widget another role in the style sheet."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        if (style := widget.style()) is not None:
            style.polish(widget)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("rule")
    line.setFixedHeight(1)
    return line
