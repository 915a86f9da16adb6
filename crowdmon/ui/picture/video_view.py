"""The picture of one camera with its heat and its ROIs. It only paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon import privacy
from crowdmon.area import HeatArea
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.heat_layer import HeatLayer
from crowdmon.ui.picture.notice import Notice, paint_notice, paint_veil
from crowdmon.ui.roi.overlay import RoiShape, label_rect, paint_rois
from crowdmon.values import CameraState, DensityMap, Frame
from crowdmon.view.camera_values import FRESH
from crowdmon.view.fit import Fit, fit
from crowdmon.view.in_step import Sight
from crowdmon.view.theme import DARK, Theme

_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Overlay(Protocol):
    """Changes how ROIs are drawn, such as an editor."""

    def shapes(self, shapes: tuple[RoiShape, ...]) -> tuple[RoiShape, ...]:
        """Return the ROIs to draw in place of these."""

    def paint(self, painter: QPainter, place: Fit) -> None:
        """Draw on top of the ROIs."""


class VideoView(QWidget):
    """Shows a picture, the heat on top of it, the ROIs on top of that.

    What is shown was chosen before, see :mod:`crowdmon.view.in_step`. Without a fresh picture the last one is
    greyed and hatched, its heat is gone, and a notice says what is the matter.

    Signals:
        resized(): the size available to a picture has changed, see :meth:`pixels`.
    """

    resized = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Picture of the camera")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self._theme = DARK
        self._picture = QImage()
        self._grey = QImage()
        self._size = (0, 0)
        self.heat = HeatLayer()
        self._sight: Sight | None = None
        self._private = False
        self._shapes: tuple[RoiShape, ...] = ()
        self._chosen: str | None = None
        self._notice = Notice(CameraState.CONNECTING)
        self._ring = False
        self.overlay: Overlay | None = None
        """Asked at every painting; it calls ``update()`` on this widget when it has changed."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the view would like."""
        return QSize(960, 540)

    def clear(self) -> None:
        """Forget the camera shown so far, so that nothing of it appears with another camera."""
        self._picture, self._grey, self._sight = QImage(), QImage(), None
        self._size, self._shapes, self._chosen = (0, 0), (), None
        self.heat.clear()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_sight(self, sight: Sight) -> None:
        """Show another picture, and what lies on it."""
        before, self._sight = self._sight, sight
        same = before is not None and before.frame is sight.frame
        if not (same and (not self._private or before is None or before.known == sight.known)):
            self._draw(sight)
        self.heat.set_heads(sight.heat)
        self.heat.set_counted(sight.counted)
        self.update()

    def _draw(self, sight: Sight) -> None:
        rgb = self._fitted(sight.frame)
        self.heat.measure(float(rgb[::16, ::16].mean()) / 255.0)
        if self._private:
            rgb = privacy.pixelate_between(rgb, sight.known)
        self._picture = pictures.from_rgb(rgb)
        self._grey = QImage()
        self._size = sight.frame.size

    def _fitted(self, frame: Frame) -> NDArray[np.uint8]:
        """Return not many more pixels than are seen: a counted picture comes in full size."""
        rgb, room = frame.rgb, self.pixels()
        if room is None or rgb.shape[1] <= 1.5 * room[0] or rgb.shape[0] <= 1.5 * room[1]:
            return rgb
        scale = max(room[0] / rgb.shape[1], room[1] / rgb.shape[0])
        size = max(round(rgb.shape[1] * scale), 1), max(round(rgb.shape[0] * scale), 1)
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)

    def set_picture(self, frame: Frame) -> None:
        """Show another picture of which nothing is known."""
        self.set_sight(Sight(frame))

    def set_density(self, density: DensityMap) -> None:
        """Show heads on the picture, as they were counted in it."""
        if self._sight is not None:
            self.set_sight(replace(self._sight, counted=density, heat=density, known=((density, 0.0),)))

    def set_area(self, area: HeatArea | None) -> None:
        """Show another area of heat."""
        self.heat.set_area(area)
        self.update()

    def set_heat_as_heads(self, on: bool) -> None:
        """Draw heads as counted, or the area."""
        self.heat.set_as_heads(on)
        self.update()

    @property
    def palette_name(self) -> str:
        """Which of :data:`heatmap.PALETTES` the heat is painted in."""
        return self.heat.palette

    @property
    def private(self) -> bool:
        """Whether people are pixelated."""
        return self._private

    def set_palette_name(self, palette: str) -> None:
        """Paint the heat in another of :data:`heatmap.PALETTES`."""
        self.heat.set_palette(palette)
        self.update()

    def set_heat_visible(self, visible: bool) -> None:
        """Show or hide the heat."""
        self.heat.shown = visible
        self.update()

    def set_heat_opacity(self, percent: int) -> None:
        """Set the strength of the heatmap, 0..100 per cent."""
        self.heat.opacity = percent / 100
        self.update()

    def set_private(self, private: bool) -> None:
        """Pixelate people from now on, or stop doing so."""
        self._private = private
        if self._sight is not None:
            self._draw(self._sight)
            self.update()

    def set_rois(self, shapes: Sequence[RoiShape]) -> None:
        """Draw these ROIs; unchanged ones cost nothing."""
        if tuple(shapes) != self._shapes:
            self._shapes = tuple(shapes)
            self.update()

    def choose_roi(self, name: str | None) -> None:
        """Highlight one ROI; None highlights none."""
        self._chosen = name
        self.update()

    def set_notice(self, notice: Notice) -> None:
        """Show a notice; its state decides whether the picture is shown as fresh."""
        if notice != self._notice:
            self._notice = notice
            self.setAccessibleDescription(f"{notice.headline}. {notice.detail}" if notice.headline else "")
            self.update()

    @property
    def fresh(self) -> bool:
        """Whether the picture shows what the camera sees now."""
        return self._notice.state in FRESH

    def pixels(self) -> tuple[int, int] | None:
        """Return (width, height) for a picture in the screen's own pixels; None while it is not visible."""
        window = self.window()
        if not self.isVisible() or window is None or window.isMinimized():
            return None
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        """Report the new size."""
        super().resizeEvent(a0)
        self.resized.emit()

    def showEvent(self, a0: QShowEvent | None) -> None:  # noqa: N802
        """Report that pictures are needed again."""
        super().showEvent(a0)
        self.resized.emit()

    def hideEvent(self, a0: QHideEvent | None) -> None:  # noqa: N802
        """Report that pictures are not needed now."""
        super().hideEvent(a0)
        self.resized.emit()

    def place(self) -> Fit:
        """Return where the picture lies in the widget."""
        return fit(self._size, (self.width(), self.height()))

    @property
    def picture_size(self) -> tuple[int, int]:
        """Return (width, height) of the camera's own pictures in pixels; (0, 0) before the first."""
        return self._size

    def label_at(self, at: QPointF) -> str:
        """Return the name of the ROI whose label lies at a point of the widget; empty for none."""
        found = [one.name for one in self._drawn() if label_rect(one, self.place()).contains(at)]
        return found[-1] if found and self.place().width else ""

    def label_place(self, name: str) -> QRectF:
        """Return the place of the label of a ROI in the widget; null if it is not drawn."""
        return next((label_rect(s, self.place()) for s in self._drawn() if s.name == name), QRectF())

    def _drawn(self) -> tuple[RoiShape, ...]:
        return self._shapes if self.overlay is None else self.overlay.shapes(self._shapes)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Show a focus ring if the focus came by keyboard."""
        self._ring = a0 is not None and a0.reason() in _BY_KEY
        super().focusInEvent(a0)
        self.update()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:  # noqa: N802
        """Hide the focus ring."""
        self._ring = False
        super().focusOutEvent(a0)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint everything from the bottom up."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.background))
        place = self.place()
        if not self._picture.isNull():
            self._paint_picture(painter, place)
            if self.fresh:
                self.heat.paint(painter, place)
            else:
                paint_veil(painter, place, self._theme)
            paint_rois(painter, self._drawn(), place, chosen=self._chosen)
            if self.overlay is not None:
                self.overlay.paint(painter, place)
        seen = not self._picture.isNull()
        paint_notice(painter, QRectF(self.rect()), self._notice, self._theme, strip=seen)
        if self._ring:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, place: Fit) -> None:
        if not self.fresh and self._grey.isNull():
            self._grey = pictures.greyed(self._picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_box(place), self._picture if self.fresh else self._grey)


def _box(place: Fit) -> QRectF:
    return QRectF(place.left, place.top, place.width, place.height)
