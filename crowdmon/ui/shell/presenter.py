"""Shows the values of the camera that is looked at: takes them from the bridge to the widgets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal

from crowdmon.address import public
from crowdmon.config import AppConfig, CameraConfig
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.notice import Notice
from crowdmon.ui.picture.rescue import needs_rescue
from crowdmon.ui.picture.view_row import has_changed
from crowdmon.ui.plot.lines import PlotLines, colours_of
from crowdmon.ui.readings.readings_panel import ReadingsRow
from crowdmon.ui.roi.overlay import RoiShape
from crowdmon.ui.shell.camera_edits import CameraEdits
from crowdmon.ui.sources.camera_list import CameraLine
from crowdmon.values import WHOLE_FRAME, DensityMap, Reading, ReadingState, Status
from crowdmon.view import wording
from crowdmon.view.camera_values import CameraValues
from crowdmon.view.changes import EngineNote, Position
from crowdmon.view.curves import Curves
from crowdmon.view.in_step import Showing, Sight
from crowdmon.view.theme import DARK, Theme
from crowdmon.view.trend import BEFORE_S, Trend, trend

if TYPE_CHECKING:
    from crowdmon.ui.shell.panels import Panels


class Presenter(CameraEdits):
    """Knows which camera is looked at and shows its values.

    Signals:
        focus_changed(str): the camera looked at; empty for none.
        cameras_changed(int): how many there are.
    """

    focus_changed = pyqtSignal(str)
    cameras_changed = pyqtSignal(int)

    def __init__(self, bridge: Bridge, panels: Panels) -> None:
        super().__init__(bridge)
        self._panels = panels
        self._theme = DARK
        self._error = ""
        self._given: tuple[CameraConfig, ...] | None = None
        self._showing = Showing()
        self._chosen = ""
        self.plot_lines = PlotLines(bridge, panels.plot, redraw=self._redraw)
        bridge.config_taken.connect(partial(self.set_config, stay=True))
        bridge.config_changed.connect(self.set_config)
        bridge.status_changed.connect(self._status)
        bridge.picture_changed.connect(self._picture)
        bridge.density_changed.connect(self._density)
        bridge.reading_changed.connect(self._reading)
        bridge.playback_changed.connect(self._position)
        bridge.engine_changed.connect(self._engine)
        bridge.beat.connect(lambda now: self._beat(now))
        panels.cameras.camera_chosen.connect(self.focus)
        panels.picture.video.resized.connect(self.watch)
        panels.readings.roi_chosen.connect(self._choose_roi)

    @property
    def focused(self) -> str:
        """The name of the camera looked at; empty for none."""
        return self._focus

    @property
    def camera(self) -> CameraValues | None:
        """What is known of the camera looked at; None without one."""
        return self._cameras.get(self._focus)

    @property
    def cameras(self) -> Mapping[str, CameraValues]:
        """What is known of every camera, in the order of the configuration."""
        return self._cameras

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._beat(self._bridge.now(), all_anew=True)

    def set_config(self, config: AppConfig, *, stay: bool = False) -> None:
        """Take other cameras; those that stay keep their history.

        A new one is looked at, unless the user is to ``stay`` with what is looked at.
        """
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
        target = new[0] if new and not (stay and staying) else staying
        if target and target == self._focus and self._cameras[target] is before.get(target):
            # The picture stays as it is, nothing of it flickers.
            self._panels.cameras.choose(target)  # which forgets it with another order
            self._beat(self._bridge.now(), all_anew=True)
        else:
            self.focus(target)
        self.cameras_changed.emit(len(self._cameras))

    def focus(self, name: str) -> None:
        """Look at another camera."""
        left = self._cameras.get(self._focus)
        if left is not None and self._focus != name:
            left.sight = None  # or an old picture would be shown first when somebody looks again
            self._bridge.watch(self._focus, None)
        self._focus = name if name in self._cameras else ""
        self.watch()
        pane = self._panels.picture
        pane.video.clear()
        camera = self._cameras.get(self._focus)
        pane.title.set_whole(self._focus)
        pane.source.set_whole(public(camera.config.source) if camera else "")
        self._panels.cameras.choose(self._focus)
        if camera is not None:
            if camera.sight is not None:
                pane.video.set_sight(camera.sight)
            self._show_area(camera)
            self._beat(self._bridge.now(), all_anew=True)
        self.focus_changed.emit(self._focus)

    def watch(self) -> None:
        """Ask for pictures of the camera looked at, as large as they are shown."""
        if self._focus:
            self._bridge.watch(self._focus, self._panels.picture.video.pixels())

    def show(self, showing: Showing) -> None:
        """Show pictures and their counts together in another way."""
        before, self._showing = self._showing, showing
        self._bridge.show(showing)
        if before.in_step != showing.in_step:
            self.watch()
        if (camera := self.camera) is not None:
            self._show_area(camera)

    def restart(self, name: str = "") -> None:
        """Start a camera over; the one that is looked at if none is named."""
        self._bridge.restart(name or self._focus)

    def _values_of(self, camera: CameraConfig) -> CameraValues:
        return CameraValues(camera, history=self._returning.pop(camera.name, Curves()))

    def _status(self, name: str, status: Status) -> None:
        camera = self._cameras.get(name)
        if camera is None:
            return
        before, camera.status = camera.status, status
        self._list(name, camera, status)
        told = before is not None and (before.state, before.message) == (status.state, status.message)
        if name == self._focus and not told:  # ages and rates are shown with the beat
            self._show_state(camera, status)

    def _picture(self, name: str, sight: Sight) -> None:
        camera = self._cameras.get(name)
        if camera is not None:
            camera.sight = sight
            if name == self._focus:
                self._panels.picture.video.set_sight(sight)
                self._show_lag(camera)

    def _density(self, name: str, density: DensityMap) -> None:
        camera = self._cameras.get(name)
        if camera is not None:
            camera.counted(density)
            if name == self._focus:
                self._show_area(camera)

    def _show_area(self, camera: CameraValues) -> None:
        self._panels.picture.legend.set_measured(camera.plane is not None)
        self._panels.picture.video.set_area(camera.area())

    def _position(self, name: str, place: Position) -> None:
        camera = self._cameras.get(name)
        if camera is not None:
            # The demo has a position too, but it is a camera that happens to be drawn.
            demo = camera.config.source.startswith("synthetic:")
            camera.set_recording(place.position is not None and not demo)
            if camera.status is not None:
                self._status(name, camera.status)

    def _reading(self, name: str, reading: Reading) -> None:
        camera = self._cameras.get(name)
        if camera is None:
            return
        camera.reading = reading
        camera.remember(reading)
        if reading.state is ReadingState.OK:
            camera.last_ok = reading
        if camera.status is not None:
            self._list(name, camera, camera.status)
        if name == self._focus:
            self._show_counts(camera)

    def _list(self, name: str, camera: CameraValues, status: Status) -> None:
        whole = camera.config.counts_whole
        count = wording.people(camera.count()) if whole else wording.ROIS_ONLY
        word = wording.word(status, recording=camera.recording)
        self._panels.cameras.set_line(CameraLine(name, status.state, count, word))

    def _beat(self, now: float, *, all_anew: bool = False) -> None:
        camera = self._cameras.get(self._focus)
        if camera is None:
            return
        if camera.status is not None:
            self._show_state(camera, camera.status)
        else:
            self._show_counts(camera)
        self._show_lag(camera)
        self.plot_lines.show(camera, now, self._theme, all_anew=all_anew)

    def _redraw(self) -> None:
        self._beat(self._bridge.now(), all_anew=True)

    def _show_lag(self, camera: CameraValues) -> None:
        """Say how picture and heat go together: at once, for the picture shows it already."""
        sight = camera.sight if self._panels.picture.video.fresh else None
        self._panels.picture.legend.set_lag(wording.heat_age(sight))
        self._panels.status.set_delay(wording.delayed(sight))

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
            # In the colour of the outline on the picture, in every theme.
            ReadingsRow(
                roi.name,
                DARK.roi(roi.colour_at(place)),
                camera.known(roi.name),
                self._trend(camera, roi.name, now),
            )
            for place, roi in enumerate(camera.config.rois)
        ]
        self._panels.readings.set_rows(rows)
        self._panels.plot.set_now([camera.count(roi) for roi, _ in colours_of(camera, self._theme)])
        self._panels.inspector.show_roi(self.plot_lines.details(camera, self._chosen, now))
        self._show_rois()

    def _trend(self, camera: CameraValues, roi: str, now: float) -> Trend:
        if camera.known(roi) is None:
            return Trend.UNKNOWN
        now = camera.plot_time(now)
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
        self._panels.status.set_status(status, recording=camera.recording)
        headline = wording.headline(status, self._bridge.now())
        detail = wording.detail(status)
        self._show_error()
        self._panels.picture.video.set_notice(Notice(status.state, headline, detail))
        self._panels.picture.rescue.setVisible(needs_rescue(status))
        self._panels.picture.view_row.setVisible(has_changed(status))
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
        self._chosen = name
        self._panels.picture.video.choose_roi(name or None)
        self._panels.plot.choose(name or None)
        self.plot_lines.choose(name)
        if self.camera is not None:
            self._panels.inspector.show_roi(self.plot_lines.details(self.camera, name, self._bridge.now()))
