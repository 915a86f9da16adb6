"""The picture of one camera with its heat and its ROIs. It only paints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PyQt6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from crowdmon import heatmap, privacy
from crowdmon.picture import SHADE
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.picture.notice import Notice, paint_notice, paint_veil
from crowdmon.ui.roi.overlay import RoiShape, label_rect, paint_rois
from crowdmon.values import CameraState, DensityMap, Frame
from crowdmon.view.camera_values import FRESH
from crowdmon.view.fit import Fit, fit
from crowdmon.view.theme import DARK, Theme

_KNOWN_S = 0.1
"""Seconds after which people may have left their cells: then the whole picture is pixelated."""

_SETTLE_S = 1.0
"""Seconds for which counts must keep up before less than the whole picture is pixelated again: no flicker."""

_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Overlay(Protocol):
    """Changes how ROIs are drawn, such as an editor."""

    def shapes(self, shapes: tuple[RoiShape, ...]) -> tuple[RoiShape, ...]:
        """Return the ROIs to draw in place of these."""

    def paint(self, painter: QPainter, place: Fit) -> None:
        """Draw on top of the ROIs."""


class VideoView(QWidget):
    """Shows the newest picture, the heat on top of it, the ROIs on top of that.

    Video is shown as it comes; the heat trails it by an age that the legend states. Without a fresh
    picture the last one is greyed and hatched, its heat is gone, and a notice says what is the matter.

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
        self._heat = QImage()
        self._density: DensityMap | None = None
        self._palette = heatmap.PALETTES[0]
        self._heat_visible = True
        self._opacity = 1.0
        self._frame: Frame | None = None
        self._private = False
        self._behind: float | None = None
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
        self._picture, self._grey, self._heat = QImage(), QImage(), QImage()
        self._density, self._size, self._shapes, self._chosen = None, (0, 0), (), None
        self._frame = self._behind = None
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self.update()

    def set_picture(self, frame: Frame) -> None:
        """Show another picture."""
        self._frame = frame
        rgb = privacy.pixelate(frame.rgb, self._knowledge(frame)) if self._private else frame.rgb
        self._picture = pictures.from_rgb(rgb)
        self._grey = QImage()
        self._size = frame.size
        self.update()

    def _knowledge(self, frame: Frame) -> DensityMap | None:
        """Return where people are in a picture; None if that is not known for this very moment."""
        density = self._density
        if density is None:
            return None
        if abs(frame.time - density.time) > _KNOWN_S:
            self._behind = frame.time
            return None
        itself = frame.time == density.time  # a paused picture, or one that stands still
        settled = self._behind is None or abs(frame.time - self._behind) > _SETTLE_S
        return density if itself or settled else None

    def set_density(self, density: DensityMap) -> None:
        """Show another heatmap."""
        self._density = density
        self._heat = pictures.from_rgba(heatmap.paint(density.people, self._palette))
        if self._private and self._frame is not None:
            self.set_picture(self._frame)  # a paused picture is pixelated by its own count now
        self.update()

    @property
    def palette_name(self) -> str:
        """Which of :data:`heatmap.PALETTES` the heat is painted in."""
        return self._palette

    @property
    def private(self) -> bool:
        """Whether people are pixelated."""
        return self._private

    def set_palette_name(self, palette: str) -> None:
        """Paint the heat in another of :data:`heatmap.PALETTES`."""
        self._palette = palette
        if self._density is not None:
            self.set_density(self._density)

    def set_heat_visible(self, visible: bool) -> None:
        """Show or hide the heat."""
        self._heat_visible = visible
        self.update()

    def set_heat_opacity(self, percent: int) -> None:
        """Set the strength of the heatmap, 0..100 per cent."""
        self._opacity = percent / 100
        self.update()

    def set_private(self, private: bool) -> None:
        """Pixelate people from now on, or stop doing so."""
        self._private = private
        if self._frame is not None:
            self.set_picture(self._frame)

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
            if self.fresh and self._heat_visible and self._density is not None:
                self._paint_heat(painter, place, self._density)
            if not self.fresh:
                paint_veil(painter, place, self._theme)
            paint_rois(painter, self._drawn(), place, chosen=self._chosen)
            if self.overlay is not None:
                self.overlay.paint(painter, place)
        paint_notice(painter, QRectF(self.rect()), self._notice, self._theme)
        if self._ring:
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, place: Fit) -> None:
        if not self.fresh and self._grey.isNull():
            self._grey = pictures.greyed(self._picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_box(place), self._picture if self.fresh else self._grey)

    def _paint_heat(self, painter: QPainter, place: Fit, density: DensityMap) -> None:
        grid = density.grid
        # The last row and column of cells may reach beyond the picture: their colours are cut there.
        across = place.width * grid.columns * grid.cell_width / grid.width
        down = place.height * grid.rows * grid.cell_height / grid.height
        painter.save()
        painter.setClipRect(_box(place))
        if density.parts is not None:
            counted = _counted(density, place)
            # Without heat where nobody is counted, it would look as if nobody were there.
            shade = QColor(DARK.background)
            shade.setAlphaF(SHADE)
            whole = QPainterPath()
            whole.addRect(_box(place))
            painter.fillPath(whole.subtracted(counted), shade)
            painter.setClipPath(counted, Qt.ClipOperation.IntersectClip)
        painter.setOpacity(self._opacity)
        painter.drawImage(QRectF(place.left, place.top, across, down), self._heat)
        painter.restore()


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


def _box(place: Fit) -> QRectF:
    return QRectF(place.left, place.top, place.width, place.height)
