"""The lines of the plot: what is remembered, before it what the history has, beside it another day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject

from crowdmon.config import COLOURS
from crowdmon.sinks.bins import width_to_plot
from crowdmon.track.ground import region_of
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.plot.count_plot import CountPlot
from crowdmon.ui.plot.curve import Curve
from crowdmon.ui.plot.plot_history import PlotHistory
from crowdmon.ui.readings.inspector import RoiDetails
from crowdmon.values import WHOLE_FRAME, Level
from crowdmon.view.bands import bands_of
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.day import QUARTER_S, Day, day_of, midnight
from crowdmon.view.past import BACK, Wish, joined, moved, wish_for
from crowdmon.view.theme import Theme

WHOLE = "Whole picture"


class PlotLines(QObject):
    """Gives the plot its lines, from memory and from the history."""

    def __init__(self, bridge: Bridge, plot: CountPlot, *, redraw: Callable[[], object]) -> None:
        """``redraw`` is called when there is more to draw than before."""
        super().__init__()
        self._plot, self._redraw = plot, redraw
        self._chosen = ""
        self._back = 0.0
        self.history = PlotHistory(bridge, redraw)
        self.today = PlotHistory(bridge, redraw)
        plot.tools.back_chosen.connect(self.compare)
        plot.tools.now_asked.connect(plot.follow)
        plot.tools.day_chosen.connect(plot.show_day)

    def choose(self, name: str) -> None:
        """Compare this ROI, and draw its levels; those of the whole picture without one."""
        if name != self._chosen:
            self._chosen = name
            self._redraw()

    def compare(self, back: float) -> None:
        """Show what was counted ``back`` seconds before too; 0 for nothing."""
        self._back = back
        self._redraw()

    def show(self, camera: CameraValues, now: float, theme: Theme, *, all_anew: bool) -> None:
        """Give the plot its lines, if they look different by now."""
        plot = self._plot
        now = camera.plot_time(now)
        plot.set_media(camera.recording)
        if not all_anew and not plot.due(now, camera.history.newest):
            return
        shown = plot.shown_at(now)
        back = 0.0 if camera.recording else self._back
        oldest = camera.history.oldest or None
        if not camera.recording:
            width = width_to_plot(shown[1] - shown[0], most=1000)
            self.history.want(wish_for(camera.config.name, shown, oldest, width=width, back=back))
        curves = [self._curve(camera, roi, colour, now) for roi, colour in colours_of(camera, theme)]
        if back and (other := self._other(camera, curves, shown, back)) is not None:
            curves.append(other)
        plot.set_curves(curves, end=now)
        self._show_bands(camera)

    def details(self, camera: CameraValues, roi: str, now: float) -> RoiDetails | None:
        """Return what the inspector shows of a ROI; None if there is none of that name."""
        place = next((n for n, one in enumerate(camera.config.rois) if one.name == roi), None)
        if place is None:
            return None
        config, known = camera.config.rois[place], camera.known(roi)
        bands = tuple(bands_of(camera.config.to_limits().get(roi), known))
        return RoiDetails(
            name=roi,
            colour=COLOURS[config.colour_at(place)],
            area_m2=config.area_m2,
            measured_m2=self._measured(camera, place),
            count=None if known is None else known.count,
            level=None if known is None else known.level,
            per_m2=None if known is None else known.density_per_m2,
            bounds=bands,
            day=self._day(camera, roi, bands, now),
        )

    def _measured(self, camera: CameraValues, place: int) -> float | None:
        roi, sight = camera.config.to_rois()[place], camera.sight
        if roi.plane is None or sight is None:
            return None
        region = region_of(replace(roi, area_m2=None), sight.frame.size[0] / sight.frame.size[1])
        return region.area_m2

    def _day(self, camera: CameraValues, roi: str, bands: tuple[tuple[Level, float], ...], now: float) -> Day:
        since = midnight(now)
        recent = camera.curve(roi, since=since)
        if camera.recording:
            return Day(since)
        name, oldest = camera.config.name, camera.history.oldest or now
        self.today.want(Wish(name, since, oldest, round(QUARTER_S)) if oldest > since else None)
        return day_of(*joined(self.today.line(name, roi), recent), bands, now)

    def _curve(self, camera: CameraValues, roi: str, colour: str, now: float) -> Curve:
        since = self._plot.since(now)
        line = camera.curve(roi, since=since)
        if not camera.recording:
            past = self.history.line(camera.config.name, roi)
            line = joined((past[0][past[0] >= since], past[1][past[0] >= since]), line)
        whole = roi == WHOLE_FRAME
        return Curve(WHOLE if whole else roi, colour, *line, camera.count(roi), whole=whole)

    def _other(
        self, camera: CameraValues, curves: list[Curve], shown: tuple[float, float], back: float
    ) -> Curve | None:
        roi = self._chosen or WHOLE_FRAME
        like = next((one for one in curves if one.name == (self._chosen or WHOLE)), None)
        start, end = shown
        line = moved(self.history.line(camera.config.name, roi), back, start=start, end=end)
        if like is None:
            return None
        when = next(name for name, seconds in BACK.items() if seconds == back)
        return Curve(f"{like.name}, {when.lower()}", like.colour, *line, past=True, whole=like.whole)

    def _show_bands(self, camera: CameraValues) -> None:
        roi = self._chosen or WHOLE_FRAME
        bands = bands_of(camera.config.to_limits().get(roi), camera.known(roi))
        scale = next((one.scale for one in self._plot.curves if one.name == self._chosen), 1.0)
        self._plot.set_bands([(level, round(low * scale, 1)) for level, low in bands])


def colours_of(camera: CameraValues, theme: Theme) -> list[tuple[str, str]]:
    """Return what is counted, by its name, with its colour in a theme; the whole picture first."""
    placed = enumerate(camera.config.rois)
    rois = [(roi.name, theme.roi(roi.colour_at(place))) for place, roi in placed]
    return [(WHOLE_FRAME, theme.whole), *rois] if camera.config.counts_whole else rois
