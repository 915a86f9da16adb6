"""Bins against a slow truth, order under any clock, gaps that stay gaps."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.errors import ConfigError, SourceError
from crowdmon.facts import Event
from crowdmon.sinks.bins import BINS, binned
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from crowdmon.values import Reading, ReadingState, RoiReading
from tests.sinks.making import NOON, SCRATCH, frames, reading, readings, record, recorded, slow_bins

NEAR = st.floats(NOON - 2000, NOON + 2000) | st.sampled_from([NOON, NOON + 0.5, NOON + 1.0])
CHOSEN = st.none() | st.frozensets(st.sampled_from(["frame", "left", "right", "hall", "door é", "none"]))
SELECTIONS = st.builds(
    Selection,
    since=st.just(-float("inf")) | NEAR,
    until=st.just(float("inf")) | NEAR,
    cameras=CHOSEN,
    rois=CHOSEN,
)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example of a property."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        yield Path(name)


@settings(max_examples=40, deadline=None)
@given(
    facts=st.lists(readings(times=NEAR), max_size=30),
    width=st.sampled_from([1, 7, 60, 900]),
    selection=SELECTIONS,
)
def test_bins_are_what_the_slow_truth_says(facts: list[Reading], width: int, selection: Selection) -> None:
    with folder() as place:
        record(place / "h.sqlite", [*facts, reading()])
        facts = [*facts, reading()]
        with HistoryReader(place / "h.sqlite") as history:
            found = list(history.bins(width, selection))
    truth = slow_bins(facts, width, selection)
    assert {(one.start, one.camera, one.roi) for one in found} == set(truth)
    assert len(found) == len(truth)
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one in found:
        true = truth[one.start, one.camera, one.roi]
        assert (one.n, one.min, one.max, one.last, one.missed) == (
            true.n, true.min, true.max, true.last, true.missed,
        )  # fmt: skip
        assert one.mean == (None if true.mean is None else pytest.approx(true.mean, rel=1e-9))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([1.0, 0.2, 0.0, -3600.0, 3600.0, -0.1, 86400.0, -86400.0]), max_size=40))
def test_any_steps_of_the_clock_keep_the_order(steps: list[float]) -> None:
    facts, now = [], NOON
    for number, step in enumerate([0.0, *steps]):
        now += step
        facts.append(reading(number, time=now, count=float(number)))
    with folder() as place:
        path = record(place / "h.sqlite", facts)
        assert recorded(path) == facts
        with HistoryReader(path) as history:
            (whole,) = history.bins(10**9, Selection(rois=frozenset({"frame"})))
            assert whole.last == float(len(steps)), "the last recorded, not the one with the latest time"
            assert history.span() == (min(f.time for f in facts), max(f.time for f in facts))


@given(
    st.lists(st.tuples(st.floats(-5000, 5000), st.none() | st.floats(0, 9)), max_size=30), st.integers(1, 900)
)
def test_bins_of_a_series_part_its_time(rows: list[tuple[float, float | None]], width: int) -> None:
    rows.sort(key=lambda row: row[0])
    found = list(binned([(t, n, c) for n, (t, c) in enumerate(rows)], width, camera="c", roi="r"))
    assert sum(one.n for one in found) == sum(count is not None for _, count in rows)
    assert sum(one.missed for one in found) == sum(count is None for _, count in rows)
    assert all(one.start % width == 0 for one in found)
    assert all(one.mean is None or one.min <= one.mean <= one.max for one in found)  # type: ignore[operator]


def test_a_gap_stays_a_gap_and_what_is_not_known_is_not_zero(tmp_path: Path) -> None:
    start = NOON - NOON % 60
    counts = {0: 4.0, 1: 6.0, 70: None, 300: 8.0, 301: None}
    path = record(tmp_path / "h.sqlite", [reading(n, time=start + n, count=c) for n, c in counts.items()])
    with HistoryReader(path) as history:
        found = list(history.bins(BINS["1min"], Selection(rois=frozenset({"frame"}))))
    assert [(one.start - start, one.n, one.mean, one.min, one.last, one.missed) for one in found] == [
        (0, 2, 5.0, 4.0, 6.0, 0),
        (60, 0, None, None, None, 1),
        (300, 1, 8.0, 8.0, 8.0, 1),
    ]


def test_a_number_that_is_not_ok_is_not_counted(tmp_path: Path) -> None:
    odd = Reading(NOON, "hall", (RoiReading("frame", 50.0),), ReadingState.STALE)
    with HistoryReader(record(tmp_path / "h.sqlite", [odd])) as history:
        (one,) = history.bins(60)
    assert (one.n, one.mean, one.missed) == (0, None, 1)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
def test_bins_lie_on_utc_wherever_one_is(zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its time zone")
    path = record(tmp_path / "h.sqlite", [reading(0, time=1_730_613_599.0), reading(1, time=1_730_613_600.0)])
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with HistoryReader(path) as history:
            found = [one.start for one in history.bins(900, Selection(rois=frozenset({"frame"})))]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found == [1_730_612_700, 1_730_613_600]


def test_a_range_is_half_open_and_chosen_by_name(tmp_path: Path) -> None:
    facts = [reading(n, camera=("hall", "door")[n % 2], rois=("left", "right")) for n in range(10)]
    path = record(tmp_path / "h.sqlite", facts)
    some = recorded(path, Selection(since=NOON + 2, until=NOON + 5))
    assert frames(some) == [2, 3, 4]
    (one,) = recorded(path, Selection(until=NOON + 2, cameras=frozenset({"door"}), rois=frozenset({"right"})))
    assert (one.camera, [roi.roi for roi in one.rois]) == ("door", ["right"])
    assert recorded(path, Selection(cameras=frozenset({"no such"}))) == []
    with HistoryReader(path) as history:
        assert history.cameras() == {
            "hall": ("frame", "left", "right"),
            "door": ("frame", "left", "right"),
        }
        assert history.span(Selection(cameras=frozenset({"door"}))) == (NOON + 1, NOON + 9)
        assert history.span(Selection(until=0.0)) is None
        assert list(history.bins(60, Selection(until=0.0))) == []
        with pytest.raises(ConfigError, match=r"knows no camera 'halle'. It knows hall, door"):
            history.check(Selection(cameras=frozenset({"halle"})))
        with pytest.raises(ConfigError, match=r"has a ROI 'top'\. Known: frame, left, right"):
            history.check(Selection(rois=frozenset({"top"})))
        pairs = Selection(series=frozenset({("hall", "left"), ("door", "frame")}), until=NOON + 2)
        assert [(one.camera, one.roi) for one in history.bins(900, pairs)] == [
            ("hall", "left"),
            ("door", "frame"),
        ]
        history.check(pairs)
        with pytest.raises(ConfigError, match=r"knows no ROI 'top' of 'door'\. Known: frame, left, right"):
            history.check(Selection(series=frozenset({("door", "top")})))
        with pytest.raises(ValueError, match="bins of 0 s"):
            history.bins(0)


def test_a_range_of_some_rois_reads_only_their_part_of_the_file(tmp_path: Path) -> None:
    path = record(tmp_path / "h.sqlite", [reading()])
    connection = sqlite3.connect(path)
    (plan,) = connection.execute(
        "EXPLAIN QUERY PLAN SELECT time, seq, count FROM reading "
        "WHERE series = 1 AND time >= 0 AND time < 9 ORDER BY time"
    )
    connection.close()
    assert "PRIMARY KEY (series=? AND time>? AND time<?)" in plan[3], "no scan, and no sort after it"


def test_events_in_their_order_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    events = [
        Event(NOON, "raised", "hall", "left", detail="count 12.0 over 10"),
        Event(NOON - 60, "acknowledged", "hall", "left", who="Ann", detail="seen, door opened"),
        Event(NOON + 1, "started"),
        Event(NOON + 2, "raised", "door"),
    ]
    with HistoryFile(path) as history:
        history.write(events[0])
        history.write(reading())
        for event in events[1:]:
            history.write(event)
    with HistoryReader(path) as reader:
        assert list(reader.events()) == events
        of_hall = Selection(cameras=frozenset({"hall"}), since=NOON)
        assert list(reader.events(of_hall)) == [events[0], events[2]]
        assert len(list(reader.readings())) == 1
    connection = sqlite3.connect(path)
    for change in ("UPDATE event SET who = 'Bob'", "DELETE FROM event"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
            connection.execute(change)
    assert [row[0] for row in connection.execute("SELECT seq FROM event ORDER BY seq")] == [1, 3, 4, 5]
    connection.close()


def test_a_person_can_read_it_with_sqlite_alone(tmp_path: Path) -> None:
    path = record(tmp_path / "h.sqlite", [reading(time=1_700_000_000.25, rois=())])
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT utc, camera, roi, count, state FROM readings").fetchall()
    connection.close()
    assert rows == [("2023-11-14T22:13:20.250Z", "hall", "frame", 3.0, "ok")]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no history at"):
        HistoryReader(tmp_path / "none.sqlite")
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(SourceError, match="holds no history yet"):
        HistoryReader(tmp_path / "empty.sqlite")
    (tmp_path / "text.sqlite").write_text("no database\n" * 1000)
    with pytest.raises(SourceError, match=r"cannot read .*file is not a database"):
        HistoryReader(tmp_path / "text.sqlite")
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(SourceError, match="is another program's database"):
        HistoryReader(tmp_path / "other.sqlite")


def test_a_damaged_file_is_said_when_it_is_met(tmp_path: Path) -> None:
    path = record(tmp_path / "h.sqlite", [reading(n) for n in range(2000)])
    with path.open("r+b") as file:
        file.seek(20_000)
        file.write(os.urandom(path.stat().st_size - 20_000))
    with pytest.raises(SourceError, match=r"cannot read .*malformed"), HistoryReader(path) as history:
        list(history.readings())


def test_reading_goes_on_while_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as writer:
        for number in range(3):
            writer.write(reading(number))
        writer.flush()
        with HistoryReader(path) as history:
            some = history.readings()
            first = next(some)
            writer.write(reading(3))
            writer.flush()
            assert frames([first, *some]) == [0, 1, 2], "one moment of the file"
            assert frames(history.readings()) == [0, 1, 2, 3]


def test_answers_may_be_taken_by_turns_and_left_half_way(tmp_path: Path) -> None:
    path = record(tmp_path / "h.sqlite", [reading(n) for n in range(300)])
    with HistoryReader(path) as history:
        bins, readings = history.bins(1), history.readings()
        taken = [(next(bins).start, next(readings).frame) for _ in range(100)]
        assert taken[-1][1] == 99
        assert len(list(readings)) == 200
        assert len(list(bins)) == 500
        left = history.readings()
        next(left)
        again = [one.frame for one in history.readings()]
        assert again == list(range(300))
    del left


def test_a_name_belongs_to_whoever_got_it_last(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(reading(0, camera="hall"))
        history.write(reading(1, camera="door"))
        # hall is taken away, and door is called hall from now on; its ROI left is gone, right is called left.
        rois = (RoiReading("frame", 1.0), RoiReading("left", 2.0, id="right"))
        history.write(Reading(NOON + 2, "hall", rois, frame=2, camera_id="door"))
        history.write(Event(NOON + 3, "lost", "hall", camera_id="door"))
    with HistoryReader(path) as history:
        assert history.cameras() == {
            "hall (earlier)": ("frame", "left"),
            "hall": ("frame", "left (earlier)", "left"),
        }
        found = list(history.readings())
        assert [(one.camera, one.camera_id) for one in found] == [
            ("hall (earlier)", "hall"),
            ("hall", "door"),
            ("hall", "door"),
        ]
        assert [(one.roi, one.id) for one in found[2].rois] == [("frame", ""), ("left", "right")]
        assert [one.camera for one in history.events()] == ["hall"]
        assert len(list(history.bins(60, Selection(cameras=frozenset({"hall"}))))) == 3


def test_a_file_that_lacks_what_its_format_has_is_said(tmp_path: Path) -> None:
    path = record(tmp_path / "h.sqlite", [reading()])
    connection = sqlite3.connect(path)
    connection.executescript("DROP VIEW minutes; DROP TABLE minute; DROP TABLE summed")
    connection.close()
    with HistoryReader(path) as history:
        for ask in (history.span, lambda: list(history.readings()), lambda: list(history.bins(60))):
            with pytest.raises(SourceError, match=r"cannot read .*no such table"):
                ask()
        assert list(history.events()) == []
