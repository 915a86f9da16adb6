"""The configuration file behind the window: which one, and whether it holds what is shown. No dialogs."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.config import AppConfig, load, save
from crowdmon.ui.bridge import Bridge


def worth_saving(now: AppConfig, saved: AppConfig, *, filed: bool) -> bool:
    """Return whether something of ``now`` would be missed.

    Without a file a single source without ROIs is not: it is opened again as quickly as it was. Nor is how
    pictures are shown, which is remembered anyway.
    """
    if filed:
        return now != saved
    if now.record != saved.record:
        return True
    return now.cameras != saved.cameras and (
        len(now.cameras) > 1 or any(camera.rois for camera in now.cameras)
    )


class Document(QObject):
    """The cameras as they are, and the file they are kept in.

    Signals:
        changed(): another file, or other cameras.
    """

    changed = pyqtSignal()

    def __init__(self, bridge: Bridge, path: Path | None = None) -> None:
        """Take the bridge's cameras for what ``path`` holds."""
        super().__init__()
        self._bridge = bridge
        self._saved = bridge.config
        self.path = path
        bridge.config_changed.connect(lambda _config: self.changed.emit())

    @property
    def dirty(self) -> bool:
        """Whether there is something that a file should hold and none does."""
        return worth_saving(self._bridge.config, self._saved, filed=self.path is not None)

    def label(self) -> str:
        """Return the file's name for a title, with a star while it differs; empty if nothing matters."""
        name = self.path.name if self.path else "not saved" if self.dirty else ""
        return f"{name} *" if self.dirty else name

    def save(self, path: Path) -> None:
        """Write the cameras to ``path``, which is their file from now on; SinkError if it cannot be."""
        config = self._bridge.config
        save(config, path)
        self.path, self._saved = path, config
        self.changed.emit()

    def open(self, path: Path) -> None:
        """Take the cameras of a file; ConfigError if it is none, and then nothing has changed."""
        config = load(path)
        self.path, self._saved = path, config
        self._bridge.apply(config)
