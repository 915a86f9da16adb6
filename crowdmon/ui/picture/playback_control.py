"""Playback of a video file: the user's wishes go to the engine, the position comes back to the bar."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from crowdmon.ui.bridge import Bridge
from crowdmon.ui.picture.playback_bar import PlaybackBar
from crowdmon.ui.shell.presenter import Presenter
from crowdmon.values import CameraState, Status
from crowdmon.view.changes import Position
from crowdmon.view.in_step import Pace


class PlaybackControl(QObject):
    """Knows whether the camera looked at can be paused, and whether it plays.

    Signals:
        usable_changed(bool): whether there is something to play or pause.
    """

    usable_changed = pyqtSignal(bool)

    def __init__(self, bridge: Bridge, presenter: Presenter, bar: PlaybackBar) -> None:
        super().__init__()
        self._bridge, self._presenter, self._bar = bridge, presenter, bar
        self._places: dict[str, Position] = {}
        self._states: dict[str, CameraState] = {}
        bridge.playback_changed.connect(self._place)
        bridge.status_changed.connect(self._status)
        presenter.focus_changed.connect(self._look)
        bar.toggle_asked.connect(self.toggle)
        bar.step_asked.connect(self.step)
        bar.seek_asked.connect(self.seek)

    def toggle(self) -> None:
        """Pause what plays, resume what is paused, start over what has ended."""
        name = self._presenter.focused
        state = self._states.get(name)
        if state is CameraState.ENDED:
            self._bridge.playback(name, lambda monitor: monitor.resume(name))
            self._bridge.playback(name, lambda monitor: monitor.seek(name, 0.0))
        elif state is CameraState.PAUSED:
            self._bridge.playback(name, lambda monitor: monitor.resume(name))
        else:
            self._bridge.playback(name, lambda monitor: monitor.pause(name))
            self._go_to_what_is_seen(name)

    def _go_to_what_is_seen(self, name: str) -> None:
        """Stand at the picture on the screen: in step, the recording itself is a little further on."""
        camera = self._presenter.camera
        sight = None if camera is None else camera.sight
        if sight is None or sight.pace is Pace.INSTANT or sight.frame.pts is None:
            return
        pts = sight.frame.pts
        if self._places.get(name, Position()).seekable:
            self._bridge.playback(name, lambda monitor: monitor.seek(name, pts))

    def step(self, by: int) -> None:
        """Pause ``by`` pictures further, below 0 before."""
        name = self._presenter.focused
        self._bridge.playback(name, lambda monitor: monitor.step(name, by))

    def seek(self, seconds: float) -> None:
        """Go to a media time in seconds."""
        name = self._presenter.focused
        self._bridge.playback(name, lambda monitor: monitor.seek(name, seconds))

    def _place(self, name: str, place: Position) -> None:
        self._places[name] = place
        if name == self._presenter.focused:
            self._show()

    def _status(self, name: str, status: Status) -> None:
        before = self._states.get(name)
        self._states[name] = status.state
        if name == self._presenter.focused and status.state is not before:
            self._show()

    def _look(self, _name: str) -> None:
        self._bar.forget()
        self._show()

    def _show(self) -> None:
        name = self._presenter.focused
        place = self._places.get(name, Position())
        state = self._states.get(name)
        usable = place.seekable and state in (CameraState.LIVE, CameraState.PAUSED, CameraState.ENDED)
        self._bar.setVisible(usable)
        self.usable_changed.emit(usable)
        if usable:
            words = {CameraState.PAUSED: "Paused", CameraState.ENDED: "Ended"}
            # What has no end is a camera that is drawn: it does not play, it is live.
            word = words.get(state, "" if place.duration is None else "Playing") if state else ""
            self._bar.set_playing(state is CameraState.LIVE, word=word)
            self._bar.set_position(place.position, place.duration)
