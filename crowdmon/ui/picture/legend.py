"""The legend under the picture: the heatmap's colour scale, its unit, and how old the heatmap is."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon import heatmap
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.shell.fonts import font
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import span

UNIT = "people per cell"
_BAR = 160
_HEIGHT = 44


def tick_labels() -> list[tuple[float, str]]:
    """Return (share of the scale 0..1, text) of the legend's ticks; the last one is open upwards."""
    labels = [(tick / heatmap.TOP, f"{tick:g}") for tick in heatmap.TICKS]
    labels[-1] = (1.0, f"{heatmap.TICKS[-1]:g}+")
    return labels


class Legend(QWidget):
    """A strip with the colour scale, its unit and the age of the heat."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend of the heatmap")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme = DARK
        self._palette = heatmap.PALETTES[0]
        self._lag: float | None = None
        self._tell()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the strip: scale, and the two lines of text beside it."""
        metrics = QFontMetricsF(font(CAPTION))
        widest = max(metrics.horizontalAdvance(text) for text in (UNIT, self._trail(), "0.0 s behind"))
        return QSize(_BAR + 28 + 24 + round(widest), _HEIGHT)

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

    def set_shown(self, shown: bool) -> None:
        """Show the legend, or leave its place empty while the heatmap is off."""
        self.setVisible(shown)

    def set_lag(self, lag: float | None) -> None:
        """Show how many seconds the heatmap is behind the picture; None if there is no heatmap."""
        if lag != self._lag:
            self._lag = lag
            self._tell()
            self.updateGeometry()
            self.update()

    def _trail(self) -> str:
        return "no heatmap" if self._lag is None else f"{span(self._lag)} behind"

    def _tell(self) -> None:
        self.setAccessibleDescription(f"0 to {heatmap.TOP:g} or more {UNIT}; {self._trail()}")
        self.setToolTip(f"The heatmap's scale is fixed: 0 to {heatmap.TOP:g} or more {UNIT}.")

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint scale, ticks, unit and age."""
        painter = QPainter(self)
        painter.setFont(font(CAPTION))
        bar = QRectF(16, 8, _BAR, 10)
        painter.fillRect(bar, QColor(DARK.background))
        strip = heatmap.table(self._palette)[None]
        painter.drawImage(bar, QImage(pictures.from_rgba(strip)))
        painter.setPen(QColor(self._theme.control))
        painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setPen(QColor(self._theme.muted))
        for share, text in tick_labels():
            x = bar.left() + share * bar.width()
            painter.drawLine(round(x), 18, round(x), 21)
            painter.drawText(QRectF(x - 20, 22, 40, 18), Qt.AlignmentFlag.AlignHCenter, text)
        left = bar.right() + 28
        painter.drawText(QRectF(left, 3, self.width() - left, 18), Qt.AlignmentFlag.AlignVCenter, UNIT)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(
            QRectF(left, 21, self.width() - left, 18), Qt.AlignmentFlag.AlignVCenter, self._trail()
        )
        painter.end()
