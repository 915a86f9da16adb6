"""What no file can hold is refused at the door, by every file, and names its camera."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.facts import EARLIEST, LATEST, Event, SpotCheck, check_recordable
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.csv_rows import encode
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.values import Reading, RoiReading
from tests.sinks.making import frames, reading, readings, recorded

NAN, INF = math.nan, math.inf

OPEN: list[Callable[[Path], HistoryFile | ReadingCsv | DailyCsv]] = [
    lambda folder: HistoryFile(folder / "h.sqlite"),
    lambda folder: ReadingCsv(folder / "h.csv"),
    DailyCsv,
]


@pytest.mark.parametrize("open_", OPEN)
@pytest.mark.parametrize("time", [NAN, INF, -INF, 1e18, -1e18])
def test_a_time_that_is_none_is_refused_by_every_file(
    open_: Callable[[Path], HistoryFile | ReadingCsv | DailyCsv], time: float, tmp_path: Path
) -> None:
    with open_(tmp_path) as sink:
        sink.write(reading(0))
        with pytest.raises(SinkError, match="hall: a reading was not recorded, its time is"):
            sink.write(reading(1, time=time))
        sink.write(reading(2))
        sink.flush()
    rows = [line for path in tmp_path.glob("*.csv") for line in path.read_text().splitlines()[1:]]
    assert len(rows) in (0, 4)


@pytest.mark.parametrize(
    ("roi", "words"),
    [
        (RoiReading("left", NAN), "count in 'left' is nan"),
        (RoiReading("left", 1.0, INF), "smoothed count in 'left' is inf"),
        (RoiReading("left", 1.0, 1.0, -INF), "density per m2 in 'left' is -inf"),
        (RoiReading("left", 1.0, local_per_m2=NAN), "local density per m2 in 'left' is nan"),
    ],
)
def test_numbers_that_are_none(roi: RoiReading, words: str) -> None:
    with pytest.raises(SinkError, match=words):
        check_recordable(Reading(1.0, "hall", (RoiReading("frame", 1.0), roi)))
    with pytest.raises(SinkError, match="media time is nan"):
        check_recordable(Reading(1.0, "hall", (), pts=NAN))


def test_a_history_is_not_blocked_by_what_it_refused(tmp_path: Path) -> None:
    with HistoryFile(tmp_path / "h.sqlite") as history:
        history.write(reading(0))
        for bad in (reading(1, time=NAN), reading(1, count=INF)):
            with pytest.raises(SinkError):
                history.write(bad)
        with pytest.raises(
            SinkError, match="the whole site: the event 'x' was not recorded, its time is nan"
        ):
            history.write(Event(NAN, "x"))
        assert history.waiting == 1
        history.write(reading(2))
    assert frames(recorded(tmp_path / "h.sqlite")) == [0, 2]


@given(readings(times=st.floats()))
def test_what_is_not_refused_can_be_written(one: Reading) -> None:
    try:
        check_recordable(one)
    except SinkError:
        assert not EARLIEST <= one.time <= LATEST
    else:
        assert encode(one)


def test_events_can_be_read_with_the_sqlite_shell(tmp_path: Path) -> None:
    with HistoryFile(tmp_path / "h.sqlite") as history:
        history.write(Event(1_700_000_000.25, "lost", "gate", detail="the connection was cut"))
    connection = sqlite3.connect(tmp_path / "h.sqlite")
    (row,) = connection.execute("SELECT utc, kind, camera, detail FROM events").fetchall()
    connection.close()
    assert row == ("2023-11-14T22:13:20.250Z", "lost", "gate", "the connection was cut")


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            SpotCheck(time=NAN, camera="hall", truth=3, count=2.0),
            "a spot check was not recorded, its time is nan",
        ),
        (SpotCheck(time=0.0, camera="hall", truth=3, count=INF), "its count is inf"),
        (
            SpotCheck(time=0.0, camera="hall", truth=1, count=1.0, heads=((0.5, NAN),)),
            "its place of a head is nan",
        ),
    ],
)
def test_a_spot_check_that_no_file_can_hold_is_refused(check: SpotCheck, words: str) -> None:
    with pytest.raises(SinkError, match=f"hall: .*{words}"):
        check_recordable(check)


def test_a_csv_file_ignores_spot_checks(tmp_path: Path) -> None:
    check = SpotCheck(time=0.0, camera="hall", truth=3, count=2.0)
    for open_ in OPEN[1:]:
        with open_(tmp_path) as sink:
            sink.write(check)
            sink.flush()
    assert list(tmp_path.iterdir()) == []
