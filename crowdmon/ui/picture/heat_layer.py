"""The heat on the picture: as an area or as heads, with a scrim where the scene is bright. It only paints."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSizeF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath

from crowdmon import area as areas
from crowdmon import heatmap, isolines
from crowdmon.area import HeatArea
from crowdmon.picture import SHADE
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.values import DensityMap, Grid
from crowdmon.view.fit import Fit
from crowdmon.view.theme import DARK

SCRIM = 0.28
"""How dark the scrim on a bright scene is, 0..1."""

_BRIGHT, _NO_LONGER_BRIGHT = 0.48, 0.42
"""Mean of the picture, 0..1, from which it gets a scrim, and below which it loses it again."""


class HeatLayer:
    """What is painted between the picture and the ROIs."""

    def __init__(self) -> None:
        self.palette = heatmap.PALETTES[0]
        self.opacity = 1.0
        """Strength, 0..1."""
        self.shown = True
        self.as_heads = False
        """Whether heads are drawn as they were counted, and not the area."""
        self._heads: DensityMap | None = None
        self._area: HeatArea | None = None
        self._heads_image, self._area_image = QImage(), QImage()
        self._lines_image = QImage()
        self._lines_of: tuple[HeatArea, Fit, float] | None = None
        self._bright = False
        self._counted: DensityMap | None = None

    def clear(self) -> None:
        """Forget the camera shown so far."""
        self._heads, self._area, self._counted = None, None, None
        self._lines_of, self._lines_image = None, QImage()
        self._bright = False

    def set_palette(self, palette: str) -> None:
        """Paint in another of :data:`heatmap.PALETTES`."""
        self.palette = palette
        self.set_heads(self._heads)
        self.set_area(self._area)

    def set_heads(self, density: DensityMap | None) -> None:
        """Take the heads on the picture; None if it is not known where they are."""
        self._heads = density
        if density is not None and self.as_heads:
            self._heads_image = pictures.from_rgba(heatmap.paint(density.people, self.palette))

    def set_counted(self, density: DensityMap | None) -> None:
        """Take the count that belongs to the picture: it knows which parts were counted."""
        self._counted = density

    def set_area(self, area: HeatArea | None) -> None:
        """Take another area; None if nothing was counted."""
        self._area = area
        if area is not None and not self.as_heads:
            self._area_image = pictures.from_rgba(areas.paint(area, self.palette))

    def set_as_heads(self, on: bool) -> None:
        """Draw heads, or the area."""
        self.as_heads = on
        self.set_palette(self.palette)

    @property
    def area(self) -> HeatArea | None:
        """The area as it was given."""
        return self._area

    def measure(self, brightness: float) -> None:
        """Take the mean of the picture, 0..1, which decides whether there is a scrim."""
        self._bright = brightness > (_NO_LONGER_BRIGHT if self._bright else _BRIGHT)

    @property
    def scrim(self) -> bool:
        """Whether a scrim is drawn: the scene is bright, and heat lies on it."""
        there = self._heads if self.as_heads else self._area
        return self._bright and self.shown and there is not None

    def paint(self, painter: QPainter, place: Fit) -> None:
        """Draw scrim and heat on the picture."""
        if not self.shown:
            return
        box = QRectF(place.left, place.top, place.width, place.height)
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self.scrim:
            shade = QColor(DARK.background)
            shade.setAlphaF(SCRIM)
            painter.fillRect(box, shade)
        if self._counted is not None and self._counted.parts is not None:
            counted = _counted(self._counted, place)
            # Without heat where nobody is counted, it would look as if nobody were there.
            shade = QColor(DARK.background)
            shade.setAlphaF(SHADE)
            whole = QPainterPath()
            whole.addRect(box)
            painter.fillPath(whole.subtracted(counted), shade)
            painter.setClipPath(counted, Qt.ClipOperation.IntersectClip)
        painter.setOpacity(self.opacity)
        if self.as_heads and self._heads is not None:
            painter.drawImage(_cells(place, self._heads.grid), self._heads_image)
        elif not self.as_heads and self._area is not None:
            painter.drawImage(_cells(place, self._area.grid), self._area_image)
            self._paint_lines(painter, place, self._area)
        painter.restore()

    def _paint_lines(self, painter: QPainter, place: Fit, area: HeatArea) -> None:
        device = painter.device()
        ratio = 1.0 if device is None else device.devicePixelRatioF()
        known = self._lines_of
        if known is None or known[0] is not area or known[1:] != (place, ratio):
            width, height = round(place.width * ratio), round(place.height * ratio)
            self._lines_image = pictures.from_rgba(isolines.paint(area, width, height, scale=ratio))
            self._lines_image.setDevicePixelRatio(ratio)
            self._lines_of = (area, place, ratio)
        painter.drawImage(QPointF(place.left, place.top), self._lines_image)


def _counted(density: DensityMap, place: Fit) -> QPainterPath:
    """Return where in the widget people were counted."""
    grid = density.grid
    across, down = place.width / grid.width * grid.cell_width, place.height / grid.height * grid.cell_height
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for top, bottom, left, right in density.parts or ():
        corner = QPointF(place.left + left * across, place.top + top * down)
        path.addRect(QRectF(corner, QSizeF((right - left) * across, (bottom - top) * down)))
    return path


def _cells(place: Fit, grid: Grid) -> QRectF:
    """Return where the cells lie: the last row and column may reach beyond the picture."""
    across = place.width * grid.columns * grid.cell_width / grid.width
    down = place.height * grid.rows * grid.cell_height / grid.height
    return QRectF(place.left, place.top, across, down)
