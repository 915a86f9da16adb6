"""What ``crowdmon check`` asks of publishers, clock and disk, and of who can read passwords."""

from __future__ import annotations

import errno
import http.client
import os
import re
import shutil
import socket
import stat
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from crowdmon.address import holds_secret
from crowdmon.config import AppConfig
from crowdmon.config.publish import MetricsConfig, MqttConfig
from crowdmon.errors import SinkError
from crowdmon.publish.metrics import check_installed
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.registry import person_at

Check = tuple[str, Callable[[], str]]

FREE_MB = 500
"""A disk with less than this is nearly full: a day of a large site is about as much."""

_MAILBOXES = re.compile(r"(?<=[?&])(?:from|to|cc|bcc|reply|name|smtp|mode)=[^&]*&?")
"""What stands in the address of a mail, and is no password."""

EARLIEST = 1_750_000_000.0
"""Epoch seconds before which no clock can be: the program is younger."""

_METRICS_BYTES = 4_000_000


def publisher_checks(config: AppConfig) -> Iterator[Check]:
    """Yield a check for each publisher. Nobody is told anything: ``crowdmon alarm test`` does that.

    Each raises ConfigError or SinkError if the publisher cannot be used.
    """
    for person in config.publish.people:
        for address in person.send_to:
            yield f"people {person.name}", partial(_address, config, person.name, address)
    if config.publish.mqtt is not None:
        yield "mqtt", partial(_broker, config.publish.mqtt)
    if config.publish.metrics is not None:
        yield "metrics", partial(_port, config.publish.metrics)


def machine_checks(config: AppConfig) -> Iterator[Check]:
    """Yield checks of the clock, and of the room on the disk that is recorded to."""
    yield "clock", _clock
    if config.record.history is not None:
        folder = Path(config.record.history).expanduser().parent
        if folder.is_dir():  # if not, that is said of the history itself
            yield "disk", partial(_room, folder)


def readable_secrets(path: Path, config: AppConfig) -> str:
    """Return why others can read passwords in a configuration file; empty if they cannot."""
    publish = config.publish
    addresses = [
        *(camera.source for camera in config.cameras),
        *(_without_mailboxes(address) for person in publish.people for address in person.send_to),
        *([publish.mqtt.broker] if publish.mqtt is not None else []),
    ]
    if os.name == "nt" or not any(map(holds_secret, addresses)):
        return ""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & 0o044:
        return ""
    return f"{path} holds a password and others can read it: chmod 600 {path}, or write ${{NAME}} for it"


def _without_mailboxes(address: str) -> str:
    return _MAILBOXES.sub("", address).rstrip("?&")


def _address(config: AppConfig, name: str, address: str) -> str:
    person_at(config, name, address)
    return "a known kind of address; 'crowdmon alarm test' sends a message"


def _broker(config: MqttConfig) -> str:
    with Mqtt(config, guest=True) as peer:
        peer.reach()
    return "the broker answers"


def _port(config: MetricsConfig) -> str:
    check_installed()
    try:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((config.address, config.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _crowdmon_answers(config):
            return f"a service that runs answers at {config.address}:{config.port}"
        why = (error.strerror or str(error)).lower()
        raise SinkError(
            f"cannot listen at {config.address}:{config.port}: {why}",
            "Choose another publish.metrics.port",
        ) from error
    return f"{config.address}:{config.port} is free"


def _crowdmon_answers(config: MetricsConfig) -> bool:
    """Return whether what listens there is a crowdmon, such as the service of this configuration."""
    peer = http.client.HTTPConnection(config.address, config.port, timeout=2.0)
    try:
        peer.request("GET", "/metrics")
        return b"crowdmon_people" in peer.getresponse().read(_METRICS_BYTES)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        peer.close()


def _clock() -> str:
    now = time.time()
    if now < EARLIEST:
        raise SinkError("the clock of this machine is wrong", "Set it, or let it be set over the network")
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))


def _room(folder: Path) -> str:
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_MB:
        raise SinkError(f"only {free} MB are free in {folder}", "Make room, or record to another disk")
    return f"{free / 1000:.1f} GB are free in {folder}"
