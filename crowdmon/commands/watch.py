"""``crowdmon watch``: the cameras of a configuration as a service, without a window."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crowdmon import locks, logs, signals
from crowdmon.commands.places import check_outputs, check_record
from crowdmon.config import AppConfig, load
from crowdmon.counting.factory import make_counter_factory
from crowdmon.engine import attach
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.service import Service
from crowdmon.engine.serving import Serving
from crowdmon.errors import ConfigError, CrowdmonError
from crowdmon.publish.registry import open_publishers
from crowdmon.service_manager import ServiceManager
from crowdmon.sinks.alarm_log import AlarmLog
from crowdmon.sinks.history.past import recorded_past
from crowdmon.sinks.registry import open_sinks

_log = logging.getLogger(__name__)


def run(
    config: Path,
    *,
    backend: str = "auto",
    precision: str = "auto",
    weights: Path | None = None,
    log: Path | None = None,
    logged: Callable[..., None] = logs.setup,
) -> int:
    """Watch until SIGTERM or Ctrl+C; return the exit code.

    Args:
        config: cameras and what is recorded.
        backend: what runs the network.
        precision: in which it computes.
        weights: of cameras without weights of their own; the bundled ones if None.
        log: where messages are written, once it is known that nothing else lies there; None for stderr.
        logged: sets up logging, with ``file=log``.

    Raises:
        ConfigError: the configuration is not valid, or names no camera.
        SinkError: another program writes the history.
        CrowdmonError: what keeps everything from being counted or recorded.
    """
    known = _loaded(config, weights)
    with _logged_to(log, logged, known=known, config=config, weights=weights), _only_one(known):
        if known.record.history is None and known.record.csv_log is None:
            _log.warning("nothing is recorded: %s has no 'record: {history: FILE}'", config)
        engine = Monitor(
            known,
            counter_factory=make_counter_factory(weights, backend, precision),
            sinks=(AlarmLog(),),
            open_sinks=open_sinks,
            open_publishers=open_publishers,
            past=recorded_past(known, time.time()),
        )
        site = _Site(engine, config, weights)
        service = Service(site, site.load, manager=ServiceManager())
        with _attachable(site), _signals(service):
            service.run()
    if not service.ended:
        # Libraries have threads of their own that Python would wait for, such as one that sends a mail.
        logging.shutdown()
        os._exit(0)
    return 0


class _Site:
    """The engine, and the configuration it has at the moment: from the file, or from a window."""

    def __init__(self, engine: Monitor, config: Path, weights: Path | None) -> None:
        self.engine = engine
        self._weights = weights
        self.config = config
        self.start, self.stop, self.snapshot = engine.start, engine.stop, engine.snapshot

    @property
    def known(self) -> AppConfig:
        return self.engine.config

    @property
    def failure(self) -> Exception | None:
        return self.engine.failure

    @property
    def stuck(self) -> float:
        return self.engine.stuck

    def load(self) -> AppConfig:
        return _reloaded(self.config, self._weights, self.known)

    def apply(self, config: AppConfig) -> None:
        if config.record.history != self.known.record.history:
            raise ConfigError(
                "a service keeps its history", "Stop it and start it again to record to another file"
            )
        self.engine.apply(config)


@contextlib.contextmanager
def _attachable(site: _Site) -> Iterator[None]:
    """Let windows of this user attach, where the system has sockets for it."""
    if not attach.AVAILABLE:
        yield
        return
    try:
        serving = Serving(site.engine, lambda: site.known, attach.place_of(site.config))
    except CrowdmonError as error:
        _log.warning("no window can attach: %s", error)
        yield
        return
    serving.apply = site.apply
    serving.start()
    try:
        yield
    finally:
        serving.stop()


def _loaded(config: Path, weights: Path | None) -> AppConfig:
    found = load(config)
    if not found.cameras:
        raise ConfigError(f"{config} names no camera", "Add one under cameras:")
    check_record(found, sources=(), config=config, weights=weights)
    return found


def _reloaded(config: Path, weights: Path | None, before: AppConfig) -> AppConfig:
    found = _loaded(config, weights)
    if found.record.history != before.record.history:
        raise ConfigError(
            f"{config}: record.history is another file than at the start",
            "Stop the service and start it again for that",
        )
    return found


@contextlib.contextmanager
def _logged_to(
    log: Path | None, logged: Callable[..., None], *, known: AppConfig, config: Path, weights: Path | None
) -> Iterator[None]:
    """Write messages to a file, which nothing else is and nobody else writes."""
    if log is None:
        yield
        return
    files = {"--log": log, **{f"--log, whose former file {one},": one for one in logs.former(log)}}
    check_outputs(files, known=known, config=config, weights=weights)
    with locks.only_writer(log):
        logged(file=log)
        yield


@contextlib.contextmanager
def _only_one(config: AppConfig) -> Iterator[None]:
    """Hold the history, if there is one: two services on one file would count everybody twice."""
    if config.record.history is None:
        yield
        return
    with locks.only_writer(Path(config.record.history).expanduser()):
        yield


@contextlib.contextmanager
def _signals(service: Service) -> Iterator[None]:
    """Let SIGTERM and Ctrl+C end the service, and SIGHUP read its configuration again."""
    hangup = getattr(signal, "SIGHUP", None)

    def hear(number: int) -> None:
        if number == hangup:
            service.reload_soon()
        else:
            service.end()

    numbers = [signal.SIGINT, signal.SIGTERM, *([] if hangup is None else [hangup])]
    with signals.handled(hear, tuple(numbers)):
        yield
