"""Which of the messages that a broker keeps are of this program, and of nothing that is counted."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.publish.leftovers import gone
from crowdmon.publish.topics import alarm_topic, discovery_message, discovery_topic, roi_topic
from crowdmon.values import Reading, ReadingState, RoiReading

NAMES = st.text(min_size=1, max_size=8)
ROIS = st.frozensets(st.tuples(NAMES, NAMES), max_size=5)


def said(base: str, rois: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What a broker keeps after a program with these ROIs."""
    found: dict[str, str] = {}
    for camera, name in rois:
        roi = RoiReading(name, 1.0)
        reading = Reading(1.0, camera, (roi,), ReadingState.OK)
        message = discovery_message("ha", base, reading, roi)
        found |= {message.topic: message.payload, roi_topic(base, camera, name): "{}"}
    return found


@given(before=ROIS, now=ROIS, others=ROIS)
def test_what_is_gone_is_what_was_and_is_not(
    before: frozenset[tuple[str, str]], now: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]
) -> None:
    kept = said("site", before | now) | said("other", others)
    found = list(gone(kept, "site", "ha", now, ()))
    wanted = [discovery_topic("ha", "site", *one) for one in before - now]
    states = [roi_topic("site", *one) for one in before - now]
    assert sorted(found) == sorted([*wanted, *states])
    assert found[: len(wanted)] == sorted(wanted), "the sensors first"
    assert list(gone(kept, "site", None, now, ())) == sorted(states)


NOT_OURS = (
    *("", "no JSON", "[]", "null", "[" * 100_000),
    '{"availability_topic": "site/status"}',
    '{"origin": "crowdmon", "availability_topic": "site/status"}',
)


@pytest.mark.parametrize("payload", NOT_OURS)
def test_sensors_of_others_stay(payload: str) -> None:
    assert list(gone({"ha/sensor/lamp/config": payload}, "site", "ha", (), ())) == []


def test_alarms_of_rules_that_are_gone() -> None:
    kept = {alarm_topic(base, name): "{}" for base in ("site", "other") for name in ("full", "old one")}
    assert list(gone(kept, "site", "ha", (), ("full",))) == [alarm_topic("site", "old one")]
