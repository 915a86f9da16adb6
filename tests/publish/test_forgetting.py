"""What a real broker keeps of ROIs and cameras that are gone: nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.config import AppConfig, CameraConfig, RoiConfig
from crowdmon.config.publish import MqttConfig, PublishConfig
from crowdmon.engine.monitor import Monitor
from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.mqtt import Mqtt
from crowdmon.publish.registry import open_publishers
from crowdmon.values import Level, Reading, ReadingState, RoiReading
from tests.fakes import FakeCounter, FakeSource, FakeSources, until
from tests.publish import peers

pytestmark = [pytest.mark.peer, peers.needs_mosquitto]

LEFT = RoiConfig(name="left", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[peers.Broker]:
    with peers.broker(tmp_path) as one:
        yield one


def where(broker: peers.Broker) -> MqttConfig:
    return MqttConfig(broker=f"mqtt://127.0.0.1:{broker.port}", discovery="homeassistant", every=0.0)


def sensor(camera: str, roi: str) -> str:
    return f"homeassistant/sensor/crowdmon-crowdmon-{camera}-{roi}/config"


def state(camera: str, roi: str) -> str:
    return f"crowdmon/cameras/{camera}/{roi}"


def reading(time: float) -> Reading:
    return Reading(time, "gate", (RoiReading("frame", 5.0), RoiReading("left", 2.0)), ReadingState.OK)


def kept(broker: peers.Broker) -> set[str]:
    """Return the topics at which the broker keeps something."""
    with peers.listener(broker.port) as late:
        late.settle()
        return {topic for topic, _, retained in late.heard if retained}


def test_a_roi_that_is_gone_is_forgotten_and_told_again_when_it_returns(broker: peers.Broker) -> None:
    with Mqtt(where(broker)) as out:
        out.write(reading(1.0))
        out.flush()
        assert {sensor("gate", "left"), state("gate", "left")} <= kept(broker)
        out.keep({("gate", "frame")})
        there = kept(broker)
        assert not {sensor("gate", "left"), state("gate", "left")} & there
        assert {sensor("gate", "frame"), state("gate", "frame")} <= there
        out.write(reading(2.0))
        out.flush()
        assert {sensor("gate", "left"), state("gate", "left")} <= kept(broker)


def test_a_broker_that_was_away_is_told_later(broker: peers.Broker) -> None:
    with Mqtt(where(broker)) as out:
        out.write(reading(1.0))
        out.flush()
        broker.stop()
        for _ in range(2):
            with pytest.raises(SinkError):
                out.keep({("gate", "frame")})
        broker.start()
        with peers.listener(broker.port) as heard:
            out.keep({("gate", "frame")})
            until(lambda: heard.topic(sensor("gate", "left")) == [""])
            until(lambda: heard.topic(state("gate", "left")) == [""])
            assert heard.topic(sensor("gate", "frame")) == []


def test_cameras_and_rois_that_a_reload_takes_away(broker: peers.Broker) -> None:
    def site(*cameras: CameraConfig) -> AppConfig:
        return AppConfig(cameras=cameras, publish=PublishConfig(mqtt=where(broker)))

    gate = CameraConfig(name="gate", source="live gate", rate=20.0, rois=(LEFT,))
    hall = CameraConfig(name="hall", source="live hall", rate=20.0)
    monitor = Monitor(
        site(gate, hall),
        counter_factory=FakeCounter,
        sources=FakeSources(
            dict.fromkeys(("live gate", "live hall"), lambda: FakeSource(None, fps=50, live=True))
        ),
        open_publishers=open_publishers,
    )
    monitor.start()
    try:
        gone = {
            *(sensor("gate", "left"), sensor("hall", "frame")),
            *(state("gate", "left"), state("hall", "frame")),
        }
        stays = {sensor("gate", "frame"), state("gate", "frame")}
        until(lambda: (gone | stays) <= kept(broker))
        monitor.apply(site(gate.model_copy(update={"rois": ()})))
        until(lambda: not gone & kept(broker), within=20)
        assert stays <= kept(broker)
        monitor.apply(site())
        until(lambda: not stays & kept(broker), within=20)
        assert "crowdmon/status" in kept(broker)
    finally:
        assert monitor.stop()


def test_what_an_earlier_run_left_is_cleared_at_the_start_and_nothing_else(broker: peers.Broker) -> None:
    with Mqtt(where(broker)) as out:
        out.write(reading(1.0))
        out.flush()
    theirs: dict[str, dict[str, object]] = {
        "homeassistant/sensor/lamp/config": {"availability_topic": "crowdmon/status"},
        "homeassistant/sensor/crowdmon-elsewhere-gate-left/config": {
            "availability_topic": "elsewhere/status",
            "origin": {"name": "crowdmon"},
        },
        "crowdmon-2/cameras/gate/left": {"count": 1},
    }
    with peers.listener(broker.port) as someone:
        for topic, fields in theirs.items():
            someone.say(topic, json.dumps(fields), retain=True)
    with Mqtt(where(broker)) as again:
        again.keep({("gate", "frame"), ("hall", "frame")})
        there = kept(broker)
    assert not {sensor("gate", "left"), state("gate", "left")} & there
    assert {sensor("gate", "frame"), state("gate", "frame"), *theirs} <= there


def test_a_roi_that_was_removed_while_the_service_was_stopped(broker: peers.Broker) -> None:
    gate = CameraConfig(name="gate", source="live gate", rate=20.0, rois=(LEFT,))
    for rois, expected in (((LEFT,), True), ((), False)):
        monitor = Monitor(
            AppConfig(
                cameras=(gate.model_copy(update={"rois": rois}),), publish=PublishConfig(mqtt=where(broker))
            ),
            counter_factory=FakeCounter,
            sources=FakeSources({"live gate": lambda: FakeSource(None, fps=50, live=True)}),
            open_publishers=open_publishers,
        )
        monitor.start()
        try:
            until(lambda: state("gate", "frame") in kept(broker))
            until(lambda: (sensor("gate", "left") in kept(broker)) is expected, within=20)  # noqa: B023
            until(lambda: (state("gate", "left") in kept(broker)) is expected, within=20)  # noqa: B023
        finally:
            assert monitor.stop()


def test_a_broker_that_lets_nobody_ask_is_no_reason_to_fail(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic write crowdmon/#\ntopic write homeassistant/#\n")
    rules.chmod(0o644)
    more = ["allow_anonymous true", f"acl_file {rules}", *(["user root"] if os.geteuid() == 0 else [])]
    with peers.broker(tmp_path, *more) as one, Mqtt(where(one)) as out:
        out.keep({("gate", "frame")})
        out.write(reading(1.0))
        out.flush()
        assert out.waiting == 0


def test_the_state_of_an_alarm_goes_with_its_rule(broker: peers.Broker) -> None:
    def raised(name: str) -> Event:
        change, level = AlarmChange.RAISED, Level.RED
        return AlarmEvent(time=1.0, change=change, alarm=name, camera="gate", level=level).to_event()

    with Mqtt(where(broker)) as out:
        for name in ("full", "late", "early"):
            out.write(raised(name))
        out.flush()
        out.keep((), {"full", "early"})
        assert "crowdmon/alarms/late" not in kept(broker)
    with Mqtt(where(broker)) as again:
        again.keep((), {"full"})
        there = kept(broker)
    assert "crowdmon/alarms/full" in there
    assert "crowdmon/alarms/early" not in there
