"""``publish:``: who is told of alarms, and where readings and figures go over the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from crowdmon.config.alarms import AlarmConfig
from crowdmon.config.fields import MisplacedError, Model, Name, Number, Place, Positive, listed, text
from crowdmon.errors import ConfigError

_WILD = re.compile(r"[+#\x00-\x1f\x7f]")


def _topic(value: str) -> str:
    if _WILD.search(value) or value.startswith(("/", "$")) or value.endswith("/") or "//" in value:
        raise ConfigError(
            "it is no topic to publish below", "Allowed: words with / between them, without + and #"
        )
    return value


def _broker(value: str) -> str:
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if (
        parts.scheme not in ("mqtt", "mqtts")
        or not parts.hostname
        or port == -1
        or parts.path not in ("", "/")
    ):
        raise ConfigError(
            "it is no address of a broker", "Allowed: mqtt://HOST, mqtts://USER:PASSWORD@HOST:8883"
        )
    return value


Topic = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(text), AfterValidator(_topic)]
Broker = Annotated[Place, AfterValidator(_broker)]


class PersonConfig(Model):
    """Somebody who is told of alarms.

    Attributes:
        name: as ``tell`` of a rule names it.
        send_to: addresses as the library ``apprise`` knows them, such as ``mailto://`` or ``json://``.
    """

    name: Name
    send_to: Annotated[tuple[Place, ...], BeforeValidator(listed), Field(min_length=1)]

    @field_validator("send_to")
    @classmethod
    def _addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for one in addresses:
            if "://" not in one:
                raise ConfigError(
                    "what has no '://' in it is no address", "Allowed: such as mailto://USER:${PW}@HOST"
                )
        return addresses


class MqttConfig(Model):
    """An MQTT broker.

    Attributes:
        broker: ``mqtt://`` or ``mqtts://``, with user and password where it wants them.
        topic: what all topics begin with.
        discovery: what Home Assistant's discovery topics begin with; None to publish none.
        client_id: how the broker knows this program; made from ``topic`` if None.
        ca: a file with the certificate that signed the broker's, for ``mqtts``; the system's if None.
        every: seconds between two messages about one ROI, at least.
    """

    broker: Broker
    topic: Topic = "crowdmon"
    discovery: Topic | None = None
    client_id: Annotated[Place, Field(max_length=64)] | None = None
    ca: Place | None = None
    every: Annotated[Number, Field(ge=0, le=3600)] = 1.0


class MetricsConfig(Model):
    """Figures for Prometheus.

    Attributes:
        port: where they are read, with HTTP at ``/metrics``.
        address: of this machine that listens; other machines can read only if it is not 127.0.0.1.
    """

    port: Annotated[int, Field(ge=1, le=65535)] = 9309
    address: Annotated[Place, Field(max_length=64)] = "127.0.0.1"

    @field_validator("port", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConfigError("it is not a whole number", "Allowed: 1 to 65535")
        return value


class PublishConfig(Model):
    """Where facts go over the network. Nothing unless told.

    Attributes:
        people: who can be told of alarms.
        tell: those who are told of an alarm whose rule names nobody.
        levels: alarms below the first of these are told to nobody.
        mqtt, metrics: a broker, and figures for Prometheus.
        give_up: hours after which a message about an alarm that could not be sent is old news.
    """

    people: Annotated[tuple[PersonConfig, ...], BeforeValidator(listed)] = ()
    tell: Annotated[tuple[Name, ...], BeforeValidator(listed)] = ()
    levels: Annotated[tuple[Literal["amber", "red", "critical"], ...], Field(min_length=1)] = (
        "red",
        "critical",
    )
    mqtt: MqttConfig | None = None
    metrics: MetricsConfig | None = None
    give_up: Annotated[Positive, Field(le=168)] = 12.0

    @model_validator(mode="after")
    def _known_people(self) -> Self:
        names = [person.name for person in self.people]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"two people are named '{name}'", "Give each a name of its own")
        for name in self.tell:
            if name not in names:
                known = ", ".join(names) or "nobody yet"
                raise ConfigError(f"tell names '{name}', who is not among people", f"Known: {known}")
        return self


def check_told(alarms: Sequence[AlarmConfig], people: Sequence[PersonConfig]) -> None:
    """Refuse a rule that names somebody who cannot be told; without people, names are for other programs.

    Raises:
        MisplacedError: names the rule and the name.
    """
    known = {person.name for person in people}
    for number, alarm in enumerate(alarms):
        then = () if alarm.then is None else alarm.then.tell
        for key, names in (("tell", alarm.tell), ("then", then)):
            for name in names if known else ():
                if name not in known:
                    raise MisplacedError(
                        "it is not among publish.people",
                        f"Known: {', '.join(sorted(known))}",
                        loc=("alarms", number, key),
                        value=name,
                    )
