"""``crowdmon count`` on a live source: the engine for one camera and a limited time, as a loop."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.protocols import CounterFactory, Sink, Sources
from crowdmon.engine.snapshots import CameraSnapshot
from crowdmon.engine.sources import CaptureSources
from crowdmon.errors import SinkError, SourceError
from crowdmon.values import CameraState, DensityMap, Frame, Reading, ReadingState

CONNECT_WITHIN = 30.0
"""Seconds after which a source that never gave a picture is given up."""

EVERY = 1.0
"""Seconds of wall time between two counts, unless said otherwise."""

_POLL = 0.05


def iterate_live(
    camera: CameraConfig,
    *,
    counter_factory: CounterFactory,
    every: float | None = None,
    duration: float | None = None,
    sinks: Sequence[Sink] = (),
    sources: Sources | None = None,
    connect_within: float = CONNECT_WITHIN,
) -> Iterator[tuple[Frame | None, DensityMap | None, Reading]]:
    """Count a live source in real time; a lost one is opened again until the time is up.

    Args:
        camera: its name, source and ROIs; its rate is replaced by ``every``.
        counter_factory: builds the counter.
        every: wall seconds between two counts; :data:`EVERY` if None or 0.
        duration: seconds from the first picture (or from when the counter is there, if that is later);
            for ever if None.
        sinks: get every reading yielded, also while the consumer is slow; closed by the caller.
        sources: opens the source; tests stand in for it.
        connect_within: seconds to wait for the first picture, at most ``duration``.

    Yields:
        The frame counted and its density map (None where nothing new was counted, or where a newer
        count has taken their place), and the reading.

    Raises:
        ConfigError: unknown scheme or missing environment variable.
        SourceError: no picture in time; nothing was yielded and no sink got anything.
        CountingError, WeightsError: the counter cannot be built, or failed.
        SinkError: readings are left that a sink did not take.
    """
    sources = sources or CaptureSources()
    sources.live(camera.source)
    wish = camera.model_copy(update={"rate": min(1000.0, 1.0 / (every or EVERY))})
    gate = _Gate()
    monitor = Monitor(
        AppConfig(cameras=(wish,)),
        counter_factory=counter_factory,
        sinks=[gate, *(_Gated(sink, gate) for sink in sinks)],
        sources=sources,
    )
    limit = connect_within if duration is None else min(duration, connect_within)
    try:
        monitor.start()
        yield from _follow(monitor, camera.name, gate, limit=limit, duration=duration)
    finally:
        monitor.stop()
    yield from _paired(monitor, camera.name, gate)
    if (left := monitor.snapshot()).unwritten:
        raise SinkError(f"{left.unwritten} readings could not be written: {left.error}")


def _follow(
    monitor: Monitor, name: str, gate: _Gate, *, limit: float, duration: float | None
) -> Iterator[tuple[Frame | None, DensityMap | None, Reading]]:
    """Yield readings until the time is up or the source has ended."""
    give_up, end = time.monotonic() + limit, None
    while end is None or time.monotonic() < end:
        yield from _paired(monitor, name, gate)
        if monitor.failure is not None:
            raise monitor.failure
        shown = monitor.snapshot()
        camera = shown.cameras[name]
        if camera.status.age is None:
            _check_hope(camera, give_up, limit)
        elif not gate.open:
            gate.open = True
        if gate.open and end is None and shown.device and duration is not None:
            end = time.monotonic() + duration
        if camera.status.state is CameraState.ENDED and not camera.busy:
            return
        if camera.status.state is CameraState.FAILED:
            raise SourceError(camera.status.message)


def _check_hope(camera: CameraSnapshot, give_up: float, limit: float) -> None:
    if time.monotonic() >= give_up:
        raise SourceError(camera.status.message or "the source gave no picture", f"Tried for {limit:g} s")


def _paired(
    monitor: Monitor, name: str, gate: _Gate
) -> Iterator[tuple[Frame | None, DensityMap | None, Reading]]:
    """Yield what has come, each with the picture it was counted in if that is still at hand."""
    wait = _POLL
    while (reading := gate.get(wait)) is not None:
        wait = 0.0
        camera = monitor.snapshot().cameras[name]
        frame, density = camera.counted, camera.density
        same = frame is not None and frame.index == reading.frame and frame.time == reading.time
        yield (frame, density, reading) if same else (None, None, reading)


class _Gate:
    """Lets nothing pass before there was a picture, so that a source that never came leaves no file.

    Its queue holds the readings of a few seconds; when its consumer is gone, so is the gate.
    """

    def __init__(self) -> None:
        self.open = False
        self._readings: queue.SimpleQueue[Reading] = queue.SimpleQueue()

    def passes(self, reading: Reading) -> bool:
        """Whether the source had been reached; a counted picture proves it."""
        if reading.state is ReadingState.OK:
            self.open = True
        return self.open

    def write(self, reading: Reading) -> None:
        """Take a reading from the recording thread."""
        if self.passes(reading):
            self._readings.put(reading)

    def flush(self) -> None:
        """Nothing to do."""

    def get(self, wait: float) -> Reading | None:
        """Return the next reading; None if none comes within ``wait`` seconds."""
        try:
            return self._readings.get(timeout=wait) if wait else self._readings.get_nowait()
        except queue.Empty:
            return None


class _Gated:
    """A sink behind the gate."""

    def __init__(self, sink: Sink, gate: _Gate) -> None:
        self._sink, self._gate = sink, gate

    def write(self, reading: Reading) -> None:
        if self._gate.passes(reading):
            self._sink.write(reading)

    def flush(self) -> None:
        self._sink.flush()
