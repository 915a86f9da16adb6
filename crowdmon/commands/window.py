"""``crowdmon [SOURCE ...]``: the window."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crowdmon.commands.cameras import config_of
from crowdmon.commands.display import APT, missing_display, missing_library
from crowdmon.commands.places import check_record
from crowdmon.config import AppConfig
from crowdmon.counting.factory import make_counter_factory
from crowdmon.errors import CrowdmonError

if TYPE_CHECKING:
    from crowdmon.engine.remote import RemoteMonitor

_log = logging.getLogger(__name__)


def run(
    sources: Sequence[str],
    config: Path | None,
    *,
    backend: str = "auto",
    precision: str = "auto",
    weights: Path | None = None,
) -> int:
    """Open the window on what the command line means; return when it is closed."""
    cameras = config_of(sources, config)
    if reason := missing_display():
        raise CrowdmonError(reason, "Count without a window: crowdmon count SOURCE")
    if not sources and config is not None and (service := _service_of(config)) is not None:
        return _attach(service, config)
    check_record(cameras, sources=sources, config=config, weights=weights)
    # With sources of their own the cameras are no longer what the file says, and must not replace it.
    path = None if sources else config
    return show(cameras, path=path, backend=backend, precision=precision, weights=weights)


def _service_of(config: Path) -> RemoteMonitor | None:
    """Return the service that watches the same configuration, if one of this user runs."""
    from crowdmon.engine import attach
    from crowdmon.engine.remote import RemoteMonitor

    if (place := attach.found_at(config)) is None:
        return None
    # What it answers wrongly is said: with a service there, nobody wants the cameras opened a second time.
    service = RemoteMonitor(place)
    _log.info("attached to the service with the process number %d", service.pid)
    return service


def _attach(service: RemoteMonitor, config: Path) -> int:
    """Show what a service counts, instead of opening its cameras a second time."""
    from crowdmon.ui.shell.app import run_window

    path = config.absolute()
    try:
        # The history and kept pictures are files for both, and their names may be relative.
        os.chdir(service.folder)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise CrowdmonError(
            f"cannot enter the folder {service.folder} of the service: {why}", "Start it from another one"
        ) from error
    return run_window(service.config, service, path=path)


def show(
    config: AppConfig,
    *,
    path: Path | None = None,
    backend: str = "auto",
    precision: str = "auto",
    weights: Path | None = None,
) -> int:
    """Open the window on a configuration; return when it is closed.

    Args:
        config: the cameras; without any the window asks what to open.
        path: the file they are from and are saved to.
        backend, precision, weights: what counts, as for
            :func:`~crowdmon.counting.factory.make_counter_factory`.

    Raises:
        ConfigError, WeightsError: there is no such back end, or no such file of weights.
        CrowdmonError: Qt cannot start.
    """
    counter_factory = make_counter_factory(weights, backend, precision)
    if library := missing_library():
        raise CrowdmonError(f"the window needs the system library {library}", APT)
    try:
        from crowdmon.ui.shell.app import run_window
    except ImportError as error:
        raise CrowdmonError(f"the window cannot start ({error})", APT) from error
    return run_window(config, path=path, counter_factory=counter_factory, weights=weights)
