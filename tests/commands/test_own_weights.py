"""``weights:`` of a camera in the configuration holds for ``crowdmon count`` and ``check`` too."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.sinks.csv_file import read_csv
from tests.capture.clips import write_clip
from tests.engine.test_own_weights import FakeMaker


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMaker:
    for name, people in (("usual", 10), ("gate", 20)):
        (tmp_path / f"{name}.safetensors").write_text(str(people))
    made = FakeMaker(tmp_path / "usual.safetensors")
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: made)
    return made


def config_of(folder: Path, **weights: str) -> list[str]:
    lines = ["cameras:"]
    for name, own in weights.items():
        clip = write_clip(folder / f"{name}.mp4", frames=4, fps=10)
        lines.append(f"  - {{name: {name}, source: '{clip}'{f', weights: {own!r}' if own else ''}}}")
    (folder / "site.yaml").write_text("\n".join(lines))
    return ["--config", str(folder / "site.yaml"), "--csv", str(folder / "out.csv")]


def test_one_source_is_counted_with_its_cameras_own(maker: FakeMaker, tmp_path: Path) -> None:
    assert main(["count", *config_of(tmp_path, gate=str(tmp_path / "gate.safetensors"))]) == 0
    assert {row["count"] for row in read_csv(tmp_path / "out.csv")} == {20.0}
    assert maker.loaded == ["gate"], "the usual weights are not even loaded"


def test_several_files_each_with_its_own(maker: FakeMaker, tmp_path: Path) -> None:
    gate = str(tmp_path / "gate.safetensors")
    assert main(["count", *config_of(tmp_path, a="", b=gate, c=gate)]) == 0
    rows = read_csv(tmp_path / "out.csv")
    assert {(row["camera"], row["count"]) for row in rows} == {("a", 10.0), ("b", 20.0), ("c", 20.0)}
    assert maker.loaded == ["usual", "gate"]


def test_bad_weights_of_one_file_do_not_stop_the_others(
    maker: FakeMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone.safetensors")
    assert main(["count", *config_of(tmp_path, a=gone, b="")]) == 4
    assert {row["camera"] for row in read_csv(tmp_path / "out.csv")} == {"b"}
    assert f"crowdmon: no weights file at {gone}" in capsys.readouterr().err


def test_live_cameras_go_on_without_the_one_whose_weights_are_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = config_of(tmp_path, a=str(tmp_path / "gone.safetensors"))
    text = (tmp_path / "site.yaml").read_text().replace(str(tmp_path / "a.mp4"), "rtsp://127.0.0.1:9/a")
    more = "\n  - {name: b, source: 'rtsp://127.0.0.1:9/b'}"
    (tmp_path / "site.yaml").write_text(text + more)
    assert main(["count", *words, "--duration", "0.2"]) == 3, "b is tried, and is not there"
    said = capsys.readouterr().err
    assert "crowdmon: a: no weights file at" in said
    assert "127.0.0.1:9/b" in said


def test_check_looks_at_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "synthetic:empty?width=64&height=64"
    text = f"cameras: [{{name: a, source: '{source}', weights: {tmp_path}/no.safetensors}}]"
    (tmp_path / "site.yaml").write_text(text)
    assert main(["check", "--config", str(tmp_path / "site.yaml")]) == 4
    assert f"FAIL  weights a        no weights file at {tmp_path}/no.safetensors" in capsys.readouterr().out


def test_no_output_replaces_them(maker: FakeMaker, tmp_path: Path) -> None:
    gate = tmp_path / "gate.safetensors"
    words = config_of(tmp_path, gate=str(gate))
    assert main(["count", *words[:2], "--csv", str(gate)]) == 2
    assert gate.read_text() == "20"
