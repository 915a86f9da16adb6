"""What is said to an MQTT broker: topics, messages, and what Home Assistant has to know of them. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from crowdmon import __version__
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.values import WHOLE_FRAME, Reading, RoiReading

ONLINE, OFFLINE = "online", "offline"

_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Message:
    """What is published.

    Attributes:
        topic: where.
        payload: what, UTF-8.
        retained: whether the broker keeps it for those who come later.
    """

    topic: str
    payload: str
    retained: bool = True


def slug(name: str) -> str:
    """Return a name as one level of a topic: small letters, digits and hyphens, and no two names alike.

    A name that is not written so already gets a mark of its own, so that ``A/B`` and ``a b`` stay apart.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = _ODD.sub("-", plain).strip("-")[:40]
    if short == name:
        return short
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{short}-{mark}" if short else mark


def status_topic(base: str) -> str:
    """Return where ``online`` and ``offline`` stand."""
    return f"{base}/status"


def roi_topic(base: str, camera: str, roi: str) -> str:
    """Return where the readings of a ROI stand."""
    return f"{base}/cameras/{slug(camera)}/{slug(roi)}"


def alarm_topic(base: str, alarm: str) -> str:
    """Return where the state of an alarm stands."""
    return f"{base}/alarms/{slug(alarm)}"


def discovery_topic(prefix: str, base: str, camera: str, roi: str) -> str:
    """Return where Home Assistant looks for the sensor of a ROI."""
    return f"{prefix}/sensor/crowdmon-{_identity(base, camera, roi)}/config"


def forgetting(topic: str) -> Message:
    """Return what has a broker keep nothing more at a topic; Home Assistant takes the sensor away."""
    return Message(topic, "")


def reading_messages(base: str, reading: Reading) -> Iterator[Message]:
    """Yield a message a ROI; a count that is not known is null."""
    for roi in reading.rois:
        yield Message(roi_topic(base, reading.camera, roi.roi), _json(_reading(reading, roi)))


def event_message(base: str, event: Event) -> Message:
    """Return the message of an event, which the broker does not keep."""
    fields = {
        "time": moment(event.time),
        "kind": event.kind,
        "camera": event.camera,
        "roi": event.roi,
        "who": event.who,
        "detail": event.detail,
    }
    return Message(f"{base}/events", _json(fields), retained=False)


def alarm_message(base: str, event: AlarmEvent) -> Message:
    """Return the state of an alarm after an event."""
    over = event.change in (AlarmChange.CLEARED, AlarmChange.WITHDRAWN)
    fields = {
        "time": moment(event.time),
        "alarm": event.alarm,
        "state": "off" if over else "on",
        "level": event.level.value,
        "change": event.change.value,
        "acknowledged_by": event.who,
        "camera": event.camera,
        "roi": event.roi,
        "group": event.group,
        "measure": event.measure,
        "value": event.value,
        "limit": event.limit,
    }
    return Message(alarm_topic(base, event.alarm), _json(fields))


def discovery_message(prefix: str, base: str, reading: Reading, roi: RoiReading) -> Message:
    """Return what tells Home Assistant of a ROI's sensor; see its page "MQTT Sensor", discovery."""
    identity = _identity(base, reading.camera, roi.roi)
    name = "Whole picture" if roi.roi == WHOLE_FRAME else roi.roi
    fields = {
        "name": name,
        "unique_id": f"crowdmon-{identity}",
        "default_entity_id": f"sensor.crowdmon_{identity.replace('-', '_')}",
        "state_topic": roi_topic(base, reading.camera, roi.roi),
        "value_template": "{{ value_json.count if value_json.count is not none else None }}",
        "json_attributes_topic": roi_topic(base, reading.camera, roi.roi),
        "unit_of_measurement": "people",
        "state_class": "measurement",
        "icon": "mdi:account-group",
        "suggested_display_precision": 0,
        "availability_topic": status_topic(base),
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
        "device": {
            "identifiers": [f"crowdmon-{slug(base)}-{slug(reading.camera)}"],
            "name": reading.camera,
            "manufacturer": "crowdmon",
            "model": "camera",
            "sw_version": __version__,
        },
        "origin": {"name": "crowdmon", "sw_version": __version__},
    }
    return Message(discovery_topic(prefix, base, reading.camera, roi.roi), _json(fields))


def moment(time: float) -> str:
    """Return ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(round(time, 3), UTC).isoformat(timespec="milliseconds")


def _identity(base: str, camera: str, roi: str) -> str:
    return f"{slug(base)}-{slug(camera)}-{slug(roi)}"


def _reading(reading: Reading, roi: RoiReading) -> dict[str, object]:
    return {
        "time": moment(reading.time),
        "camera": reading.camera,
        "roi": roi.roi,
        "count": _rounded(roi.count, 2),
        "count_smoothed": _rounded(roi.count_smoothed, 2),
        "per_m2": _rounded(roi.density_per_m2, 4),
        "local_per_m2": _rounded(roi.local_per_m2, 4),
        "level": roi.level.value if roi.level is not None else None,
        "state": reading.state.value,
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _json(fields: Mapping[str, object]) -> str:
    raw = json.dumps(fields, ensure_ascii=False)
    return raw.encode("utf-8", "replace").decode()
