"""The one door between the engine's threads and Qt.

A timer asks the engine for its newest snapshot and tells the widgets what has changed since the last
one. Nothing but frozen values passes: no widget ever sees the engine, no thread ever sees a widget.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from crowdmon.capture.local import places_of
from crowdmon.config import AppConfig
from crowdmon.engine.background import BackgroundTask, BackgroundTasks
from crowdmon.engine.protocols import CounterFactory
from crowdmon.engine.ring import VIEW_RATE
from crowdmon.engine.view_files import ViewFiles
from crowdmon.errors import SourceError
from crowdmon.facts import Event, SpotCheck
from crowdmon.places import Place, check_apart
from crowdmon.values import Reading
from crowdmon.view.changes import CameraSnapshotLike, Change, Changes, What
from crowdmon.view.in_step import LONGEST_S, Showing

T = TypeVar("T")

POLL_MS = 30
"""Milliseconds between two looks at the engine: quicker than video, slower than anybody can see."""


class MonitorLike(Protocol):
    """The verbs the window needs of the engine."""

    def start(self) -> None: ...  # noqa: D102
    def stop(self, timeout: float = 6.0) -> Any: ...  # noqa: D102
    def snapshot(self, after: int = 0) -> Any: ...  # noqa: D102
    def apply(self, config: AppConfig) -> None: ...  # noqa: D102
    def restart(self, camera: str) -> None: ...  # noqa: D102
    def view(  # noqa: D102
        self, camera: str, size: tuple[int, int] | None, *, keep: float = 0.0, rate: float = VIEW_RATE
    ) -> None: ...
    def pause(self, camera: str) -> None: ...  # noqa: D102
    def resume(self, camera: str) -> None: ...  # noqa: D102
    def seek(self, camera: str, pts: float) -> None: ...  # noqa: D102
    def step(self, camera: str, by: int = 1) -> None: ...  # noqa: D102
    def query(self, since: float, until: float) -> list[Reading]: ...  # noqa: D102
    def record(self, fact: SpotCheck | Event) -> None: ...  # noqa: D102
    def acknowledge(self, alarm: str, *, who: str, note: str = "") -> bool: ...  # noqa: D102
    def hear(self, event: Event) -> None: ...  # noqa: D102


@runtime_checkable
class Shared(Protocol):
    """An engine that somebody else may give another configuration."""

    def news(self) -> AppConfig | None: ...  # noqa: D102


def make_monitor(
    config: AppConfig, counter_factory: CounterFactory | None = None, *, views: ViewFiles | None = None
) -> MonitorLike:
    """Return the engine for a configuration, which writes to what ``record:`` names.

    The network's library takes over a second to load: that happens in the counting thread, so that
    the window is there at once.

    Args:
        config: cameras, and where to record.
        counter_factory: builds the counter; one with the bundled weights if None.
        views: where is kept what the cameras see; nothing is kept if None.
    """
    from crowdmon.engine.monitor import Monitor
    from crowdmon.engine.priority import BEHIND_A_WINDOW
    from crowdmon.publish.registry import open_publishers
    from crowdmon.sinks.alarm_log import AlarmLog
    from crowdmon.sinks.history.past import recorded_past
    from crowdmon.sinks.registry import open_sinks

    if counter_factory is None:
        from crowdmon.counting.factory import make_counter_factory

        counter_factory = make_counter_factory()
    past = recorded_past(config, time.time())
    return Monitor(
        config,
        counter_factory=counter_factory,
        sinks=(AlarmLog(),),
        open_sinks=open_sinks,
        open_publishers=open_publishers,
        past=past,
        views=views,
        behind=BEHIND_A_WINDOW,
    )


class Bridge(QObject):
    """Polls the engine and emits values.

    Signals:
        config_taken(AppConfig): the same, and it was not this window that changed them; comes first.
        config_changed(AppConfig): the cameras are other ones now.
        status_changed(str, Status): of a camera; at least once every :data:`BEAT_S`.
        picture_changed(str, Sight): another picture is to be shown.
        density_changed(str, DensityMap): something newer was counted.
        reading_changed(str, Reading): each reading, in order, none left out.
        event_happened(Event): each event, in order, of an alarm or another.
        playback_changed(str, Position): a recording stands elsewhere.
        engine_changed(EngineNote): the device, the weights or the error.
        beat(float): the time, every :data:`BEAT_S`, for whatever shows an age.

    Attributes:
        reads: what else is read, by what the user knows it by: weights, the configuration file.
        views: where the engine keeps what the cameras see; follows the configuration file.
    """

    config_taken = pyqtSignal(object)
    config_changed = pyqtSignal(object)
    status_changed = pyqtSignal(str, object)
    picture_changed = pyqtSignal(str, object)
    density_changed = pyqtSignal(str, object)
    reading_changed = pyqtSignal(str, object)
    event_happened = pyqtSignal(object)
    playback_changed = pyqtSignal(str, object)
    engine_changed = pyqtSignal(object)
    beat = pyqtSignal(float)

    def __init__(
        self, monitor: MonitorLike, config: AppConfig, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self._monitor = monitor
        self._news: Callable[[], AppConfig | None] = (
            monitor.news if isinstance(monitor, Shared) else lambda: None
        )
        self._config = config
        self._clock = clock
        self.reads: dict[str, Path] = {}
        self.views = ViewFiles()
        self._changes = Changes()
        self._emit_of_camera = {
            What.STATUS: self.status_changed.emit,
            What.PICTURE: self.picture_changed.emit,
            What.DENSITY: self.density_changed.emit,
            What.READING: self.reading_changed.emit,
            What.POSITION: self.playback_changed.emit,
        }
        self._emit_of_engine = {
            What.ENGINE: self.engine_changed.emit,
            What.BEAT: self.beat.emit,
            What.EVENT: self.event_happened.emit,
        }
        self._tasks = BackgroundTasks()
        self._awaited: list[tuple[BackgroundTask, Callable[[Any, Exception | None], object]]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    @property
    def config(self) -> AppConfig:
        """The cameras as they are now."""
        return self._config

    def now(self) -> float:
        """Return the time all ages are measured against, epoch seconds."""
        return self._clock()

    def check_output(self, what: str, path: Path, *, own: str = "") -> None:
        """Refuse to write over what is read; nothing is opened.

        Args:
            what: is written, for the message.
            path: its file.
            own: the key of :attr:`reads` that may be replaced.

        Raises:
            ConfigError: it is a source, the history, the weights or the configuration.
        """
        others = [Place(option, one) for option, one in self.reads.items() if option != own]
        check_apart([Place(what, path)], [*others, *places_of(self._config)])

    def start(self) -> None:
        """Start the engine and ask it from now on."""
        self._monitor.start()
        self._timer.start()

    def stop(self) -> None:
        """Ask no more and stop the engine; returns when its threads have ended."""
        self._timer.stop()
        self._awaited.clear()
        # Both together leave room in the six seconds within which the program has ended.
        self._tasks.stop(timeout=1.0)
        self._monitor.stop(timeout=4.5)

    def apply(self, config: AppConfig) -> None:
        """Give the engine other cameras; those that stay the same go on undisturbed."""
        changed = self._others(config)
        self._monitor.apply(config)
        self._config = config
        left = self._monitor.snapshot(self._changes.number)
        self._emit(self._changes.readings(left, without=changed))
        self._changes.keep({camera.name for camera in config.cameras} - changed)
        self.config_changed.emit(config)

    def _others(self, config: AppConfig) -> set[str]:
        """Return who is new. Another source is another camera, for which nothing old may be shown."""
        before = {camera.name: camera.source for camera in self._config.cameras}
        return {one.name for one in config.cameras if before.get(one.name) != one.source}

    def _take(self, config: AppConfig, shown: Any) -> None:
        """Show what somebody else gave the engine; ``shown`` is a snapshot from before or after that."""
        changed, before = self._others(config), {camera.name for camera in self._config.cameras}
        self._config = config
        self._changes.keep({camera.name for camera in config.cameras} - changed)
        self.config_taken.emit(config)
        self.config_changed.emit(config)
        # A new camera has no readings but its own; those of one with another source may be from the old one.
        self._emit(self._changes.readings(shown, without=changed & before))

    def restart(self, name: str) -> None:
        """Start one camera over; an unknown one is ignored."""
        if any(camera.name == name for camera in self._config.cameras):
            self._changes.forget(name)
            self._monitor.restart(name)

    def watch(self, name: str, size: tuple[int, int] | None, *, rate: float = VIEW_RATE) -> None:
        """Ask for a camera's pictures, at most ``size`` (width, height) pixels large; None ends that.

        At most ``rate`` a second come.
        """
        keep = LONGEST_S if self._changes.showing.in_step else 0.0
        self._monitor.view(name, size, keep=keep, rate=rate)

    def show(self, showing: Showing) -> None:
        """Show pictures and their counts together in another way, from the next look on."""
        self._changes.showing = showing

    def playback(self, name: str, verb: Callable[[MonitorLike], None]) -> None:
        """Pause, seek or step a recording; one that is gone or turned out to be live is left alone."""
        with contextlib.suppress(SourceError):
            if any(camera.name == name for camera in self._config.cameras):
                verb(self._monitor)

    def look(self, name: str) -> CameraSnapshotLike | None:
        """Return one camera as it is at this moment; None if there is none of that name."""
        found: CameraSnapshotLike | None = self._monitor.snapshot(self._changes.number).cameras.get(name)
        return found

    @property
    def record(self) -> Callable[[SpotCheck | Event], None]:
        """What records a fact; a service may take its time: not for the window's thread."""
        return self._monitor.record

    @property
    def acknowledge(self) -> Callable[..., bool]:
        """What acknowledges an alarm, as :meth:`Monitor.acknowledge`; not for the window's thread."""
        return self._monitor.acknowledge

    def hear(self, event: Event) -> None:
        """Tell the engine of an acknowledgement that another program wrote to the same history."""
        self._monitor.hear(event)

    @property
    def query(self) -> Callable[[float, float], list[Reading]]:
        """What asks the engine for the readings of a time; not to be called in the window's thread."""
        return self._monitor.query

    def run_task(
        self, job: Callable[[BackgroundTask], T], done: Callable[[T | None, Exception | None], object]
    ) -> BackgroundTask:
        """Do a job in another thread, and call ``done(result, error)`` here when it has ended.

        The job must not touch a widget. Drop it with :meth:`cancel`, or its answer still comes.
        """
        task = self._tasks.run(job)
        self._awaited.append((task, done))
        return task

    def cancel(self, task: BackgroundTask) -> None:
        """Wait for a job no more."""
        task.cancelled.set()
        self._awaited = [one for one in self._awaited if one[0] is not task]

    def poll(self) -> None:
        """Ask once and tell what is new."""
        shown = self._monitor.snapshot(self._changes.number)
        if (config := self._news()) is not None:  # asked after it, so that it shows no camera before that
            self._take(config, shown)
        else:
            self._emit(self._changes.of(shown, self._clock()))
        self._collect()

    def _emit(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.what in self._emit_of_camera:
                self._emit_of_camera[change.what](change.camera, change.value)
            else:
                self._emit_of_engine[change.what](change.value)

    def _collect(self) -> None:
        ended = [one for one in self._awaited if one[0].done.is_set()]
        self._awaited = [one for one in self._awaited if one not in ended]
        for task, done in ended:
            done(task.result, task.error)
