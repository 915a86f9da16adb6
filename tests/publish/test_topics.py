"""Topics and messages: no name can leave its level, and no two names share one."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.topics import (
    alarm_message,
    discovery_message,
    event_message,
    reading_messages,
    roi_topic,
    slug,
)
from crowdmon.values import Level, Reading, ReadingState, RoiReading

NAMES = st.text(min_size=1, max_size=64)


@given(NAMES)
def test_a_name_is_one_plain_level(name: str) -> None:
    found = slug(name)
    assert found
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert roi_topic("crowdmon", name, name).count("/") == 3


@given(NAMES, NAMES)
def test_two_names_have_two_levels(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


def test_plain_names_stay_readable() -> None:
    assert slug("gate") == "gate"
    assert slug("Gate North").startswith("gate-north-")
    assert slug("Größe").startswith("groe-") or slug("Größe").startswith("gro")
    assert slug("東門")


def test_a_reading_is_a_message_a_roi() -> None:
    rois = (RoiReading("frame", 4.756, 4.5, 0.123456, Level.AMBER, 2.5), RoiReading("a/+#b", None))
    reading = Reading(1_700_000_000.1234, "gate", rois, ReadingState.OK, 7)
    first, second = reading_messages("site/crowdmon", reading)
    assert first.topic == "site/crowdmon/cameras/gate/frame"
    assert json.loads(first.payload) == {
        "time": "2023-11-14T22:13:20.123+00:00",
        "camera": "gate",
        "roi": "frame",
        "count": 4.76,
        "count_smoothed": 4.5,
        "per_m2": 0.1235,
        "local_per_m2": 2.5,
        "level": "amber",
        "state": "ok",
    }
    assert first.retained
    assert json.loads(second.payload)["count"] is None
    assert json.loads(second.payload)["roi"] == "a/+#b", "the message has the name as it is"


def test_an_alarm_is_on_until_it_is_over() -> None:
    event = AlarmEvent(
        time=0.0,
        change=AlarmChange.RAISED,
        alarm="full",
        camera="gate",
        level=Level.RED,
        value=5.0,
        limit=4.0,
    )
    on = json.loads(alarm_message("c", event).payload)
    assert (on["state"], on["level"], on["value"]) == ("on", "red", 5.0)
    over = AlarmEvent(time=1.0, change=AlarmChange.CLEARED, alarm="full", camera="gate")
    off = json.loads(alarm_message("c", over).payload)
    assert (off["state"], off["level"]) == ("off", "none")


def test_events_are_not_kept() -> None:
    message = event_message("c", Event(0.0, "lost", "gate", detail="half a character \ud800"))
    assert not message.retained
    assert json.loads(message.payload)["kind"] == "lost"


def test_what_home_assistant_has_to_know() -> None:
    """The keys and their meaning as its page "MQTT Sensor" has them; unknown keys are refused there."""
    known = {
        "name", "unique_id", "default_entity_id", "state_topic", "value_template", "json_attributes_topic",
        "unit_of_measurement", "state_class", "icon", "suggested_display_precision", "availability_topic",
        "payload_available", "payload_not_available", "device", "origin",
    }  # fmt: skip
    roi = RoiReading("east side", 3.0)
    message = discovery_message("homeassistant", "crowdmon", Reading(0.0, "gate", (roi,)), roi)
    fields = json.loads(message.payload)
    assert set(fields) <= known
    assert set(fields["device"]) <= {"identifiers", "name", "manufacturer", "model", "sw_version"}
    assert fields["state_class"] == "measurement"
    assert re.fullmatch(r"sensor\.[a-z0-9_]+", fields["default_entity_id"])
    assert fields["state_topic"] == roi_topic("crowdmon", "gate", "east side")
    prefix, component, identity, last = message.topic.split("/")
    assert (prefix, component, last) == ("homeassistant", "sensor", "config")
    assert set(identity) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    assert message.retained
