"""What a broker still keeps of ROIs and alarms of an earlier run that are no more."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from crowdmon.publish.topics import alarm_topic, discovery_topic, roi_topic, status_topic

ANSWER_WITHIN = 5.0
"""Seconds for the broker to say what it keeps, at most."""

_QUIET = 0.5
"""Seconds without a message after which everything has come: not every broker sends it with its answer."""


def leftovers(
    client: Any,
    base: str,
    prefix: str | None,
    rois: Collection[tuple[str, str]],
    alarms: Collection[str],
) -> list[str]:
    """Return the topics to be cleared, sensors first; none if the broker lets nobody ask.

    Args:
        client: a connected client of paho-mqtt; what it did with messages before is forgotten.
        base: what the topics of this program begin with.
        prefix: what Home Assistant's discovery topics begin with; None to look at none.
        rois: what is counted, each a camera and a name.
        alarms: the names of the rules.
    """
    asked = [f"{base}/cameras/#", f"{base}/alarms/+", *([f"{prefix}/sensor/+/config"] if prefix else [])]
    return list(gone(_kept(client, asked), base, prefix, rois, alarms))


def gone(
    kept: Mapping[str, str],
    base: str,
    prefix: str | None,
    rois: Collection[tuple[str, str]],
    alarms: Collection[str],
) -> Iterator[str]:
    """Yield which kept messages, by topic, are of this program and of no ROI or alarm that there is."""
    states = {alarm_topic(base, one) for one in alarms}
    states |= {roi_topic(base, *one) for one in rois}
    sensors = {discovery_topic(prefix, base, *one) for one in rois} if prefix else set()
    mine = (f"{base}/cameras/", f"{base}/alarms/")
    if prefix:
        # Others have sensors there too. Ours say where this program's status stands.
        for topic in sorted(kept):
            ours = not topic.startswith(mine) and _status_of(kept[topic]) == status_topic(base)
            if ours and topic not in sensors:
                yield topic
    yield from (topic for topic in sorted(kept) if topic.startswith(mine) and topic not in states)


def _status_of(payload: str) -> str:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    origin = said.get("origin")
    mine = isinstance(origin, dict) and origin.get("name") == "crowdmon"
    return str(said.get("availability_topic", "")) if mine else ""


def _kept(client: Any, asked: list[str]) -> dict[str, str]:
    """Return what the broker keeps at some topics."""
    found: dict[str, str] = {}
    answered: list[bool] = []
    last = time.monotonic()

    def on_message(_client: object, _data: object, message: Any) -> None:
        nonlocal last
        last = time.monotonic()
        if message.retain and message.payload:
            found[message.topic] = message.payload.decode("utf-8", "replace")

    client.on_message = on_message
    client.on_subscribe = lambda *_: answered.append(True)
    try:
        # Without confirmation: all of it comes at once, in one piece.
        client.subscribe([(topic, 0) for topic in asked])
        deadline = time.monotonic() + ANSWER_WITHIN
        while time.monotonic() < deadline and not (answered and time.monotonic() - last > _QUIET):
            time.sleep(0.02)
        client.unsubscribe(asked)
    finally:
        client.on_message = client.on_subscribe = None
    return found
