"""``crowdmon alarm test``: a marked message through every publisher, and which of them arrived."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from crowdmon.config import AppConfig, load
from crowdmon.errors import ConfigError, CrowdmonError, redact
from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.people import Person
from crowdmon.publish.registry import people_of
from crowdmon.values import Level

NAME = "crowdmon test alarm"


def run(config: Path) -> int:
    """Send a test to everybody, say who got it, and return the exit code: 0, or that of the first failure."""
    known = load(config)
    failed: list[CrowdmonError] = []
    tried = 0
    for name, attempt in _attempts(known):
        tried += 1
        try:
            attempt()
        except CrowdmonError as error:
            failed.append(error)
            click.echo(redact(f"FAIL  {name:<24} {error}"))
        else:
            click.echo(redact(f"ok    {name:<24} taken"))
    if not tried:
        raise ConfigError(f"{config} tells nobody", "Add publish: with people or mqtt")
    click.echo(f"{tried - len(failed)} of {tried} took the test alarm; ask the people whether they see it")
    return failed[0].exit_code if failed else 0


def test_event(now: float) -> AlarmEvent:
    """Return the alarm that is sent: red, with a name that says that it is a test."""
    return AlarmEvent(
        time=now,
        change=AlarmChange.RAISED,
        alarm=NAME,
        camera="no camera",
        level=Level.RED,
        value=0.0,
        limit=0.0,
    )


class _Attempt:
    def __init__(self, person: Person | CrowdmonError | None = None, mqtt: Mqtt | None = None) -> None:
        self._person, self._mqtt = person, mqtt

    def __call__(self) -> None:
        event = test_event(time.time())
        if isinstance(self._person, CrowdmonError):
            raise self._person
        if self._person is not None:
            self._person.test(event)
        if self._mqtt is not None:
            with self._mqtt as out:
                over = AlarmEvent(time=event.time, change=AlarmChange.CLEARED, alarm=NAME, camera="no camera")
                out.write(event.to_event())
                out.write(over.to_event())
                out.flush()
                out.forget_alarm(NAME)  # or the broker keeps a test for ever


def _attempts(config: AppConfig) -> Iterator[tuple[str, _Attempt]]:
    for name, person in people_of(config):
        yield name, _Attempt(person=person)
    if config.publish.mqtt is not None:
        yield "mqtt", _Attempt(mqtt=Mqtt(config.publish.mqtt, guest=True))
