"""The pictures of alarms, small: loaded in the background, and kept for as long as they are shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPixmap

from crowdmon.ui.bridge import Bridge

MOST = 200
"""Pictures that are kept."""


class Thumbnails(QObject):
    """Loads pictures of one size.

    Signals:
        come(): another picture is there.
    """

    come = pyqtSignal()

    def __init__(self, bridge: Bridge, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._size = bridge, size
        self._kept: dict[Path, QPixmap | None] = {}

    def of(self, path: Path) -> QPixmap | None:
        """Return a picture; None until it is loaded, which begins now."""
        if path not in self._kept:
            for oldest in list(self._kept)[: -MOST + 1]:
                del self._kept[oldest]
            self._kept[path] = None
            size = self._size
            self._bridge.run_task(lambda _: load(path, size), partial(self._loaded, path))
        return self._kept[path]

    def _loaded(self, path: Path, image: QImage | None, _error: Exception | None) -> None:
        if image is not None and not image.isNull() and path in self._kept:
            self._kept[path] = QPixmap.fromImage(image)
            self.come.emit()


def load(path: Path, size: QSize) -> QImage | None:
    """Return a picture that fits into ``size``; None if it cannot be read."""
    image = QImage(str(path))
    if image.isNull():
        return None
    return image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
