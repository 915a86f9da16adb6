"""The one door between the engine's threads and Qt.

A timer asks the engine for its newest snapshot and tells the widgets what has changed since the last
one. Nothing but frozen values passes: no widget ever sees the engine, no thread ever sees a widget.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from crowdmon.config import AppConfig
from crowdmon.engine.background import Errand, Errands
from crowdmon.engine.protocols import Sink
from crowdmon.errors import SourceError
from crowdmon.values import DensityMap, Frame, Reading, Status

T = TypeVar("T")

POLL_MS = 30
"""How often the engine is asked; quicker than video, slower than anybody can see."""

BEAT_S = 0.25
"""How often ages and rates are told again while nothing else changes."""


class CameraSnapshotLike(Protocol):
    """What the window reads of one camera."""

    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def view(self) -> Frame | None: ...  # noqa: D102
    @property
    def density(self) -> DensityMap | None: ...  # noqa: D102
    @property
    def counted(self) -> Frame | None: ...  # noqa: D102
    @property
    def reading(self) -> Reading | None: ...  # noqa: D102
    @property
    def position(self) -> float | None: ...  # noqa: D102
    @property
    def duration(self) -> float | None: ...  # noqa: D102
    @property
    def seekable(self) -> bool: ...  # noqa: D102


class SnapshotLike(Protocol):
    """What the window reads of the engine at one moment."""

    @property
    def cameras(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def weights(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> str: ...  # noqa: D102


class MonitorLike(Protocol):
    """The verbs the window needs of the engine."""

    def start(self) -> None: ...  # noqa: D102
    def stop(self, timeout: float = 6.0) -> Any: ...  # noqa: D102
    def snapshot(self) -> Any: ...  # noqa: D102
    def apply(self, config: AppConfig) -> None: ...  # noqa: D102
    def restart(self, camera: str) -> None: ...  # noqa: D102
    def view(self, camera: str, size: tuple[int, int] | None) -> None: ...  # noqa: D102
    def pause(self, camera: str) -> None: ...  # noqa: D102
    def resume(self, camera: str) -> None: ...  # noqa: D102
    def seek(self, camera: str, pts: float) -> None: ...  # noqa: D102
    def step(self, camera: str, by: int = 1) -> None: ...  # noqa: D102
    def query(self, since: float, until: float) -> list[Reading]: ...  # noqa: D102


def make_monitor(config: AppConfig, sinks: Sequence[Sink] = ()) -> MonitorLike:
    """Return the engine for a configuration, counting with the bundled weights and writing to ``sinks``.

    The network's library takes over a second to load: that happens in the counting thread, so that
    the window is there at once.
    """
    from crowdmon.engine.monitor import Monitor

    def counter() -> Any:
        from crowdmon.counting.counter import Counter

        return Counter()

    return Monitor(config, counter_factory=counter, sinks=sinks)


@dataclass(frozen=True, slots=True)
class EngineNote:
    """What counts, and what is wrong with it; empty texts for what is not known or not wrong."""

    device: str = ""
    weights: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Playback:
    """Where a recording stands: media seconds, None for what is not known; not ``seekable`` if it is live."""

    position: float | None = None
    duration: float | None = None
    seekable: bool = False


class Bridge(QObject):
    """Polls the engine and emits values.

    Signals:
        config_changed(AppConfig): the cameras are other ones now.
        status_changed(str, Status): of a camera; at least once every :data:`BEAT_S`.
        picture_changed(str, Frame), density_changed(str, DensityMap), reading_changed(str, Reading):
            something newer is there.
        playback_changed(str, Playback): a recording stands elsewhere.
        engine_changed(EngineNote): the device, the weights or the error.
        beat(float): the time, every :data:`BEAT_S`, for whatever shows an age.
    """

    config_changed = pyqtSignal(object)
    status_changed = pyqtSignal(str, object)
    picture_changed = pyqtSignal(str, object)
    density_changed = pyqtSignal(str, object)
    reading_changed = pyqtSignal(str, object)
    playback_changed = pyqtSignal(str, object)
    engine_changed = pyqtSignal(object)
    beat = pyqtSignal(float)

    def __init__(
        self, monitor: MonitorLike, config: AppConfig, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__()
        self._monitor = monitor
        self._config = config
        self._clock = clock
        self._seen: dict[str, dict[str, object]] = {}
        self._note = EngineNote()
        self._next_beat = 0.0
        self._errands = Errands()
        self._awaited: list[tuple[Errand, Callable[[Any, Exception | None], object]]] = []
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

    def start(self) -> None:
        """Start the engine and ask it from now on."""
        self._monitor.start()
        self._timer.start()

    def stop(self) -> None:
        """Ask no more and stop the engine; returns when its threads have ended."""
        self._timer.stop()
        self._awaited.clear()
        self._errands.stop(timeout=2.0)
        self._monitor.stop(timeout=6.0)

    def apply(self, config: AppConfig) -> None:
        """Give the engine other cameras; those that stay the same go on undisturbed."""
        self._monitor.apply(config)
        self._config = config
        names = {camera.name for camera in config.cameras}
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        self.config_changed.emit(config)

    def restart(self, name: str) -> None:
        """Start one camera over; an unknown one is ignored."""
        if any(camera.name == name for camera in self._config.cameras):
            self._seen.pop(name, None)
            self._monitor.restart(name)

    def watch(self, name: str, size: tuple[int, int] | None) -> None:
        """Ask for a camera's pictures, at most ``size`` (width, height) pixels large; None ends that."""
        self._monitor.view(name, size)

    def playback(self, name: str, verb: Callable[[MonitorLike], None]) -> None:
        """Pause, seek or step a recording; one that is gone or turned out to be live is left alone."""
        with contextlib.suppress(SourceError):
            if any(camera.name == name for camera in self._config.cameras):
                verb(self._monitor)

    def look(self, name: str) -> CameraSnapshotLike | None:
        """Return one camera as it is at this moment; None if there is none of that name."""
        found: CameraSnapshotLike | None = self._monitor.snapshot().cameras.get(name)
        return found

    @property
    def query(self) -> Callable[[float, float], list[Reading]]:
        """What asks the engine for the readings of a time; not to be called in the window's thread."""
        return self._monitor.query

    def errand(
        self, job: Callable[[Errand], T], done: Callable[[T | None, Exception | None], object]
    ) -> Errand:
        """Have a job done elsewhere, and ``done(result, error)`` called here when it has ended.

        The job must not touch a widget. Drop it with :meth:`forget`, or its answer still comes.
        """
        errand = self._errands.run(job)
        self._awaited.append((errand, done))
        return errand

    def forget(self, errand: Errand) -> None:
        """Wait for a job no more."""
        errand.unwanted.set()
        self._awaited = [one for one in self._awaited if one[0] is not errand]

    def poll(self) -> None:
        """Ask once and tell what is new."""
        snapshot = self._monitor.snapshot()
        now = self._clock()
        beat = now >= self._next_beat or now < self._next_beat - 2 * BEAT_S
        for name, camera in snapshot.cameras.items():
            self._tell_camera(name, camera, beat=beat)
        note = EngineNote(str(snapshot.device or ""), str(snapshot.weights or ""), str(snapshot.error or ""))
        if note != self._note:
            self._note = note
            self.engine_changed.emit(note)
        self._collect()
        if beat:
            self._next_beat = now + BEAT_S
            self.beat.emit(now)

    def _collect(self) -> None:
        ended = [one for one in self._awaited if one[0].over.is_set()]
        self._awaited = [one for one in self._awaited if one not in ended]
        for errand, done in ended:
            done(errand.result, errand.error)

    def _tell_camera(self, name: str, camera: CameraSnapshotLike, *, beat: bool) -> None:
        seen = self._seen.setdefault(name, {})
        status = camera.status
        gist = (status.state, status.message, status.attempt, status.since)
        if beat or seen.get("gist") != gist:
            seen["gist"] = gist
            self.status_changed.emit(name, status)
        if camera.view is not None and seen.get("view") is not camera.view:
            seen["view"] = camera.view
            self.picture_changed.emit(name, camera.view)
        playback = Playback(camera.position, camera.duration, camera.seekable)
        if seen.get("playback") != playback:
            seen["playback"] = playback
            self.playback_changed.emit(name, playback)
        if camera.density is not None and seen.get("density") is not camera.density:
            seen["density"] = camera.density
            self.density_changed.emit(name, camera.density)
        if camera.reading is not None and seen.get("reading") != camera.reading:
            seen["reading"] = camera.reading
            self.reading_changed.emit(name, camera.reading)
