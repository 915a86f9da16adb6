"""Files of older formats are read as they are, and brought to the newest by who writes to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest

from crowdmon.facts import Event
from crowdmon.sinks.history import thinning
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.schema import MIGRATIONS
from crowdmon.sinks.history.selection import Selection
from crowdmon.sinks.history.store import Store, connect
from crowdmon.sinks.history.thinning import DAY, STEADY, Keep
from crowdmon.values import Level, Reading, ReadingState, RoiReading
from tests.sinks.making import NOON, reading, slow_bins
from tests.sinks.test_thinning import keyed, same

EVENTS = [
    Event(NOON + 1, "connected", "hall"),
    Event(NOON + 2, "acknowledged", "hall", "left", "Ada", "note"),
]


def old_file(path: Path, version: int, facts: Iterable[Reading]) -> Path:
    """Write a file as that version of the format was written."""
    connection = sqlite3.connect(path, isolation_level=None)
    for number, statements in enumerate(MIGRATIONS[:version], 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("BEGIN")
    seq, series = 0, dict[tuple[str, str], int]()
    for fact in facts:
        seq += 1
        for place, roi in enumerate(fact.rois):
            key = fact.camera, roi.roi
            if key not in series:
                sql = "INSERT INTO series (camera, roi) VALUES (?, ?) RETURNING id"
                (series[key],) = connection.execute(sql, key).fetchone()
            level = roi.level.value if roi.level else None
            row = (
                *(series[key], fact.time, seq, place, roi.count, roi.count_smoothed, roi.density_per_m2),
                *(level, fact.state.value, fact.frame, fact.pts),
            )
            connection.execute("INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    for event in EVENTS:
        seq += 1
        said = (event.time, event.kind, event.camera, event.roi, event.who, event.detail)
        connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", (seq, *said))
    connection.execute("UPDATE sequence SET last = ?", (seq,))
    connection.execute("COMMIT")
    connection.close()
    return path


def some() -> list[Reading]:
    facts = [reading(n, camera=("hall", "door")[n % 2], rois=("left", "right")) for n in range(200)]
    whole = RoiReading("frame", 3.25, 3.0, 0.5, Level.AMBER)
    return [
        *facts,
        reading(200, count=None),
        Reading(NOON - 30 * DAY, "hall", (whole,), ReadingState.OK, 7, 1.5),
    ]


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_file_is_read_as_it_is_and_not_changed(version: int, tmp_path: Path) -> None:
    path = old_file(tmp_path / "h.sqlite", version, some())
    before = path.read_bytes()
    path.chmod(0o400)
    for _ in range(2):
        with HistoryReader(path) as history:
            assert list(history.readings()) == some()
            assert list(history.events()) == EVENTS
            assert list(history.spot_checks()) == []
            assert history.cameras() == {
                "hall": ("frame", "left", "right"),
                "door": ("frame", "left", "right"),
            }
            assert history.span() == (NOON - 30 * DAY, NOON + 200)
            for width in (1, 60, 3600):
                found, truth = keyed(history.bins(width)), slow_bins(some(), width, Selection())
                assert found.keys() == truth.keys()
                assert all(same(one, truth[key]) for key, one in found.items())
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("keep", [Keep(), Keep(older=True)])
def test_who_writes_to_it_brings_it_up_to_date_without_loss(version: int, keep: Keep, tmp_path: Path) -> None:
    path = old_file(tmp_path / "h.sqlite", version, some())
    now, ticks = NOON + 10 * DAY, 0.0
    new = [reading(n, time=now + n, camera="hall") for n in range(3)]
    with HistoryFile(path, keep=keep, clock=lambda: now, ticks=lambda: ticks) as history:
        history.write(new[0])
        history.flush()
        with HistoryReader(path) as found:
            assert list(found.readings()) == [*some(), new[0]]
            assert list(found.events()) == EVENTS
        history.write(new[1])
        store = history._store
        assert store is not None
        for second in range(100, 100 + int(STEADY)):
            store.tend(now=now + second, ticks=float(second))
        history.write(new[2])
    facts = [*some(), *new]
    with HistoryReader(path) as found:
        readings = list(found.readings())
        if keep.older:
            assert readings[-3:] == new
            assert len(readings) < 20, "minutes stand for what is older than two days"
        else:
            assert readings == facts, "what was to be kept for ever is, until somebody says otherwise"
        assert list(found.events()) == EVENTS
        for width in (60, 3600, 86_400):
            bins, truth = keyed(found.bins(width)), slow_bins(facts, width, Selection())
            assert bins.keys() == truth.keys()
            assert all(same(one, truth[key]) for key, one in bins.items())


def test_what_is_kept_for_ever_stays_in_its_bins_when_minutes_go(tmp_path: Path) -> None:
    old = [reading(n, time=NOON - 500 * DAY + 20 * n) for n in range(600)]
    path = old_file(tmp_path / "h.sqlite", 2, old)
    store = Store(path, connect, keep=Keep())
    for second in range(int(STEADY) + 200):
        store.tend(now=NOON + second, ticks=float(second))
    store.close()
    with HistoryReader(path) as found:
        assert list(found.readings()) == old
        for width in (60, 3600):
            bins, truth = keyed(found.bins(width)), slow_bins(old, width, Selection())
            assert bins.keys() == truth.keys()
            assert all(same(one, truth[key]) for key, one in bins.items())
    store = Store(path, connect, keep=Keep(older=True))
    for second in range(int(STEADY) + 200):
        store.tend(now=NOON + second, ticks=float(second))
    store.close()
    with HistoryReader(path) as found:
        assert list(found.bins(60)) == list(found.bins(3600)) == list(found.readings()) == []


def test_a_large_one_is_open_at_once_and_summed_up_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, between and after the steps every question has the same answer."""
    monkeypatch.setattr(thinning, "A_STEP", 3000)
    facts = [
        reading(n, time=NOON + 1.7 * n, camera=f"camera {n % 3}", rois=("left", "right", "gate"))
        for n in range(12_000)
    ]
    path = old_file(tmp_path / "h.sqlite", 2, facts)
    truth = {width: slow_bins(facts, width, Selection()) for width in (60, 3600)}
    now = NOON + 30 * DAY
    store = Store(path, connect, keep=Keep(raw=DAY, older=True))
    connection = sqlite3.connect(path)
    asked = most = 0
    left = 4 * len(facts)

    def agrees() -> None:
        with HistoryReader(path) as history:
            for width, one in truth.items():
                found = keyed(history.bins(width))
                assert found.keys() == one.keys()
                assert all(same(found[key], one[key]) for key in one)

    try:
        for second in range(3000):
            done = store.tend(now=now + second, ticks=float(second))
            if not done and second > STEADY:
                break
            if not done:
                continue
            before, (left,) = left, connection.execute("SELECT count(*) FROM reading").fetchone()
            most = max(most, before - left)
            asked += 1
            if asked % 9 == 0:
                agrees()
        agrees()
    finally:
        connection.close()
        store.close()
    assert left == 0
    assert most <= 3000
    assert asked > 30
