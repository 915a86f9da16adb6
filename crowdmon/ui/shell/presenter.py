"""Shows the values of the camera that is looked at: takes them from the bridge to the widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.address import public
from crowdmon.config import AppConfig, CameraConfig, RoiConfig, with_cameras
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.notice import Notice
from crowdmon.ui.plot.count_plot import Curve
from crowdmon.ui.readings.readings_panel import ReadingsRow
from crowdmon.ui.roi.overlay import RoiShape
from crowdmon.ui.sources.camera_list import CameraLine
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Reading, ReadingState, Status
from crowdmon.view import wording
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.changes import EngineNote
from crowdmon.view.curves import Curves
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.trend import BEFORE_S, Trend, trend

if TYPE_CHECKING:
    from crowdmon.ui.shell.panels import Panels


@dataclass(frozen=True, eq=False, slots=True)
class Removed:
    """A camera that was removed, and what is needed to bring it back.

    Attributes:
        camera: with its ROIs.
        place: its position among the cameras, from 0.
        history: its curve.
    """

    camera: CameraConfig
    place: int
    history: Curves


class Presenter(QObject):
    """Knows which camera is looked at and shows its values.

    Signals:
        focus_changed(str): the camera looked at; empty for none.
        cameras_changed(int): how many there are.
    """

    focus_changed = pyqtSignal(str)
    cameras_changed = pyqtSignal(int)

    def __init__(self, bridge: Bridge, panels: Panels) -> None:
        super().__init__()
        self._bridge = bridge
        self._panels = panels
        self._theme = DARK
        self._focus = ""
        self._error = ""
        self._cameras: dict[str, CameraValues] = {}
        self._given: tuple[CameraConfig, ...] | None = None
        self._returning: dict[str, Curves] = {}
        bridge.config_changed.connect(self.set_config)
        bridge.status_changed.connect(self._status)
        bridge.picture_changed.connect(self._picture)
        bridge.density_changed.connect(self._density)
        bridge.reading_changed.connect(self._reading)
        bridge.engine_changed.connect(self._engine)
        bridge.beat.connect(lambda now: self._beat(now))
        panels.cameras.camera_chosen.connect(self.focus)
        panels.picture.video.resized.connect(self._watch)
        panels.readings.roi_chosen.connect(self._choose_roi)

    @property
    def focused(self) -> str:
        """The name of the camera looked at; empty for none."""
        return self._focus

    @property
    def camera(self) -> CameraValues | None:
        """What is known of the camera looked at; None without one."""
        return self._cameras.get(self._focus)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._beat(self._bridge.now(), all_anew=True)

    def set_config(self, config: AppConfig) -> None:
        """Take other cameras; those that stay keep their history, a new one is looked at."""
        self._panels.status.set_log(config.record.csv_log or "")
        if config.cameras == self._given:
            return  # something else has changed
        self._given = config.cameras
        before = self._cameras
        by_key = {values.config.key: values for values in before.values()}
        self._cameras = {}
        for camera in config.cameras:
            kept = by_key.get(camera.key)
            # Another source under the same name is another camera: nothing old may be shown for it.
            stays = kept is not None and kept.config.source == camera.source
            self._cameras[camera.name] = kept if stays and kept is not None else self._values_of(camera)
            self._cameras[camera.name].redraw(camera)
        self._panels.cameras.set_names(list(self._cameras))
        new = [name for name in self._cameras if name not in before]
        staying = self._focus if self._focus in self._cameras else next(iter(self._cameras), "")
        target = new[0] if new else staying
        if target and target == self._focus and self._cameras[target] is before.get(target):
            # The picture stays as it is, nothing of it flickers.
            self._beat(self._bridge.now(), all_anew=True)
        else:
            self.focus(target)
        self.cameras_changed.emit(len(self._cameras))

    def focus(self, name: str) -> None:
        """Look at another camera."""
        left = self._cameras.get(self._focus)
        if left is not None and self._focus != name:
            left.view = None  # or an old picture would be shown first when somebody looks again
            self._bridge.watch(self._focus, None)
        self._focus = name if name in self._cameras else ""
        self._watch()
        pane = self._panels.picture
        pane.video.clear()
        camera = self._cameras.get(self._focus)
        pane.title.set_whole(self._focus)
        pane.source.set_whole(public(camera.config.source) if camera else "")
        self._panels.cameras.choose(self._focus)
        if camera is not None:
            if camera.view is not None:
                pane.video.set_picture(camera.view)
            if camera.density is not None:
                pane.video.set_density(camera.density)
            self._beat(self._bridge.now(), all_anew=True)
        self.focus_changed.emit(self._focus)

    def _watch(self) -> None:
        if self._focus:
            self._bridge.watch(self._focus, self._panels.picture.video.pixels())

    def restart(self) -> None:
        """Start the camera that is looked at over."""
        self._bridge.restart(self._focus)

    def add(self, camera: CameraConfig) -> None:
        """Open another camera and look at it."""
        cameras = (*self._bridge.config.cameras, camera)
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def add_named(self, data: Mapping[str, str]) -> None:
        """Open a camera given by name and source; the name is made unique."""
        taken = [camera.name for camera in self._bridge.config.cameras]
        self.add(CameraConfig(name=wording.unique(data["name"], taken), source=data["source"]))

    def remove(self, name: str) -> Removed | None:
        """Close a camera. Returns what brings it back; None if there is none of that name."""
        before = self._bridge.config.cameras
        place = next((place for place, one in enumerate(before) if one.name == name), None)
        if place is None:
            return None
        values = self._cameras.get(name)
        removed = Removed(before[place], place, values.history if values else Curves())
        cameras = (*before[:place], *before[place + 1 :])
        self._bridge.apply(with_cameras(self._bridge.config, cameras))
        return removed

    def restore(self, removed: Removed) -> None:
        """Bring a removed camera back to its place, with its ROIs and its curve, and look at it.

        If another camera has its name now, its own gets a number.
        """
        now = self._bridge.config.cameras
        name = wording.unique(removed.camera.name, [one.name for one in now])
        camera = removed.camera.model_copy(update={"name": name})
        self._returning[name] = removed.history
        cameras = (*now[: removed.place], camera, *now[removed.place :])
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def _values_of(self, camera: CameraConfig) -> CameraValues:
        return CameraValues(camera, history=self._returning.pop(camera.name, Curves()))

    def set_rois(self, name: str, rois: Sequence[RoiConfig]) -> None:
        """Count other ROIs on a camera; its source stays open."""
        cameras = tuple(
            one.model_copy(update={"rois": tuple(rois)}) if one.name == name else one
            for one in self._bridge.config.cameras
        )
        self._bridge.apply(with_cameras(self._bridge.config, cameras))

    def _status(self, name: str, status: Status) -> None:
        camera = self._cameras.get(name)
        if camera is None:
            return
        before, camera.status = camera.status, status
        self._list(name, camera, status)
        told = before is not None and (before.state, before.message) == (status.state, status.message)
        if name == self._focus and not told:  # ages and rates are shown with the beat
            self._show_state(camera, status)

    def _picture(self, name: str, frame: Frame) -> None:
        camera = self._cameras.get(name)
        if camera is not None:
            camera.view = frame
            if name == self._focus:
                self._panels.picture.video.set_picture(frame)

    def _density(self, name: str, density: DensityMap) -> None:
        camera = self._cameras.get(name)
        if camera is not None:
            camera.density = density
            if name == self._focus:
                self._panels.picture.video.set_density(density)
                self._show_lag(camera)

    def _reading(self, name: str, reading: Reading) -> None:
        camera = self._cameras.get(name)
        if camera is None:
            return
        camera.reading = reading
        camera.history.add(reading)
        if reading.state is ReadingState.OK:
            camera.last_ok = reading
        if camera.status is not None:
            self._list(name, camera, camera.status)
        if name == self._focus:
            self._show_counts(camera)

    def _list(self, name: str, camera: CameraValues, status: Status) -> None:
        whole = camera.config.counts_whole
        count = wording.people(camera.count()) if whole else wording.ROIS_ONLY
        self._panels.cameras.set_line(CameraLine(name, status.state, count))

    def _beat(self, now: float, *, all_anew: bool = False) -> None:
        camera = self._cameras.get(self._focus)
        if camera is None:
            return
        if camera.status is not None:
            self._show_state(camera, camera.status)
        else:
            self._show_counts(camera)
        self._show_lag(camera)
        if not all_anew and not self._panels.plot.due(now, camera.history.newest):
            return
        curves = []
        for roi, colour in self._colours(camera):
            times, counts = camera.curve(roi, since=self._panels.plot.since(now))
            shown = "Whole picture" if roi == WHOLE_FRAME else roi
            curves.append(Curve(shown, colour, times, counts, camera.count(roi)))
        self._panels.plot.set_curves(curves, end=now)

    def _show_lag(self, camera: CameraValues) -> None:
        """Say how old the heatmap is: at once when there is one, for the picture shows it already."""
        fresh = self._panels.picture.video.fresh
        self._panels.picture.legend.set_lag(wording.lag(camera.view, camera.density) if fresh else None)

    def _show_counts(self, camera: CameraValues) -> None:
        """Show what holds now wherever it is shown: two places must never say two numbers.

        The plot's lines, which take longer to draw, follow with the next beat.
        """
        now = self._bridge.now()
        known = camera.known(WHOLE_FRAME)
        if camera.config.counts_whole:
            say = wording.gone_count if known is None else wording.last_count
            self._panels.readings.set_total(known, say(camera.last_ok, now))
        else:
            self._panels.readings.set_rois_only(wording.last_count(camera.last_ok, now))
        rows = [
            ReadingsRow(n, c, camera.known(n), self._trend(camera, n, now))
            for n, c in self._colours(camera)
            if n != WHOLE_FRAME
        ]
        self._panels.readings.set_rows(rows)
        self._panels.plot.set_now([camera.count(roi) for roi, _ in self._colours(camera)])
        self._show_rois()

    def _trend(self, camera: CameraValues, roi: str, now: float) -> Trend:
        if camera.known(roi) is None:
            return Trend.UNKNOWN
        times, counts = camera.curve(roi, since=now - BEFORE_S)
        return trend(times, counts, float(times[-1]) if len(times) else now)

    def _engine(self, note: EngineNote) -> None:
        self._error = note.error
        self._panels.status.set_engine(note)
        self._show_error()

    def _show_error(self) -> None:
        camera = self._cameras.get(self._focus)
        said = camera is not None and camera.status is not None and camera.status.message == self._error
        self._panels.picture.set_error("" if said else self._error)

    def _show_state(self, camera: CameraValues, status: Status) -> None:
        self._panels.status.set_status(status)
        headline = wording.headline(status, self._bridge.now())
        detail = wording.detail(status)
        self._show_error()
        self._panels.picture.video.set_notice(Notice(status.state, headline, detail))
        self._show_counts(camera)

    def _show_rois(self) -> None:
        camera = self._cameras.get(self._focus)
        if camera is None:
            return
        # A picture is equally bright in every theme, so the bright colours fit.
        shapes = [
            RoiShape(
                roi.name, roi.polygon, DARK.roi(roi.colour_at(place)), wording.people(camera.count(roi.name))
            )
            for place, roi in enumerate(camera.config.rois)
        ]
        self._panels.picture.video.set_rois(shapes)

    def _choose_roi(self, name: str) -> None:
        self._panels.picture.video.choose_roi(name or None)
        self._panels.plot.choose(name or None)

    def _colours(self, camera: CameraValues) -> list[tuple[str, str]]:
        placed = enumerate(camera.config.rois)
        rois = [(roi.name, self._theme.roi(roi.colour_at(place))) for place, roi in placed]
        return [(WHOLE_FRAME, self._theme.whole), *rois] if camera.config.counts_whole else rois
