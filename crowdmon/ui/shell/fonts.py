"""Type: the system's own font, in four sizes, with figures of equal width for every count."""

from __future__ import annotations

from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QApplication

from crowdmon.view.theme import BODY


def font(size: int = BODY, *, bold: bool = False) -> QFont:
    """Return the system's font at ``size`` device-independent pixels, with tabular figures.

    Qt before 6.7 cannot ask a font for tabular figures; most system fonts have them anyway.
    """
    made = QFont(QApplication.font())
    made.setPixelSize(size)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    if hasattr(made, "setFeature"):
        made.setFeature(QFont.Tag(b"tnum"), 1)
    return made
