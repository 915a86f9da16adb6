"""Readings become minutes and hours, and old ones go: whatever happens, each counts exactly once."""

from __future__ import annotations

import math
import sqlite3
import tempfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.sinks.bins import Bin, width_to_plot
from crowdmon.sinks.history import thinning
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import EVERYTHING, Selection
from crowdmon.sinks.history.store import Store, connect
from crowdmon.sinks.history.sums import Sum, summed
from crowdmon.sinks.history.thinning import STEADY, Keep
from crowdmon.values import Reading, ReadingState
from tests.sinks.making import NOON, SCRATCH, reading, readings, recorded, slow_bins
from tests.sinks.test_history import faulty

HOUR, DAY = 3600.0, 86_400.0
KEEP = Keep(raw=2 * HOUR, minutes=30 * DAY)


class Hall:
    """A history whose clock is set by hand."""

    def __init__(self, path: Path, *, keep: Keep = KEEP, plan: list[str] | None = None) -> None:
        self.path, self.keep, self.plan = path, keep, [] if plan is None else plan
        self.now, self.ticks, self.number = NOON, 0.0, 0
        self.facts: list[Reading] = []
        self.open()

    def open(self) -> None:
        # That one does not wait for the disk either.
        self.file = HistoryFile(
            self.path,
            keep=self.keep,
            clock=lambda: self.now,
            ticks=lambda: self.ticks,
            connect=faulty(self.plan),
        )

    def add(self, *facts: Reading) -> None:
        for fact in facts:
            self.facts.append(fact)
            for _ in range(30):
                try:
                    self.file.write(fact)
                    break
                except SinkError:
                    pass

    def run(self, seconds: float) -> None:
        """Let time pass, with a reading every twenty seconds."""
        for _ in range(int(seconds // 20)):
            self.pass_time(20.0)
            self.number += 1
            self.add(reading(self.number, time=self.now, count=float(self.number % 7)))
            self.flush()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.ticks += abs(seconds)

    def flush(self) -> None:
        for _ in range(30):
            try:
                self.file.flush()
                break
            except SinkError:
                pass

    def settle(self) -> None:
        """Do all steps there are to do, a second each, and some more until the clock is believed."""
        for second in range(3000):
            self.pass_time(1.0)
            store = self.file._store
            if store is None or (not store.tend(now=self.now, ticks=self.ticks) and second > STEADY):
                break

    def rows(self, table: str) -> int:
        connection = sqlite3.connect(self.path)
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        connection.close()
        return int(found)


def keyed(bins: Iterable[Bin]) -> dict[tuple[int, str, str], Bin]:
    return {(one.start, one.camera, one.roi): one for one in bins}


def same(found: Bin, truth: Bin) -> bool:
    close = [
        (a is None) == (b is None) and (a is None or b is None or math.isclose(a, b, abs_tol=1e-6))
        for a, b in zip(
            (found.mean, found.min, found.max, found.last),
            (truth.mean, truth.min, truth.max, truth.last),
            strict=True,
        )
    ]
    return all(close) and (found.n, found.missed) == (truth.n, truth.missed)


def agrees(path: Path, facts: list[Reading], width: int, selection: Selection = EVERYTHING) -> None:
    with HistoryReader(path) as history:
        found = keyed(history.bins(width, selection))
    truth = slow_bins(facts, width, selection)
    assert found.keys() == truth.keys()
    for key, one in found.items():
        assert same(one, truth[key]), (one, truth[key])


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path / "h.sqlite")


def test_old_readings_become_minutes_and_the_bins_stay(hall: Hall) -> None:
    hall.run(5 * HOUR)
    hall.settle()
    assert hall.rows("reading") < 2 * 2.1 * HOUR / 20
    assert hall.rows("minute") == pytest.approx(2 * 5 * 60, abs=4)
    for width in (60, 900, 3600, 7200, 86_400):
        agrees(hall.path, hall.facts, width)
    whole = Selection(since=hall.now - 4 * HOUR, until=hall.now - 60)
    with HistoryReader(hall.path) as history:
        parts = [whole.since, *(whole.since + step for step in (600, 7777, 7790, 9000.5)), whole.until]
        counted = [
            sum(one.n for one in history.bins(60, Selection(since=a, until=b))) for a, b in pairwise(parts)
        ]
        assert sum(counted) == sum(one.n for one in history.bins(60, whole)), "no seam, nothing twice"
        for width in (1, 7, 60, 3600):
            bins = list(history.bins(width))
            assert sum(one.n for one in bins) == 2 * len(hall.facts)
        found = list(history.readings())
        assert [one.time for one in found] == sorted(one.time for one in found)
        first = found[0]
        assert (first.frame, first.state, first.time % 60) == (None, ReadingState.OK, 0)
        assert found[-5:] == hall.facts[-5:]
        span = history.span()
        assert span is not None
        assert span == (hall.facts[0].time // 60 * 60, hall.facts[-1].time)


def test_nothing_of_an_older_version_is_thinned_unless_that_is_asked_for(hall: Hall) -> None:
    hall.run(3 * HOUR)
    connection = sqlite3.connect(hall.path)
    connection.execute("UPDATE summed SET older = (SELECT last FROM sequence)")
    connection.commit()
    connection.close()
    before = len(hall.facts)
    hall.run(6 * HOUR)
    hall.settle()
    kept = hall.rows("reading")
    assert kept >= 2 * before
    agrees(hall.path, hall.facts, 60)
    hall.file.close()
    hall.keep = Keep(raw=2 * HOUR, minutes=30 * DAY, older=True)
    hall.open()
    hall.run(20 * 60)
    hall.settle()
    assert hall.rows("reading") < 2 * 2.1 * HOUR / 20
    agrees(hall.path, hall.facts, 60)


def test_minutes_go_after_their_time_and_not_before(hall: Hall) -> None:
    hall.run(HOUR)
    hall.pass_time(29 * DAY)
    hall.run(HOUR)
    hall.settle()
    agrees(hall.path, hall.facts, 60)
    hall.pass_time(2 * DAY)
    hall.run(20 * 60)
    hall.settle()
    left = [one for one in hall.facts if one.time >= (hall.now - 30 * DAY) // HOUR * HOUR]
    assert len(left) < len(hall.facts)
    for width in (60, 3600):
        agrees(hall.path, left, width)


def test_a_wrong_clock_deletes_nothing_before_it_has_run_evenly(hall: Hall) -> None:
    hall.run(3 * HOUR)
    hall.settle()
    there = hall.rows("reading"), hall.rows("minute")
    hall.now += 3650 * DAY
    for _ in range(20):
        hall.ticks += 20.0
        hall.now += 20.0
        hall.add(reading(0, time=hall.now))
        hall.flush()
    hall.now -= 3650 * DAY
    assert hall.rows("reading") >= there[0]
    hall.run(HOUR)
    hall.settle()
    assert hall.rows("minute") >= there[1]
    agrees(hall.path, hall.facts, 60)
    agrees(hall.path, hall.facts, 3600)


def test_a_late_reading_joins_the_minute_that_stands_for_it(hall: Hall) -> None:
    hall.run(5 * HOUR)
    hall.settle()
    for back in (4.5 * HOUR, 3 * HOUR, 100.0):
        hall.number += 1
        hall.add(reading(hall.number, time=hall.now - back, count=1000.0))
    hall.add(reading(0, time=hall.now - 4.5 * HOUR, count=None))
    hall.flush()
    for width in (60, 900, 3600):
        agrees(hall.path, hall.facts, width)
    with HistoryReader(hall.path) as history:
        for width in (1, 60):
            assert sum(one.n + one.missed for one in history.bins(width)) == 2 * len(hall.facts)
    hall.settle()
    agrees(hall.path, hall.facts, 60)


def test_a_step_that_fails_is_undone_logged_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan: list[str] = []
    hall = Hall(tmp_path / "h.sqlite", plan=plan)
    hall.run(600)
    hall.pass_time(120)
    plan += ["works", "before"]  # the facts are written, the step is not
    hall.run(20)
    assert "is not thinned just now: disk I/O error" in caplog.text
    assert len(recorded(hall.path)) == len(hall.facts)
    hall.run(HOUR)
    hall.settle()
    agrees(hall.path, hall.facts, 60)


def test_steps_are_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desert of empty months does not make a step long that comes to a dense day after it."""
    monkeypatch.setattr(thinning, "A_STEP", 100)
    path = tmp_path / "h.sqlite"
    with HistoryFile(path, clock=lambda: 0.0) as history:
        history.write(reading(0, time=NOON - 400 * DAY))
        for number in range(3000):
            history.write(reading(number, time=NOON + number))
    hall = Hall(path, keep=Keep(raw=2 * HOUR, minutes=9000 * DAY))
    hall.facts = recorded(path)
    hall.now = NOON + 4000
    hall.add(reading(0, time=hall.now))
    hall.flush()
    store = hall.file._store
    assert store is not None
    most = 0
    for step in range(1000):
        before = hall.rows("minute"), hall.rows("reading")
        done = store.tend(now=hall.now + DAY + 10.0 * step, ticks=10.0 * step)
        if not done and 10.0 * step > STEADY:
            break
        after = hall.rows("minute"), hall.rows("reading")
        most = max(most, after[0] - before[0], before[1] - after[1])
    assert hall.rows("reading") == 0
    assert most <= 120, "a minute of two ROIs is the least"
    agrees(path, hall.facts, 60)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["run", "late", "pass", "back", "settle", "restart", "flush"]),
            st.floats(0, 6 * HOUR),
            readings(),
        ),
        max_size=14,
    ),
    plan=st.lists(st.sampled_from(["works", "works", "works", "before", "after"]), max_size=30),
    width=st.sampled_from([60, 900, 3600]),
    ends=st.tuples(st.integers(-400, 400), st.integers(-400, 400)),
)
def test_whatever_happens_each_reading_counts_once(
    steps: list[tuple[str, float, Reading]], plan: list[str], width: int, ends: tuple[int, int]
) -> None:
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        hall = Hall(Path(folder) / "h.sqlite", plan=plan, keep=Keep(raw=HOUR, minutes=9000 * DAY))
        hall.run(60)
        for what, seconds, fact in steps:
            if what == "run":
                hall.run(min(seconds, 1200))
            elif what == "late":
                moment = hall.now - seconds
                hall.add(Reading(moment, fact.camera, fact.rois, fact.state, fact.frame, fact.pts))
            elif what == "pass":
                hall.pass_time(seconds)
            elif what == "back":
                hall.now -= seconds
            elif what == "settle":
                try:
                    hall.settle()
                except sqlite3.Error:
                    hall.file._drop()
            elif what == "restart":
                hall.flush()
                hall.file.close()
                hall.open()
            else:
                hall.flush()
        plan.clear()
        hall.flush()
        low, high = sorted(NOON // 60 * 60 + 60 * end for end in ends)
        for selection in (Selection(), Selection(since=low, until=high)):
            agrees(hall.path, hall.facts, width, selection)
        with HistoryReader(hall.path) as history:
            fine = list(history.bins(7))
            assert sum(one.n + one.missed for one in fine) == sum(len(one.rois) for one in hall.facts)
            assert [one.start for one in fine] == sorted(one.start for one in fine)
        hall.file.close()


def test_two_programs_that_sum_up_the_same_minute_count_it_once(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    one = Hall(path)
    one.run(600)
    other = Store(path, connect, keep=KEEP)
    steps: list[bool] = []

    class Late(sqlite3.Connection):
        """Begins its step only after the other program has done the same one."""

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE" and not steps:
                steps.append(other.tend(now=one.now + 120, ticks=0.0))
            return super().execute(sql, *values)

    slow = Store(path, lambda place: sqlite3.connect(place, isolation_level=None, factory=Late), keep=KEEP)
    slow.tend(now=one.now + 120, ticks=0.0)
    for _ in range(20):
        slow.tend(now=one.now + 120, ticks=0.0)
    slow.close()
    other.close()
    one.file.close()
    assert steps == [True]
    agrees(path, one.facts, 60)


@given(
    st.lists(st.tuples(st.floats(0, 7200), st.none() | st.floats(0, 1e4)), max_size=60),
    st.integers(0, 60),
    st.sampled_from([60, 3600]),
)
def test_a_sum_of_parts_is_the_sum_of_the_whole(
    readings: list[tuple[float, float | None]], cut: int, width: int
) -> None:
    rows = [(time, seq, count, count, None) for seq, (time, count) in enumerate(readings)]
    parts: dict[int, Sum] = {}
    for part in (rows[:cut], rows[cut:]):
        for one in summed(sorted(part, key=lambda row: row[:2]), width):
            parts.setdefault(one.start, Sum(one.start)).add(one)
    whole = {one.start: one for one in summed(sorted(rows, key=lambda row: row[:2]), width)}
    assert parts.keys() == whole.keys()
    for start, one in whole.items():
        two = parts[start]
        assert (one.n, one.missed, one.least, one.most, one.last, one.seq, one.per_m2) == (
            *(two.n, two.missed, two.least, two.most, two.last, two.seq, two.per_m2),
        )
        assert math.isclose(one.total, two.total, abs_tol=1e-6)
        assert one.mean is None or one.least is None or one.most is None or one.least <= one.mean <= one.most


@pytest.mark.parametrize(
    ("hours", "width"), [(0.5, 1), (0.6, 5), (24, 60), (24 * 7, 900), (24 * 400, 21_600), (1e6, 86_400)]
)
def test_a_plot_gets_no_more_bins_than_it_can_draw(hours: float, width: int) -> None:
    assert width_to_plot(hours * HOUR) == width
