"""CSV: the header to the letter, hostile names, and disks that fail."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.errors import SinkError
from crowdmon.sinks.csv_file import COLUMNS, ReadingCsv, read_csv
from crowdmon.sinks.csv_rows import HEADER, decode, encode, local_time
from crowdmon.values import WHOLE_FRAME, Level, Reading, ReadingState, RoiReading

NAMES = st.text(min_size=1, max_size=20) | st.text(alphabet="'=+-@\t\r\n,\" a", min_size=1, max_size=8)
NUMBERS = st.none() | st.floats(0, 1e6)
ROIS = st.builds(
    RoiReading, NAMES, NUMBERS, NUMBERS, NUMBERS, st.none() | st.sampled_from(Level), local_per_m2=NUMBERS
)
READINGS = st.builds(
    Reading,
    time=st.floats(0, 4e9),
    camera=NAMES,
    rois=st.lists(ROIS, min_size=1, max_size=4).map(tuple),
    state=st.sampled_from(ReadingState),
    frame=st.none() | st.integers(0, 10**9),
    pts=NUMBERS,
    weights=st.just("") | NAMES,
)


def reading(number: int = 0, *, camera: str = "hall", rois: tuple[str, ...] = ("left",)) -> Reading:
    counted = (RoiReading(WHOLE_FRAME, 12.345, 11.0), *(RoiReading(roi, 3.0, 3.0, 0.12345) for roi in rois))
    return Reading(1_700_000_000.25 + number, camera, counted, frame=number, pts=float(number))


@given(st.lists(READINGS, max_size=5))
def test_what_is_written_comes_back(readings: list[Reading]) -> None:
    text = (HEADER + b"".join(map(encode, readings))).decode()
    rows = decode(_lines(text))
    expected = [(one, roi) for one in readings for roi in one.rois]
    assert len(rows) == len(expected)
    for row, (one, roi) in zip(rows, expected, strict=True):
        assert (row["camera"], row["roi"]) == (one.camera, roi.roi)
        assert (row["state"], row["level"], row["frame"]) == (one.state, roi.level, one.frame)
        assert row["weights"] == (one.weights or None)
        assert (row["fruin"] is None) == (roi.density_per_m2 is None)
        assert row["time"] == pytest.approx(one.time, abs=0.0006)
        for key, value, decimals in (
            ("count", roi.count, 2),
            ("count_smoothed", roi.count_smoothed, 2),
            ("density_per_m2", roi.density_per_m2, 4),
            ("media_time_s", one.pts, 3),
            ("local_per_m2", roi.local_per_m2, 4),
        ):
            assert row[key] == (None if value is None else pytest.approx(value, abs=0.51 * 10**-decimals))


def _lines(text: str) -> io.StringIO:
    """Lines as a file opened with newline="" gives them."""
    return io.StringIO(text, newline="")


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_spreadsheet_never_meets_a_formula(names: list[str]) -> None:
    text = encode(reading(camera=names[0], rois=tuple(names))).decode()
    for cells in csv.reader(_lines(text), strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)


FORMULAS = ["=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "\ufe661", "\ufe631"]
UNSEEN = [
    "\u200b",
    "\ufeff",
    "\u2060\u200d",
    "\u00ad",
    "\u202e",
    "\u3164",
    "\u00a0",
    " ",
    "\u034f",
    "'\u200b'",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("before", ["", "'\u200b'", *UNSEEN])
def test_no_disguise_makes_a_formula(tmp_path: Path, formula: str, before: str) -> None:
    name = before + formula
    with ReadingCsv(tmp_path / "out.csv") as log:
        log.write(reading(camera=name, rois=(name, f"'{name}", f"a{name}")))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        raw = list(csv.DictReader(file))
    assert raw[0]["camera"] == f"'{name}"
    assert [row["roi"] for row in raw[1:]] == [f"'{name}", f"''{name}", f"a{name}"]
    assert [row["roi"] for row in read_csv(tmp_path / "out.csv")][1:] == [name, f"'{name}", f"a{name}"]
    assert {row["camera"] for row in read_csv(tmp_path / "out.csv")} == {name}


@pytest.mark.parametrize(
    "name", ["\u200bhall", "Größe", "\uff11 hall", "'hall", "\u30fc hall", "\u2026", "\u3164"]
)
def test_other_names_stay_as_they_are(name: str) -> None:
    assert f",{name}," in encode(reading(camera=name)).decode()


def test_excel_is_told_that_it_is_utf_8(tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.csv", tmp_path / "out.csv"
    for one, excel in ((plain, False), (path, True)):
        with ReadingCsv(one, excel=excel) as log:
            log.write(reading(camera="Größe"))
    assert path.read_bytes() == b"\xef\xbb\xbf" + plain.read_bytes()
    assert read_csv(path) == read_csv(plain)
    with ReadingCsv(path, append=True) as log:
        log.write(reading(camera="Größe"))
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1
    assert len(read_csv(path)) == 2 * len(read_csv(plain))


def test_the_file_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with ReadingCsv(path) as log:
        log.write(reading(rois=('a "b", c',)))
    header, whole, roi = path.read_text().splitlines()
    assert header == (
        "time,camera,roi,count,count_smoothed,density_per_m2,level,state,frame,media_time_s,"
        "local_per_m2,fruin,weights"
    )
    assert header == ",".join(COLUMNS)
    assert re.fullmatch(r"2023-11-1\dT\d\d:\d\d:20\.250[+-]\d\d:\d\d", whole.split(",")[0])
    assert whole.split(",", 1)[1] == "hall,frame,12.35,11.00,,,ok,0,0.000,,,"
    assert roi.endswith(',"a ""b"", c",3.00,3.00,0.1235,,ok,0,0.000,,A,')


def test_unknown_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with ReadingCsv(path) as log:
        log.write(Reading(0.0, "hall", (RoiReading("frame", None),), ReadingState.UNKNOWN))
    assert path.read_text().splitlines()[1].endswith(",hall,frame,,,,,unknown,,,,,")


def test_what_was_added_stands_at_the_end(tmp_path: Path) -> None:
    one = RoiReading("left", 3.0, density_per_m2=1.1, level=Level.NONE, local_per_m2=2.34567)
    with ReadingCsv(tmp_path / "out.csv") as log:
        log.write(Reading(0.0, "hall", (one,), frame=1, weights="=part_a"))
    assert (tmp_path / "out.csv").read_text().splitlines()[1].endswith(",none,ok,1,,2.3457,E,'=part_a")
    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["local_per_m2"], row["fruin"], row["weights"]) == (2.3457, "E", "=part_a")


OLD = (
    b"time,camera,roi,count,count_smoothed,density_per_m2,level,state,frame,media_time_s\n"
    b"2023-11-14T22:13:20.250+00:00,hall,frame,12.35,11.00,,,ok,0,0.000\n"
)
"""A file of version 0.1.0."""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_of_an_older_version_is_carried_on_with_its_columns(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(mark + OLD + b"2023-11-14T22:13:21.2")  # a power cut
    for number in (1, 2):
        with ReadingCsv(path, append=True) as log:
            log.write(reading(number))
            log.write(reading(number))
    lines = path.read_bytes().splitlines(keepends=True)
    assert {line.count(b",") for line in lines} == {9}
    assert len(lines) == 10
    rows = read_csv(path)
    assert [row["frame"] for row in rows] == [0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert {(row["local_per_m2"], row["fruin"], row["weights"]) for row in rows} == {(None, None, None)}


def test_a_new_file_in_the_place_of_an_old_one_has_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(OLD)
    with ReadingCsv(path, append=True) as log:
        log.write(reading(1))
        path.unlink()
        log.write(reading(2))
    assert path.read_bytes().startswith(HEADER)
    assert [row["fruin"] for row in read_csv(path)] == [None, "A"]
    path.write_bytes(OLD)
    with ReadingCsv(path) as log:  # replaced, not carried on
        log.write(reading(3))
    assert path.read_bytes().startswith(HEADER)


@pytest.mark.parametrize("columns", [1, 9, 11, 12, 14])
def test_another_number_of_columns_is_another_kind_of_file(tmp_path: Path, columns: int) -> None:
    path = tmp_path / "other.csv"
    path.write_text(",".join([*COLUMNS, "more"][:columns]) + "\n")
    with pytest.raises(SinkError, match="is not a file of readings"):
        ReadingCsv(path, append=True).write(reading())
    with pytest.raises(ValueError, match="not a file of readings"):
        read_csv(path)


def test_rows_of_another_length_than_the_header_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(OLD + encode(reading()))
    with pytest.raises(ValueError, match="13 cells under 10 columns"):
        read_csv(path)


def test_every_row_is_there_at_once_and_no_row_no_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with ReadingCsv(path) as log:
        assert not path.exists()
        log.write(reading(0))
        assert len(read_csv(path)) == 2
        log.write(reading(1))
        assert len(read_csv(path)) == 4
    with ReadingCsv(tmp_path / "none.csv"):
        pass
    assert not (tmp_path / "none.csv").exists()


def test_an_old_file_is_replaced_with_the_first_row_only(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("something old\n" * 100)
    log = ReadingCsv(path)
    assert path.read_text().startswith("something old")
    log.write(reading())
    log.close()
    log.close()
    assert len(read_csv(path)) == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing/out.csv", "there is no folder .*missing"), (".", "is a folder, not a file")],
)
def test_a_bad_place_is_said_before_anything_is_counted(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(SinkError, match=message) as caught:
        ReadingCsv(tmp_path / name)
    assert caught.value.exit_code == 6
    assert list(tmp_path.iterdir()) == []


def test_no_permission_is_said_before_anything_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SinkError, match="permission denied"):
        ReadingCsv(tmp_path / "out.csv")


def test_a_full_disk_leaves_whole_rows_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write, room = tmp_path / "out.csv", os.write, [10_000]

    def small_disk(file: int, data: memoryview) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(os, "write", small_disk)
    with ReadingCsv(path) as log:
        log.write(reading(0))
        room[0] = 30
        with pytest.raises(SinkError, match=r"cannot write .*out\.csv: no space left"):
            log.write(reading(1))
        assert len(read_csv(path)) == 2
        room[0] = 10_000
        log.write(reading(1))
    assert [row["frame"] for row in read_csv(path)] == [0, 0, 1, 1]


def test_a_disk_full_from_the_start_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with ReadingCsv(tmp_path / "out.csv") as log:
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", full)
            with pytest.raises(SinkError):
                log.write(reading(0))
        assert list(tmp_path.iterdir()) == []
        log.write(reading(0))
    assert len(read_csv(tmp_path / "out.csv")) == 2


def test_a_folder_that_goes_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    with ReadingCsv(folder / "out.csv") as log:
        log.write(reading(0))
        (folder / "out.csv").unlink()
        folder.rmdir()
        with pytest.raises(SinkError, match="no such file or directory"):
            log.write(reading(1))
        folder.mkdir()
        log.write(reading(1))
    assert [row["frame"] for row in read_csv(folder / "out.csv")] == [1, 1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_device_that_is_always_full() -> None:
    log = ReadingCsv("/dev/full")
    with pytest.raises(SinkError, match="no space left"):
        log.write(reading())
    log.close()


def test_a_killed_writer_leaves_whole_rows(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    code = (
        "import sys\nfrom tests.sinks.test_csv_file import *\nlog = ReadingCsv(sys.argv[1])\nn = 0\n"
        "while True:\n    log.write(reading(n)); n += 1\n"
        "    if n == 200: sys.stdout.write('go\\n'); sys.stdout.flush()\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"go\n"
    child.kill()
    child.wait(30)
    child.stdout.close()
    rows = read_csv(path)
    assert len(rows) >= 400
    assert path.read_bytes().endswith(b"\n")


def test_another_file_is_not_taken_for_readings(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not a file of readings"):
        read_csv(path)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_times_carry_their_offset(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time
    from datetime import datetime

    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its time zone")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for epoch in (1_700_000_000.0004, 1_730_613_599.9996, 1_710_054_000.0):
            text = local_time(epoch)
            assert datetime.fromisoformat(text).timestamp() == pytest.approx(epoch, abs=0.0006)
            assert re.search(r"[+-]\d\d:\d\d$", text)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_flush_reaches_the_disk_and_not_just_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    monkeypatch.setattr(
        "crowdmon.sinks.csv_file.os.fsync", lambda handle: kept.append(os.fstat(handle).st_size)
    )
    path = tmp_path / "out.csv"
    with ReadingCsv(path) as log:
        log.flush()
        assert kept == [], "there is no file yet"
        log.write(reading())
        log.flush()
        assert kept == [path.stat().st_size]
    assert len(kept) == 2, "closing keeps, too"
