"""The part of the source dialog that tests a source and shows its first picture before it is opened."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from crowdmon.capture.probe import ProbeResult, probe
from crowdmon.engine.background import BackgroundTask
from crowdmon.errors import redact
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.view.wording import breakable

PREVIEW = QSize(192, 108)


def describe(seen: ProbeResult) -> str:
    """Return what a source is like: size, rate, length."""
    info = seen.info
    parts = [f"{info.width} × {info.height}"]
    if info.fps:
        parts.append(f"{info.fps:.3g} fps")
    parts.append("live" if info.live else "" if info.duration is None else f"{info.duration:.0f} s long")
    return "It works: " + ", ".join(filter(None, parts))


class SourceCheck(QWidget):
    """A button, a preview, and a line with the result. The test runs in the background.

    Signals:
        failed(str): why the source cannot be opened.
    """

    failed = pyqtSignal(str)

    def __init__(self, bridge: Bridge, source: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent if isinstance(parent, QWidget) else None)
        self._bridge, self._source = bridge, source
        self._task: BackgroundTask | None = None
        self.button = QPushButton("Test")
        self.button.setAccessibleName("Test the source")
        self.button.setAutoDefault(False)
        self.button.setMinimumWidth(64)  # as wide as the captions: the preview lines up with the fields
        self.button.clicked.connect(self.begin)
        self.preview = QLabel()
        self.preview.setAccessibleName("First picture")
        self.preview.setFixedSize(PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setObjectName("preview")
        self.said = QLabel()
        self.said.setAccessibleName("Result of the test")
        self.said.setProperty("role", "caption")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.preview)
        row.addWidget(self.said, 1)

    def begin(self) -> None:
        """Test the source as it is given now."""
        self.forget()
        source = self._source()
        self.button.setEnabled(False)
        self.said.setText("Trying…")
        self._task = self._bridge.run_task(lambda _task: probe(source), self._done)

    def forget(self) -> None:
        """Drop the result of the last test, and a test that still runs: the source has changed."""
        if self._task is not None:
            self._bridge.cancel(self._task)
            self._task = None
        self.button.setEnabled(True)
        self.said.clear()
        self.preview.clear()

    def _done(self, seen: ProbeResult | None, error: Exception | None) -> None:
        self._task = None
        self.button.setEnabled(True)
        self.said.clear()
        if seen is None:
            self.failed.emit(redact(str(error)))
            return
        ratio = self.devicePixelRatioF()
        shown = QPixmap.fromImage(pictures.from_rgb(seen.frame.rgb)).scaled(
            PREVIEW * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        shown.setDevicePixelRatio(ratio)
        self.preview.setPixmap(shown)
        self.said.setText(breakable(describe(seen)))
        self.said.setAccessibleDescription(describe(seen))
