"""A file has one writer at a time; a program that was killed holds nobody up."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from crowdmon import locks
from crowdmon.engine.memory import MemoryHistory
from crowdmon.errors import SinkError
from crowdmon.locks import only_writer
from crowdmon.sinks.csv_file import ReadingCsv
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.export import export_readings
from tests.sinks.making import reading

HOLD = """
import sys, time
from pathlib import Path
from crowdmon.locks import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_the_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "held\n"
            (tmp_path / "link.csv").symlink_to("o.csv")
            for name in (path, tmp_path / "link.csv"):
                says = rf"{name} is being written by process {first.pid}\. "
                with pytest.raises(SinkError, match=says), only_writer(name):
                    pytest.fail("it was held")
        finally:
            first.kill()
    assert (tmp_path / ".o.csv.lock").exists(), "kill -9 leaves it"
    with only_writer(path):
        assert not path.exists(), "nothing is made"
    assert names(tmp_path) == ["link.csv"]


def test_a_disk_without_locks_is_no_obstacle(tmp_path: Path, monkeypatch, caplog) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", none)
    caplog.set_level(logging.DEBUG, "crowdmon.locks")
    with only_writer(tmp_path / "o.csv"), ReadingCsv(tmp_path / "o.csv") as log:
        log.write(reading())
    assert "knows no locks: No locks available" in caplog.text
    assert names(tmp_path) == ["o.csv"]


def test_a_folder_that_takes_no_lock_file_is_no_obstacle(tmp_path: Path, monkeypatch) -> None:
    long = tmp_path / ("a" * 251 + ".csv")
    with only_writer(long), ReadingCsv(long) as log:
        log.write(reading())
    assert names(tmp_path) == [long.name]


def test_a_file_that_is_written_is_not_cut_by_another_writer(tmp_path: Path) -> None:
    path, other = tmp_path / "o.csv", tmp_path / "hard.csv"
    with ReadingCsv(path) as log:
        log.write(reading())
        other.hardlink_to(path)
        before = path.read_bytes()
        for second in (ReadingCsv(other), ReadingCsv(other, append=True)):
            with second, pytest.raises(SinkError, match="is being written by another program"):
                second.write(reading())
        with pytest.raises(SinkError, match="is being written by another program"):
            export_readings(MemoryHistory([reading()]), other)
        log.write(reading())
        assert path.read_bytes().startswith(before)
    assert names(tmp_path) == ["hard.csv", "o.csv"]


def test_daily_logs_share_a_file_and_keep_others_from_cutting_it(tmp_path: Path) -> None:
    with DailyCsv(tmp_path) as one, DailyCsv(tmp_path) as other:
        one.write(reading())
        other.write(reading())
        (day,) = tmp_path.glob("*.csv")
        with ReadingCsv(day) as cutting, pytest.raises(SinkError, match="is being written"):
            cutting.write(reading())
        one.write(reading())
    assert len(day.read_text().splitlines()) == 1 + 3 * len(reading().rois)


def test_what_is_no_file_is_not_held(tmp_path: Path) -> None:
    null = Path("/dev/null")
    with only_writer(null), only_writer(null):
        pass


def test_the_lock_knows_who_shares_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    with path.open("r+b") as one, path.open("r+b") as two, path.open("r+b") as three:
        assert locks.take(one.fileno(), shared=True)
        assert locks.take(two.fileno(), shared=True)
        assert not locks.take(three.fileno())
