"""The daily CSV: a file a local day, whole rows, carried on after whatever ended the program."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.sinks.csv_file import ReadingCsv, cut_torn_row, read_csv
from crowdmon.sinks.csv_rows import HEADER, encode
from crowdmon.sinks.daily import DailyCsv, check_folder, local_day
from tests.sinks.making import SCRATCH, reading

MIDNIGHT = 1_700_006_400.0
"""2023-11-15 00:00 UTC."""


@pytest.fixture(autouse=True)
def in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from _zone("UTC", monkeypatch)


def _zone(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its time zone")
    monkeypatch.setenv("TZ", name)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def written(folder: Path) -> dict[str, list[int | None]]:
    """File name -> frames of the whole picture's rows."""
    return {
        path.name: [row["frame"] for row in read_csv(path) if row["roi"] == "frame"]
        for path in sorted(folder.glob("*.csv"))
    }


def test_a_file_a_day_and_late_readings_go_to_their_own(tmp_path: Path) -> None:
    with DailyCsv(tmp_path) as log:
        for number, moment in enumerate([-1.0, -0.0004, 0.0, 86_399.0, 86_400.0, -2.0]):
            log.write(reading(number, time=MIDNIGHT + moment))
    assert written(tmp_path) == {
        "crowdmon-2023-11-14.csv": [0, 5],
        "crowdmon-2023-11-15.csv": [1, 2, 3],  # -0.4 ms is shown as 00:00:00.000
        "crowdmon-2023-11-16.csv": [4],
    }


def test_the_day_is_the_local_one_and_the_rows_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = _zone("Asia/Kolkata", monkeypatch)
    next(zone)
    try:
        with DailyCsv(tmp_path) as log:
            log.write(reading(0, time=MIDNIGHT - 5.5 * 3600 - 1))
            log.write(reading(1, time=MIDNIGHT - 5.5 * 3600))
        for path in tmp_path.iterdir():
            day = path.stem.removeprefix("crowdmon-")
            assert all(line.startswith(day) for line in path.read_text().splitlines()[1:])
        assert len(written(tmp_path)) == 2
    finally:
        list(zone)


def test_a_restart_carries_on_with_one_header(tmp_path: Path) -> None:
    for number in range(3):
        with DailyCsv(tmp_path) as log:
            log.write(reading(number))
            log.flush()
    (path,) = tmp_path.iterdir()
    assert written(tmp_path) == {path.name: [0, 1, 2]}
    assert path.read_bytes().count(HEADER) == 1


@settings(deadline=None)
@given(cut=st.integers(0, 500), tail=st.sampled_from([b"", b"\0" * 50, b"2023-11-14T", b'"half']))
def test_wherever_a_power_cut_left_it_the_rest_is_whole(cut: int, tail: bytes) -> None:
    whole = HEADER + b"".join(encode(reading(n)) for n in range(3))
    with tempfile.TemporaryDirectory(dir=SCRATCH) as name:
        folder = Path(name)
        path = folder / f"crowdmon-{local_day(reading().time)}.csv"
        path.write_bytes(left := whole[:cut] + (tail if b"\n" in whole[:cut] else b""))
        with DailyCsv(folder) as log:
            log.write(reading(9))
        kept = left[: left.rfind(b"\n") + 1]
        assert path.read_bytes() == (kept or HEADER) + encode(reading(9))
        assert read_csv(path)[-1]["frame"] == 9


def test_mending_looks_as_far_back_as_it_must(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(HEADER + encode(reading()) + b"x" * 200_000)
    cut_torn_row(path)
    assert path.read_bytes() == HEADER + encode(reading())
    cut_torn_row(tmp_path / "none.csv")
    assert not (tmp_path / "none.csv").exists()


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    day = f"crowdmon-{local_day(reading().time)}"
    (tmp_path / f"{day}.csv").write_text("my notes of the day\n")
    (tmp_path / f"{day}-2.csv").mkdir()
    for number in range(2):
        with DailyCsv(tmp_path) as log:
            log.write(reading(number))
    assert (tmp_path / f"{day}.csv").read_text() == "my notes of the day\n"
    assert len(read_csv(tmp_path / f"{day}-3.csv")) == 4
    with pytest.raises(SinkError, match=r"is not a file of readings\. Move it away"):
        ReadingCsv(tmp_path / f"{day}.csv", append=True).write(reading())


def test_a_folder_that_vanishes_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log = DailyCsv(folder)
    with pytest.raises(SinkError, match=r"there is no folder .*log\. Bring the folder back"):
        log.write(reading(0))
    folder.mkdir()
    log.write(reading(0))
    folder.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(SinkError, match="no such file or directory"):
            log.write(reading(1))
    log.flush()
    assert not folder.exists(), "where a disk was mounted, another must not fill"
    (tmp_path / "away").rename(folder)
    log.write(reading(1))
    log.close()
    log.close()
    assert list(written(folder).values()) == [[0, 1]]


def test_a_disk_that_fills_and_cannot_even_be_cut_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = DailyCsv(tmp_path)
    log.write(reading(0))
    write, room = os.write, [100]  # a row is some 70 bytes: one is written, and half of the next

    def half(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    def refused(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half)
        patched.setattr(os, "ftruncate", refused)
        with pytest.raises(SinkError, match="no space left"):
            log.write(reading(1))
        (path,) = tmp_path.iterdir()
        assert not path.read_bytes().endswith(b"\n"), "half a row is there until the disk is back"
    log.write(reading(1))
    log.close()
    assert list(written(tmp_path).values()) == [[0, 1]]


def test_two_programs_in_one_folder_keep_each_others_rows(tmp_path: Path) -> None:
    with DailyCsv(tmp_path) as one, DailyCsv(tmp_path) as two:
        for number in range(6):
            (one, two)[number % 2].write(reading(number))
    assert list(written(tmp_path).values()) == [[0, 1, 2, 3, 4, 5]]


def test_what_can_take_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_folder(tmp_path)
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(SinkError, match="there is no folder"):
            check_folder(tmp_path / name)
    monkeypatch.setattr("crowdmon.sinks.daily.os.access", lambda *_: False)
    with pytest.raises(SinkError, match="nothing can be written"):
        check_folder(tmp_path)
