"""A file that is there is a file, whatever its name; and a name that no disk takes is one clear line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from crowdmon.__main__ import main
from crowdmon.commands.cameras import cameras_of
from crowdmon.picture import write_png
from crowdmon.sinks.csv_file import read_csv
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter
from trainer.__main__ import main as trainer

LONG = "a" * 300


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
@pytest.mark.parametrize(
    ("name", "camera"),
    [
        (" x.mp4", "x"),
        ("x.mp4 ", "x"),
        ("${HOME}.mp4", "${HOME}"),
        ("video=1.mp4", "video=1"),
        ("caf\udce9.mp4", "caf"),
        ("a%20b${x}.mp4", "a%20b${x}"),
        ("line\nbreak.mp4", "line break"),
        ("\u200bhidden.mp4", "hidden"),
        ("synthetic:plaza", "synthetic:plaza"),
        ("file:x.mp4", "file:x"),
        ("caf\udce9.png", "caf"),
        ("größe.mp4", "größe"),
    ],
)
def test_a_file_that_is_there_is_counted(folder: Path, capsys, name: str, camera: str) -> None:
    if name.endswith(".png"):
        write_png(np.full((64, 64, 3), 90, np.uint8), folder / "plain.png")
    else:
        write_clip(folder / "plain.mp4", frames=3, fps=10)
    next(folder.iterdir()).rename(folder / name)
    assert main(["count", name, "--csv", " o${x}.csv"]) == 0, capsys.readouterr().err
    rows = read_csv(folder / " o${x}.csv")
    assert {row["camera"] for row in rows} == {camera}
    assert len(rows) == (1 if name.endswith(".png") else 3)
    assert capsys.readouterr().out.startswith(f"{camera}: ")
    assert main(["count", name, name, "--csv", "two.csv"]) == 0
    assert len(read_csv(folder / "two.csv")) == 2 * len(rows)
    assert main(["count", name, "--csv", name]) == 2
    assert "is the same file as" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_outputs_may_have_such_names_too(folder: Path, capsys) -> None:
    write_clip(folder / "x.mp4", frames=3, fps=10)
    outputs = ["--csv", "caf\udce9 .csv", "--video", "caf\udce9=.mp4", "--snapshot", " caf\udce9.png"]
    assert main(["count", "x.mp4", *outputs]) == 0
    assert "3 rows in caf" in capsys.readouterr().out
    assert len([*folder.iterdir()]) == 4


def test_the_usual_paths_stay_as_they_were_typed(folder: Path) -> None:
    (folder / "a b").mkdir()
    write_clip(folder / "a b" / "x.mp4", frames=1)
    for text in ("a b/x.mp4", str(folder / "a b" / "x.mp4"), "a b", "./none.mp4", "0", "rtsp://h/1"):
        assert cameras_of([text], None)[0].source == text


def test_files_whose_names_look_alike_are_numbered(folder: Path) -> None:
    names = ["gate.mp4", "Gate.avi", "cafe\u0301.mp4", "café.avi"]
    assert [one.name for one in cameras_of(names, None)] == ["gate", "Gate 2", "cafe\u0301", "café 2"]


def test_a_file_named_like_a_webcam_is_said(folder: Path, capsys) -> None:
    write_clip(folder / "x.mp4", frames=1).rename(folder / "99")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("crowdmon.engine.live.CONNECT_WITHIN", 1.0)
        assert main(["count", "99", "--duration", "1"]) == 3
    assert "write ./99" in capsys.readouterr().err
    assert main(["count", "./99"]) == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["count", f"{LONG}.mp4"], 3),
        (["count", f"{LONG}.png"], 3),
        (["count", LONG, "x.mp4"], 3),
        (["count", "x.mp4", "--csv", LONG], 6),
        (["count", "x.mp4", "--video", f"{LONG}.mp4"], 6),
        (["count", "x.mp4", "--snapshot", f"{LONG}.png"], 6),
        (["count", "x.mp4", "--config", LONG], 2),
        (["export", "--format", "onnx", f"{LONG}.onnx"], 6),
        (["export", "--format", "onnx", "--weights", LONG, "x.onnx"], 4),
        (["bench", "--json", LONG], 6),
        (["window", "x.mp4", "--weights", LONG], 4),
        (["check", LONG], 3),
    ],
)
def test_a_name_that_is_too_long_is_one_line(folder: Path, capsys, monkeypatch, words, code) -> None:
    monkeypatch.setattr("crowdmon.bench.run.measure", lambda **_: pytest.fail("it began to measure"))
    monkeypatch.setattr("crowdmon.commands.check.network_checks", tuple)
    write_clip(folder / "x.mp4", frames=1)
    assert main(words) == code
    said = capsys.readouterr()
    assert "a fault in crowdmon" not in said.err
    assert said.err.count("\n") <= 1
    assert "too long" in said.err + said.out or "no weights file" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--dataset", "points", "--root", LONG],
        ["train", "--dataset", "points", "--root", ".", "--config", LONG],
        ["eval", "--dataset", "points", "--root", ".", "--weights", LONG],
        ["eval", "--dataset", "points", "--root", ".", "--json", LONG],
    ],
)
def test_so_it_is_in_the_trainer(capsys, words: list[str]) -> None:
    assert trainer(words) in (2, 4, 5, 6)
    assert "a fault in crowdmon" not in capsys.readouterr().err
