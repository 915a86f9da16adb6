"""Figures as Prometheus reads them: over HTTP, and none where nothing is known."""

from __future__ import annotations

import socket
import urllib.request

import numpy as np
import pytest

from crowdmon import __version__
from crowdmon.config.publish import MetricsConfig
from crowdmon.engine.snapshots import CameraSnapshot, Snapshot
from crowdmon.errors import SinkError
from crowdmon.facts import AlarmChange, AlarmEvent, Event
from crowdmon.publish.metrics import Counters, Metrics, families
from crowdmon.values import CameraState, DensityMap, Grid, Level, Reading, ReadingState, RoiReading, Status
from tests.publish.peers import free_port


def shown(*, state: ReadingState = ReadingState.OK) -> Snapshot:
    known = state is ReadingState.OK
    rois = (
        RoiReading("frame", 5.0 if known else None, 4.5 if known else None),
        RoiReading('odd "name"\\\n', 2.0 if known else None, None, 1.5, Level.AMBER),
    )
    density = DensityMap(np.ones((1, 1), np.float32), Grid(1, 1, 8, 8, 8, 8), "gate", 3, 98.0, took=0.05)
    status = Status(CameraState.LIVE, fps_in=25.0, fps_counted=2.0, age=0.04, skipped=7)
    camera = CameraSnapshot(status, density=density, reading=Reading(98.0, "gate", rois, state))
    return Snapshot(100.0, {"gate": camera}, "openvino cpu", "default", unwritten=3, lost=1)


def values(snapshot: Snapshot, counters: Counters | None = None) -> dict[str, dict[tuple[str, ...], float]]:
    return {one.name: dict(one.values) for one in families(snapshot, counters or Counters())}


def test_the_figures_of_a_moment() -> None:
    found = values(shown())
    assert found["crowdmon_people"] == {("gate", "frame"): 4.5, ("gate", 'odd "name"\\\n'): 2.0}
    assert found["crowdmon_people_per_m2"] == {("gate", 'odd "name"\\\n'): 1.5}
    assert found["crowdmon_level"] == {("gate", 'odd "name"\\\n'): 1.0}
    assert found["crowdmon_count_age_seconds"] == {("gate",): 2.0}
    assert found["crowdmon_inference_seconds"] == {("gate",): 0.05}
    assert found["crowdmon_camera_state"][("gate", "live")] == 1.0
    assert sum(found["crowdmon_camera_state"].values()) == 1.0
    assert found["crowdmon_info"] == {(__version__, "openvino cpu", "default"): 1.0}


@pytest.mark.parametrize("state", [ReadingState.STALE, ReadingState.UNKNOWN])
def test_what_is_not_known_has_no_value(state: ReadingState) -> None:
    found = values(shown(state=state))
    assert found["crowdmon_people"] == {}
    assert found["crowdmon_level"] == {}


def test_what_only_grows() -> None:
    counters = Counters()
    raised = AlarmEvent(time=0.0, change=AlarmChange.RAISED, alarm="full", camera="gate", level=Level.RED)
    cleared = AlarmEvent(time=1.0, change=AlarmChange.CLEARED, alarm="full", camera="gate")
    for fact in (
        Reading(0.0, "gate", ()),
        Reading(1.0, "gate", (), ReadingState.STALE),
        Reading(2.0, "gate", ()),
        Event(0.0, "reconnecting", "gate"),
        raised.to_event(),
    ):
        counters.take(fact)
    found = values(shown(), counters)
    assert found["crowdmon_readings"] == {("gate", "ok"): 2.0, ("gate", "stale"): 1.0}
    assert found["crowdmon_reconnects"] == {("gate",): 1.0}
    assert found["crowdmon_alarms_raised"] == {("full", "red"): 1.0}
    assert found["crowdmon_alarm_level"] == {("full",): 2.0}
    counters.take(cleared.to_event())
    assert values(shown(), counters)["crowdmon_alarm_level"] == {("full",): 0.0}


def test_over_http() -> None:
    port = free_port()
    with Metrics(MetricsConfig(port=port), shown) as out:
        out.write(Reading(0.0, "gate", ()))
        out.flush()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            text = page.read().decode()
    assert 'crowdmon_people{camera="gate",roi="frame"} 4.5' in text
    assert 'roi="odd \\"name\\"\\\\\\n"' in text
    assert 'crowdmon_readings_total{camera="gate",state="ok"} 1.0' in text
    with pytest.raises(OSError, match=r"refused|Refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5)


def test_a_port_in_use() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        out = Metrics(MetricsConfig(port=port), shown)
        out.write(Reading(0.0, "gate", ()))
        with pytest.raises(SinkError, match=f"cannot listen at 127.0.0.1:{port}"):
            out.flush()
        other.close()
        out.flush()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            assert b'crowdmon_readings_total{camera="gate",state="ok"} 1.0' in page.read(), (
                "counted meanwhile"
            )
        out.close()
