"""An hour in which a ROI fills, empties, goes dark and comes back. The events were written down by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crowdmon.config import AppConfig, parse
from crowdmon.facts import AlarmEvent, Event, Fact
from crowdmon.sinks.csv_rows import encode
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.past import recorded_past
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.track.site import Site
from crowdmon.track.track import Counted, Silence, Track
from crowdmon.values import DensityMap, Grid, Reading

START = 1_700_000_000.0
YAML = """\
levels: {}
record: {history: HISTORY}
cameras:
- name: gate
  source: x.mp4
  rois: [{name: platform, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], area_m2: 40}]
alarms:
- name: full
  of: {camera: gate, roi: platform}
  measure: per_m2
  amber: {above: 2.0, for: 10, clear: 1.6}
  red: {above: 4.0, for: 5, clear: 3.4}
  repeat: 300
  cooldown: 120
- {name: dark, of: {camera: gate}, measure: unknown, red: {for: 30}}
"""
SCRIPT = [
    (600, 0.5),
    (1200, 2.5),
    (2000, 4.5),
    (2600, None),
    (3000, 1.0),
    (3100, 2.5),
    (3110, 1.0),
    (3600, 2.5),
]
"""Until which second how many people are on a square metre; None for a camera that is dark."""

EXPECTED = [
    (610, "full", "raised", "amber", 2.5, 2.0),
    (1205, "full", "raised", "red", 4.5, 4.0),
    (1505, "full", "repeated", "red", 4.5, 4.0),
    (1805, "full", "repeated", "red", 4.5, 4.0),
    (1850, "full", "acknowledged", "red", None, None),
    # Dark from 2000 on, last counted at 1999: stale, and unknown from 2015 on.
    (2045, "dark", "raised", "red", None, 30.0),
    (2600, "full", "cleared", "none", 1.0, 1.6),
    (2600, "dark", "cleared", "none", None, None),
    (3010, "full", "raised", "amber", 2.5, 2.0),
    (3100, "full", "cleared", "none", 1.0, 1.6),
    # Above again from 3110 on; the cool-down lasts until 3220.
    (3220, "full", "raised", "amber", 2.5, 2.0),
]  # fmt: skip


def density(per_m2: float, second: float) -> DensityMap:
    cells = np.full((4, 4), per_m2 * 40 / 16, np.float32)
    return DensityMap(cells, Grid(4, 4, 8.0, 8.0, 32.0, 32.0), "gate", int(second), START + second, second)


def lived(config: AppConfig, look: float) -> Iterator[Reading]:
    """The readings of the hour from a camera that is counted once and looked at every ``look`` seconds."""
    gate = config.counted_cameras()[0]
    track = Track("gate", gate.to_rois(), interval=1.0, limits=gate.to_limits())
    for second in range(3600):
        per_m2 = next(value for until, value in SCRIPT if second < until)
        if per_m2 is not None:
            yield from track.step(Counted(density(per_m2, second), second), second)
        for moment in np.arange(second + look, second + 1, look):
            yield from track.step(Silence(START + moment), float(moment))


def watched(config: AppConfig, readings: Iterator[Reading] | list[Reading]) -> list[Fact]:
    site = Site(config.to_rules())
    facts: list[Fact] = []
    for one in readings:
        facts += site.step([one], one.time)
        if one.time == START + 1850:
            facts += site.acknowledge("full", who="Ann", note="inflow stopped", now=one.time)
    return facts


def told(facts: list[Fact]) -> list[tuple[float, str, str, str, float | None, float | None]]:
    events = [one for fact in facts if isinstance(fact, Event) and (one := AlarmEvent.of(fact))]
    return [
        (
            one.time - START,
            one.alarm,
            one.change.removeprefix("alarm-"),
            one.level.value,
            one.value,
            one.limit,
        )
        for one in events
    ]


@pytest.fixture
def config(tmp_path: Path) -> AppConfig:
    return parse(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")), where="a.yaml")


@pytest.mark.parametrize("look", [0.1, 0.25, 0.5])
def test_the_hour_gives_what_was_expected_however_often_the_camera_is_looked_at(
    config: AppConfig, look: float
) -> None:
    assert told(watched(config, lived(config, look))) == EXPECTED


def test_the_history_keeps_the_hour_and_its_replay_says_the_same(config: AppConfig, tmp_path: Path) -> None:
    facts = watched(config, lived(config, 0.5))
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for fact in facts:
            history.write(fact)
    with HistoryReader(tmp_path / "h.sqlite") as reader:
        readings, events = list(reader.readings()), list(reader.events())
    assert events == [fact for fact in facts if isinstance(fact, Event)]
    assert {roi.level for one in readings for roi in one.rois[1:]} == {None, "none", "amber", "red"}
    assert watched(config, readings) == facts
    assert b",4.5000,red,ok," in encode(readings[1500])


@pytest.mark.parametrize("second", [605, 1204, 1210, 1700, 1900, 2030, 2100, 3015, 3150, 3215])
def test_a_restart_reads_the_history_and_goes_on(config: AppConfig, tmp_path: Path, second: int) -> None:
    facts = watched(config, lived(config, 0.5))
    first = [fact for fact in facts if fact.time <= START + second]
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for fact in first:
            history.write(fact)
    site = Site(config.to_rules())
    site.resume(recorded_past(config, START + second))
    rest: list[Fact] = []
    for one in facts[len(first) :]:
        if isinstance(one, Reading):
            rest += site.step([one], one.time)
        elif one.kind == "alarm-acknowledged":
            rest += site.acknowledge("full", who="Ann", note="inflow stopped", now=one.time)
    assert told(first + rest) == EXPECTED


def test_a_history_that_is_missing_or_damaged_is_no_past(
    config: AppConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert recorded_past(config, START) == []
    (tmp_path / "h.sqlite").write_bytes(b"no history" * 1000)
    assert recorded_past(config, START) == []
    assert "alarms start without a past" in caplog.text
    assert recorded_past(AppConfig(record=config.record), START) == []
