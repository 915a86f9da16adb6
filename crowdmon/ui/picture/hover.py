"""Shows what is under the pointer: position, how crowded it is, density of the ROI."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QLabel

from crowdmon.area import HeatArea
from crowdmon.geometry import contains
from crowdmon.ui.picture.video_view import VideoView
from crowdmon.ui.roi.overlay import LABEL_GROUND, LABEL_TEXT
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.theme import CAPTION

_MARGIN = 8


_WORDS = ((0.05, "nobody here"), (0.5, "few people"), (2.0, "some people"))


def crowded(area: HeatArea | None, x: float, y: float) -> str:
    """Return how crowded it is at a point in fractions of the picture: in figures if the floor is known."""
    value = None if area is None else area.at(x, y)
    if area is None or value is None:
        return "not counted"
    if area.measured:
        return f"{value:.1f} people per m²"
    return next((word for limit, word in _WORDS if value < limit), "many people")


def read_out(
    camera: CameraValues, x: float, y: float, *, size: tuple[int, int], area: HeatArea | None
) -> str:
    """Return what to say about a point in fractions of a picture of ``size`` pixels."""
    parts = [f"{int(min(x * size[0], size[0] - 1))}, {int(min(y * size[1], size[1] - 1))} px"]
    about = "about " if camera.plane is not None and camera.plane.estimated else ""
    measured = area is not None and area.measured and area.at(x, y) is not None
    parts.append(f"{about if measured else ''}{crowded(area, x, y)}")
    for roi in camera.config.rois:
        known = camera.known(roi.name)
        if known is not None and known.density_per_m2 is not None and contains(roi.polygon, x, y):
            parts.append(f"{roi.name} {about}{known.density_per_m2:.2f} people per m²")
    return "   ".join(parts)


class Hover(QObject):
    """Watches the pointer over the picture and passes all events on."""

    def __init__(self, video: VideoView, presenter: Presenter) -> None:
        super().__init__(video)
        self._video, self._presenter = video, presenter
        self._at: QPointF | None = None
        self.label = QLabel(video)
        self.label.setAccessibleName("Under the pointer")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # The picture has the same brightness in every theme, and so has the text on it.
        self.label.setStyleSheet(
            f"background: {LABEL_GROUND}; color: {LABEL_TEXT}; font-size: {CAPTION}px;"
            " padding: 3px 8px; border-radius: 4px;"
        )
        self.label.hide()
        video.setMouseTracking(True)
        video.installEventFilter(self)

    def refresh(self, _now: float = 0.0) -> None:
        """Update the text: the numbers change while the pointer rests."""
        camera, place = self._presenter.camera, self._video.place()
        x, y = (-1.0, -1.0) if self._at is None else place.to_fraction(self._at.x(), self._at.y())
        if camera is None or not place.width or not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            self.label.hide()
            return
        size = self._video.picture_size
        area = self._video.heat.area if self._video.fresh else None
        self.label.setText(read_out(camera, x, y, size=size, area=area))
        self.label.adjustSize()
        bottom = place.top + place.height - self.label.height() - _MARGIN
        # At the bottom, unless the pointer is there.
        y_label = place.top + _MARGIN if y > 0.8 else bottom
        self.label.move(round(place.left + _MARGIN), round(y_label))
        self.label.show()

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        """Follow the pointer."""
        if isinstance(a1, QMouseEvent) and a1.type() is QEvent.Type.MouseMove:
            self._at = a1.position()
            self.refresh()
        elif a1 is not None and a1.type() is QEvent.Type.Leave:
            self._at = None
            self.refresh()
        return super().eventFilter(a0, a1)
