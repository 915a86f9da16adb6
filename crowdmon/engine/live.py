"""``crowdmon count`` on live sources: the engine for some cameras and a limited time, as a loop."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.protocols import CounterFactory, Sources
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.engine.view_files import ViewFiles
from crowdmon.errors import SinkError, SourceError
from crowdmon.facts import Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import CameraState, DensityMap, Frame, Reading, ReadingState

CONNECT_WITHIN = 30.0
"""Seconds after which a source that never gave a picture is given up."""

EVERY = 1.0
"""Seconds of wall time between two counts, unless said otherwise."""

BOUND = 20_000
"""Readings that wait for a slow consumer at most; the sinks get all of them."""

AFTERWARDS = 1.0
"""Seconds after the end in which a slow consumer still gets readings that wait for it."""

_POLL = 0.05

_STOP, _STOP_UNOPENED = 5.0, 1.0
"""Seconds to wait at most, in the end, for threads that hang in a source or a disk."""

Found = tuple[Frame | None, DensityMap | None, Reading]


def iterate_live(
    cameras: Sequence[CameraConfig],
    *,
    counter_factory: CounterFactory,
    every: float | None = None,
    duration: float | None = None,
    sinks: Sequence[Sink] = (),
    sources: Sources | None = None,
    connect_within: float = CONNECT_WITHIN,
    lost: Callable[[str, SourceError], None] | None = None,
    views: ViewFiles | None = None,
    watching: AppConfig | None = None,
) -> Iterator[Found]:
    """Count live sources in real time; one that is lost is opened again until the time is up.

    Time, failures and ends are looked at after every reading, however slow the consumer is. A consumer that
    is slower than the readings may miss some in the end; the sinks miss none.

    Args:
        cameras: names, sources and ROIs; their rates are replaced by ``every``.
        counter_factory: builds the counter.
        every: wall seconds between two counts of a camera; :data:`EVERY` if None or 0.
        duration: seconds from the first picture (or from when the counter is there, if that is later);
            for ever if None.
        sinks: get every fact, also while the consumer is slow; closed by the caller.
        sources: opens the sources; tests stand in for it.
        connect_within: seconds to wait for the first picture of a camera, at most ``duration``.
        lost: told of each camera that is given up, or that failed.
        views: where is kept what the cameras see; nothing is kept if None.
        watching: the configuration whose groups and alarm rules are watched; ``sinks`` get their events.

    Yields:
        The frame counted and its density map (None where nothing new was counted, or where a newer
        count has taken their place), and the reading, which names its camera.

    Raises:
        ConfigError: unknown scheme or missing environment variable.
        SourceError: no camera is left, and the first one failed or gave no picture in time.
        CountingError, WeightsError: the counter cannot be built, or failed.
        SinkError: readings are left that a sink did not take, or can no longer be written at all.
    """
    sources = sources or CaptureSources()
    for camera in cameras:
        sources.live(camera.source)
    rate = min(1000.0, 1.0 / (every or EVERY))
    gate = _Gate()
    counted = tuple(camera.model_copy(update={"rate": rate}) for camera in cameras)
    rules = watching or AppConfig()
    monitor = Monitor(
        AppConfig(cameras=counted).model_copy(
            update={
                "groups": rules.groups,
                "alarms": rules.alarms,
                "time_zone": rules.time_zone,
                "record": rules.record,
            }
        ),
        counter_factory=counter_factory,
        sinks=[gate, *(_Gated(sink, gate) for sink in sinks)],
        sources=sources,
        views=views,
    )
    limit = connect_within if duration is None else min(duration, connect_within)
    watch = _Watch(gate, limit=limit, duration=duration, lost=lost)
    try:
        monitor.start()
        while not watch.over(monitor):
            if (reading := gate.get(_POLL)) is not None:
                yield _paired(monitor.snapshot(), reading)
    finally:
        # What never gave a picture has nothing to write, and may hang for long.
        monitor.stop(timeout=_STOP if gate.opened else _STOP_UNOPENED)
    until = time.monotonic() + AFTERWARDS
    while time.monotonic() < until and (reading := gate.get(0.0)) is not None:
        yield _paired(monitor.snapshot(), reading)
    if len(watch.errors) == len(cameras):
        raise watch.errors[cameras[0].name]
    if (left := monitor.snapshot()).unwritten:
        raise SinkError(f"{left.unwritten} readings could not be written: {left.error}")


@dataclass
class _Watch:
    """Knows when to end: the time is up, or no camera is left."""

    gate: _Gate
    limit: float
    duration: float | None
    lost: Callable[[str, SourceError], None] | None
    errors: dict[str, SourceError] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    end: float | None = None

    def __post_init__(self) -> None:
        self.give_up = time.monotonic() + self.limit

    def over(self, monitor: Monitor) -> bool:
        """Look once; raise what keeps everything from being counted or written."""
        if monitor.failure is not None:
            raise monitor.failure
        shown, now = monitor.snapshot(), time.monotonic()
        for name, camera in shown.cameras.items():
            if camera.status.age is not None:
                self.gate.opened.add(name)
            if name not in self.left and self._ended(name, camera, now):
                self.left.add(name)
        if self.end is None and self.gate.opened and shown.device and self.duration is not None:
            self.end = now + self.duration
        return len(self.left) == len(shown.cameras) or (self.end is not None and now >= self.end)

    def _ended(self, name: str, camera: CameraSnapshot, now: float) -> bool:
        status = camera.status
        if status.state is CameraState.FAILED:
            error = SourceError(status.message)
        elif status.age is None and now >= self.give_up:
            why = status.message or "the source gave no picture"
            error = SourceError(why, f"Tried for {self.limit:g} s")
        else:
            return status.state is CameraState.ENDED and not camera.busy
        self.errors[name] = error
        if self.lost is not None:
            self.lost(name, error)
        return True


def _paired(shown: Snapshot, reading: Reading) -> Found:
    """Return a reading with the picture it was counted in, if that is still at hand."""
    camera = shown.cameras[reading.camera]
    frame, density = camera.counted, camera.density
    same = frame is not None and frame.index == reading.frame and frame.time == reading.time
    return (frame, density, reading) if same else (None, None, reading)


class _Gate(Sink):
    """Lets no reading of a camera pass before it gave a picture: a source that never came leaves no file."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading,)

    def __init__(self) -> None:
        self.opened: set[str] = set()
        self._readings: deque[Reading] = deque(maxlen=BOUND)
        self._news = threading.Event()

    def passes(self, fact: Fact) -> bool:
        """Whether the camera had been reached; a counted picture proves it. Events always pass."""
        if not isinstance(fact, Reading):
            return True
        if fact.state is ReadingState.OK:
            self.opened.add(fact.camera)
        return fact.camera in self.opened

    def write(self, fact: Fact) -> None:
        """Take a reading from the sink thread."""
        if isinstance(fact, Reading) and self.passes(fact):
            self._readings.append(fact)
            self._news.set()

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def get(self, wait: float) -> Reading | None:
        """Return the next reading; None if none comes within ``wait`` seconds."""
        if not self._readings:
            self._news.wait(wait)
        self._news.clear()
        try:
            return self._readings.popleft()
        except IndexError:
            return None


class _Gated(Sink):
    """A sink behind the gate."""

    def __init__(self, sink: Sink, gate: _Gate) -> None:
        self._sink, self._gate = sink, gate

    @property
    def waiting(self) -> int:
        return self._sink.waiting

    def write(self, fact: Fact) -> None:
        if isinstance(fact, self._sink.takes) and self._gate.passes(fact):
            self._sink.write(fact)

    def flush(self) -> None:
        self._sink.flush()

    def close(self) -> None:
        """The caller of :func:`iterate_live` closes the sink itself."""
