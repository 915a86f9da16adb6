"""Adapting the weights to a camera: how far it is, what came of it, and whether to use it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from crowdmon.config import CameraConfig
from crowdmon.engine.background import BackgroundTask
from crowdmon.engine.counters import weights_file
from crowdmon.engine.protocols import CounterFactory
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.spot_check import keeping, trial
from crowdmon.ui.spot_check.child import AdaptChild, command
from crowdmon.ui.spot_check.result_part import ResultPart
from crowdmon.ui.spot_check.side import button, label, polish
from crowdmon.ui.spot_check.trial import Pair
from crowdmon.values import WHOLE_FRAME
from crowdmon.view.adapting import Failure, Progress, Result, time_left, with_details
from crowdmon.view.check_words import frames as frames_in_words
from crowdmon.view.frozen import KeptCheck
from crowdmon.view.theme import BODY, HEAD, Theme
from crowdmon.view.wording import breakable

MINUTES = 5.0
"""How long adapting may take."""

FEW = 3
"""Frames below which little can be learned, and not told whether it helps."""

ABOUT = (
    "A program of its own adapts the weights to this camera, by the frames that you have counted. It takes "
    "up to {minutes:g} minutes. The camera is counted meanwhile, and nothing is used before you say so."
)
MEANWHILE = "The camera is counted as before. Cancel stops at once, and changes nothing."
Start = Callable[..., list[str]]

FRAMES, ROI = "frames", "roi.yaml"
"""What is written for the program that adapts."""

RUN, DETAILS, HELD_OUT = "run", "adapt.json", "held_out.npz"
"""Where that program writes, what it says there about each frame, and people per cell of each."""


class AdaptDialog(QDialog):
    """One run: ready, running, and the result with its three choices.

    Signals:
        use_asked(object): the file of adapted weights, which is to be used; it goes with the dialog.
        label_asked(): more frames are to be labelled first.
    """

    use_asked = pyqtSignal(object)
    label_asked = pyqtSignal()

    def __init__(
        self,
        bridge: Bridge,
        camera: CameraConfig,
        checks: Sequence[KeptCheck],
        *,
        history: Path | None,
        counters: CounterFactory,
        child: AdaptChild,
        theme: Theme,
        start: Start = command,
        parent: QWidget | None = None,
    ) -> None:
        """Adapt to a camera.

        Args:
            bridge: runs what takes long.
            camera: the camera as it is now.
            checks: all of its spot checks.
            history: the history file, beside which pictures are kept; None if they are in memory.
            counters: builds the counters that show the result.
            child: runs the program that adapts; it outlives the dialog, so that ending it holds up nobody.
            theme: colours.
            start: gives the words of the child; tests stand in for it.
            parent: the window.
        """
        super().__init__(parent)
        self._bridge, self._camera, self._history, self._counters = bridge, camera, history, counters
        self._words = start
        self._kept = keeping.usable(checks, history, rois={roi.key for roi in camera.rois})
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._child = child
        child.told.connect(self._told)
        self._task: BackgroundTask | None = None
        self._result: Result | None = None
        self.setWindowTitle(f"Adapt to this camera – {camera.name}")
        self.setSizeGripEnabled(True)
        self.setMinimumSize(QSize(600, 240))
        self.about = label("What happens", ABOUT.format(minutes=MINUTES), BODY, role="caption", wrap=True)
        self.found = label("Frames", "", HEAD, bold=True, wrap=True)
        self.advice = label("What more frames would bring", "", BODY, wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName("How far it is")
        self.doing = label("What is done now", "", BODY, wrap=True)
        self.meanwhile = label("Meanwhile", MEANWHILE, BODY, role="caption", wrap=True)
        self.outcome = ResultPart()
        self.outcome.set_theme(theme)
        self.said = label("What is wrong", "", BODY, role="error", wrap=True)
        self.start_button, self.cancel_button = button("Start"), button("Cancel")
        self.use, self.discard, self.more = button("Use"), button("Discard"), button("Label more")
        self.close_button = button("Close")
        self._arrange()
        self._ready()

    def _arrange(self) -> None:
        self.pages = QStackedWidget()
        for widgets in ((self.about, self.found, self.advice), (self.doing, self.bar, self.meanwhile)):
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(12)
            for one in widgets:
                column.addWidget(one)
            column.addStretch(1)
            self.pages.addWidget(page)
        self.pages.addWidget(self.outcome)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        slots = {
            self.start_button: self.start,
            self.use: self._use,
            self.more: self._label_more,
            self.discard: self.reject,
            self.cancel_button: self.cancel,
            self.close_button: self.reject,
        }
        for pressed, slot in slots.items():
            pressed.clicked.connect(lambda _=False, slot=slot: slot())
            row.addWidget(pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addWidget(self.pages, 1)
        column.addWidget(self.said)
        column.addLayout(row)

    def _ready(self, trouble: str = "") -> None:
        """Show what can be done now."""
        number = len(self._kept)
        self.found.setText(
            f"{frames_in_words(number)} with a picture." if number else "No picture was kept yet."
        )
        self.advice.setText(_advice(number))
        self.pages.setCurrentIndex(0)
        self.setMinimumSize(QSize(600, 240))
        self.resize(self.sizeHint())
        self._say(trouble)
        self._offer(*((self.start_button,) if number else ()), self.more, self.close_button)

    def start(self) -> None:
        """Write the frames, and start the child."""
        if self._child.runs or self._task is not None:
            return
        self._say("")
        self.doing.setText("Writing the frames…")
        self.bar.setValue(0)
        self.pages.setCurrentIndex(1)
        self._offer(self.cancel_button)
        try:
            self._remove()
            self._folder = tempfile.TemporaryDirectory(prefix="crowdmon-adapt-", ignore_cleanup_errors=True)
        except OSError as error:
            self._ready(f"There is no place for the frames: {error.strerror or error}. Make room.")
            return
        job = partial(_write, self._camera, self._kept, self._history, Path(self._folder.name))
        self._task = self._bridge.run_task(lambda _: job(), self._written)

    def _written(self, number: int | None, error: Exception | None) -> None:
        self._task = None
        if error is not None or not number or self._folder is None:
            self._ready(str(error) if error is not None else "The kept pictures are gone.")
            return
        folder = Path(self._folder.name)
        base = weights_file(self._camera) or self._bridge.reads.get("the weights")
        roi = folder / ROI if (folder / ROI).is_file() else None
        words = self._words(folder / FRAMES, folder / RUN, base=base, minutes=MINUTES, roi=roi)
        self.doing.setText("Starting…")
        self._child.start(words)

    def cancel(self) -> None:
        """Stop at once; nothing has changed."""
        self._stop()
        self._ready()

    def _told(self, said: Progress | Result | Failure) -> None:
        if isinstance(said, Progress):
            self.bar.setValue(round(1000 * said.done))
            parts = [said.what or "Adapting", time_left(said.left_s)]
            self.doing.setText(", ".join(filter(None, parts)))
        elif isinstance(said, Failure):
            self._ready(". ".join(filter(None, (said.message.rstrip("."), said.hint.rstrip(".")))) + ".")
        else:
            self._compare(said)

    def _compare(self, result: Result) -> None:
        """Count the frames with the new weights: only what can be loaded is offered."""
        self._result = result = with_details(result, self._details())
        if not result.weights:
            self._show([], None)
            return
        self.doing.setText("Counting your frames with both…")
        self.bar.setValue(1000)
        job = partial(
            trial.pairs,
            kept=self._kept,
            history=self._history,
            counters=self._counters,
            base=weights_file(self._camera),
            adapted=Path(result.weights),
            rois=self._camera.to_rois(),
            held_out=None if self._folder is None else Path(self._folder.name) / RUN / HELD_OUT,
        )
        self._task = self._bridge.run_task(job, self._show)

    def _details(self) -> str:
        """Return what the child has written about each frame; it is small."""
        try:
            return (
                "" if self._folder is None else (Path(self._folder.name) / RUN / DETAILS).read_text("utf-8")
            )
        except (OSError, UnicodeDecodeError):
            return ""

    def _show(self, pairs: list[Pair] | None, error: Exception | None) -> None:
        self._task = None
        result = self._result
        if error is not None or result is None or pairs is None:
            self._ready(f"The result cannot be used: {error}")
            return
        self.outcome.show_result(result)
        self.outcome.show_pairs(pairs)
        self.pages.setCurrentIndex(2)
        self.setMinimumSize(QSize(640, 440))
        self._offer(*((self.use,) if result.usable else ()), self.more, self.discard)
        self.resize(QSize(980, 600).boundedTo(self._room()))

    def _use(self) -> None:
        if self._result is not None:
            self._say("")
            self.use_asked.emit(Path(self._result.weights))

    def used(self, trouble: str = "") -> None:
        """Close when the weights are in use; or say why they cannot be."""
        if trouble:
            self._say(trouble)
        else:
            self.accept()

    def _label_more(self) -> None:
        self.label_asked.emit()
        self.reject()

    def _offer(self, *buttons: QPushButton) -> None:
        every = (self.start_button, self.use, self.more, self.discard, self.cancel_button, self.close_button)
        for one in every:
            one.setVisible(one in buttons)
            one.setDefault(one is buttons[0])
        buttons[0].setFocus()

    def _say(self, text: str) -> None:
        polish(self.said, role="error")
        self.said.setText(breakable(text))
        self.said.setAccessibleDescription(text)
        self.said.setVisible(bool(text))

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.outcome.set_theme(theme)

    def _remove(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _stop(self) -> None:
        self._child.cancel()
        if self._task is not None:
            self._bridge.cancel(self._task)
            self._task = None

    def done(self, result: int) -> None:
        """End everything that runs, remove what was written, and close."""
        self._leave()
        super().done(result)

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        """As :meth:`done`, when the window manager closes it, or the window goes."""
        self._leave()
        super().closeEvent(a0)

    def _leave(self) -> None:
        self._stop()
        with contextlib.suppress(TypeError):  # closed twice
            self._child.told.disconnect(self._told)
        self._remove()

    def _room(self) -> QSize:
        screen = self.screen()
        return QSize(980, 600) if screen is None else screen.availableSize()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size it would like."""
        return QSize(680, 260)


def _advice(number: int) -> str:
    if not number:
        return "Count the heads in some frames first, and keep their pictures. Ten take about three minutes."
    if number < FEW:
        return f"With fewer than {FEW} only one factor can be learned, and hardly told whether it helps."
    if number < 10:
        return f"{10 - number} more, of other hours and other numbers of people, would bring more."
    return "That is enough."


def _write(camera: CameraConfig, kept: Sequence[KeptCheck], history: Path | None, folder: Path) -> int:
    """Write the frames, and the ROI in which heads were looked for; return how many frames there are."""
    (folder / FRAMES).mkdir()
    width, height = kept[0].check.size
    if kept[0].check.roi != WHOLE_FRAME:
        keeping.write_roi(camera, kept[0].check.roi_key, folder / ROI, aspect=width / height)
    return keeping.write_frames(kept, history, folder / FRAMES)
