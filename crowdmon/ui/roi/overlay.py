"""Paints ROI outlines and labels on a picture.

Outline of two pixels in the ROI's colour over a dark hairline, so that it reads on snow and on
asphalt. The chosen ROI is brighter, the others step back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from crowdmon.ui.shell.fonts import font
from crowdmon.view.fit import Fit
from crowdmon.view.theme import CAPTION

LABEL_GROUND = "#0e1116"
LABEL_TEXT = "#e6edf3"


@dataclass(frozen=True, slots=True)
class RoiShape:
    """One ROI to draw.

    Attributes:
        name: shown on the label.
        polygon: corners in fractions 0..1 of the picture.
        colour: ``#rrggbb``, the same in the picture, the table and the plot.
        count: as shown, a dash while it is not known.
    """

    name: str
    polygon: tuple[tuple[float, float], ...]
    colour: str
    count: str = "–"


def outline(shape: RoiShape, place: Fit) -> QPolygonF:
    """Return the polygon in widget pixels."""
    return QPolygonF([QPointF(*place.to_widget(x, y)) for x, y in shape.polygon])


def label_box(polygon: QPolygonF, size: tuple[float, float], place: Fit) -> QRectF:
    """Return the place of a label of ``size``: inside at the polygon's top, never outside the picture."""
    bounds = polygon.boundingRect()
    top = min((polygon.at(i) for i in range(polygon.count())), key=lambda p: (p.y(), p.x()))
    left = min(max(top.x() + 6, bounds.left()), max(bounds.right() - size[0], bounds.left()))
    left = min(max(left, place.left + 4), place.left + place.width - size[0] - 4)
    above = min(max(top.y() + 6, place.top + 4), place.top + place.height - size[1] - 4)
    return QRectF(round(left), round(above), *size)


def paint_rois(painter: QPainter, shapes: Sequence[RoiShape], place: Fit, *, chosen: str | None) -> None:
    """Draw all ROIs, then all labels, so that no outline crosses a number."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for shape in shapes:
        _paint_outline(painter, outline(shape, place), shape.colour, _weight(shape, chosen))
    for shape in shapes:
        _paint_label(painter, shape, place, _weight(shape, chosen))
    painter.restore()


def _weight(shape: RoiShape, chosen: str | None) -> float:
    return 1.0 if chosen is None or shape.name == chosen else 0.5


def _paint_outline(painter: QPainter, polygon: QPolygonF, colour: str, weight: float) -> None:
    fill = QColor(colour)
    fill.setAlphaF(0.08 * weight)
    painter.setBrush(fill)
    for tint, width in ((LABEL_GROUND, 4.0), (colour, 2.0)):
        ink = QColor(tint)
        ink.setAlphaF(weight)
        painter.setPen(
            QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolygon(polygon)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def label_rect(shape: RoiShape, place: Fit) -> QRectF:
    """Return the place of the label of a ROI in widget pixels."""
    return label_box(outline(shape, place), _label_parts(shape)[2], place)


def _label_parts(shape: RoiShape) -> tuple[str, float, tuple[float, float]]:
    """Return the name as shown, its width, and the size of the label."""
    plain, strong = QFontMetricsF(font(CAPTION)), QFontMetricsF(font(CAPTION, bold=True))
    name = plain.elidedText(shape.name, Qt.TextElideMode.ElideRight, 160)
    width = plain.horizontalAdvance(name)
    return name, width, (width + strong.horizontalAdvance(shape.count) + 32.0, 22.0)


def _paint_label(painter: QPainter, shape: RoiShape, place: Fit, weight: float) -> None:
    plain, strong = font(CAPTION), font(CAPTION, bold=True)
    name, name_width, _ = _label_parts(shape)
    count_width = QFontMetricsF(strong).horizontalAdvance(shape.count)
    box = label_rect(shape, place)
    ground = QColor(LABEL_GROUND)
    ground.setAlphaF(0.86)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    # The label's background stays dark, otherwise a dimmed label could not be read on snow.
    painter.setOpacity(0.5 + 0.5 * weight)
    painter.setBrush(QColor(shape.colour))
    painter.drawRect(QRectF(box.left() + 8, box.top() + 7, 8, 8))
    painter.setPen(QColor(LABEL_TEXT))
    painter.setFont(plain)
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(QRectF(box.left() + 20, box.top(), name_width + 4, box.height()), middle, name)
    painter.setFont(strong)
    painter.drawText(
        QRectF(box.left() + 26 + name_width, box.top(), count_width + 4, box.height()), middle, shape.count
    )
    painter.setOpacity(1.0)
