"""No output of any verb destroys an input or another output: exit 2, one line that names both, bytes kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from crowdmon import resources
from crowdmon.__main__ import main
from crowdmon.counting.weights import DEFAULT, save
from crowdmon.picture import write_png
from tests.capture.clips import write_clip
from tests.counting.test_counter import some_weights
from tests.fakes import FakeCounter

EMPTY = "synthetic:empty?width=64&height=64"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())
    clip = write_clip(tmp_path / "a.mp4", frames=4, fps=10).read_bytes()
    (tmp_path / "b.mp4").write_bytes(clip)
    (tmp_path / "link.csv").symlink_to("a.mp4")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "a.mp4")
    (tmp_path / "log.2").symlink_to("b.mp4")
    (tmp_path / "pictures").mkdir()
    for name in ("p.png", "pictures/1.png", "pictures/2.png"):
        write_png(np.full((64, 64, 3), 90, np.uint8), tmp_path / name)
    (tmp_path / "h.sqlite").write_bytes(b"kept")
    (tmp_path / "c.yaml").write_text("cameras: [{name: east, source: b.mp4}]\nrecord: {history: h.sqlite}\n")
    save(some_weights(), tmp_path / "w.safetensors")
    save(some_weights(), tmp_path / "w.onnx")
    save(some_weights(), tmp_path / "w.bin")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("count a.mp4 --csv a.mp4", ("--csv a.mp4", "SOURCE a.mp4")),
        ("count a.mp4 --video a.mp4", ("--video a.mp4", "SOURCE a.mp4")),
        ("count p.png --snapshot p.png", ("--snapshot p.png", "SOURCE p.png")),
        ("count a.mp4 --csv link.csv", ("--csv link.csv", "SOURCE a.mp4")),
        ("count link.csv --csv a.mp4", ("--csv a.mp4", "SOURCE link.csv")),
        ("count a.mp4 --csv hard.csv", ("--csv hard.csv", "SOURCE a.mp4")),
        ("count a.mp4 b.mp4 --csv b.mp4", ("--csv b.mp4", "SOURCE b.mp4")),
        ("count file:a.mp4 --csv a.mp4", ("--csv a.mp4", "SOURCE a.mp4")),
        ("count pictures --snapshot pictures/2.png", ("--snapshot pictures/2.png", "SOURCE pictures")),
        ("count pictures --csv pictures/1.png", ("--csv pictures/1.png", "SOURCE pictures")),
        ("count a.mp4 --config c.yaml --csv c.yaml", ("--csv c.yaml", "--config c.yaml")),
        ("count --config c.yaml --csv b.mp4", ("--csv b.mp4", "camera 'east', b.mp4")),
        ("count --config c.yaml --csv h.sqlite", ("--csv h.sqlite", "record.history h.sqlite")),
        ("count a.mp4 --weights w.safetensors --csv w.safetensors", ("--csv", "--weights w.safetensors")),
        ("count a.mp4 --csv new.mp4 --video ./new.mp4", ("--csv new.mp4", "--video new.mp4")),
        ("count a.mp4 --csv new.png --snapshot pictures/../new.png", ("--csv new.png", "--snapshot")),
        ("export --format onnx --weights w.onnx w.onnx", ("OUT w.onnx", "--weights w.onnx")),
        ("export --format openvino --weights w.bin w.xml", ("w.bin", "--weights w.bin")),
        ("watch --config c.yaml --log c.yaml", ("--log c.yaml", "--config c.yaml")),
        ("watch --config c.yaml --log b.mp4", ("--log b.mp4", "camera 'east', b.mp4")),
        ("watch --config c.yaml --log h.sqlite", ("--log h.sqlite", "record.history h.sqlite")),
        ("watch --config c.yaml --log h.sqlite-wal", ("--log h.sqlite-wal", "record.history h.sqlite-wal")),
        ("watch --config c.yaml --weights w.onnx --log w.onnx", ("--log w.onnx", "--weights w.onnx")),
        ("watch --config c.yaml --log log", ("--log, whose former file log.2", "camera 'east', b.mp4")),
        ("count --config c.yaml --csv h.sqlite-journal", ("--csv", "record.history h.sqlite-journal")),
        ("count a.mp4 --events hard.csv", ("--events hard.csv", "SOURCE a.mp4")),
        ("count a.mp4 --csv x --events ./x", ("--csv x", "--events x")),
        ("history --config c.yaml --csv c.yaml", ("--csv c.yaml", "--config c.yaml")),
        ("report --config c.yaml --markdown b.mp4", ("--markdown b.mp4", "camera 'east', b.mp4")),
        ("bench --json x --markdown ./x", ("--json x", "--markdown x")),
        ("check --config bad.yaml", ("record.history b.mp4", "the source of camera 'east', b.mp4")),
        ("window --config bad.yaml", ("record.history b.mp4", "the source of camera 'east', b.mp4")),
        ("window b.mp4 --config bad.yaml", ("record.history b.mp4", "SOURCE b.mp4")),
    ],
)
def test_an_output_that_is_an_input_is_refused(
    folder: Path, capsys, monkeypatch: pytest.MonkeyPatch, words: str, says: tuple[str, ...]
) -> None:
    (folder / "bad.yaml").write_text("cameras: [{name: east, source: b.mp4}]\nrecord: {history: ./b.mp4}\n")
    monkeypatch.setattr("crowdmon.commands.check.network_checks", tuple)
    monkeypatch.setattr("crowdmon.bench.run.measure", lambda **_: pytest.fail("it began to measure"))
    before = contents(folder)
    assert main(words.split()) == 2
    said = capsys.readouterr()
    line = next(
        line for line in (said.err + said.out).splitlines() if "same file" in line or "read in" in line
    )
    assert all(one in line for one in says), line
    assert contents(folder) == before


def test_the_bundled_weights_are_an_input_too(folder: Path, capsys) -> None:
    bundled = resources.path(DEFAULT)
    before = bundled.stat().st_mtime_ns
    (folder / "mine.csv").symlink_to(bundled)
    assert main(["count", EMPTY, "--duration", "0.1", "--csv", "mine.csv"]) == 2
    assert "the bundled weights" in capsys.readouterr().err
    assert bundled.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "words", ["count a.mp4 --csv -", "count a.mp4 --events -", "history --config c.yaml --csv -"]
)
def test_standard_output_is_no_file(folder: Path, capsys, words: str) -> None:
    before = contents(folder)
    assert main(words.split()) == 2
    assert "is '-', which is no file: nothing is written to standard output" in capsys.readouterr().err
    assert contents(folder) == before


def test_outputs_of_an_earlier_time_are_replaced(folder: Path) -> None:
    words = ["count", "a.mp4", "--csv", "o.csv", "--snapshot", "o.png", "--video", "o.mp4"]
    assert main(words) == 0
    assert main(words) == 0
