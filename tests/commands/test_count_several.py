"""``crowdmon count`` over several files: one CSV, one table, and one bad file stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.commands.tally import Sum, moment
from crowdmon.sinks.csv_file import read_csv
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter

CONFIG = """
cameras:
  - name: square
    source: elsewhere.mp4
    rois: [{name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}]
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[FakeCounter]:
    """Counters that were made; each counts 10 people, and one more with each picture up to the sixth."""
    made: list[FakeCounter] = []

    def make() -> FakeCounter:
        made.append(FakeCounter(lambda frame: 10.0 + (frame.index if frame.index < 6 else 0)))
        return made[-1]

    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: make)
    return made


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    (tmp_path / "other").mkdir()
    return [
        write_clip(tmp_path / "a.mp4", frames=10, fps=10),
        write_clip(tmp_path / "b.mp4", frames=4, fps=10),
        write_clip(tmp_path / "other" / "a.mp4", frames=2, fps=10),
    ]


def test_one_csv_and_one_table(
    made: list[FakeCounter], clips: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv = tmp_path / "all.csv"
    assert main(["count", *map(str, clips), "--csv", str(csv)]) == 0
    rows = read_csv(csv)
    assert [row["camera"] for row in rows] == ["a"] * 10 + ["b"] * 4 + ["a 2"] * 2
    assert csv.read_text().count("time,camera") == 1
    assert len(made) == 1, "the network is loaded once"
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["source", "camera", "ROI", "pictures", "mean", "peak", "peak", "at"]
    assert out[1].split() == ["a.mp4", "a", "frame", "10", "11.5", "15.0", "0:00:00.5"]
    assert out[2].split() == ["b.mp4", "b", "frame", "4", "11.5", "13.0", "0:00:00.3"]
    assert out[3].split() == ["a.mp4", "a", "2", "frame", "2", "10.5", "11.0", "0:00:00.1"]
    assert out[4] == f"16 pictures of 3 sources counted; 16 rows in {csv}"


def test_a_row_for_each_roi(made, clips: list[Path], tmp_path: Path, capsys) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    assert main(["count", str(clips[0]), str(clips[1]), "--config", str(tmp_path / "c.yaml")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[1].split()[1:4] == ["a", "frame", "10"]
    roi, pictures, mean, *peak = out[2].split()
    assert (roi, pictures, peak) == ("left", "10", ["7.5", "0:00:00.5"])
    assert float(mean) == pytest.approx(5.75, abs=0.06)
    assert out[3].split()[1:4] == ["b", "frame", "4"]


@pytest.mark.parametrize("broken", ["missing", "text"])
def test_a_file_that_fails_is_named_and_the_rest_are_counted(
    made, clips: list[Path], tmp_path: Path, capsys, broken: str
) -> None:
    bad, csv = tmp_path / "bad.mp4", tmp_path / "all.csv"
    if broken == "text":
        bad.write_text("this is no video")
    assert main(["count", str(clips[0]), str(bad), str(clips[1]), "--csv", str(csv)]) == 3
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"crowdmon: {bad}")
    assert [row["camera"] for row in read_csv(csv)] == ["a"] * 10 + ["b"] * 4
    assert captured.out.splitlines()[2].split() == ["bad.mp4", "bad", "frame", "0"]


def test_the_first_failure_is_the_exit_status(made, clips: list[Path], tmp_path: Path, monkeypatch) -> None:
    fails = FakeCounter(fail=lambda frame: RuntimeError("no memory") if frame.camera == "a" else None)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fails)
    assert main(["count", str(clips[0]), str(tmp_path / "none.mp4"), str(clips[1])]) == 7
    assert ("b", 3) in fails.frames


def test_what_fails_for_all_of_them_ends_it(made, clips: list[Path], monkeypatch, capsys) -> None:
    from crowdmon.errors import WeightsError

    def broken() -> None:
        raise WeightsError("mine.safetensors has no header")

    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: broken)
    assert main(["count", str(clips[0]), str(clips[1])]) == 4
    assert capsys.readouterr().err.count("no header") == 1


def test_ctrl_c_ends_all_and_keeps_what_was_counted(
    made, clips: list[Path], tmp_path: Path, monkeypatch, capsys
) -> None:
    pressed = FakeCounter(fail=lambda frame: KeyboardInterrupt() if frame.camera == "b" else None)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: pressed)
    csv = tmp_path / "all.csv"
    assert main(["count", *map(str, clips), "--csv", str(csv)]) == 130
    assert len(read_csv(csv)) == 10
    assert "10 pictures of 2 sources counted; 10 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["b.mp4", "rtsp://h/1"], "rtsp://h/1 is live, and several sources are counted one after the other"),
        (["b.mp4", "synthetic:plaza"], "has no end, and others wait for it. Give --duration"),
        (["b.mp4", "c.mp4", "--video", "x.mp4"], "--video takes one"),
        (["b.mp4", "c.mp4", "--snapshot", "x.png"], "--snapshot takes one"),
    ],
)
def test_what_makes_no_sense_for_several(made, capsys, words: list[str], said: str) -> None:
    assert main(["count", *words]) == 2
    assert said in capsys.readouterr().err
    assert made == []


@pytest.mark.parametrize(("pts", "text"), [(0.04, "0:00:00.0"), (59.96, "0:01:00.0"), (3725.5, "1:02:05.5")])
def test_the_time_of_a_peak(pts: float, text: str) -> None:
    assert moment(Sum(pts=pts)) == text
    assert len(moment(Sum(at=1_700_000_000.0))) == len("2026-05-01 12:00:00")
