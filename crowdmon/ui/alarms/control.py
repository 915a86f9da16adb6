"""Connects what the window shows of alarms with what an operator does about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMainWindow

from crowdmon.ui.alarms.acknowledging import AcknowledgeDialog
from crowdmon.ui.alarms.desk import AlarmDesk
from crowdmon.ui.alarms.strip import AlarmStrip
from crowdmon.ui.bridge import Bridge
from crowdmon.ui.shell.settings import Settings
from crowdmon.values import Reading
from crowdmon.view.alarm_words import level_word
from crowdmon.view.alarms import Alarm

if TYPE_CHECKING:
    from crowdmon.ui.alarms.panel import AlarmPanel
    from crowdmon.ui.shell.docks import Docks
    from crowdmon.ui.shell.menus import Menus
    from crowdmon.ui.shell.panels import Panels
    from crowdmon.ui.shell.presenter import Presenter
    from crowdmon.ui.wall.control import WallControl

PANEL = "Alarms"
"""The title of the panel with the list."""

_PLOT = "Count over time"


class AlarmControl(QObject):
    """Opens dialogs, the list and the plot, from the strip, from the list and from the menu."""

    def __init__(self, window: QMainWindow, bridge: Bridge, desk: AlarmDesk, *, settings: Settings) -> None:
        """Make the strip; :meth:`set_view` and :meth:`set_menus` complete it."""
        super().__init__(window)
        self._window, self._bridge, self._desk, self._settings = window, bridge, desk, settings
        self.strip = AlarmStrip(desk)
        self.strip.acknowledge_asked.connect(self._acknowledge)
        self.strip.moment_asked.connect(self._show_moment)
        self.strip.list_asked.connect(self.show_list)

    def set_view(self, panels: Panels, presenter: Presenter, wall: WallControl, docks: Docks) -> None:
        """Say what shows the moment of an alarm."""
        self._panels, self._presenter, self._wall, self._docks = panels, presenter, wall, docks
        self.panel.acknowledge_asked.connect(self._acknowledge)
        self.panel.moment_asked.connect(self._show_moment)
        wall.alarm_of = self._desk.of
        self._desk.changed.connect(wall.tell_alarms)
        # A moment that was marked belongs to the camera of its alarm.
        presenter.focus_changed.connect(lambda _name: panels.plot.moment.hide())

    def set_menus(self, menus: Menus) -> None:
        """Say what is enabled and ticked."""
        from crowdmon.ui.shell.menus import When

        self._desk.changed.connect(lambda: menus.enable(When.ALARM, bool(self._desk.open)))
        self._desk.muted.connect(lambda left: menus.check("mute_alarms", left > 0.0))

    @property
    def panel(self) -> AlarmPanel:
        """The panel with the list."""
        from crowdmon.ui.alarms.panel import AlarmPanel

        found = next(one.widget() for one in self._docks.docks if one.spec.title == PANEL)
        assert isinstance(found, AlarmPanel)
        return found

    def acknowledge(self) -> None:
        """Ask who acknowledges the alarm that the list or else the strip shows."""
        self._acknowledge(self._meant())

    def show_moment(self) -> None:
        """Show the moment of the alarm that the list or else the strip shows."""
        self._show_moment(self._meant())

    def show_list(self) -> None:
        """Open the list of all alarms, and give it the keys."""
        self._docks.open(PANEL)
        panel = self.panel
        if panel.selected() is None and (first := next(iter(self._desk.open), None)) is not None:
            panel.select(first)
        panel.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def export(self) -> None:
        """Ask for a file, and write the alarms that the list's filter takes."""
        self.panel.ask_export()

    def _meant(self) -> Alarm | None:
        """Return the alarm that keys are about: the selected one while the list has them."""
        panel = self.panel
        chosen = panel.selected() if panel.list.hasFocus() else None
        return chosen if chosen is not None and panel.acknowledge.isEnabled() else self.strip.alarm

    def _acknowledge(self, alarm: Alarm | None) -> None:
        if alarm is None:
            return
        dialog = AcknowledgeDialog(
            alarm, self._desk, self._settings, bridge=self._bridge, parent=self._window
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_moment(self, alarm: Alarm | None) -> None:
        if alarm is None or not (name := self._desk.camera_of(alarm)):
            return
        if self._wall.shown:
            self._wall.look_at(name)
        else:
            self._presenter.focus(name)
        self._docks.open(_PLOT)
        if alarm.cause.roi is not None:
            self._panels.readings.choose(alarm.cause.roi)
        self._panels.plot.setFocus(Qt.FocusReason.OtherFocusReason)
        camera = self._presenter.camera
        if camera is None or not camera.recording:
            self._mark(alarm, alarm.raised)
            return
        # The plot of a recording goes by its own time: that of the picture which raised the alarm.
        query = self._bridge.query
        self._bridge.run_task(
            lambda _: query(alarm.raised - 1.0, alarm.raised + 1.0),
            lambda found, _error: self._mark_media(alarm, name, found or []),
        )

    def _mark_media(self, alarm: Alarm, camera: str, found: list[Reading]) -> None:
        near = [one for one in found if one.camera == camera and one.pts is not None]
        one = min(near, key=lambda one: abs(one.time - alarm.raised), default=None)
        if one is not None and one.pts is not None and self._presenter.focused == camera:
            self._mark(alarm, one.pts)

    def _mark(self, alarm: Alarm, time: float) -> None:
        words = f"{level_word(alarm)}: {alarm.name}, {self._panels.plot.time_text(time)}"
        self._panels.plot.show_moment(time, alarm.highest, words)
