"""Readings, events and alarms to an MQTT broker, with a retained state and a last will."""

from __future__ import annotations

import contextlib
import secrets
import ssl
import time
from collections import deque
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, NoReturn
from urllib.parse import unquote, urlsplit

from crowdmon.address import public
from crowdmon.config.publish import MqttConfig
from crowdmon.config.secrets import expand_secrets
from crowdmon.errors import SinkError, describe
from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.publish.leftovers import leftovers
from crowdmon.publish.topics import (
    OFFLINE,
    ONLINE,
    Message,
    alarm_message,
    alarm_topic,
    discovery_message,
    discovery_topic,
    event_message,
    forgetting,
    reading_messages,
    roi_topic,
    slug,
    status_topic,
)
from crowdmon.sinks.base import Sink
from crowdmon.values import Reading

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 5.0
"""Seconds for the broker to take what was sent."""

RUNS = "Check the broker's address and that it runs"
CERTIFICATE = "Name the broker as its certificate does, and who signed it in publish.mqtt.ca"

_KEEP_ALIVE = 20


class Mqtt(Sink):
    """Publishes to one broker. What it could not send waits, in order, in front of it.

    Messages are sent with quality 1: the broker says that it has each.
    """

    takes: ClassVar[tuple[type[Fact], ...]] = (Reading, Event)
    bound: ClassVar[int] = 10_000
    """Facts that wait for a broker that is away, at most: the oldest are dropped, and counted."""

    def __init__(self, config: MqttConfig, *, guest: bool = False) -> None:
        """Connect to nothing before the first fact.

        Args:
            config: the broker, and what the topics begin with.
            guest: whether another program may be publishing by the same configuration. A guest has a name of
                its own, or the broker would end the other's connection, and says nothing of its status.
        """
        self._config = self.origin = config
        self._guest, self._asked = guest, False
        self._client: Any = None
        self._unsure: deque[tuple[Fact, list[Any]]] = deque()
        self._known: set[tuple[str, str]] = set()
        self._kept: set[tuple[str, str]] = set()
        self._alarms: set[str] = set()
        self._sent: dict[str, tuple[float, str, object]] = {}

    @property
    def waiting(self) -> int:
        """Facts that the broker has not confirmed."""
        return len(self._unsure)

    def write(self, fact: Fact) -> None:
        """Publish a fact: a message a ROI, or one of an event and the state of its alarm."""
        self._publish(self._connected(), fact)
        self._confirm()

    def reach(self) -> None:
        """Connect, and send nothing of a camera. Raises SinkError if it cannot."""
        self._connected()

    def flush(self) -> None:
        """Wait until the broker has confirmed everything; what it has not is sent again."""
        if not self._unsure:
            return
        self._connected()
        deadline = time.monotonic() + ANSWER_WITHIN
        while self._unsure:
            self._await(self._unsure[0][1], deadline)
            self._unsure.popleft()

    def keep(self, rois: Collection[tuple[str, str]], alarms: Collection[str] = ()) -> None:
        """Have the broker forget all other ROIs, each a camera and a name, and alarms of this program.

        The first time, the broker is asked what it keeps from earlier runs.

        Raises:
            SinkError: it does not answer; to be tried again.
        """
        base, prefix = self._config.topic, self._config.discovery
        gone = self._kept.difference(rois)
        # The sensor first, or Home Assistant would show it as unknown for a moment.
        sensors = [discovery_topic(prefix, base, *one) for one in sorted(gone)] if prefix else []
        over = self._alarms.difference(alarms)
        topics = [*sensors, *sorted(roi_topic(base, *one) for one in gone)]
        topics += [alarm_topic(base, one) for one in sorted(over)]
        if not self._asked:
            # An earlier run, or one that was killed, may have left something.
            topics += [
                one for one in leftovers(self._connected(), base, prefix, rois, alarms) if one not in topics
            ]
            self._asked = True
        if topics:
            self._forget(topics)
        self._alarms -= over
        self._kept -= gone
        self._known -= gone
        self._sent = {topic: one for topic, one in self._sent.items() if topic not in topics}

    def forget_alarm(self, alarm: str) -> None:
        """Have the broker forget the state of an alarm. Raises SinkError if it does not answer."""
        self._forget([alarm_topic(self._config.topic, alarm)])

    def _forget(self, topics: Iterable[str]) -> None:
        client = self._connected()
        messages = [forgetting(topic) for topic in topics]
        sent = [client.publish(one.topic, one.payload, qos=1, retain=one.retained) for one in messages]
        self._await(sent, time.monotonic() + ANSWER_WITHIN)

    def _await(self, sent: Iterable[Any], deadline: float) -> None:
        """Wait until the broker has confirmed messages."""
        for info in sent:
            try:
                info.wait_for_publish(max(0.0, deadline - time.monotonic()))
            except (ValueError, RuntimeError) as error:
                self._lose(describe(error))
            if not info.is_published():
                self._lose("it does not answer")

    def close(self) -> None:
        """Say goodbye; a broker that hears nothing publishes the last will."""
        client, self._client = self._client, None
        if client is None:
            return
        if client.is_connected() and not self._guest:
            gone = client.publish(status_topic(self._config.topic), OFFLINE, qos=1, retain=True)
            with contextlib.suppress(ValueError, RuntimeError):
                gone.wait_for_publish(1.0)
        client.disconnect()
        client.loop_stop()

    def _messages(self, fact: Fact) -> list[Message]:
        base, found = self._config.topic, []
        if isinstance(fact, Reading):
            for roi, message in zip(fact.rois, reading_messages(base, fact), strict=True):
                if self._config.discovery and (fact.camera, roi.roi) not in self._known:
                    self._known.add((fact.camera, roi.roi))
                    found.append(discovery_message(self._config.discovery, base, fact, roi))
                self._kept.add((fact.camera, roi.roi))
                before = self._sent.get(message.topic)
                news = (fact.state, roi.level)
                # A change of state or level is never held back.
                if before is None or before[1:] != news or fact.time - before[0] >= self._config.every:
                    self._sent[message.topic] = (fact.time, *news)
                    found.append(message)
        elif isinstance(fact, Event):
            found.append(event_message(base, fact))
            if (alarm := AlarmEvent.of(fact)) is not None:
                self._alarms.add(alarm.alarm)
                found.append(alarm_message(base, alarm))
        return found

    def _connected(self) -> Any:
        if self._client is not None:
            if self._client.is_connected():
                return self._client
            self._lose("the connection is lost")
        self._client = client = self._connect()
        again, self._unsure = self._unsure, deque()
        for fact, _ in again:
            self._publish(client, fact)
        return client

    def _connect(self) -> Any:
        try:
            import paho.mqtt.client as mqtt
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError:
            raise SinkError(
                "a broker needs the package paho-mqtt", "Install it: pip install 'crowdmon[publish]'"
            ) from None
        parts = urlsplit(expand_secrets(self._config.broker))
        name = self._config.client_id or f"crowdmon-{slug(self._config.topic)}"
        mark = f"-{secrets.token_hex(3)}" if self._guest else ""
        client: Any = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name + mark)
        if not self._guest:
            client.will_set(status_topic(self._config.topic), OFFLINE, qos=1, retain=True)
        client.reconnect_delay_set(1, 30)
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        refused: list[str] = []

        def on_connect(client: Any, _data: object, _flags: object, reason: Any, _more: object) -> None:
            if reason.is_failure:
                refused.append(str(reason))
                return
            if not self._guest:
                client.publish(status_topic(self._config.topic), ONLINE, qos=1, retain=True)

        client.on_connect = on_connect
        if parts.scheme == "mqtts":
            self._encrypt(client)
        try:
            client.connect_timeout = CONNECT_WITHIN
            client.connect(
                str(parts.hostname), parts.port or (8883 if parts.scheme == "mqtts" else 1883), _KEEP_ALIVE
            )
        except (OSError, ValueError) as error:
            refused_by_us = isinstance(error, ssl.SSLCertVerificationError)
            raise self._failed(_why(error), CERTIFICATE if refused_by_us else RUNS) from error
        client.loop_start()
        deadline = time.monotonic() + CONNECT_WITHIN
        while not client.is_connected() and not refused and time.monotonic() < deadline:
            time.sleep(0.02)
        if not client.is_connected():
            client.loop_stop()
            raise self._failed(refused[0] if refused else "it does not answer")
        return client

    def _encrypt(self, client: Any) -> None:
        try:
            client.tls_set(ca_certs=self._config.ca)
        except OSError as error:
            why = "it holds none" if isinstance(error, ssl.SSLError) else _why(error)
            raise SinkError(
                f"cannot use the certificate in {self._config.ca}: {why}", "Check publish.mqtt.ca"
            ) from error

    def _publish(self, client: Any, fact: Fact) -> None:
        sent = [
            client.publish(one.topic, one.payload, qos=1, retain=one.retained) for one in self._messages(fact)
        ]
        self._unsure.append((fact, sent))

    def _confirm(self) -> None:
        """Forget the facts that the broker has."""
        while self._unsure and all(info.is_published() for info in self._unsure[0][1]):
            self._unsure.popleft()

    def _lose(self, why: str) -> NoReturn:
        """Give the connection up: the next attempt starts over, and says what Home Assistant has to know."""
        client, self._client = self._client, None
        self._known.clear()
        self._sent.clear()
        if client is not None:
            client.disconnect()
            client.loop_stop()
        raise self._failed(why)

    def _failed(self, why: str, hint: str = RUNS) -> SinkError:
        return SinkError(f"cannot publish to {public(self._config.broker)}: {why}", hint)


def _why(error: Exception) -> str:
    """Return what is wrong with a connection, in the words that matter to the reader."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused ({error.verify_message.rstrip('.')})"
    if isinstance(error, ssl.SSLError):
        return f"it does not speak TLS as expected ({(error.reason or str(error)).replace('_', ' ').lower()})"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    known = isinstance(error, OSError) and error.strerror
    return str(known).lower() if known else describe(error)
