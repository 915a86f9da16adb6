"""What can be named under ``publish:`` in the configuration, and what then publishes there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from crowdmon.config import AppConfig
from crowdmon.config.publish import PublishConfig
from crowdmon.config.secrets import expand_secrets
from crowdmon.errors import CrowdmonError
from crowdmon.facts import AlarmEvent
from crowdmon.publish.metrics import EngineLike, Metrics
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.people import Person
from crowdmon.sinks.base import Sink
from crowdmon.values import Level


def open_publishers(config: AppConfig, look: Callable[[], EngineLike]) -> dict[str, Sink | CrowdmonError]:
    """Return a publisher for everything under ``publish:``, by what it is called in messages.

    Instead of one that cannot be used there is what is wrong: an address that no library knows, a secret that
    is not there, a package that is not installed.

    Args:
        config: the configuration.
        look: shows the engine.
    """
    wanted = config.publish
    found: dict[str, Sink | CrowdmonError] = dict(people_of(config))
    if wanted.mqtt is not None:
        found["mqtt"] = Mqtt(wanted.mqtt)
    if wanted.metrics is not None:
        found["metrics"] = Metrics(wanted.metrics, look)
    return found


def people_of(config: AppConfig) -> Iterator[tuple[str, Person | CrowdmonError]]:
    """Yield what tells each person at each address, or what is wrong with that address."""
    for person in config.publish.people:
        for number, address in enumerate(person.send_to, 1):
            name = person.name if len(person.send_to) == 1 else f"{person.name} {number}"
            try:
                yield f"people {name}", person_at(config, person.name, address)
            except CrowdmonError as error:
                yield f"people {name}", error


def person_at(config: AppConfig, name: str, address: str) -> Person:
    """Return what tells a person at one address.

    Raises:
        ConfigError: no library knows the address, or a secret in it is not there.
        SinkError: a package is not installed.
    """
    wanted, where = config.publish, expand_secrets(address)
    found = Person(
        name,
        where,
        told=_told(name, wanted),
        least=Level(wanted.levels[0]),
        zone=config.zone,
        clock=time.time,
        give_up=wanted.give_up * 3600.0,
    )
    found.origin = (name, where, wanted.tell, wanted.levels, wanted.give_up, config.time_zone)
    return found


def _told(name: str, wanted: PublishConfig) -> Callable[[AlarmEvent], bool]:
    """Return whether an event is for a person: its rule names them, or nobody and they are told of all."""
    return lambda event: name in (event.tell or wanted.tell)
