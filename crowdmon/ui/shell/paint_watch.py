"""Measures the window for ``crowdmon bench``: when it is painted, and whether its event loop is held up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

from PyQt6.QtCore import QEvent, QObject, QSettings, Qt, QTimer

from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.shell.app import application
from crowdmon.ui.shell.main_window import MainWindow

Kind = Literal["up", "picture", "beat"]

BEAT_MS = 10
"""Interval of the heartbeat timer, milliseconds."""

SIZE = (1440, 900)
"""Size of the window while its heartbeat is measured; an offscreen screen may have made it smaller."""

LIMIT_S = 60.0

_WARM = 5
"""Readings before the heartbeat is measured, so that loading the network is not part of it."""


class PaintWatch(QObject):
    """Measures one thing of the next window, and then ends the program.

    What was seen is in :attr:`seen`: ``at``, the epoch time at which the awaited painting was over; of a
    heartbeat also ``gaps``, the milliseconds between its beats, and ``counted``, the readings meanwhile.
    """

    def __init__(self, kind: Kind, *, seconds: float = 0.0, settings: Path | None = None) -> None:
        """Wait for a window.

        Args:
            kind: its first painting, its first painting with a picture in it, or its heartbeat.
            seconds: for how long to measure the heartbeat.
            settings: a folder for the window's settings, so that the user's own stay unchanged.
        """
        super().__init__()
        if settings is not None:
            QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(settings))
        self.seen: dict[str, Any] = {}
        self._kind, self._seconds = kind, seconds
        self._readings = 0
        self._beats: list[float] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._beats.append(time.perf_counter()))
        self._app = application()
        self._app.installEventFilter(self)
        QTimer.singleShot(round(1000 * (LIMIT_S + seconds)), self._app.exit)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Notice the awaited painting before it is done; it is finished when the next timer fires."""
        if a1 is not None and a1.type() is QEvent.Type.Paint and self._awaits(a0):
            self._app.removeEventFilter(self)
            QTimer.singleShot(0, lambda: self._painted(a0))
        return False

    def _awaits(self, painted: QObject | None) -> bool:
        if self._kind == "picture":
            return isinstance(painted, VideoView) and painted.place().width > 0
        return isinstance(painted, MainWindow)

    def _painted(self, what: QObject | None) -> None:
        self.seen["at"] = time.time()
        if self._kind != "beat" or not isinstance(what, MainWindow):
            self._app.exit()
            return
        what.resize(*SIZE)
        what.bridge.reading_changed.connect(self._counted)

    def _counted(self, _name: str, _reading: object) -> None:
        self._readings += 1
        if self._readings == _WARM:
            self._timer.start(BEAT_MS)
            QTimer.singleShot(round(1000 * self._seconds), self._enough)

    def _enough(self) -> None:
        gaps = [1000 * (b - a) for a, b in zip(self._beats, self._beats[1:], strict=False)]
        self.seen.update(gaps=gaps, counted=self._readings - _WARM)
        self._app.exit()
