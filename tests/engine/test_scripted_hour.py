"""The scripted hour: the events written down by hand, offline, by the command, live and in replay."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from crowdmon.__main__ import main
from crowdmon.engine.offline import iterate_with_gaps
from crowdmon.facts import Event, Fact
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.track.site import Site
from crowdmon.values import Reading, ReadingState
from tests.scripted_hour import (
    ANSWERED,
    EXPECTED,
    START,
    YAML,
    ScriptedSource,
    TrueCounter,
    configured,
    live,
    told,
)


def watched(readings: Iterable[Reading], site: Site) -> list[Fact]:
    facts: list[Fact] = []
    for one in readings:
        facts += site.step([one], one.time)
        if one.time == START + ANSWERED:
            facts += site.acknowledge("full", who="Ann", note="inflow stopped", now=one.time)
    return facts


def test_offline(tmp_path: Path) -> None:
    config = configured(tmp_path / "h.sqlite")
    gate = config.counted_cameras()[0]
    found = iterate_with_gaps(
        ScriptedSource(),
        TrueCounter(),
        rois=gate.to_rois(),
        start_time=START,
        camera="gate",
        limits=gate.to_limits(),
    )
    facts = watched((reading for *_, reading in found), Site(config.to_rules()))
    assert told(facts) == EXPECTED
    readings = [one for one in facts if isinstance(one, Reading)]
    assert [one.time for one in readings] == sorted(one.time for one in readings)
    unknown = [one.time - START for one in readings if one.state is ReadingState.UNKNOWN]
    assert (unknown[0], unknown[-1]) == (2115, 2699)


def test_by_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, out = tmp_path / "hour.yaml", tmp_path / "events.csv"
    config.write_text(YAML.replace("HISTORY", "h.sqlite").replace("live gate", "gate.mp4"))
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: ScriptedSource())
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: TrueCounter)
    words = ["--config", str(config), "--start", "2026-05-01T12:00:00+00:00", "--events", str(out)]
    assert main(["count", *words]) == 0
    with out.open(newline="", encoding="utf-8") as file:
        rows = [(row["alarm"], row["kind"], row["level"], row["tell"]) for row in csv.DictReader(file)]
    assert rows == [
        (alarm, f"alarm-{change}", level, tell.replace(",", ";"))
        for _, alarm, change, level, _, _, tell in EXPECTED
        if change != "acknowledged"  # nobody is there
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_live_at_20_times_the_speed_and_in_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(tmp_path / "h.sqlite")
    facts = live(config, speed=20.0)
    assert told(facts) == EXPECTED
    with HistoryReader(tmp_path / "h.sqlite") as history:
        readings, events = list(history.readings()), list(history.events())
    assert told(events) == EXPECTED
    assert [one.time for one in readings] == sorted(one.time for one in readings)
    answer = next(event for event in events if event.kind == "alarm-acknowledged")
    site, again = Site(config.to_rules()), list[Fact]()
    before = [one for one in readings if one.time < answer.time]
    for one in before:
        again += site.step([one], one.time)
    again += site.acknowledge("full", who="Ann", note="inflow stopped", now=answer.time)
    for one in readings[len(before) :]:
        again += site.step([one], one.time)
    assert [fact for fact in again if isinstance(fact, Event)] == [
        event for event in events if event.kind.startswith("alarm-")
    ]
    folder = tmp_path / "hour.yaml"
    folder.write_text(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")))
    assert main(["report", "--config", str(folder), "--day", "2026-05-01"]) == 0
    check_report(capsys.readouterr().out)


def check_report(text: str) -> None:
    """What a report of the hour has to say, to the second; a live camera is counted within its second."""
    for words in (
        "| gate / platform | 180.0 | 14:20:00 |",
        "| gate / platform | 31 min 40 s | 11 min 40 s | 0 s |",
        "- group station: 11 min 40 s above its capacity",
        "| full | gate / platform | red | 14:10:10 | 14:31:40 | 21 min 30 s | Ann at 14:28:20, after 18 ",
        "passed on at 14:26:45 |",
        "| dark | gate | red | 14:35:45 | 14:45:00 | 9 min 1",
        "| full | gate / platform | amber | 14:50:10 | still on | at least 9 min 49 s | no |",
        "| gate | 14:00:00 | 14:59:59 | 3.5 % | 0.7 % | 95.8 % |",
        "| gate | 14:35:01 | 14:45:00 | 9 min 5",
        "no safety device",
    ):
        assert words in text, words


def test_its_report_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configured(tmp_path / "h.sqlite")
    gate = config.counted_cameras()[0]
    found = iterate_with_gaps(
        ScriptedSource(),
        TrueCounter(),
        rois=gate.to_rois(),
        start_time=START,
        camera="gate",
        limits=gate.to_limits(),
    )
    with HistoryFile(tmp_path / "h.sqlite") as history:
        for fact in watched((reading for *_, reading in found), Site(config.to_rules())):
            history.write(fact)
    path, out = tmp_path / "hour.yaml", tmp_path / "day.md"
    path.write_text(YAML.replace("HISTORY", str(tmp_path / "h.sqlite")))
    assert main(["report", "--config", str(path), "--day", "2026-05-01", "--markdown", str(out)]) == 0
    check_report(out.read_text(encoding="utf-8"))
    assert "(day.png)" in out.read_text(encoding="utf-8")
    picture = cv2.imread(str(tmp_path / "day.png"))
    assert picture is not None
    assert picture.shape[1] == 1400
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50
    assert str(out) in capsys.readouterr().out
