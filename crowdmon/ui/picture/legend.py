"""The legend under the picture: the colour scale of the heat, its unit, and what the heat is of."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon import area, heatmap
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import span

UNIT = "people per m²"
_BAR = 144
_HEIGHT = 36
_ROOMY = 620
"""Pixels of the pane from which there is room for words beside the scale."""
_TRAIL_S = 0.05


def tick_labels(*, measured: bool) -> list[tuple[float, str]]:
    """Return (share of the scale 0..1, text) of the ticks; without a ground plane there are only words.

    The last figure is open upwards.
    """
    if not measured:
        return [(0.0, "few"), (1.0, "many")]
    labels = [(float(area.position(tick)), f"{tick:g}") for tick in area.TICKS]
    labels[-1] = (1.0, f"{area.TICKS[-1]:g}+")
    return labels


class Legend(QWidget):
    """A strip with the colour scale, its unit and what the heat is of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend of the heatmap")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme = DARK
        self._palette = heatmap.PALETTES[0]
        self._age: float | None = None
        self._view = "area"
        self._ground = False
        self._roomy = True
        self._tell()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the strip: scale, and the two lines of text beside it."""
        metrics = QFontMetricsF(font(CAPTION))
        texts = (UNIT, "Mean of 2 s", "0.0 s behind") if self._roomy else ("",)
        widest = max(metrics.horizontalAdvance(text) for text in texts)
        return QSize(_BAR + 28 + (24 + round(widest) if self._roomy else 0), _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the same as the size hint: a cut legend cannot be read."""
        return self.sizeHint()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_palette_name(self, palette: str) -> None:
        """Show another of :data:`heatmap.PALETTES`."""
        self._palette = palette
        self.update()

    def set_room(self, width: int) -> None:
        """Leave the words out where the pane is narrow; the tool tip has them."""
        if self._roomy is not (width >= _ROOMY):
            self._roomy = width >= _ROOMY
            self.updateGeometry()
            self.update()

    def set_shown(self, shown: bool) -> None:
        """Show the legend, or leave its place empty while the heatmap is off."""
        self.setVisible(shown)

    def set_view(self, view: str) -> None:
        """Explain the area, or heads."""
        self._view = view
        self._tell()

    def set_measured(self, measured: bool) -> None:
        """Say whether the camera knows its floor: only then the area has a unit."""
        self._ground = measured
        self._tell()

    def set_lag(self, age: float | None) -> None:
        """Show by how many seconds the heat is older than the picture; None if there is no heat."""
        if age != self._age:
            self._age = age
            self._tell()

    @property
    def measured(self) -> bool:
        """Whether the scale has figures."""
        return self._view == "area" and self._ground

    @property
    def words(self) -> tuple[str, str]:
        """What stands beside the scale: what it means, and what the heat is of."""
        if self._age is None:
            below = "No heat"
        elif self._age > _TRAIL_S:
            below = f"{span(self._age)} behind"
        else:
            below = "Mean of 2 s" if self._view == "area" else "As counted"
        return (UNIT if self.measured else "People"), below

    def _tell(self) -> None:
        scale = f"0 to {area.TOP:g} or more" if self.measured else "few to many"
        self.setAccessibleDescription(f"{scale} {self.words[0]}; {self.words[1]}")
        why = "" if self.measured else " With a ground plane, the area is in people per m²."
        self.setToolTip(f"The colour scale is fixed: the same colour always means as many people.{why}")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint scale, ticks and words."""
        painter = QPainter(self)
        painter.setFont(font(CAPTION))
        bar = QRectF(16, 6, _BAR, 8)
        painter.fillRect(bar, QColor(DARK.background))
        colours = area.table(self._palette) if self._view == "area" else heatmap.table(self._palette)
        painter.drawImage(bar, QImage(pictures.from_rgba(colours[None])))
        painter.setPen(QColor(self._theme.control))
        painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setPen(QColor(self._theme.muted))
        for share, text in tick_labels(measured=self.measured):
            x = bar.left() + share * bar.width()
            painter.drawLine(round(x), 14, round(x), 16)
            if self.measured:
                painter.drawText(QRectF(x - 20, 17, 40, 16), Qt.AlignmentFlag.AlignHCenter, text)
            else:
                side = Qt.AlignmentFlag.AlignLeft if share < 0.5 else Qt.AlignmentFlag.AlignRight
                painter.drawText(QRectF(bar.left(), 17, bar.width(), 16), side, text)
        left = bar.right() + 20
        unit, below = self.words
        if self._roomy:
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(left, 2, self.width() - left, 16), middle, unit)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QRectF(left, 17, self.width() - left, 16), middle, below)
        painter.end()
