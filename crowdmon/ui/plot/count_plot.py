"""Counts over time: one line a ROI in its colour, gaps as gaps, the newest value at the line's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyqtgraph as pg
from PyQt6.QtCore import QPoint, QPointF, QSize, Qt
from PyQt6.QtGui import QColor, QContextMenuEvent, QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QMenu, QWidget

from crowdmon.ui.plot.axes import TimeAxis, count_ticks, nice_top
from crowdmon.ui.plot.bands import LevelBand
from crowdmon.ui.plot.curve import Curve, highest, last, value_at
from crowdmon.ui.plot.end_labels import EndLabel, EndLabels
from crowdmon.ui.plot.moment import MomentMark
from crowdmon.ui.plot.plot_tools import PlotTools
from crowdmon.ui.plot.pointer import PlotPointer
from crowdmon.ui.shell.fonts import font
from crowdmon.values import Level
from crowdmon.view.curves import thinned
from crowdmon.view.plot_range import TimeWindow
from crowdmon.view.theme import CAPTION, DARK, Theme
from crowdmon.view.wording import clock, media_clock, people

_HALF_FIGURE = 9.0

_FLAT, _FLAT_KEPT = 4.0, 3.0
"""How many times as many people as in any ROI are in the whole picture when ROIs get an axis of their own."""

_BUCKET_PX = 3
"""Width in pixels for which the lowest and the highest count are drawn."""


class CountPlot(QWidget):
    """The plot and the labels at the ends of its lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Count over time")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = DARK
        self._window = TimeWindow()
        self._now = self._oldest = 0.0
        self._top = self._roi_top = 4.0
        self._scale = 1.0
        self._moved = False
        self._chosen: str | None = None
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._bands: tuple[LevelBand, ...] = ()
        self._curves: tuple[Curve, ...] = ()
        self._axis = TimeAxis()
        self.tools = PlotTools(self)
        self.tools.hide()
        """Stands beside the panel's title."""
        self._plot = pg.PlotWidget(parent=self, background=None, axisItems={"bottom": self._axis})
        for deaf in (self._plot, self._plot.viewport()):
            deaf.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setMenuEnabled(False)
        # pyqtgraph creates this menu anyway and gives it no parent: here it is deleted with the plot.
        menu = self._plot.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.getViewBox().setDefaultPadding(0.0)
        self._pointer = PlotPointer(self, self, self._plot)
        self._labels = EndLabels(self)
        self.moment = MomentMark(self._plot)
        self._menu = QMenu(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(0)
        row.addWidget(self._plot, 1)
        row.addWidget(self._labels)
        self.set_theme(DARK)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size the plot would like."""
        return QSize(800, 128)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the smallest size at which the axes can still be read."""
        return QSize(320, 92)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        self._theme = theme
        self._labels.set_theme(theme)
        self._pointer.set_colour(theme.muted)
        self._plot.setBackground(QColor(theme.surface))
        for name in ("bottom", "left", "right"):
            axis = self._plot.getAxis(name)
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.muted))
            axis.setTickFont(font(CAPTION))
            # Otherwise each redrawing lays out the axis's label, which does not exist.
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=4, tickTextOffset=6, hideOverlappingLabels=name == "bottom")
        self._plot.getAxis("left").setWidth(40)
        self.moment.dress(theme)
        for band in self._bands:
            band.dress(theme)
        self._plot.showGrid(x=False, y=True, alpha=0.25)
        self.set_curves(self._curves, end=self._now)

    def set_media(self, on: bool) -> None:
        """Say whether times are those of a recording."""
        if on is not self._axis.media:
            self._axis.media, self._window = on, self._window.following()
            self._axis.picture = None  # what pyqtgraph has drawn of the axis
            self._axis.update()

    def time_text(self, time: float) -> str:
        """Return a time as people say it."""
        return media_clock(time) if self._axis.media else clock(time)

    def choose(self, name: str | None) -> None:
        """Highlight one line; None highlights none."""
        self._chosen = name
        self._labels.choose(name)
        for curve in self._curves:
            self._dress(self._lines[curve.name], curve)

    def set_curves(self, curves: Sequence[Curve], *, end: float) -> None:
        """Draw these lines; ``end`` is now, epoch seconds."""
        self._curves = tuple(curves)
        names = {curve.name for curve in curves}
        for gone in self._lines.keys() - names:
            self._plot.removeItem(self._lines.pop(gone))
        for curve in curves:
            if curve.name not in self._lines:
                line = pg.PlotDataItem(connect="finite", antialias=True)
                # A wide line as one path takes seconds when it shows an hour; drawn as segments it is fast.
                line.curve.setSegmentedLineMode("on")
                self._lines[curve.name] = line
                self._plot.addItem(line)
            self._dress(self._lines[curve.name], curve)
        self._now, self._moved = end, False
        self._oldest = min((float(c.times[0]) for c in curves if len(c.times)), default=end)
        self._show()

    def set_bands(self, bounds: Sequence[tuple[Level, float]]) -> None:
        """Draw a wash and a line with a word from each level's bound on, in people of the left axis."""
        if [(one.level, one.low) for one in self._bands] == list(bounds):
            return
        for band in self._bands:
            band.remove(self._plot)
        self._bands = tuple(LevelBand(self._plot, level, low) for level, low in bounds)
        for band, above in zip(self._bands, [*self._bands[1:], None], strict=False):
            band.reach(above.low if above else None)
            band.dress(self._theme)

    def due(self, now: float, newest: float) -> bool:
        """Whether lines that end now, with the newest reading, would look different from those drawn."""
        if self._moved:
            return True
        start, end = self.shown()
        half_px = (end - start) / max(2.0 * float(self._plot.width()), 1.0)
        drawn = max((float(c.times[-1]) for c in self._curves if len(c.times)), default=0.0)
        return max(abs(now - self._now), abs(newest - drawn)) >= half_px

    def set_now(self, counts: Sequence[float | None]) -> None:
        """Show other newest values at the lines' ends, in the lines' order, until the lines are redrawn."""
        present = [curve for curve in self._curves if not curve.past]
        if len(counts) == len(present):
            pairs = zip(present, counts, strict=True)
            past = [curve for curve in self._curves if curve.past]
            self._curves = (*(replace(curve, now=count) for curve, count in pairs), *past)
            self._place_labels()

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The lines as they were given."""
        return self._curves

    @property
    def follows(self) -> bool:
        """Whether the right edge is now."""
        return self._window.end is None

    def since(self, now: float) -> float:
        """Return the start of the readings that are needed, epoch seconds."""
        return self._window.since(now)

    def shown(self) -> tuple[float, float]:
        """Return the time shown, (start, end) in epoch seconds."""
        return self._window.bounds(self._now, self._oldest)

    def shown_at(self, now: float) -> tuple[float, float]:
        """Return the time that is shown when it is ``now``."""
        return self._window.bounds(now, self._oldest or now)

    def values_at(self, time: float) -> list[str]:
        """Return each line's name with its count at an epoch time, a dash in a gap."""
        return [f"{curve.name} {people(value_at(curve, time))}" for curve in self._curves]

    def set_span(self, seconds: float) -> None:
        """Show so many seconds, up to now; 0 for as many as there are."""
        self._look(TimeWindow(seconds))

    def zoom(self, factor: float, at: float) -> None:
        """Show ``factor`` times as much time, around the epoch time ``at``."""
        self.tools.show_span("")
        self._look(self._window.zoomed(factor, at, now=self._now, oldest=self._oldest))

    def pan(self, seconds: float) -> None:
        """Move by seconds, below 0 into the past; at now the plot follows again."""
        self._look(self._window.panned(seconds, now=self._now, oldest=self._oldest))

    def show_day(self, start: float, end: float) -> None:
        """Show a day."""
        self._look(self._window.day(start, end, now=self._now))

    def show_moment(self, time: float, level: Level, words: str) -> None:
        """Show what was counted around a moment, and mark it with some words."""
        self.tools.show_span("")
        self.moment.show(time, level, words)
        self.moment.dress(self._theme)
        self._look(self._window.around(time, now=self._now))

    def follow(self) -> None:
        """Follow now again, and mark no moment any more."""
        self.moment.hide()
        self._look(self._window.following())

    def _look(self, window: TimeWindow) -> None:
        """Show another time; readings that are not here are asked for with the next beat."""
        self._window, self._moved = window, True
        self.tools.set_follows(self.follows)
        self._show()

    def show_menu(self, at: QPoint) -> None:
        """Open the plot's own menu at a place of the screen: the actions that were added to the plot."""
        self._menu.clear()
        self._menu.addActions(self.actions())
        self._menu.popup(at)

    def contextMenuEvent(self, a0: QContextMenuEvent | None) -> None:  # noqa: N802
        """Open the menu by key."""
        if a0 is not None:
            self.show_menu(a0.globalPos())

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Pan and zoom by key."""
        if a0 is None or not self._pointer.key(a0):
            super().keyPressEvent(a0)

    def _show(self) -> None:
        start, end = self.shown()
        buckets = max(self._plot.width() // _BUCKET_PX, 1)
        self._set_scales(start, end)
        for curve in self._curves:
            points = thinned(curve.times, curve.counts, start=start, end=end, buckets=buckets)
            self._lines[curve.name].setData(points[0], points[1] * curve.scale)
        left = [curve for curve in self._curves if curve.scale == 1.0]
        self._top = nice_top(highest(left, start, end), self._top)
        tall = float(self._plot.getViewBox().height())
        self._plot.getAxis("left").setTicks(
            [[(tick, f"{tick:g}") for tick in count_ticks(self._top, height=tall)]]
        )
        self._show_right_axis()
        self._stretch()
        self._plot.setXRange(start, end, padding=0)
        self._place_labels()
        self._pointer.refresh()

    def _set_scales(self, start: float, end: float) -> None:
        """Draw ROIs on an axis of their own where the whole picture would flatten them."""
        whole = highest([one for one in self._curves if one.whole], start, end)
        rois = highest([one for one in self._curves if not one.whole], start, end)
        flat = _FLAT_KEPT if self._scale > 1.0 else _FLAT
        if rois <= 0.0 or whole < flat * max(rois, 1.0):
            self._scale = 1.0
        else:
            self._roi_top = nice_top(rois, self._roi_top)
            self._scale = nice_top(whole, self._top) / self._roi_top
        self._curves = tuple(one if one.whole else replace(one, scale=self._scale) for one in self._curves)

    def _show_right_axis(self) -> None:
        """Show the axis of the lines that are drawn higher than they are; hide it without any."""
        scale = self._scale
        self._plot.showAxis("right", scale > 1.0)
        if scale > 1.0:
            axis, tall = self._plot.getAxis("right"), float(self._plot.getViewBox().height())
            axis.setWidth(32)
            axis.setTicks(
                [[(tick * scale, f"{tick:g}") for tick in count_ticks(self._top / scale, height=tall)]]
            )

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Keep the labels at the ends of their lines."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._stretch()
        self._place_labels()

    def _stretch(self) -> None:
        # Half a figure's height of margin at both ends, otherwise the axis drops its first and last figure.
        height = float(self._plot.getViewBox().height())
        room = self._top * _HALF_FIGURE / max(height - 2 * _HALF_FIGURE, 1.0)
        self._plot.setYRange(-room, self._top + room, padding=0)

    def _end(self) -> float:
        return float(self._plot.getViewBox().viewRange()[0][1])

    def _dress(self, line: pg.PlotDataItem, curve: Curve) -> None:
        colour = QColor(curve.colour)
        standing_back = self._chosen is not None and self._chosen != curve.name
        colour.setAlphaF(0.35 if standing_back else 1.0)
        # pyqtgraph measures its pens in the screen's own pixels.
        width = (2.0 if self._chosen == curve.name else 1.5) * self.devicePixelRatioF()
        if curve.past:
            colour.setAlphaF(0.4)
        style = Qt.PenStyle.DotLine if curve.past else Qt.PenStyle.SolidLine
        line.setPen(pg.mkPen(colour, width=width, style=style))
        line.setZValue(1 if self._chosen == curve.name else 0)

    def _place_labels(self) -> None:
        box = self._plot.getViewBox()
        scene = box.mapRectToScene(box.boundingRect())
        top = self._plot.mapFromScene(scene.topLeft()).y()
        bottom = self._plot.mapFromScene(scene.bottomLeft()).y()
        labels = []
        for curve in self._curves:
            if curve.past:
                continue
            at = box.mapViewToScene(QPointF(self._end(), last(curve.counts) * curve.scale))
            y = float(min(max(self._plot.mapFromScene(at).y(), top), bottom))
            labels.append(
                EndLabel(
                    curve.name, people(curve.now), curve.colour, y, curve.now is not None and self.follows
                )
            )
        self._labels.set_labels(labels, top=float(top), bottom=float(bottom))
