"""Real disks that are full, read-only, gone or locked: shown, tried again, filled in, nothing twice.

The recording thread's own step is driven by hand, with a clock that moves when told, onto a file system
of one megabyte; mounting one needs root.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.engine.sink_thread import SinkThread
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.daily import DailyCsv
from crowdmon.sinks.history.file import HistoryFile
from tests.fakes import ManualClock, until
from tests.sinks.making import frames, reading, recorded


def _mount(*arguments: object) -> str:
    """Run mount; return what it complains about."""
    command = shutil.which("mount")
    if command is None:
        return "there is no mount"
    done = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stderr.strip() or ("" if done.returncode == 0 else f"mount ended with {done.returncode}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if problem := _mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", place):
        pytest.skip(f"no small disk can be mounted here: {problem}")
    yield place
    while subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False).returncode == 0:
        pass


class Recorder:
    """The recording thread's work, step by step, with a history and a daily CSV."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.history, self.daily = HistoryFile(folder / "h.sqlite"), DailyCsv(folder)
        self.sink_thread = SinkThread([self.history, self.daily], clock=self.clock, look=lambda: None)
        self.pushed = 0

    def work(self, readings: int = 1) -> str:
        """Make readings, half a second each; return the error that is shown in the end."""
        for _ in range(readings):
            self.sink_thread.push(reading(self.pushed, rois=("left", "right", "far corner")))
            self.pushed += 1
            self.clock.forward(0.5)
            self.sink_thread.step()
        return self.sink_thread.error

    def recover(self) -> str:
        """Let the longest pause between two attempts pass."""
        for _ in range(3):
            self.clock.forward(3.0)
            self.sink_thread.step()
        return self.sink_thread.error

    def unwritten(self) -> list[int]:
        return [len(box) for box in self.sink_thread.outboxes]

    def close(self) -> None:
        self.sink_thread.step(last=True)
        self.history.close()
        self.daily.close()
        assert sum(box.lost for box in self.sink_thread.outboxes) == 0

    def in_history(self) -> list[int | None]:
        connection = sqlite3.connect(self.folder / "h.sqlite")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        return frames(recorded(self.folder / "h.sqlite"))

    def in_csv(self) -> list[int | None]:
        (path,) = self.folder.glob("*.csv")
        rows = read_csv(path)
        assert all(len({row["frame"] for row in rows[n : n + 4]}) == 1 for n in range(0, len(rows), 4))
        return [row["frame"] for row in rows[::4]]


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    assert shutil.disk_usage(disk).free == 0
    return ballast


def test_a_disk_that_is_full_before_the_first_reading(disk: Path) -> None:
    ballast, recorder = _fill(disk), Recorder(disk)
    error = recorder.work(20)
    assert "h.sqlite: the disk is full. Make room" in error
    assert "cannot write " in error
    assert "no space left on device" in error, "the CSV says so, too"
    assert min(recorder.unwritten()) >= 19
    ballast.unlink()
    assert recorder.recover() == ""
    assert recorder.unwritten() == [0, 0]
    recorder.close()
    assert recorder.in_history() == recorder.in_csv() == list(range(20))


def test_a_disk_that_fills_while_recording_again_and_again(disk: Path) -> None:
    recorder = Recorder(disk)
    assert recorder.work(20) == ""
    for _ in range(3):
        ballast = _fill(disk)
        error = recorder.work(300)
        assert "h.sqlite: the disk is full" in error
        assert recorder.in_history() == list(range(len(recorder.in_history()))), "readable all the while"
        assert recorder.unwritten()[0] > 0
        ballast.unlink()
        assert recorder.recover() == ""
        assert recorder.in_history() == list(range(recorder.pushed))
    recorder.close()
    assert recorder.in_history() == recorder.in_csv() == list(range(920))


def test_a_disk_that_the_recording_itself_fills(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 600_000)
    recorder = Recorder(disk)
    for _ in range(200):
        if "disk is full" in recorder.work(50):
            break
    assert "disk is full" in recorder.sink_thread.error
    recorder.work(20)
    ballast.unlink()
    assert recorder.recover() == ""
    recorder.close()
    assert recorder.in_history() == recorder.in_csv() == list(range(recorder.pushed))


def test_a_disk_that_is_read_only(disk: Path) -> None:
    assert _mount("-o", "remount,ro", disk) == ""
    recorder = Recorder(disk)
    error = recorder.work(10)
    assert "h.sqlite: it is read-only. Make the file, its folder and its disk writable" in error
    assert list(disk.iterdir()) == []
    assert _mount("-o", "remount,rw", disk) == ""
    assert recorder.recover() == ""
    recorder.close()
    assert recorder.in_history() == recorder.in_csv() == list(range(10))


def test_a_disk_that_is_taken_out_and_comes_back_read_only(disk: Path) -> None:
    recorder = Recorder(disk)
    assert recorder.work(10) == ""
    # Lazily, as when it is pulled out: our open files go on living unseen.
    subprocess.run(["umount", "-l", str(disk)], check=True)
    assert _mount("-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", disk) == ""
    assert "it is read-only" in recorder.work(10)
    assert _mount("-o", "remount,rw", disk) == ""
    assert recorder.recover() == ""
    recorder.close()
    # What was durable on the old disk is there; the last half second was not, and goes to the new one too.
    found = recorder.in_history()
    assert found == list(range(10, 20)) or found == list(range(9, 20))
    assert recorder.in_csv() == list(range(10, 20))


def test_a_disk_that_is_taken_out_leaves_nothing_on_the_one_below(disk: Path) -> None:
    (disk / "log").mkdir()
    recorder = Recorder(disk / "log")
    assert recorder.work(4) == ""
    subprocess.run(["umount", "-l", str(disk)], check=True)
    error = recorder.work(10)
    assert f"there is no folder {disk / 'log'}. Bring the folder back" in error
    assert list(disk.iterdir()) == []
    recorder.sink_thread.step(last=True)
    assert sum(recorder.unwritten()) >= 20


def test_a_folder_that_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    recorder = Recorder(folder)
    assert recorder.work(10) == ""
    shutil.rmtree(folder)
    error = recorder.work(10)
    assert f"h.sqlite: there is no folder {folder}" in error
    assert "crowdmon-" in error
    folder.mkdir()
    assert recorder.recover() == ""
    recorder.close()
    assert set(range(10, 20)) <= set(recorder.in_history())
    assert set(range(10, 20)) <= set(recorder.in_csv())
    for found in (recorder.in_history(), recorder.in_csv()):
        assert found == list(range(int(found[0] or 0), 20))


def test_a_database_that_is_locked_holds_up_nothing_else(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    assert recorder.work(5) == ""
    other = sqlite3.connect(tmp_path / "h.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    error = recorder.work(10)
    waiting = recorder.unwritten()[0]
    assert waiting >= 9
    assert error.endswith(
        "h.sqlite: another program holds it locked. Close that program; it is tried again until then. "
        f"{waiting} wait to be written"
    )
    assert recorder.unwritten()[1] == 0
    assert recorder.in_csv() == list(range(15)), "the CSV goes on"
    other.execute("ROLLBACK")
    other.close()
    assert recorder.recover() == ""
    recorder.close()
    assert recorder.in_history() == list(range(15))


def test_the_thread_itself_on_a_disk_that_fills(disk: Path) -> None:
    history = HistoryFile(disk / "h.sqlite")
    from crowdmon.engine.protocols import SystemClock

    sink_thread = SinkThread([history], clock=SystemClock(), look=lambda: None)
    sink_thread.thread.start()
    ballast = _fill(disk)
    for number in range(100):
        sink_thread.push(reading(number))
    until(lambda: "the disk is full" in sink_thread.error)
    ballast.unlink()
    until(lambda: not sink_thread.error and len(sink_thread.outboxes[0]) == 0)
    sink_thread.push(reading(100))
    sink_thread.stop()
    sink_thread.thread.join(10)
    history.close()
    assert frames(recorded(disk / "h.sqlite")) == list(range(101))
