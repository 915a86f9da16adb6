"""Figures for Prometheus: read from the engine at the moment somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from crowdmon import __version__
from crowdmon.config.publish import MetricsConfig
from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, EventKind, Fact
from crowdmon.sinks.base import Sink
from crowdmon.values import CameraState, DensityMap, Level, Reading, ReadingState, RoiReading, Status

LEVELS = (Level.NONE, Level.AMBER, Level.RED, Level.CRITICAL)


class CameraLike(Protocol):
    """What is read of one camera."""

    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def density(self) -> DensityMap | None: ...  # noqa: D102
    @property
    def reading(self) -> Reading | None: ...  # noqa: D102


class EngineLike(Protocol):
    """What is read of the engine."""

    @property
    def time(self) -> float: ...  # noqa: D102
    @property
    def cameras(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def weights(self) -> str: ...  # noqa: D102
    @property
    def unwritten(self) -> int: ...  # noqa: D102
    @property
    def lost(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Family:
    """One figure with its values.

    Attributes:
        name: as Prometheus knows it; a counter's without ``_total``.
        kind: ``gauge`` or ``counter``.
        what: the help text.
        labels: names of the labels.
        values: by the labels' values.
    """

    name: str
    kind: str
    what: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]


@dataclass
class Counters:
    """What only grows."""

    readings: dict[tuple[str, ...], float] = field(default_factory=dict)
    reconnects: dict[tuple[str, ...], float] = field(default_factory=dict)
    alarms: dict[tuple[str, ...], float] = field(default_factory=dict)
    on: dict[tuple[str, ...], float] = field(default_factory=dict)

    def take(self, fact: Fact) -> None:
        """Count a fact."""
        if isinstance(fact, Reading):
            _add(self.readings, (fact.camera, fact.state.value))
        elif isinstance(fact, Event):
            if fact.kind == EventKind.RECONNECTING and fact.camera is not None:
                _add(self.reconnects, (fact.camera,))
            if (alarm := AlarmEvent.of(fact)) is not None:
                if alarm.change is AlarmChange.RAISED:
                    _add(self.alarms, (alarm.alarm, alarm.level.value))
                self.on[(alarm.alarm,)] = float(LEVELS.index(alarm.level))


def families(shown: EngineLike, counters: Counters) -> Iterator[Family]:
    """Yield every figure. A count that is not known has no value: it is never 0."""
    yield from _of_rois(shown)
    yield from _of_cameras(shown)
    total: dict[str, tuple[str, tuple[str, ...], dict[tuple[str, ...], float]]] = {
        "crowdmon_readings": ("Readings by state.", ("camera", "state"), counters.readings),
        "crowdmon_reconnects": ("Attempts to open a camera again.", ("camera",), counters.reconnects),
        "crowdmon_alarms_raised": ("Alarms raised.", ("alarm", "level"), counters.alarms),
        "crowdmon_facts_lost": ("Readings and events that no sink got.", (), {(): float(shown.lost)}),
    }
    for name, (what, labels, values) in total.items():
        yield Family(name, "counter", what, labels, dict(values))
    yield _gauge("crowdmon_alarm_level", "Level of an alarm, 0 if it is over.", ("alarm",), counters.on)
    waiting = {(): float(shown.unwritten)}
    yield _gauge("crowdmon_facts_waiting", "Readings and events that wait for a sink.", (), waiting)
    about = {(__version__, shown.device, shown.weights): 1.0}
    yield _gauge("crowdmon_info", "What counts.", ("version", "device", "weights"), about)


def _of_rois(shown: EngineLike) -> Iterator[Family]:
    known: dict[tuple[str, ...], RoiReading] = {
        (name, roi.roi): roi
        for name, camera in shown.cameras.items()
        if camera.reading is not None and camera.reading.state is ReadingState.OK
        for roi in camera.reading.rois
    }
    figures: dict[str, tuple[str, Callable[[RoiReading], float | None]]] = {
        "crowdmon_people": ("People counted, smoothed.", _people),
        "crowdmon_people_per_m2": ("People per square metre.", lambda roi: roi.density_per_m2),
        "crowdmon_level": ("Level: 0 none, 1 amber, 2 red, 3 critical.", lambda roi: _number(roi.level)),
    }
    for name, (what, value) in figures.items():
        yield _gauge(name, what, ("camera", "roi"), {key: value(roi) for key, roi in known.items()})


def _of_cameras(shown: EngineLike) -> Iterator[Family]:
    cameras = shown.cameras
    states = {
        (name, state.value): float(camera.status.state is state)
        for name, camera in cameras.items()
        for state in CameraState
    }
    what = "1 for the state that a camera has."
    yield _gauge("crowdmon_camera_state", what, ("camera", "state"), states)
    figures: dict[str, tuple[str, Callable[[Any], float | None]]] = {
        "crowdmon_picture_age_seconds": ("Seconds since the last picture.", lambda one: one.status.age),
        "crowdmon_pictures_per_second": ("Pictures received a second.", lambda one: one.status.fps_in),
        "crowdmon_counts_per_second": ("Pictures counted a second.", lambda one: one.status.fps_counted),
        "crowdmon_count_age_seconds": (
            "Seconds since the picture of the last count was taken.",
            lambda one: None if one.density is None else max(0.0, shown.time - one.density.time),
        ),
        "crowdmon_inference_seconds": (
            "Seconds that the network took for the last picture.",
            lambda one: None if one.density is None else one.density.took,
        ),
    }
    for name, (what, value) in figures.items():
        yield _gauge(name, what, ("camera",), {(camera,): value(one) for camera, one in cameras.items()})
    skipped: dict[tuple[str, ...], float] = {
        (name,): float(one.status.skipped) for name, one in cameras.items()
    }
    what = "Pictures received and not counted."
    yield Family("crowdmon_pictures_skipped", "counter", what, ("camera",), skipped)


def _gauge(name: str, what: str, labels: tuple[str, ...], values: Mapping[Any, float | None]) -> Family:
    return Family(name, "gauge", what, labels, {key: one for key, one in values.items() if one is not None})


def _people(roi: RoiReading) -> float | None:
    return roi.count if roi.count_smoothed is None else roi.count_smoothed


def _number(level: Level | None) -> float | None:
    return None if level is None else float(LEVELS.index(level))


class Metrics(Sink):
    """Listens for Prometheus, from the first fact on."""

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading, Event)

    def __init__(self, config: MetricsConfig, look: Callable[[], EngineLike]) -> None:
        """Listen to nobody yet; ``look`` shows the engine at the moment somebody asks."""
        self._config, self._look = config, look
        self.origin = (config, look)
        self._counters = Counters()
        self._server: Any = None
        self._thread: Any = None

    def write(self, fact: Fact) -> None:
        """Count a fact, whether anybody can read it yet or not."""
        self._counters.take(fact)

    def flush(self) -> None:
        """Listen, if that was not possible before."""
        self._listen()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(2.0)
            self._server = self._thread = None

    def _listen(self) -> None:
        if self._server is not None:
            return
        check_installed()
        import prometheus_client
        from prometheus_client import core
        from prometheus_client.registry import Collector

        kinds = {"gauge": core.GaugeMetricFamily, "counter": core.CounterMetricFamily}
        look, counters = self._look, self._counters

        class Figures(Collector):
            def collect(self) -> Iterator[Any]:
                for one in families(look(), counters):
                    made = kinds[one.kind](one.name, one.what, labels=one.labels)
                    for labels, value in one.values.items():
                        made.add_metric(labels, value)
                    yield made

        registry = prometheus_client.CollectorRegistry(auto_describe=False)
        registry.register(Figures())
        port, address = self._config.port, self._config.address
        try:
            self._server, self._thread = prometheus_client.start_http_server(port, address, registry)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise SinkError(
                f"cannot listen at {address}:{port} for Prometheus: {why}",
                "Choose another publish.metrics.port",
            ) from error


def check_installed() -> None:
    """Raise SinkError if the package that speaks to Prometheus is missing."""
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise SinkError(
            "metrics need the package prometheus-client", "Install it: pip install 'crowdmon[publish]'"
        ) from None


def _add(values: dict[tuple[str, ...], float], key: tuple[str, ...]) -> None:
    values[key] = values.get(key, 0.0) + 1.0
