"""What every page of the source dialog has in common."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from crowdmon.capture.uri import parse_source
from crowdmon.errors import ConfigError


class ComboBox(QComboBox):
    """A combo box with a drawn chevron: a style sheet leaves it without an arrow."""

    def __init__(self) -> None:
        super().__init__()
        # As wide as its longest entry: what is cut cannot be chosen.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the box, then the chevron."""
        super().paintEvent(e)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.5))
        x, y = self.width() - 16.0, self.height() / 2 - 1.5
        painter.drawPolyline(QPolygonF([QPointF(x - 4, y), QPointF(x, y + 4), QPointF(x + 4, y)]))
        painter.end()


class Page(QWidget):
    """One kind of source.

    Signals:
        changed(): something was typed or picked.
    """

    changed = pyqtSignal()
    kind = ""
    title = ""
    hint = ""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(8)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(self.form)
        note = QLabel(self.hint)
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        column.addWidget(note)
        column.addStretch(1)

    def source(self) -> str:
        """Return the SOURCE as it would be typed on the command line; may be empty or wrong."""
        raise NotImplementedError

    def fill(self, source: str) -> None:
        """Show a source of this kind, so that it can be corrected; the default shows nothing."""

    def name(self) -> str:
        """Return a name to suggest for the camera."""
        return self.title

    def problem(self) -> str:
        """Return why the source cannot be used, with what to do; empty if it can be tried."""
        try:
            parse_source(self.source())
        except ConfigError as error:
            return str(error)
        return ""


def caption_for(text: str, buddy: QWidget) -> QLabel:
    """Return the caption of a form's field; a click or its mnemonic goes to the field."""
    label = QLabel(text)
    label.setBuddy(buddy)
    label.setMinimumSize(64, 32)
    return label
