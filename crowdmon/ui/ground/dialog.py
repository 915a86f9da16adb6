"""Calibrating one camera: its picture at the left, what is known of the floor at the right."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QWidget

from crowdmon import privacy
from crowdmon.config import CameraConfig
from crowdmon.track.ground import region_of
from crowdmon.ui.ground.canvas import GroundCanvas
from crowdmon.ui.ground.side import GroundSide
from crowdmon.ui.picture import qt_images as pictures
from crowdmon.values import DensityMap, Frame, GroundPlane, Roi
from crowdmon.view.calibration import Calibration, Found, Point, found, of_config, to_config
from crowdmon.view.theme import Theme

NOTHING_YET = "No picture of this camera was counted yet. The first one is shown as soon as it comes."

_USUAL_SIZE = (1280, 720)


class GroundDialog(QDialog):
    """Places the points of a ground plane.

    Signals:
        use_asked(object, bool): the camera is to have this :class:`GroundConfig`, or none with None; and
            whether its ROIs are drawn around the heads.
    """

    use_asked = pyqtSignal(object, bool)

    def __init__(self, camera: CameraConfig, *, theme: Theme, parent: QWidget | None = None) -> None:
        """Begin with the plane that the camera has."""
        super().__init__(parent)
        self.camera = camera
        self._size = (0, 0)
        self._past: list[Calibration] = []
        self._future: list[Calibration] = []
        self.calibration = of_config(camera.ground)
        self.canvas, self.side = GroundCanvas(), GroundSide()
        self.canvas.set_theme(theme)
        self.setWindowTitle(f"Ground plane – {camera.name}")
        self.setSizeGripEnabled(True)
        self.setMinimumSize(QSize(760, 560))
        self.resize(QSize(1160, 720).boundedTo(_room(parent)))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.side)
        self.side.title.setText(camera.name)
        # Without a plane ROIs are drawn around heads. If that stays so, the counts stay as they were.
        heads = camera.ground is None or camera.rois_at == "heads"
        self.side.ask_where_rois_are(some=bool(camera.rois), at_heads=heads)
        self.side.drawn_changed.connect(self._show)
        self.canvas.edited.connect(self._edit)
        self.canvas.refused.connect(self._refuse)
        self.canvas.undo_asked.connect(lambda again: self.redo() if again else self.undo())
        self.side.edited.connect(self._edit)
        self.side.chosen.connect(self.canvas.choose)
        self.side.use.clicked.connect(lambda _=False: self.use())
        self.side.drop.clicked.connect(lambda _=False: self._answer(None))
        self.side.cancel.clicked.connect(lambda _=False: self.reject())
        self._show()
        self.canvas.setFocus()

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture to place points in."""
        return self._size != (0, 0)

    def show_picture(self, frame: Frame, density: DensityMap | None, *, private: bool) -> None:
        """Show the camera's picture; people in it are pixelated if it is ``private``."""
        rgb = frame.rgb
        if private and density is not None:
            rgb = privacy.pixelate(rgb, density)
        self._size = frame.size
        self.canvas.set_picture(pictures.from_rgb(rgb), frame.size)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self.canvas.set_theme(theme)

    @property
    def found(self) -> Found:
        """What follows from the points as they are."""
        width, height = self._size if self.has_picture else _USUAL_SIZE
        return found(self.calibration, width=width, height=height)

    def use(self) -> None:
        """Give the camera the plane, if there is one."""
        if self.found.plane is not None:
            self._answer(to_config(self.calibration))

    def undo(self) -> None:
        """Take the last step back."""
        if self._past:
            self._future.append(self.calibration)
            self.calibration = self._past.pop()
            self._show()

    def redo(self) -> None:
        """Make the step that was taken back last again."""
        if self._future:
            self._past.append(self.calibration)
            self.calibration = self._future.pop()
            self._show()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Use the plane with Ctrl+Return, wherever the focus is."""
        enter = a0 is not None and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if a0 is not None and enter:
            if a0.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.use()
            return  # Return alone ends the entry of a number, not the dialog
        super().keyPressEvent(a0)

    def _answer(self, ground: object) -> None:
        self.use_asked.emit(ground, self.side.at_heads)
        self.accept()

    def _edit(self, calibration: Calibration) -> None:
        if len(calibration.corners) != len(self.calibration.corners) or not self._goes_on(calibration):
            self._past.append(self.calibration)
        self._future.clear()
        self.calibration = calibration
        self._show()

    def _goes_on(self, calibration: Calibration) -> bool:
        """Whether an edit continues the one before: a point on its way, a number being typed."""
        if not self._past:
            return False
        before, now = self._past[-1], self.calibration
        return _changed(before, now) == _changed(now, calibration) != set()

    def _refuse(self, why: str) -> None:
        self.side.show_state(self.calibration, replace(self.found, said=why, wrong=True), [], had=False)

    def _show(self) -> None:
        result = self.found
        rois = self._rois(result.plane)
        self.canvas.set_calibration(self.calibration, result.plane, rois)
        if not self.has_picture and not self.calibration.corners:
            result = replace(result, said=NOTHING_YET)
        words = [said for _, said in rois] if result.plane is not None else []
        self.side.show_state(self.calibration, result, words, had=self.camera.ground is not None)

    def _rois(self, plane: GroundPlane | None) -> tuple[tuple[tuple[Point, ...], str], ...]:
        width, height = self._size if self.has_picture else _USUAL_SIZE
        heads = plane is not None and self.side.at_heads
        named = ((roi, replace(roi, plane=plane, at_heads=heads)) for roi in self.camera.to_rois())
        return tuple((tuple(roi.polygon), _area(new, width / height)) for roi, new in named)


def _area(roi: Roi, aspect: float) -> str:
    region = region_of(roi, aspect)
    if region.area_m2 is None:
        return roi.name if roi.plane is None else f"{roi.name}: reaches above the horizon"
    return f"{roi.name}: {region.area_m2:.1f} m²{' (entered by hand)' if region.entered else ''}"


def _changed(one: Calibration, other: Calibration) -> set[object]:
    """Return what differs between two calibrations of as many points."""
    found: set[object] = set()
    for what in ("corners", "sides"):
        pairs = enumerate(zip(getattr(one, what), getattr(other, what), strict=False))
        found |= {(what, index) for index, (a, b) in pairs if a != b}
    for index, (a, b) in enumerate(zip(one.metres, other.metres, strict=False)):
        found |= {("metres", index, axis) for axis in (0, 1) if a[axis] != b[axis]}
    singles = ("rectangle", "head_height", "camera_height")
    return found | {what for what in singles if getattr(one, what) != getattr(other, what)}


def _room(parent: QWidget | None) -> QSize:
    screen = None if parent is None else parent.screen()
    return QSize(1160, 720) if screen is None else screen.availableSize()
