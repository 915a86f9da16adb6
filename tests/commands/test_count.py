"""``crowdmon count``: what it writes, what it says, what is left when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2
import pytest

from crowdmon.__main__ import main
from crowdmon.errors import CountingError, SourceError
from crowdmon.sinks.csv_file import COLUMNS, read_csv
from crowdmon.values import Frame
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter, FakeSource, FakeSources

CONFIG = """
cameras:
  - name: square
    source: elsewhere.mp4
    rois:
      - {name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], area_m2: 12}
      - {name: right, polygon: [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}
"""


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> FakeCounter:
    """Count without a network: 12 people, and one more with each picture."""
    fake = FakeCounter(lambda frame: 12.0 + frame.index)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fake)
    return fake


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds at ten pictures a second."""
    return write_clip(tmp_path / "clip.mp4", frames=20, fps=10)


def given(monkeypatch: pytest.MonkeyPatch, source: FakeSource) -> None:
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: source)


def test_every_picture_of_a_file_is_a_row(counter, clip: Path, tmp_path: Path, capsys) -> None:
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--csv", str(csv)]) == 0
    header, *lines = csv.read_text().splitlines()
    assert header == ",".join(COLUMNS)
    assert len(lines) == 20
    rows = read_csv(csv)
    assert [row["count"] for row in rows] == [12.0 + n for n in range(20)]
    assert {(row["camera"], row["roi"], row["state"].value) for row in rows} == {("clip", "frame", "ok")}
    out = capsys.readouterr().out
    assert out.startswith("clip: 20 pictures counted in ")
    assert out.endswith(f"21.5 people on average, 31.0 at most; 20 rows in {csv}\n")


def test_rois_and_name_come_from_the_only_camera(counter, clip: Path, tmp_path: Path) -> None:
    config, csv = tmp_path / "c.yaml", tmp_path / "out.csv"
    config.write_text(CONFIG)
    assert main(["count", str(clip), "--config", str(config), "--csv", str(csv), "--every", "1"]) == 0
    rows = read_csv(csv)
    assert [row["roi"] for row in rows] == ["frame", "left", "right"] * 2
    assert {row["camera"] for row in rows} == {"square"}
    assert rows[1]["count"] == pytest.approx(6.0, abs=0.01)
    assert rows[1]["density_per_m2"] == pytest.approx(0.5, abs=0.001)
    assert rows[2]["density_per_m2"] is None


def test_start_dates_the_rows(counter, clip: Path, tmp_path: Path) -> None:
    csv = tmp_path / "out.csv"
    words = ["--every", "0.5", "--start", "2026-05-01T12:00:00+02:00"]
    assert main(["count", str(clip), "--csv", str(csv), *words]) == 0
    start = datetime.fromisoformat("2026-05-01T12:00:00+02:00").timestamp()
    assert [row["time"] - start for row in read_csv(csv)] == pytest.approx([0.0, 0.5, 1.0, 1.5])
    assert [row["media_time_s"] for row in read_csv(csv)] == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_duration_is_media_time_for_files_and_synthetic_cameras(counter, clip: Path, tmp_path: Path) -> None:
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--csv", str(csv), "--duration", "0.5"]) == 0
    assert len(read_csv(csv)) == 5
    plaza = "synthetic:empty?width=64&height=64"
    assert main(["count", plaza, "--csv", str(csv), "--duration", "3", "--every", "1"]) == 0
    assert [row["frame"] for row in read_csv(csv)] == [0, 25, 50]
    assert read_csv(csv)[0]["camera"] == "empty"


def test_a_snapshot_is_painted(counter, clip: Path, tmp_path: Path, capsys) -> None:
    picture = tmp_path / "last.png"
    assert main(["count", str(clip), "--snapshot", str(picture), "--every", "1"]) == 0
    assert cv2.imread(str(picture)).shape[1] >= 640
    assert f"; the last picture in {picture}\n" in capsys.readouterr().out


def test_without_files_only_the_summary_is_left(counter, clip: Path, tmp_path: Path, capsys) -> None:
    assert main(["count", str(clip)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    assert captured.err == ""  # no progress bar where there is no terminal


def break_at(index: int, error: BaseException) -> Callable[[Frame], BaseException | None]:
    return lambda frame: error if frame.index == index else None


def test_a_failing_network_leaves_whole_rows_and_says_so(counter, clip: Path, tmp_path: Path, capsys) -> None:
    counter.fail = break_at(3, RuntimeError("no memory left"))
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--csv", str(csv)]) == 7
    assert len(read_csv(csv)) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith("crowdmon: clip: counting picture 3 failed: RuntimeError: no memory left.")
    assert err.endswith(f"The 3 rows counted until then are in {csv}\n")


def test_a_network_that_never_counts_leaves_no_csv(counter, clip: Path, tmp_path: Path) -> None:
    counter.fail = CountingError("it broke")
    (tmp_path / "old.csv").write_text("kept")
    assert main(["count", str(clip), "--csv", str(tmp_path / "new.csv")]) == 7
    assert main(["count", str(clip), "--csv", str(tmp_path / "old.csv")]) == 7
    assert not (tmp_path / "new.csv").exists()
    assert (tmp_path / "old.csv").read_text() == "kept"


def test_a_source_that_breaks_off_leaves_whole_rows(counter, tmp_path: Path, monkeypatch, capsys) -> None:
    given(monkeypatch, FakeSource(4, error=SourceError("clip.mp4: broken after 0.2 s", "Copy it again")))
    csv = tmp_path / "out.csv"
    assert main(["count", "clip.mp4", "--csv", str(csv)]) == 3
    assert len(read_csv(csv)) == 4
    line = (
        f"crowdmon: clip.mp4: broken after 0.2 s. Copy it again. The 4 rows counted until then are in {csv}\n"
    )
    assert capsys.readouterr().err == line


def test_ctrl_c_keeps_whole_rows_and_the_snapshot(counter, tmp_path: Path, monkeypatch, capsys) -> None:
    def press(index: int) -> None:
        if index == 5:
            raise KeyboardInterrupt

    source = FakeSource(None, wait=press)
    given(monkeypatch, source)
    csv, picture = tmp_path / "out.csv", tmp_path / "last.png"
    assert main(["count", "clip.mp4", "--csv", str(csv), "--snapshot", str(picture)]) == 130
    assert [row["frame"] for row in read_csv(csv)] == [0, 1, 2, 3, 4]
    assert picture.exists()
    assert source.closed.is_set()
    assert capsys.readouterr().out.startswith("clip: 5 pictures counted")


def live(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    sources = FakeSources({"rtsp://h/1": answer}, live=["rtsp://h/1"])
    monkeypatch.setattr("crowdmon.engine.live.CaptureSources", lambda: sources)


def test_a_live_source_is_counted_by_the_clock(counter, tmp_path: Path, monkeypatch, capsys) -> None:
    live(monkeypatch, FakeSource(None, live=True))
    csv = tmp_path / "out.csv"
    words = ["--every", "0.1", "--duration", "0.8", "--csv", str(csv)]
    assert main(["count", "rtsp://h/1", *words]) == 0
    rows = read_csv(csv)
    assert 3 <= len(rows) <= 12
    assert {row["camera"] for row in rows} == {"h/1"}
    assert f"{len(rows)} rows in {csv}" in capsys.readouterr().out


def test_a_live_source_that_never_comes_is_3_and_no_csv(counter, tmp_path: Path, monkeypatch, capsys) -> None:
    live(monkeypatch, SourceError("rtsp://h/1: connection refused", "Check host and port"))
    csv = tmp_path / "out.csv"
    assert main(["count", "rtsp://h/1", "--duration", "0.3", "--csv", str(csv)]) == 3
    assert not csv.exists()
    assert "connection refused" in capsys.readouterr().err


def test_start_is_refused_for_a_live_source(counter, capsys) -> None:
    assert main(["count", "rtsp://h/1", "--start", "2026-05-01"]) == 2
    assert "--start is for files" in capsys.readouterr().err


def test_a_csv_for_excel_begins_with_its_mark(counter, clip: Path, tmp_path: Path, capsys) -> None:
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--csv", str(csv), "--csv-for-excel"]) == 0
    assert csv.read_bytes().startswith(b"\xef\xbb\xbftime,camera,")
    assert len(read_csv(csv)) == 20
    assert main(["count", str(clip), str(clip), "--csv", str(csv), "--csv-for-excel"]) == 0
    assert csv.read_bytes().startswith(b"\xef\xbb\xbftime,camera,")
    assert main(["count", str(clip), "--csv-for-excel"]) == 2
    assert "Give --csv FILE" in capsys.readouterr().err
