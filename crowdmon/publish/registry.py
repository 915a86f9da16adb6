"""What can be named under ``publish:`` in the configuration, and what then publishes there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from crowdmon.config import AppConfig
from crowdmon.config.publish import PublishConfig
from crowdmon.config.secrets import expand_secrets
from crowdmon.facts import AlarmEvent
from crowdmon.publish.metrics import EngineLike, Metrics
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.people import Person
from crowdmon.sinks.base import Sink
from crowdmon.values import Level


def open_publishers(config: AppConfig, look: Callable[[], EngineLike]) -> dict[str, Sink]:
    """Return a publisher for everything under ``publish:``, by what it is called in messages.

    Args:
        config: the configuration.
        look: shows the engine.

    Raises:
        ConfigError: an address that no library knows, or a secret that is not there.
        SinkError: a package is not installed.
    """
    wanted = config.publish
    found: dict[str, Sink] = dict(people_of(config))
    if wanted.mqtt is not None:
        found["mqtt"] = Mqtt(wanted.mqtt)
    if wanted.metrics is not None:
        found["metrics"] = Metrics(wanted.metrics, look)
    return found


def people_of(config: AppConfig) -> Iterator[tuple[str, Person]]:
    """Yield what tells each person at each address."""
    for person in config.publish.people:
        for number, address in enumerate(person.send_to, 1):
            name = person.name if len(person.send_to) == 1 else f"{person.name} {number}"
            yield f"people {name}", person_at(config, person.name, address)


def person_at(config: AppConfig, name: str, address: str) -> Person:
    """Return what tells a person at one address. Raises as :func:`open_publishers`."""
    wanted = config.publish
    return Person(
        name,
        expand_secrets(address),
        told=_told(name, wanted),
        least=Level(wanted.levels[0]),
        zone=config.zone,
        clock=time.time,
        give_up=wanted.give_up * 3600.0,
    )


def _told(name: str, wanted: PublishConfig) -> Callable[[AlarmEvent], bool]:
    """Return whether an event is for a person: its rule names them, or nobody and they are told of all."""
    return lambda event: name in (event.tell or wanted.tell)
