"""``crowdmon history``: what was recorded comes out as it was, and nothing that is read is written over."""

from __future__ import annotations

import csv
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from crowdmon.__main__ import main
from crowdmon.commands.times import when
from crowdmon.errors import ConfigError
from crowdmon.facts import AlarmChange, AlarmEvent, Event, SpotCheck
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.pictures import keep_picture, picture_of
from crowdmon.values import WHOLE_FRAME, Level, Reading, RoiReading
from tests.sinks.making import NOON, record
from tests.sinks.making import reading as one_reading

CONFIG = """
cameras: [{name: hall, id: door, source: x.mp4, rois: [
    {name: steps, id: left, polygon: [[0, 0], [1, 0], [1, 1]]}]}]
record: {history: h.sqlite}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration and its history: a camera and a ROI that were renamed half way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.yaml").write_text(CONFIG)
    alarm = AlarmEvent(
        time=NOON,
        change=AlarmChange.RAISED,
        alarm="=full",
        camera="door",
        level=Level.RED,
        value=9.5,
        limit=4.0,
    )
    with HistoryFile("h.sqlite") as history:
        for n in range(60):
            names = ("door", "left") if n < 30 else ("hall", "steps")
            ids = ("", "") if n < 30 else ("door", "left")
            rois = (RoiReading(WHOLE_FRAME, 5.0 + n), RoiReading(names[1], 1.0 * n, id=ids[1]))
            history.write(Reading(NOON + n, names[0], rois, frame=n, camera_id=ids[0], weights="general"))
        history.write(alarm.to_event())
        history.write(Event(NOON + 2, "lost", "door", detail="no route"))
        history.write(SpotCheck(time=NOON, camera="door", truth=7, count=5.0))
    return tmp_path


def run(*words: str) -> int:
    return main(["history", *words])


def test_it_says_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--config", "site.yaml") == 0
    said = capsys.readouterr().out
    assert "hall: frame, steps" in said
    assert "2 events\n1 spot check\n" in said


def test_what_was_renamed_is_one_series_by_its_new_name(folder: Path) -> None:
    assert run("--config", "site.yaml", "--camera", "hall", "--roi", "steps", "--csv", "a.csv") == 0
    rows = read_csv("a.csv")
    assert [row["count"] for row in rows] == [float(n) for n in range(60)]
    assert {(row["camera"], row["roi"], row["weights"]) for row in rows} == {("hall", "steps", "general")}
    assert run("--history", "h.sqlite", "--bin", "1min", "--csv", "b.csv", "--csv-for-excel") == 0
    with Path("b.csv").open(newline="", encoding="utf-8-sig") as file:
        bins = list(csv.DictReader(file))
    assert {one["camera"] for one in bins} == {"hall"}
    assert sum(int(one["counted"]) for one in bins) == 120


def test_events_have_the_columns_of_alarms(folder: Path) -> None:
    assert run("--config", "site.yaml", "--events", "--csv", "e.csv") == 0
    with Path("e.csv").open(newline="", encoding="utf-8") as file:
        raised, lost = csv.DictReader(file)
    assert (raised["kind"], raised["camera"], raised["alarm"], raised["level"], raised["value"]) == (
        "alarm-raised",
        "hall",
        "'=full",
        "red",
        "9.5000",
    )
    assert (lost["kind"], lost["camera"], lost["detail"]) == ("lost", "hall", "no route")


def test_a_range_is_taken_and_an_empty_one_gives_the_header(folder: Path) -> None:
    first = datetime.fromtimestamp(NOON + 10).isoformat()
    last = datetime.fromtimestamp(NOON + 20).astimezone().isoformat()
    assert run("--config", "site.yaml", "--from", first, "--to", last, "--csv", "a.csv") == 0
    assert [row["frame"] for row in read_csv("a.csv")] == [n for n in range(10, 20) for _ in range(2)]
    assert run("--config", "site.yaml", "--from", "-1h", "--csv", "a.csv") == 0
    assert read_csv("a.csv") == []


def test_pictures_are_deleted_by_request_and_the_numbers_stay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    black = np.zeros((18, 32, 3), np.uint8)
    old, new = (keep_picture("h.sqlite", black, camera="door", time=NOON + at) for at in (0, 100))
    with HistoryFile("h.sqlite", clock=lambda: NOON) as history:
        for at, name in ((0, old), (100, new)):
            history.write(SpotCheck(time=NOON + at, camera="door", truth=0, count=0.5, picture=name))
    until = datetime.fromtimestamp(NOON + 50).isoformat()
    assert run("--history", "h.sqlite", "--to", until, "--spot-checks", "heads", "--delete-pictures") == 0
    said = capsys.readouterr().out
    assert "2 spot checks and 1 picture written to heads" in said
    assert "1 picture of spot checks deleted; the numbers stay" in said
    assert (picture_of("h.sqlite", old), picture_of("h.sqlite", new) is not None) == (None, True)
    assert (folder / "heads" / "images" / old).is_file(), "it is written first"
    assert run("--history", "h.sqlite") == 0
    assert "3 spot checks" in capsys.readouterr().out


BAD = [
    (["--csv", "x.csv"], 2, "no history is named"),
    (["--config", "bare.yaml"], 2, "bare.yaml keeps no history"),
    (["--config", "none.yaml"], 2, "cannot read the configuration"),
    (["--history", "none.sqlite"], 3, "there is no history at none.sqlite"),
    (["--history", "site.yaml"], 3, "Check that it is a history file"),
    (["--history", "."], 3, "there is no history at"),
    (["--config", "site.yaml", "--camera", "door", "--csv", "x.csv"], 2, "no camera 'door'. It knows hall"),
    (
        ["--config", "site.yaml", "--roi", "left", "--csv", "x.csv"],
        2,
        "has a ROI 'left'. Known: frame, steps",
    ),
    (["--config", "site.yaml", "--from", "noon"], 2, "--from is 'noon', which is not a moment. Write 2026"),
    (["--config", "site.yaml", "--from", "-1y"], 2, "--from is '-1y'"),
    (["--config", "site.yaml", "--from", "now", "--to", "-1h"], 2, "--to -1h is not after --from now"),
    (["--config", "site.yaml", "--bin", "1min"], 2, "Add --csv FILE"),
    (["--config", "site.yaml", "--events", "--bin", "1s", "--csv", "x.csv"], 2, "do not go together"),
    (["--config", "site.yaml", "--csv", "h.sqlite"], 2, "the same file as record.history"),
    (["--history", "h.sqlite", "--csv", "h.sqlite"], 2, "--csv h.sqlite is the same file as the history"),
    (["--config", "site.yaml", "--csv", "site.yaml"], 2, "the same file as --config"),
    (["--config", "site.yaml", "--csv", "x.mp4"], 2, "the same file as the source of camera 'hall'"),
    (["--config", "site.yaml", "--csv", "none/x.csv"], 6, "there is no folder"),
    (["--config", "site.yaml", "--spot-checks", "."], 6, "is not an empty folder. Give a new one"),
]


@pytest.mark.parametrize(("words", "code", "said"), BAD)
def test_bad_input_is_refused_in_one_line_and_nothing_is_written(
    words: list[str], code: int, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bare.yaml").write_text("cameras: [{name: hall, source: x}]")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert run(*words) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    after = {path: path.read_bytes() for path in folder.iterdir() if "-shm" not in path.name}
    assert {path: before.get(path) for path in after if not path.name.endswith("-wal")} == {
        path: data for path, data in after.items() if not path.name.endswith("-wal")
    }


@pytest.mark.parametrize(
    ("text", "ago"),
    [("now", 0), ("-90min", 5400), ("-90m", 5400), ("-1.5h", 5400), ("-7d", 604_800), ("-2w", 1_209_600)],
)
def test_a_moment_before_now(text: str, ago: float) -> None:
    assert when(text, "--from", now=NOON) == NOON - ago


def test_a_date_begins_and_ends_at_midnight_where_the_clock_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        first = when("2026-03-29", "--from", now=NOON)
        last = when("2026-03-29", "--to", now=NOON, end=True)
        assert first is not None
        assert last is not None
        assert last - first == 23 * 3600
        assert when("2026-03-29T12:00+02:00", "--from", now=0.0) == first + 11 * 3600
        assert when("2026-03-29T12:00", "--to", now=0.0, end=True) == first + 11 * 3600
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "24h", "-h", "2026-13-01", "99999-01-01", "--1h", "-1h30"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="which is not a moment"):
        when(text, "--from", now=NOON)


@pytest.mark.parametrize("text", ["2026-05-01", "20260501", "2026-W18-5"])
def test_a_date_is_a_day_however_it_is_written(text: str) -> None:
    first, last = when(text, "--from", now=NOON), when(text, "--to", now=NOON, end=True)
    assert first == datetime(2026, 5, 1).timestamp()
    assert last == datetime(2026, 5, 2).timestamp()


def test_what_is_local_is_so_in_the_zone_of_the_configuration() -> None:
    zone = ZoneInfo("Pacific/Apia")
    noon = datetime(2026, 5, 1, 12, tzinfo=zone).timestamp()
    assert when("2026-05-01T12:00", "--from", now=NOON, zone=zone) == noon
    assert when("2026-05-01", "--from", now=NOON, zone=zone) == noon - 43_200
    assert when("2026-05-01", "--to", now=NOON, zone=zone, end=True) == noon + 43_200
    assert when("2026-05-01T12:00Z", "--from", now=NOON, zone=zone) == noon + 13 * 3600


def test_names_with_commas_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path / "h.sqlite", [one_reading(0, camera='gate, "north"', rois=("a, b", "c"))])
    assert main(["history", "--history", str(tmp_path / "h.sqlite")]) == 0
    assert "  'gate, \"north\"': frame, 'a, b', c\n" in capsys.readouterr().out
