"""The count of the whole picture, and the table of ROIs below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from crowdmon.ui.shell.fonts import font
from crowdmon.values import RoiReading
from crowdmon.view.theme import BIG, BODY, CAPTION, DARK, HEAD
from crowdmon.view.trend import Trend
from crowdmon.view.wording import NO_COUNT, ROIS_ONLY, estimate, people, tip

_WHY_ROIS_ONLY = "Of this camera only the ROIs are counted (whole_picture: false)."
_ROW = 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class ReadingsRow:
    """One ROI of the table; ``reading`` is None while nothing is known."""

    name: str
    colour: str
    reading: RoiReading | None = None
    trend: Trend = Trend.UNKNOWN


class ReadingsPanel(QWidget):
    """Shows whole people; the tool tip of a number has the estimate with decimals.

    Signals:
        roi_chosen(str): the ROI the user has chosen in the table; empty for none.
        rename_asked(str): the user wants to give a ROI another name.
        check_asked(): the user wants to compare the count with the picture.
    """

    roi_chosen = pyqtSignal(str)
    rename_asked = pyqtSignal(str)
    check_asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._rows: tuple[ReadingsRow, ...] = ()
        self._total = _label("Total", NO_COUNT, BIG, bold=True)
        self._about = _label("Estimate", "about", HEAD, role="caption")
        self._unit = _label("Unit", "people", HEAD, role="caption")
        self._under = _label("Age of the count", "No count yet", CAPTION, role="caption")
        self.checked = QPushButton()
        self.checked.setProperty("role", "link")
        self.checked.setCursor(Qt.CursorShape.PointingHandCursor)
        self.checked.setToolTip("Compare the count with the picture")
        self.checked.clicked.connect(lambda _checked=False: self.check_asked.emit())
        self.set_checked("")
        self._table = _table()
        self._table.itemSelectionChanged.connect(self._choose)
        self._table.itemDoubleClicked.connect(self._rename)
        self._empty = _label(
            "No ROI",
            "This camera has no ROI yet. Press N and click its corners on the picture.",
            BODY,
            role="caption",
        )
        self._empty.setWordWrap(True)
        self._arrange()
        self.set_rows(())

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the panel would like."""
        return QSize(300, 400)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the least width at which the table can be read."""
        return QSize(280, 160)

    def set_total(self, reading: RoiReading | None, under: str) -> None:
        """Show the whole picture's count, or a dash, and the line that says how old it is."""
        count = None if reading is None else reading.count
        smoothed = None if reading is None else reading.count_smoothed
        self._total.setText(people(count))
        self._about.setVisible(people(count) not in (NO_COUNT, "0"))  # a count is an estimate, and says so
        style = self._total.style()
        if self._total.property("known") is not (count is not None) and style is not None:
            self._total.setProperty("known", count is not None)
            style.polish(self._total)  # slow, so only when it has changed
        self._total.setToolTip(estimate(count, smoothed))
        self._total.setAccessibleDescription(estimate(count, smoothed))
        self._unit.setText("person" if people(count) == "1" else "people")
        self._under.setText(under)

    def set_rois_only(self, under: str) -> None:
        """Say that the whole picture is not counted, and the line that says how old the counts are."""
        self.set_total(None, under)
        self._total.setText(ROIS_ONLY)
        self._total.setToolTip(_WHY_ROIS_ONLY)
        self._total.setAccessibleDescription(_WHY_ROIS_ONLY)
        self._unit.setText("")

    def set_checked(self, text: str) -> None:
        """Say how this camera was checked; it leads to the spot check."""
        self.checked.setText(f"{text[:1].upper()}{text[1:]}")
        self.checked.setVisible(bool(text))

    def set_rows(self, rows: Sequence[ReadingsRow]) -> None:
        """Show these ROIs; the chosen one stays chosen while it exists."""
        names = [row.name for row in rows]
        chosen = self.chosen()
        rebuilt = names != [row.name for row in self._rows]
        if rebuilt:
            self._table.blockSignals(True)
            self._table.clearSelection()
            self._table.setRowCount(len(rows))
            for line in range(len(rows)):
                for column in range(self._table.columnCount()):
                    item = QTableWidgetItem()
                    item.setFont(font(BODY, bold=column == 1))
                    if column:
                        item.setTextAlignment(_RIGHT)
                    self._table.setItem(line, column, item)
        self._rows = tuple(rows)
        grounded = any(row.reading and row.reading.density_per_m2 is not None for row in rows)
        self._table.setColumnHidden(3, not grounded)
        self._table.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        for line, row in enumerate(rows):
            self._fill(line, row)
        if rebuilt:
            self._table.blockSignals(False)
            if chosen in names:
                self._mark(chosen)
            elif chosen:
                self.roi_chosen.emit("")

    def choose(self, name: str) -> None:
        """Choose a ROI; an empty or unknown name chooses none."""
        if name != self.chosen():
            self._mark(name)
            self._choose()

    def cell_of(self, name: str) -> tuple[QWidget, QRect] | None:
        """Return the widget that shows a ROI's name, and where; None if there is none."""
        line = next((i for i, row in enumerate(self._rows) if row.name == name), None)
        item, viewport = None if line is None else self._table.item(line, 0), self._table.viewport()
        return None if item is None or viewport is None else (viewport, self._table.visualItemRect(item))

    def _mark(self, name: str) -> None:
        line = next((i for i, row in enumerate(self._rows) if row.name == name), None)
        was = self._table.blockSignals(True)
        self._table.clearSelection()
        if line is not None:
            self._table.selectRow(line)
        self._table.blockSignals(was)

    def chosen(self) -> str:
        """Return the name of the chosen ROI; empty for none."""
        lines = {index.row() for index in self._table.selectedIndexes()}
        return self._rows[min(lines)].name if lines else ""

    def _fill(self, line: int, row: ReadingsRow) -> None:
        reading = row.reading
        count = None if reading is None else reading.count
        smoothed = None if reading is None else reading.count_smoothed
        dense = None if reading is None else reading.density_per_m2
        density = NO_COUNT if dense is None else f"{dense:.2f}"
        arrow = "" if row.trend is Trend.UNKNOWN else f" {row.trend.arrow}"
        texts = (row.name, people(count), people(smoothed) + arrow, density)
        hint = f"{estimate(count, smoothed)} Trend: {row.trend}."
        for column, text in enumerate(texts):
            item = self._table.item(line, column)
            if item is None or (item.text(), item.data(Qt.ItemDataRole.UserRole)) == (
                text,
                hint + row.colour,
            ):
                continue
            item.setText(text)
            item.setToolTip(tip(row.name) if column == 0 else hint)
            item.setData(Qt.ItemDataRole.UserRole, hint + row.colour)
            if column == 2:
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{people(smoothed)}, {row.trend}")
            if column == 0:
                item.setData(Qt.ItemDataRole.DecorationRole, _swatch(row.colour))

    def _choose(self) -> None:
        self.roi_chosen.emit(self.chosen())

    def _rename(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self.rename_asked.emit(self._rows[item.row()].name)

    def _arrange(self) -> None:
        # The table's own frame and padding put its text eight pixels further in: the rest lines up with it.
        number = QHBoxLayout()
        number.setContentsMargins(8, 0, 0, 0)
        number.setSpacing(8)
        number.addWidget(self._about, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._total, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(0)
        heading = _label("Whole picture heading", "Whole picture", CAPTION, role="caption")
        for label in (heading, self._under, self._empty):
            label.setContentsMargins(8, 0, 0, 0)
        column.addWidget(heading)
        column.addLayout(number)
        column.addWidget(self._under)
        column.addWidget(self.checked, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(16)
        column.addWidget(self._table, 1)
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)


class _Table(QTableWidget):
    """A table in which Escape lets go of the chosen row."""

    def keyPressEvent(self, e: object) -> None:  # noqa: N802
        """Clear the selection on Escape."""
        if getattr(e, "key", lambda: 0)() == Qt.Key.Key_Escape and self.selectedIndexes():
            self.clearSelection()
            return
        super().keyPressEvent(e)  # type: ignore[arg-type]


def _table() -> QTableWidget:
    table = _Table(0, 4)
    table.setAccessibleName("Counts by ROI")
    table.setHorizontalHeaderLabels(["ROI", "Now", "5 s", "per m²"])
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setIconSize(QSize(12, 12))
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    across, down = table.horizontalHeader(), table.verticalHeader()
    if across is not None and down is not None:
        down.hide()
        down.setDefaultSectionSize(_ROW)
        across.setHighlightSections(False)
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        across.setDefaultAlignment(_RIGHT)
    smoothed = table.horizontalHeaderItem(2)
    if smoothed is not None:
        smoothed.setToolTip(
            "Smoothed with a time constant of 5 s; the arrow compares 10 s with the 30 s before"
        )
    heading = table.horizontalHeaderItem(0)
    if heading is not None:
        heading.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def _label(name: str, text: str, size: int, *, bold: bool = False, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setAccessibleName(name)
    label.setProperty("role", role)
    label.setStyleSheet(f"font-size: {size}px;")
    label.setFont(font(size, bold=bold))
    return label


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(DARK.background))  # a dark hairline, as around the outline on the picture
    painter = QPainter(pixmap)
    painter.fillRect(1, 1, 10, 10, QColor(colour))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it, and it would be another colour
    return icon
