"""Before and now side by side: the ROIs are moved together on the new view, or confirmed as they are."""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crowdmon import privacy
from crowdmon.config import CameraConfig, RoiConfig
from crowdmon.roi.moving import Move, inside, together
from crowdmon.roi.shapes import Refused
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.ui.roi.overlay import RoiShape
from crowdmon.ui.spot_check.side import button, label, polish
from crowdmon.ui.view_changed.canvas import RoiPicture
from crowdmon.ui.view_changed.keeper import Seen
from crowdmon.view.theme import BODY, CAPTION, DARK, Theme

KEYS = (
    "Drag the ROIs on the right picture. The wheel makes them larger, with Shift it turns them. "
    "Keys: arrows (Shift: further), + and −, comma and full stop to turn, 0 to begin again."
)
NO_BEFORE = "No picture of before is there: this window was opened too late."
GROUND = "The ground plane does not fit the new view. It is removed: calibrate the camera again."


class ViewChangedDialog(QDialog):
    """Asks what becomes of the ROIs of a camera whose view has changed.

    Signals:
        moved(object): the camera is to have these ROIs, a tuple of :class:`RoiConfig`.
        confirmed(): the ROIs are right as they are.
    """

    moved = pyqtSignal(object)
    confirmed = pyqtSignal()

    def __init__(
        self,
        camera: CameraConfig,
        before: Seen | None,
        now: Seen,
        *,
        private: bool,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.camera = camera
        self._aspect = now.frame.size[0] / now.frame.size[1]
        self.setWindowTitle(f"The view has changed – {camera.name}")
        self.setSizeGripEnabled(True)
        self.setMinimumSize(QSize(760, 420))
        self.resize(QSize(1160, 560))
        self.before = RoiPicture("Before", movable=False)
        self.now = RoiPicture("Now: drag the ROIs", movable=True)
        for picture, seen in ((self.before, before), (self.now, now)):
            picture.set_theme(theme)
            picture.set_picture(QImage() if seen is None else _image(seen, private=private))
        self.said = label("Outcome", "", BODY, wrap=True)
        self.said.setMinimumHeight(36)
        self.use = button("Use the moved ROIs")
        self.right = button("They are right as they are")
        self.cancel = button("Later", tip="Esc. The camera stays unknown.")
        self._arrange(before)
        self.now.moved.connect(self._show)
        self.use.clicked.connect(lambda _=False: self._use())
        self.right.clicked.connect(lambda _=False: self._confirm())
        self.cancel.clicked.connect(lambda _=False: self.reject())
        self.before.set_shapes([] if before is None else self._shapes([one.polygon for one in camera.rois]))
        self._show(Move())
        self.now.setFocus()

    def _arrange(self, before: Seen | None) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        when = "" if before is None else f", {datetime.fromtimestamp(before.frame.time):%H:%M:%S}"
        for title, picture in ((f"Before{when}", self.before), ("Now", self.now)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(label(f"Caption of {title}", title, BODY, bold=True))
            column.addWidget(picture, 1)
            row.addLayout(column, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for one in (self.cancel, self.right, self.use):
            buttons.addWidget(one, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(row, 1)
        keys = KEYS if before is not None else f"{NO_BEFORE} {KEYS}"
        column.addWidget(label("Keys", keys, CAPTION, role="caption", wrap=True))
        column.addWidget(self.said)
        column.addLayout(buttons)

    def rois(self) -> tuple[RoiConfig, ...]:
        """Return the ROIs as they are now. Raises Refused if one cannot be used so."""
        polygons = self._polygons()
        found = []
        for roi, points in zip(self.camera.rois, polygons, strict=True):
            try:
                polygon = inside(points)
            except Refused as error:
                raise Refused(f"{roi.name}: {error.message[:1].lower()}{error.message[1:]}") from error
            # An area that somebody entered was that of another piece of floor.
            found.append(roi.model_copy(update={"polygon": polygon, "area_m2": None}))
        return tuple(found)

    def _polygons(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        drawn = [one.polygon for one in self.camera.rois]
        return together(drawn, self.now.move_of_rois, aspect=self._aspect)

    def _shapes(self, polygons: list[tuple[tuple[float, float], ...]]) -> list[RoiShape]:
        pairs = enumerate(zip(self.camera.rois, polygons, strict=True))
        return [
            RoiShape(roi.name, polygon, DARK.roi(roi.colour_at(place)), count="")
            for place, (roi, polygon) in pairs
        ]

    def _show(self, move: Move) -> None:
        self.now.set_shapes(self._shapes(list(self._polygons())))
        wrong = ""
        try:
            self.rois()
        except Refused as error:
            wrong = f"{error.message}."
        still = move == Move()
        self.use.setEnabled(not wrong and not still)
        said = wrong or (GROUND if self.camera.ground is not None and not still else "")
        polish(self.said, role="error" if wrong else "")
        self.said.setText(said)
        self.said.setAccessibleDescription(said)

    def _use(self) -> None:
        self.moved.emit(self.rois())
        self.accept()

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.accept()


def _image(seen: Seen, *, private: bool) -> QImage:
    rgb = seen.frame.rgb
    return pictures.from_rgb(privacy.pixelate(rgb, seen.density) if private else rgb)
