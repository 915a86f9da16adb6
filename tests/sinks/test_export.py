"""Export: the same rows as the live CSV, bins with their own columns, a file that is whole or not there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crowdmon.errors import ConfigError, SinkError, SourceError
from crowdmon.sinks.csv_file import ReadingCsv, read_csv
from crowdmon.sinks.csv_rows import BIN_COLUMNS, HEADER, local_time
from crowdmon.sinks.history import export as module
from crowdmon.sinks.history.export import export_bins, export_readings
from crowdmon.sinks.history.query import HistoryReader
from crowdmon.sinks.history.selection import Selection
from tests.sinks.making import NOON, reading, record

FACTS = [
    *(reading(n, camera=("hall", "=door")[n % 2], rois=("left", "right"), count=n / 3) for n in range(40)),
    reading(40, count=None),
]


@pytest.fixture
def history(tmp_path: Path) -> HistoryReader:
    return HistoryReader(record(tmp_path / "h.sqlite", FACTS))


def test_the_export_is_the_live_csv_to_the_byte(tmp_path: Path, history: HistoryReader) -> None:
    with ReadingCsv(tmp_path / "live.csv") as live:
        for fact in FACTS:
            live.write(fact)
    rows = export_readings(history, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "live.csv").read_bytes()
    assert rows == len(read_csv(tmp_path / "out.csv")) == 40 * 3 + 2
    history.close()


def test_a_part_of_it(tmp_path: Path, history: HistoryReader) -> None:
    some = Selection(
        since=NOON + 10, until=NOON + 20, cameras=frozenset({"=door"}), rois=frozenset({"frame", "right"})
    )
    assert export_readings(history, tmp_path / "out.csv", some) == 10
    rows = read_csv(tmp_path / "out.csv")
    assert [row["frame"] for row in rows] == [11, 11, 13, 13, 15, 15, 17, 17, 19, 19]
    assert {row["camera"] for row in rows} == {"=door"}
    assert [row["roi"] for row in rows[:2]] == ["frame", "right"]
    history.close()


def test_bins_have_their_own_columns_and_unknown_is_empty(tmp_path: Path, history: HistoryReader) -> None:
    start = NOON - NOON % 60
    assert export_bins(history, tmp_path / "out.csv", 60, Selection(cameras=frozenset({"hall"}))) == 5
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == BIN_COLUMNS
    # NOON is 20 s into its minute: frames 0, 2 .. 38 are in it; the one without a count is in the next
    assert rows[0] == [local_time(start), "hall", "frame", "60", "6.33", "0.00", "12.67", "12.67", "20", "0"]
    assert rows[3] == [local_time(start + 60), "hall", "frame", "60", "", "", "", "", "0", "1"]
    history.close()


@pytest.mark.parametrize("binned", [False, True])
def test_an_empty_range_gives_a_header_and_a_wrong_name_gives_nothing(
    tmp_path: Path, history: HistoryReader, binned: bool
) -> None:
    out = tmp_path / "out.csv"

    def export(selection: Selection) -> int:
        return (
            export_bins(history, out, 60, selection) if binned else export_readings(history, out, selection)
        )

    out.write_text("an older export\n")
    with pytest.raises(ConfigError, match="knows no camera 'roof'"):
        export(Selection(cameras=frozenset({"roof"})))
    assert out.read_text() == "an older export\n"
    assert export(Selection(until=0.0)) == 0
    assert out.read_bytes() == (",".join(BIN_COLUMNS).encode() + b"\n" if binned else HEADER)
    assert sorted(path.name for path in tmp_path.iterdir() if "h.sqlite" not in path.name) == ["out.csv"]
    history.close()


@pytest.mark.parametrize("binned", [False, True])
def test_one_that_is_given_up_leaves_what_was_there(
    tmp_path: Path, history: HistoryReader, monkeypatch: pytest.MonkeyPatch, binned: bool
) -> None:
    class GivenUpError(Exception):
        pass

    def stop(rows: int) -> None:
        assert rows >= 10
        raise GivenUpError

    monkeypatch.setattr(module, "_TELL_EVERY", 10)
    out = tmp_path / "out.csv"
    out.write_text("an older export\n")
    with pytest.raises(GivenUpError):
        _ = (
            export_bins(history, out, 1, progress=stop)
            if binned
            else export_readings(history, out, progress=stop)
        )
    assert out.read_text() == "an older export\n"
    assert not list(tmp_path.glob(".*part"))
    history.close()


@pytest.mark.parametrize("binned", [False, True])
def test_what_fails_is_named_for_what_it_is(tmp_path: Path, history: HistoryReader, binned: bool) -> None:
    def export(path: Path, reader: HistoryReader = history) -> int:
        return export_bins(reader, path, 60) if binned else export_readings(reader, path)

    with pytest.raises(SinkError, match="there is no folder"):
        export(tmp_path / "none" / "out.csv")
    if Path("/dev/full").exists():
        with pytest.raises(SinkError, match="cannot write /dev/full: no space left"):
            export(Path("/dev/full"))
        assert Path("/dev/full").is_char_device(), "a device is written to, not replaced"
    with pytest.raises(SinkError, match="is a folder, not a file"):
        export(tmp_path)
    content = (tmp_path / "h.sqlite").read_bytes()
    (tmp_path / "h.sqlite").write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with pytest.raises(SourceError, match="malformed"), HistoryReader(tmp_path / "h.sqlite") as damaged:
        export(tmp_path / "out.csv", damaged)
    assert not (tmp_path / "out.csv").exists()
    history.close()


def test_a_link_stays_a_link(tmp_path: Path, history: HistoryReader) -> None:
    (tmp_path / "real.csv").touch()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    export_readings(history, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert len(read_csv(tmp_path / "real.csv")) == 122
    history.close()
