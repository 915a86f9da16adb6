"""A real broker: states, discovery, the last will, and a broker that comes and goes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.config.publish import MqttConfig
from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.mqtt import Mqtt
from crowdmon.values import Level, Reading, ReadingState, RoiReading
from tests.fakes import until
from tests.publish import peers

pytestmark = [pytest.mark.peer, peers.needs_mosquitto]

TOPIC = "crowdmon/cameras/gate/frame"


def reading(time: float, count: float | None = 5.0) -> Reading:
    state = ReadingState.OK if count is not None else ReadingState.UNKNOWN
    return Reading(time, "gate", (RoiReading("frame", count),), state)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[peers.Broker]:
    with peers.broker(tmp_path) as one:
        yield one


def refusal(out: Mqtt) -> str:
    """What is said when a reading cannot be sent; empty if it can."""
    try:
        out.write(reading(1.0, 6.0))
        out.flush()
    except SinkError as error:
        return str(error)
    return ""


def sink(broker: peers.Broker, **more: object) -> Mqtt:
    return Mqtt(MqttConfig(broker=f"mqtt://127.0.0.1:{broker.port}", **more))  # type: ignore[arg-type]


def test_readings_are_states_that_stay(broker: peers.Broker) -> None:
    with sink(broker) as out:
        out.write(reading(10.0))
        out.write(reading(11.5, None))
        out.flush()
        assert out.waiting == 0
        with peers.listener(broker.port) as late:
            until(lambda: late.topic(TOPIC))
            assert late.last(TOPIC)["count"] is None, "unknown, and not the last number"
            assert late.last(TOPIC)["state"] == "unknown"
            assert late.topic("crowdmon/status") == ["online"]
    with peers.listener(broker.port) as later:
        until(lambda: later.topic("crowdmon/status") == ["offline"])


def test_the_will_is_published_when_the_program_dies(broker: peers.Broker) -> None:
    out = sink(broker)
    out.write(reading(10.0))
    out.flush()
    with peers.listener(broker.port) as heard:
        until(lambda: heard.topic("crowdmon/status") == ["online"])
        out._client._sock_close()  # the connection breaks without a goodbye
        out._client.loop_stop()
        until(lambda: heard.topic("crowdmon/status")[-1] == "offline", within=60)


def test_no_more_often_than_asked_but_changes_at_once(broker: peers.Broker) -> None:
    with peers.listener(broker.port) as heard, sink(broker, every=10.0) as out:
        for time, count in ((0.0, 1.0), (1.0, 2.0), (2.0, None), (3.0, 3.0), (14.0, 4.0)):
            out.write(reading(time, count))
        out.flush()
        until(lambda: len(heard.topic(TOPIC)) == 4)
        assert [json.loads(one)["count"] for one in heard.topic(TOPIC)] == [1.0, None, 3.0, 4.0]


def test_discovery_is_said_once(broker: peers.Broker) -> None:
    with peers.listener(broker.port) as heard, sink(broker, discovery="homeassistant", every=0.0) as out:
        for time in range(5):
            out.write(reading(float(time)))
        out.flush()
        topic = "homeassistant/sensor/crowdmon-crowdmon-gate-frame/config"
        until(lambda: len(heard.topic(TOPIC)) == 5)
        assert len(heard.topic(topic)) == 1
        assert heard.last(topic)["state_topic"] == TOPIC


def test_events_and_alarms(broker: peers.Broker) -> None:
    with peers.listener(broker.port) as heard, sink(broker) as out:
        alarm = AlarmEvent(time=1.0, change=AlarmChange.RAISED, alarm="full", camera="gate", level=Level.RED)
        out.write(Event(0.0, "lost", "gate"))
        out.write(alarm.to_event())
        out.flush()
        until(lambda: heard.topic("crowdmon/alarms/full"))
        assert heard.last("crowdmon/alarms/full")["state"] == "on"
        assert [json.loads(one)["kind"] for one in heard.topic("crowdmon/events")] == ["lost", "alarm-raised"]
    with peers.listener(broker.port) as late:
        until(lambda: late.topic("crowdmon/alarms/full"))
        assert late.topic("crowdmon/events") == []


def test_a_broker_that_comes_and_goes_gets_everything_in_order(broker: peers.Broker) -> None:
    out = sink(broker, every=0.0)
    out.write(reading(0.0))
    out.flush()
    broker.stop()
    said = [refusal(out) for _ in range(3)]
    assert [one.startswith("cannot publish to mqtt://127.0.0.1") for one in said[1:]] == [True, True]
    broker.start()
    with peers.listener(broker.port) as heard:
        until(lambda: heard._client.is_connected())
        out.write(reading(2.0, 7.0))
        out.flush()
        until(lambda: heard.topic(TOPIC) and heard.last(TOPIC)["count"] == 7.0)
        counts = [json.loads(one)["count"] for one in heard.topic(TOPIC)]
        assert counts == sorted(counts)
    out.close()


def test_a_password_that_is_wrong_is_said_without_it(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("ann:$7$101$nothing\n")
    with peers.broker(tmp_path, "allow_anonymous false") as one:
        out = Mqtt(MqttConfig(broker=f"mqtt://ann:secret@127.0.0.1:{one.port}"))
        with pytest.raises(SinkError) as failed:
            out.write(reading(0.0))
        out.close()
    assert "secret" not in str(failed.value)
    assert "authori" in str(failed.value).lower()


# The library leaves the socket of a failed handshake to Python's collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_with_a_certificate_that_nobody_signed(broker: peers.Broker) -> None:
    out = Mqtt(MqttConfig(broker=f"mqtts://127.0.0.1:{broker.port}"))
    with pytest.raises(SinkError, match="cannot publish to mqtts"):
        out.write(reading(0.0))
    out.close()


def certificates(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the certificate of an authority, and what a broker named ``localhost`` needs, just made."""
    base = folder / "authority"
    base.mkdir(mode=0o755)
    (base / "names").write_text("subjectAltName=DNS:localhost\n")
    made = ["req", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    for words in (
        [*made, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority"],
        [*made[:-2], "-keyout", "key.pem", "-out", "asked.pem", "-subj", "/CN=localhost"],
        [
            *("x509", "-req", "-in", "asked.pem", "-extfile", "names", "-out", "broker.pem"),
            *("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
        ],
    ):
        subprocess.run(["openssl", *words], cwd=base, check=True, capture_output=True)
    for one in base.iterdir():
        one.chmod(0o644)
    return base / "ca.pem", (
        "allow_anonymous true",
        *(["user root"] if os.geteuid() == 0 else []),  # or it changes to a user who may not enter the folder
        f"cafile {base / 'ca.pem'}",
        f"certfile {base / 'broker.pem'}",
        f"keyfile {base / 'key.pem'}",
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the Debian package openssl is missing")
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_takes_the_right_name_and_refuses_the_wrong_one(tmp_path: Path) -> None:
    ca, more = certificates(tmp_path)
    with peers.broker(tmp_path, *more) as one:
        where = f"mqtts://localhost:{one.port}"
        with Mqtt(MqttConfig(broker=where, ca=str(ca))) as out:
            out.write(reading(0.0))
            out.flush()
            assert out.waiting == 0
        address = f"mqtts://127.0.0.1:{one.port}"
        for config, says in (
            (MqttConfig(broker=address, ca=str(ca)), "its certificate is refused (IP address mismatch"),
            (MqttConfig(broker=where), "its certificate is refused (self"),
            (MqttConfig(broker=where, ca=str(tmp_path / "none.pem")), "none.pem: no such file"),
            (MqttConfig(broker=where, ca=str(tmp_path / "mosquitto.conf")), "mosquitto.conf: it holds none"),
        ):
            with Mqtt(config) as out, pytest.raises(SinkError) as refused:
                out.reach()
            assert says in str(refused.value)
            assert "\n" not in str(refused.value)
