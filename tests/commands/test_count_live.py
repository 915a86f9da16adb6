"""``crowdmon count`` over several live cameras: counted at the same time, each under its own name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.bench.clip import access_units, write_clip
from crowdmon.bench.live import Cameras, cameras
from crowdmon.errors import CountingError, SourceError
from crowdmon.sinks.csv_file import read_csv
from tests.bench.test_bench_cameras import pictures
from tests.fakes import FakeCounter, FakeSource, FakeSources

GATE, SQUARE = "rtsp://h/gate", "rtsp://h/square"


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> FakeCounter:
    fake = FakeCounter(lambda frame: 12.0 if frame.camera.endswith("gate") else 30.0)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fake)
    return fake


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cameras]:
    """Any number of real RTSP cameras."""
    units = access_units(pictures(50), fps=25, gop=10, megabits=2.0)
    with cameras(write_clip(tmp_path_factory.mktemp("clip") / "camera.h264", units, fps=25)) as them:
        yield them


def fake_cameras(monkeypatch: pytest.MonkeyPatch, answers: dict[str, object]) -> None:
    sources = FakeSources(answers, live=list(answers))
    monkeypatch.setattr("crowdmon.engine.live.CaptureSources", lambda: sources)


def test_the_live_cameras_of_a_configuration_are_counted_together(
    counter: FakeCounter, served: Cameras, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, csv = tmp_path / "c.yaml", tmp_path / "out.csv"
    roi = "rois: [{name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}]"
    config.write_text(
        f"cameras:\n- {{name: the gate, source: '{served.source('gate')}', {roi}}}\n"
        f"- {{name: square, source: '{served.source('square')}'}}\n"
    )
    words = ["--config", str(config), "--csv", str(csv), "--every", "0.2", "--duration", "1.5"]
    assert main(["count", *words]) == 0
    rows = [row for row in read_csv(csv) if row["count"] is not None]
    for camera, people in (("the gate", 12.0), ("square", 30.0)):
        own = [row for row in rows if row["camera"] == camera and row["roi"] == "frame"]
        assert len(own) >= 3
        assert {row["count"] for row in own} == {people}
    assert {row["camera"] for row in rows if row["roi"] == "left"} == {"the gate"}
    first, last = ([row["time"] for row in rows if row["camera"] == one] for one in ("the gate", "square"))
    assert first[0] < last[-1], "they are counted at the same time"
    assert last[0] < first[-1], "they are counted at the same time"
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["source", "camera", "ROI", "pictures", "mean", "peak", "peak", "at"]
    assert out[1].split()[1:4] == ["the", "gate", "frame"]
    assert out[2].split()[0] == "left"
    assert out[3].split()[1:3] == ["square", "frame"]
    assert out[4].endswith(f" pictures of 2 cameras counted; {len(read_csv(csv))} rows in {csv}")


def test_live_sources_are_counted_together(counter: FakeCounter, monkeypatch, tmp_path: Path) -> None:
    fake_cameras(monkeypatch, {GATE: FakeSource(None, live=True), SQUARE: FakeSource(None, live=True)})
    csv = tmp_path / "out.csv"
    words = ["--every", "0.1", "--duration", "0.6", "--csv", str(csv)]
    assert main(["count", GATE, SQUARE, *words]) == 0
    assert {row["camera"] for row in read_csv(csv)} == {"h/gate", "h/square"}


def test_a_camera_that_never_comes_is_named_and_the_other_is_counted(
    counter: FakeCounter, monkeypatch, tmp_path: Path, capsys
) -> None:
    refused = SourceError("rtsp://h/square: connection refused", "Check host and port")
    fake_cameras(monkeypatch, {GATE: FakeSource(None, live=True), SQUARE: refused})
    csv = tmp_path / "out.csv"
    assert main(["count", GATE, SQUARE, "--every", "0.1", "--duration", "0.8", "--csv", str(csv)]) == 3
    captured = capsys.readouterr()
    assert captured.err.startswith("crowdmon: rtsp://h/square: connection refused")
    assert captured.err.count("\n") == 1
    assert {row["camera"] for row in read_csv(csv)} == {"h/gate"}
    assert captured.out.splitlines()[2].split() == [SQUARE, "h/square", "frame", "0"]


def test_a_failing_network_ends_it_and_keeps_the_rows(
    counter: FakeCounter, monkeypatch, tmp_path: Path, capsys
) -> None:
    fake_cameras(monkeypatch, {GATE: FakeSource(None, live=True), SQUARE: FakeSource(None, live=True)})
    counter.fail = lambda frame: CountingError("the card is gone") if len(counter.frames) > 4 else None
    csv = tmp_path / "out.csv"
    assert main(["count", GATE, SQUARE, "--every", "0.1", "--duration", "20", "--csv", str(csv)]) == 7
    err = capsys.readouterr().err
    assert err.startswith("crowdmon: the card is gone. The ")
    assert err.endswith(f"rows counted until then are in {csv}\n")
    assert read_csv(csv)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--video", "x.mp4"], "--video takes one"),
        (["--snapshot", "x.png"], "--snapshot takes one"),
        (["--start", "2026-05-01"], "--start is for files"),
    ],
)
def test_what_makes_no_sense_for_live_cameras(
    counter: FakeCounter, capsys, words: list[str], said: str
) -> None:
    assert main(["count", GATE, SQUARE, *words]) == 2
    assert said in capsys.readouterr().err


def test_the_files_of_a_configuration_are_counted_without_a_source(
    counter: FakeCounter, tmp_path: Path
) -> None:
    config, csv = tmp_path / "c.yaml", tmp_path / "out.csv"
    empty = "synthetic:empty?width=64&height=64"
    config.write_text(f"cameras: [{{name: gate, source: '{empty}'}}, {{name: square, source: '{empty}'}}]\n")
    words = ["--config", str(config), "--csv", str(csv), "--every", "1", "--duration", "2"]
    assert main(["count", *words]) == 0
    assert [row["camera"] for row in read_csv(csv)] == ["gate", "gate", "square", "square"]


def test_a_configuration_without_cameras_cannot_be_counted(
    counter: FakeCounter, tmp_path: Path, capsys
) -> None:
    (tmp_path / "c.yaml").write_text("cameras: []\n")
    assert main(["count", "--config", str(tmp_path / "c.yaml")]) == 2
    assert "c.yaml names no camera" in capsys.readouterr().err
