"""From the configuration's places to files."""

import csv
from pathlib import Path

from crowdmon.config import RecordConfig
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.sinks.registry import open_sinks
from crowdmon.values import Reading, RoiReading


def test_nothing_is_kept_unless_told() -> None:
    assert open_sinks(RecordConfig()) == []


def test_every_named_place_gets_the_same_readings(tmp_path: Path) -> None:
    record = RecordConfig(history=str(tmp_path / "h.sqlite"), csv_log=str(tmp_path))
    reading = Reading(1_700_000_000.0, "gate", (RoiReading("frame", 3.25, 3.0),), frame=7, pts=1.5)
    for sink in open_sinks(record):
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
