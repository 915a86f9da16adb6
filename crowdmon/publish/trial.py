"""A test alarm, marked as one, through every publisher; nothing of it is recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from crowdmon.config import AppConfig
from crowdmon.errors import CrowdmonError
from crowdmon.facts import AlarmChange, AlarmEvent
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.people import Person
from crowdmon.publish.registry import people_of
from crowdmon.values import Level

NAME = "crowdmon test alarm"


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


def attempts(config: AppConfig) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield who would be told, and what sends a test there or raises CrowdmonError."""
    for name, person in people_of(config):
        yield name, _Attempt(person=person)
    if config.publish.mqtt is not None:
        yield "mqtt", _Attempt(mqtt=Mqtt(config.publish.mqtt, guest=True))
