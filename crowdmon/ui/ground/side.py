"""The column beside the picture: what the points are, their metres, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crowdmon.ui.sources.source_page import ComboBox
from crowdmon.ui.spot_check.side import button, label, polish
from crowdmon.view.calibration import Calibration, Found
from crowdmon.view.theme import BODY, CAPTION, HEAD

WIDTH = 320

_NARROW = 96

AROUND_HEADS, ON_FLOOR = "around the heads", "on the floor"

RECTANGLE, POINTS = "A rectangle of known sides", "Points of known places"

_HOW = {
    True: "Click the four corners of a rectangle on the floor, in order around it, such as a crossing or "
    "tiles. The larger it is, the better.",
    False: "Click at least four points on the floor and enter where each lies, in metres. Seen from above, "
    "y is 90 degrees to the left of x.",
}
_KEYS = "Drag a point, or choose it and press the arrow keys. Space adds one, Delete takes it away."
_FOLLOWS = "from the points"


class GroundSide(QWidget):
    """All of the column.

    Signals:
        edited(object): another :class:`Calibration`, by what was entered.
        chosen(int): a point whose metres are being entered.
        drawn_changed(): where the ROIs are drawn.
    """

    edited = pyqtSignal(object)
    chosen = pyqtSignal(int)
    drawn_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._calibration = Calibration()
        self._showing = False
        self.title = label("Camera", "", HEAD, bold=True)
        self.kind = ComboBox()
        self.kind.setAccessibleName("What is known of the floor")
        self.kind.addItems([RECTANGLE, POINTS])
        self.how = label("What to do", "", CAPTION, role="caption", wrap=True)
        self.sides = tuple(
            _metres(f"Metres from corner {n} to corner {n + 1}", low=0.01, high=100_000.0) for n in (1, 2)
        )
        self.places: list[tuple[QDoubleSpinBox, QDoubleSpinBox]] = []
        self._numbers: list[QLabel] = []
        self.head_height = _metres("How tall people stand, metres", low=0.3, high=3.0)
        self.camera_height = _metres("Height of the camera above the floor, metres", low=0.0, high=1000.0)
        self.camera_height.setSpecialValueText(_FOLLOWS)
        self.rois_at = ComboBox()
        self.rois_at.setAccessibleName("How the ROIs of this camera are drawn")
        self.rois_at.addItems([AROUND_HEADS, ON_FLOOR])
        self.said = label("Outcome", "", BODY, wrap=True)
        self.rois = label("Areas of the ROIs", "", BODY, wrap=True)
        self.use = button("Use", tip="Ctrl+Return")
        self.drop = button("Remove the ground plane")
        self.cancel = button("Cancel", tip="Esc")
        self._arrange()
        self.kind.activated.connect(lambda index: self._edit(self._calibration.as_rectangle(index == 0)))
        self.rois_at.currentIndexChanged.connect(lambda _index: self.drawn_changed.emit())
        for box in (*self.sides, self.head_height, self.camera_height):
            box.valueChanged.connect(lambda _value: self._entered())

    def _arrange(self) -> None:
        self._sides = QWidget()
        form = QFormLayout(self._sides)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(8)
        for n, box in enumerate(self.sides, 1):
            form.addRow(f"Corner {n} to {n + 1}", box)
        self._list = QWidget()
        self._grid = QGridLayout(self._list)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setSpacing(4)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self._list)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setMinimumHeight(96)
        people = QFormLayout()
        people.setSpacing(8)
        people.addRow("People are", self.head_height)
        people.addRow("Camera is", self.camera_height)
        people.addRow("ROIs are", self.rois_at)
        self._people = people
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (self.title, self.kind, self.how, self._sides):
            column.addWidget(widget)
        column.addWidget(self._scroll, 1)
        column.addLayout(people)
        column.addWidget(label("Keys", _KEYS, CAPTION, role="caption", wrap=True))
        column.addWidget(self.said)
        column.addWidget(self.rois)
        column.addStretch(0)
        for one in (self.use, self.drop, self.cancel):
            column.addWidget(one)

    @property
    def at_heads(self) -> bool:
        """Whether the ROIs are drawn around the heads."""
        return self.rois_at.currentText() == AROUND_HEADS

    def ask_where_rois_are(self, *, some: bool, at_heads: bool) -> None:
        """Ask where the ROIs are drawn if there are ``some``, with what is known to begin with."""
        self.rois_at.setCurrentText(AROUND_HEADS if at_heads else ON_FLOOR)
        self._people.setRowVisible(self.rois_at, some)

    def show_state(self, calibration: Calibration, found: Found, rois: Sequence[str], *, had: bool) -> None:
        """Show what is placed and entered, what follows, and the ROIs; ``had``: a plane can be removed."""
        self._showing = True
        self._calibration = calibration
        self.kind.setCurrentIndex(0 if calibration.rectangle else 1)
        self.how.setText(_HOW[calibration.rectangle])
        self._sides.setVisible(calibration.rectangle)
        self._scroll.setVisible(not calibration.rectangle)
        for box, value in zip(self.sides, calibration.sides, strict=True):
            _show(box, value)
        self._show_places(calibration)
        _show(self.head_height, calibration.head_height)
        _show(self.camera_height, calibration.camera_height or 0.0)
        polish(self.said, role="error" if found.wrong else "")
        self.said.setText(found.said)
        self.said.setAccessibleDescription(found.said)
        self.rois.setText("\n".join(rois))
        self.rois.setVisible(bool(rois))
        self.use.setEnabled(found.plane is not None)
        self.drop.setVisible(had)
        self._showing = False

    def _show_places(self, calibration: Calibration) -> None:
        count = 0 if calibration.rectangle else len(calibration.corners)
        while len(self.places) > count:
            for box in self.places.pop():
                box.hide()
                box.deleteLater()
            self._numbers.pop().deleteLater()
        while len(self.places) < count:
            self._add_row(len(self.places))
        for row, (x, y) in zip(self.places, calibration.metres, strict=False):
            _show(row[0], x)
            _show(row[1], y)

    def _add_row(self, index: int) -> None:
        number = label(f"Point {index + 1}", str(index + 1), BODY)
        row = tuple(
            _metres(f"{axis} of point {index + 1}, metres", low=-100_000.0, high=100_000.0) for axis in "xy"
        )
        self._grid.addWidget(number, index, 0)
        for column, (axis, box) in enumerate(zip("xy", row, strict=True)):
            box.setPrefix(f"{axis}  ")
            box.setMinimumWidth(_NARROW)  # its range would make it as wide as the widest number
            box.valueChanged.connect(lambda _value, index=index: self._entered(index))
            self._grid.addWidget(box, index, 1 + column)
        self._numbers.append(number)
        self.places.append((row[0], row[1]))

    def _entered(self, index: int | None = None) -> None:
        if self._showing:
            return
        one = self._calibration
        if index is not None:
            x, y = (box.value() for box in self.places[index])
            self.chosen.emit(index)
            self._edit(one.placed(index, (x, y)))
            return
        along, across = (box.value() for box in self.sides)
        self._edit(
            Calibration(
                one.corners,
                one.metres,
                one.rectangle,
                (along, across),
                self.head_height.value(),
                self.camera_height.value() or None,
            )
        )

    def _edit(self, calibration: Calibration) -> None:
        if calibration != self._calibration:
            self.edited.emit(calibration)


def _metres(name: str, *, low: float, high: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setRange(low, high)
    box.setDecimals(2)
    box.setSingleStep(0.1)
    box.setSuffix(" m")
    box.setKeyboardTracking(True)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return box


def _show(box: QDoubleSpinBox, value: float) -> None:
    # What is being typed is not rewritten: "1." would become "1.00" in the middle of "1.5".
    if abs(box.value() - value) >= 0.005:
        box.setValue(value)
