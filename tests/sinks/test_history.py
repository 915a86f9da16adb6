"""The history file: nothing lost, nothing doubled, whatever fails and however it says so."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.sinks.history import file as module
from crowdmon.sinks.history.file import HistoryFile
from crowdmon.sinks.history.schema import APPLICATION_ID, MIGRATIONS
from crowdmon.sinks.history.store import connect
from crowdmon.values import Reading
from tests.sinks.making import NOON, SCRATCH, frames, reading, readings, recorded


@settings(max_examples=40, deadline=None)
@given(st.lists(readings(), min_size=1, max_size=20), st.integers(1, 20))
def test_what_is_recorded_comes_back_to_the_last_digit(facts: list[Reading], every: int) -> None:
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        path = Path(folder) / "h.sqlite"
        with HistoryFile(path) as history:
            for number, one in enumerate(facts):
                history.write(one)
                if number % every == 0:
                    history.flush()
        assert recorded(path) == facts


def test_nothing_is_there_before_the_first_flush_and_no_folder_is_made(tmp_path: Path) -> None:
    history = HistoryFile(tmp_path / "h.sqlite")
    history.write(reading())
    assert list(tmp_path.iterdir()) == []
    assert history.waiting == 1
    history.flush()
    assert history.waiting == 0
    history.close()
    history.close()
    assert frames(recorded(tmp_path / "h.sqlite")) == [0]
    lost = HistoryFile(tmp_path / "none" / "h.sqlite")
    lost.write(reading())
    with pytest.raises(SinkError, match=r"there is no folder .*none\. Bring the folder back") as caught:
        lost.flush()
    assert caught.value.exit_code == 6
    assert not (tmp_path / "none").exists()


def test_one_flush_is_one_transaction(tmp_path: Path) -> None:
    statements: list[str] = []

    def watched(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.set_trace_callback(statements.append)
        return connection

    with HistoryFile(tmp_path / "h.sqlite", connect=watched, clock=lambda: NOON) as history:
        for _ in range(3):  # after the first ones it sums up what is there
            history.write(reading(0))
            history.flush()
        statements.clear()
        for number in range(1, 50):
            history.write(reading(number))
        history.flush()
        history.flush()
        assert statements.count("COMMIT") == 1
    with sqlite3.connect(tmp_path / "h.sqlite") as looked:
        assert looked.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    looked.close()


def test_a_restart_goes_on_counting(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    for number in range(3):
        with HistoryFile(path) as history:
            history.write(reading(number, time=100.0 - number))
    assert frames(recorded(path)) == [0, 1, 2]
    connection = sqlite3.connect(path)
    assert [row[0] for row in connection.execute("SELECT DISTINCT seq FROM reading ORDER BY 1")] == [1, 2, 3]
    assert connection.execute("SELECT count(*), sum(written) FROM run").fetchone() == (3, 3)
    connection.close()


def test_two_writers_of_one_file_do_not_eat_each_others_readings(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as one, HistoryFile(path) as two:
        for number in range(6):
            writer = (one, two)[number % 2]
            writer.write(reading(number, camera=f"c{number % 2}"))
            writer.flush()
    assert frames(recorded(path)) == [0, 1, 2, 3, 4, 5]


def test_a_name_with_broken_characters_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(reading(0, camera="caf\udce9"))
        history.write(reading(1))
    assert [one.camera for one in recorded(path)] == ["caf?", "hall"]


class Faulty(sqlite3.Connection):
    """A connection whose commits fail as they are told: before they work, or after they worked."""

    plan: list[str]

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        fault = self.plan.pop(0) if sql == "COMMIT" and self.plan else "works"
        if fault == "before":
            raise sqlite3.OperationalError("disk I/O error")
        done = super().execute(sql, *values)
        if fault == "after":
            raise sqlite3.OperationalError("disk I/O error")
        return done


def faulty(plan: list[str]) -> Callable[[Path], sqlite3.Connection]:
    """Open connections that follow one plan together."""

    def opened(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, factory=Faulty)
        connection.plan = plan
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
        return connection

    return opened


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["write", "write", "flush"]), max_size=40),
    plan=st.lists(st.sampled_from(["works", "before", "after"]), max_size=20),
    batch=st.integers(1, 5),
)
def test_however_a_commit_fails_all_is_there_once_and_in_order(
    steps: list[str], plan: list[str], batch: int
) -> None:
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "BATCH", batch)
        path = Path(folder) / "h.sqlite"
        history, number = HistoryFile(path, connect=faulty(plan)), 0
        for step in [*steps, "write"]:
            for _ in range(30):  # as the outbox does: the same reading is offered until it is taken
                try:
                    if step == "write":
                        history.write(reading(number))
                    else:
                        history.flush()
                    break
                except SinkError:
                    assert history.waiting <= batch
            number += step == "write"
        plan.clear()
        history.close()
        assert frames(recorded(path)) == list(range(number))


def test_a_disk_taken_out_and_put_back_gets_nothing_twice(tmp_path: Path) -> None:
    disk, drawer = tmp_path / "disk", tmp_path / "drawer"
    disk.mkdir()
    path = disk / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(reading(0))
        history.flush()
        disk.rename(drawer)
        disk.mkdir()
        history.write(reading(1))
        history.flush()
        assert frames(recorded(path)) == [1]
        disk.rename(tmp_path / "other")
        drawer.rename(disk)
        history.write(reading(2))
        history.flush()
    assert frames(recorded(path)) == [0, 2]
    assert frames(recorded(tmp_path / "other" / "h.sqlite")) == [1]


def test_a_file_taken_away_during_a_write_gets_it_again(tmp_path: Path) -> None:
    path, commits = tmp_path / "h.sqlite", []

    class Thief(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            done = super().execute(sql, *values)
            if sql == "COMMIT":
                commits.append(sql)
                if len(commits) == 2:  # the first made the tables
                    path.unlink()
            return done

    def thieving(place: Path) -> sqlite3.Connection:
        return sqlite3.connect(place, isolation_level=None, factory=Thief)

    with HistoryFile(path, connect=thieving) as history:
        history.write(reading(0))
        with pytest.raises(SinkError, match="was taken away while it was written"):
            history.flush()
        history.write(reading(1))
    assert frames(recorded(path)) == [0, 1]


def test_a_folder_deleted_and_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    path = folder / "h.sqlite"
    history = HistoryFile(path)
    history.write(reading(0))
    history.flush()
    for file in list(folder.iterdir()):
        file.unlink()
    folder.rmdir()
    history.write(reading(1))
    with pytest.raises(SinkError, match="there is no folder"):
        history.flush()
    with pytest.raises(SinkError, match="there is no folder"):
        history.write(reading(2))
    assert history.waiting == 1
    folder.mkdir()
    history.write(reading(2))
    history.close()
    assert frames(recorded(path)) == [1, 2]


def test_a_lock_of_another_program_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    history = HistoryFile(path)
    history.write(reading(0))
    history.flush()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    history.write(reading(1))
    with pytest.raises(SinkError, match="another program holds it locked"):
        history.flush()
    other.execute("ROLLBACK")
    other.close()
    history.close()
    assert frames(recorded(path)) == [0, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"what is this\n" * 1000, "cannot write .*: it is not a history file"),
        (None, "another program's database"),
        (b"", ""),
    ],
)
def test_another_file_is_left_as_it_is(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "h.sqlite"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE camera (x)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    history = HistoryFile(path)
    history.write(reading())
    if not message:
        history.close()
        assert frames(recorded(path)) == [0], "an empty file may become one"
        return
    with pytest.raises(SinkError, match=message):
        history.flush()
    if content is not None:
        assert path.read_bytes() == before
    path.unlink()
    history.close()
    assert frames(recorded(path)) == [0]


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    history = HistoryFile(tmp_path)
    history.write(reading())
    with pytest.raises(SinkError, match=r"it is a folder\. Choose a file"):
        history.flush()


def test_a_damaged_file_is_said_and_a_new_one_begun_when_it_is_moved_away(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        for number in range(500):
            history.write(reading(number))
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 40_000)
    history = HistoryFile(path)
    history.write(reading(500))
    with pytest.raises(SinkError, match=r"it is damaged\. Move it and the files beside it away, a new"):
        history.flush()
    path.rename(tmp_path / "damaged.sqlite")
    history.close()
    assert frames(recorded(path)) == [500]


def test_the_file_says_what_it_is_and_a_newer_one_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(reading())
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    history = HistoryFile(path)
    history.write(reading())
    with pytest.raises(SinkError, match=r"was written by a newer crowdmon .* Update crowdmon"):
        history.flush()


def test_an_older_file_is_brought_up_to_date_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "h.sqlite"
    with HistoryFile(path) as history:
        history.write(reading(0))
    schema = "crowdmon.sinks.history.schema.MIGRATIONS"
    monkeypatch.setattr(schema, (*MIGRATIONS, ("CREATE TABLE another (x)", "CREATE TABLE nonsense")))
    history = HistoryFile(path)
    history.write(reading(1))
    with pytest.raises(SinkError, match="cannot write"):
        history.flush()
    tables = "SELECT count(*) FROM sqlite_master WHERE name = 'another'"
    connection = sqlite3.connect(path)
    assert connection.execute(tables).fetchone() == (0,)
    monkeypatch.setattr(schema, (*MIGRATIONS, ("CREATE TABLE another (x)",)))
    history.close()
    assert connection.execute(tables).fetchone() == (1,)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.close()
    assert frames(recorded(path)) == [0, 1]


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    connection = connect(tmp_path / "h.sqlite")
    try:
        # 2 is FULL. With NORMAL a power cut may take the last minutes although each commit reported success.
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()
