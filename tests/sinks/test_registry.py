"""From the configuration's places to files."""

import csv
from pathlib import Path

import pytest

from crowdmon.config import RecordConfig
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.sinks.history.thinning import DAY, Keep
from crowdmon.sinks.registry import SINKS, keep_of, open_sinks
from crowdmon.values import Reading, RoiReading


def test_nothing_is_kept_unless_told() -> None:
    assert open_sinks(RecordConfig()) == {}


def test_every_named_place_gets_the_same_readings(tmp_path: Path) -> None:
    record = RecordConfig(history=str(tmp_path / "h.sqlite"), csv_log=str(tmp_path))
    reading = Reading(1_700_000_000.0, "gate", (RoiReading("frame", 3.25, 3.0),), frame=7, pts=1.5)
    sinks = open_sinks(record)
    assert list(sinks) == ["history", "csv_log"], "the record comes before its copy"
    for sink in sinks.values():
        with sink:
            sink.write(reading)
            sink.flush()
    with HistoryReader(tmp_path / "h.sqlite") as history:
        (kept,) = history.readings(Selection())
    assert kept == reading
    (log,) = tmp_path.glob("crowdmon-*.csv")
    with log.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["camera"], row["count"], row["frame"]) == ("gate", "3.25", "7")


def test_every_key_of_the_configuration_has_a_sink() -> None:
    assert list(SINKS) == list(RecordConfig().sinks())


def test_a_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (log,) = open_sinks(RecordConfig(csv_log="~/log")).values()
    assert isinstance(log, DailyCsv)
    assert log.folder == tmp_path / "log"


def test_how_long_what_is_kept_is_told_to_the_history() -> None:
    assert keep_of(RecordConfig()) == Keep()
    told = keep_of(RecordConfig(keep_raw=72, keep_minutes=30, keep_pictures=0.5))
    assert told == Keep(raw=72 * 3600, minutes=30 * DAY, pictures=DAY / 2, older=True)


def test_another_time_to_keep_is_another_history_and_the_same_log() -> None:
    before, after = RecordConfig(history="h", csv_log="c"), RecordConfig(history="h", csv_log="c", keep_raw=5)
    changed = [key for key, value in after.sinks().items() if before.sinks()[key] != value]
    assert changed == ["history"]
