"""``crowdmon watch``: the cameras of a configuration as a service, without a window."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from crowdmon import locks, signals
from crowdmon.commands.places import check_record
from crowdmon.config import AppConfig, load
from crowdmon.counting.factory import make_counter_factory
from crowdmon.engine.monitor import Monitor
from crowdmon.engine.service import Service
from crowdmon.errors import ConfigError
from crowdmon.service_manager import ServiceManager
from crowdmon.sinks.history.past import recorded_past
from crowdmon.sinks.registry import open_sinks

_log = logging.getLogger(__name__)


def run(config: Path, *, backend: str = "auto", weights: Path | None = None) -> int:
    """Watch until SIGTERM or Ctrl+C; return the exit code.

    Raises:
        ConfigError: the configuration is not valid, or names no camera.
        SinkError: another program writes the history.
        CrowdmonError: what keeps everything from being counted or recorded.
    """
    known = _loaded(config, weights)
    if known.record.history is None and known.record.csv_log is None:
        _log.warning("nothing is recorded: %s has no 'record: {history: FILE}'", config)
    with _only_one(known):
        engine = Monitor(
            known,
            counter_factory=make_counter_factory(weights, backend),
            open_sinks=open_sinks,
            past=recorded_past(known, time.time()),
        )
        service = Service(engine, lambda: _reloaded(config, weights, known), manager=ServiceManager())
        with _signals(service):
            service.run()
    return 0


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
