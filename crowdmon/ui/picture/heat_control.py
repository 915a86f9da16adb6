"""The slider beside the legend that sets the strength of the heatmap."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

LEAST, MOST = 10, 100
"""Per cent of the strength at which the scene's faces can still be made out."""

_WIDE = 680


class HeatControl(QWidget):
    """A caption and a slider.

    Signals:
        changed(int): per cent, :data:`LEAST` to :data:`MOST`.
    """

    changed = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Strength of the heatmap")
        self.slider.setToolTip("Strength of the heatmap. H switches it off and on.")
        self.slider.setRange(LEAST, MOST)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(20)
        self.slider.setValue(MOST)
        self.slider.setFixedWidth(64)
        self.slider.valueChanged.connect(self.changed)
        self._caption = QLabel("Heat")
        self._caption.setProperty("role", "caption")
        self._caption.setBuddy(self.slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._caption)
        row.addWidget(self.slider)

    def set_room(self, width: int) -> None:
        """Hide the caption when the strip is narrow, so that the camera's name has room."""
        self._caption.setVisible(width >= _WIDE)
