"""Alarms in the running engine: from pictures to events in the history, and on after a restart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crowdmon.config import AppConfig, parse
from crowdmon.engine.monitor import Monitor
from crowdmon.errors import CrowdmonError
from crowdmon.facts import AlarmEvent, Event
from crowdmon.sinks.history.past import recorded_past
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.registry import open_sinks
from tests.fakes import FakeCounter, FakeSource, FakeSources, until

YAML = """\
record: {history: HISTORY}
levels: {people: {amber: 15}}
cameras: [{name: hall, source: live hall, rate: 20}]
alarms:
- {name: full, of: {camera: hall}, red: {above: 20, for: 0.1, clear: 10}}
- {name: dark, of: {camera: hall}, measure: unknown, red: {for: 5}}
"""


class Crowd:
    """An engine whose crowd is as large as the test says."""

    def __init__(self, config: AppConfig) -> None:
        self.people = 12.0
        self.monitor = Monitor(
            config,
            counter_factory=lambda: FakeCounter(lambda frame: self.people),
            sources=FakeSources({"live hall": lambda: FakeSource(None, fps=50, live=True)}),
            open_sinks=open_sinks,
            past=recorded_past(config, time.time()),
        )
        self.monitor.start()

    def told(self) -> list[tuple[str, str]]:
        facts = self.monitor.snapshot().facts
        events = [one for fact in facts if isinstance(fact, Event) and (one := AlarmEvent.of(fact))]
        return [(one.alarm, one.change.removeprefix("alarm-")) for one in events]


def test_an_alarm_reaches_the_window_and_the_history_and_outlives_a_restart(tmp_path: Path) -> None:
    config = parse(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")), where="a.yaml")
    first = Crowd(config)
    until(lambda: first.monitor.snapshot().cameras["hall"].reading)
    assert first.told() == []
    first.people = 30.0
    until(lambda: first.told() == [("full", "raised")])
    assert first.monitor.acknowledge("full", who="Ann")
    assert not first.monitor.acknowledge("full", who="Ann")
    with pytest.raises(CrowdmonError, match="without a name"):
        first.monitor.acknowledge("full", who="")
    with pytest.raises(KeyError):
        first.monitor.acknowledge("empty", who="Ann")
    assert first.monitor.stop()

    second = Crowd(config)
    second.people = 30.0
    until(lambda: second.monitor.snapshot().cameras["hall"].reading)
    second.people = 15.0  # in the band: neither raised nor cleared
    until(lambda: (shown := second.monitor.snapshot().cameras["hall"].reading) and shown.roi().count == 15.0)
    assert second.told() == []
    assert not second.monitor.acknowledge("full", who="Ann")
    second.people = 5.0
    until(lambda: second.told() == [("full", "cleared")])
    assert second.monitor.stop()

    with HistoryReader(tmp_path / "h.sqlite") as history:
        kinds = [event.kind for event in history.events() if event.kind.startswith("alarm-")]
        levels = {roi.level for reading in history.readings() for roi in reading.rois}
    assert kinds == ["alarm-raised", "alarm-acknowledged", "alarm-cleared"]
    assert levels - {None} == {"none", "amber"}  # a machine that is slow has rows without a count, too


def test_a_rule_that_is_taken_away_withdraws_its_alarm(tmp_path: Path) -> None:
    config = parse(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")), where="a.yaml")
    crowd = Crowd(config)
    crowd.people = 30.0
    until(lambda: crowd.told() == [("full", "raised")])
    crowd.monitor.apply(config.model_copy(update={"alarms": config.alarms[1:]}))
    assert crowd.told() == [("full", "raised"), ("full", "withdrawn")]
    assert crowd.monitor.stop()
