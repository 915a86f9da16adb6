"""Whatever is put in: one clear line, the right exit code, nothing written half, no traceback."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from safetensors.numpy import save_file

from crowdmon.__main__ import main
from crowdmon.sinks.csv_file import read_csv
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter

Make = Callable[[Path], str]


def text_named_mp4(folder: Path) -> str:
    (folder / "notes.mp4").write_text("Not a video, whatever its name says.\n" * 50)
    return "notes.mp4"


def cut_mp4(folder: Path) -> str:
    """A recording whose end, with its index, never made it to the disk."""
    whole = write_clip(folder / "whole.mp4", frames=30).read_bytes()
    (folder / "whole.mp4").unlink()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) * 2 // 3])
    return "cut.mp4"


def empty_picture(folder: Path) -> str:
    (folder / "empty.jpg").touch()
    return "empty.jpg"


def picture(shape: tuple[int, ...], name: str = "picture.png", dtype: type = np.uint8) -> Make:
    def make(folder: Path) -> str:
        rng = np.random.default_rng(1)
        pixels = rng.integers(0, np.iinfo(dtype).max, shape, dtype=dtype)
        assert cv2.imwrite(str(folder / name), pixels)
        return name

    return make


def config(text: str) -> Make:
    def make(folder: Path) -> str:
        (folder / "cameras.yaml").write_text(text)
        return "cameras.yaml"

    return make


def roi(polygon: str) -> Make:
    return config(f"cameras:\n  - {{name: a, source: b, rois: [{{name: gate, polygon: {polygon}}}]}}\n")


def bare_weights(folder: Path) -> str:
    save_file({"layer": np.zeros(3, np.float32)}, folder / "bare.safetensors")
    return "bare.safetensors"


def pickled_weights(folder: Path) -> str:
    (folder / "model.pth").write_bytes(pickle.dumps({"layer": [1.0, 2.0]}))
    return "model.pth"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], folder: Path, words: list[str], code: int) -> str:
    """Run, check what every refusal has in common, and return its line."""
    before = sorted(path.name for path in folder.iterdir())
    assert main([*words, "--csv", "out.csv", "--snapshot", "out.png"]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("crowdmon: ")
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    assert sorted(path.name for path in folder.iterdir()) == before
    return captured.err


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _: "nosuch.mp4", "nosuch.mp4: no such file"),
        (text_named_mp4, "notes.mp4 is not a video"),
        (cut_mp4, "cut.mp4 is incomplete"),
        (lambda _: "rtsp://user:secret@127.0.0.1:9/x", "rtsp://***@127.0.0.1:9/x: connection refused"),
        (empty_picture, "empty.jpg is empty"),
        (picture((1, 1, 3)), "picture.png is 1x1 pixels"),
        (lambda _: ".", "holds no picture"),
    ],
    ids=["missing", "text", "cut", "nobody-listens", "0-byte", "1x1", "empty-folder"],
)
def test_a_source_that_cannot_be_read_is_3(capsys, folder: Path, monkeypatch, make: Make, says: str) -> None:
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())
    line = refused(capsys, folder, ["count", make(folder), "--duration", "0.5"], 3)
    assert says in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["carrier-pigeon://roof"], "the scheme carrier-pigeon:// is unknown"),
        (["synthetic:beach"], "unknown scene 'beach'"),
        (["synthetic:plaza?people=many"], "people=many"),
        (["rtsp://user:${NO_SUCH_VARIABLE}@h/1"], "NO_SUCH_VARIABLE is not set"),
        (["synthetic:empty", "--backend", "abacus"], "unknown back end 'abacus'"),
        (["synthetic:empty", "--every", "0"], "--every is 0"),
        (["synthetic:empty", "--duration", "-1"], "--duration is -1"),
        (["synthetic:empty", "--start", "noon"], "--start is 'noon'"),
        (["synthetic:empty", "--config", "nosuch.yaml"], "cannot read the configuration nosuch.yaml"),
    ],
)
def test_a_wrong_option_is_2(capsys, folder: Path, words: list[str], says: str) -> None:
    assert says in refused(capsys, folder, ["count", *words], 2)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (config("cameras: [{name: a, source: b, pasword: c}]\n"), "cameras[0].pasword is not a known key"),
        (config("camera: []\n"), "camera is not a known key"),
        (roi("[[0, 0], [1, 1]]"), "cameras[0].rois[0].polygon"),
        (roi("[[0, 0], [1, 0], [1, 1.5]]"), "cameras[0].rois[0].polygon"),
        (roi("[[0, 0], [1, 1], [1, 0], [0, 1]]"), "cameras[0].rois[0].polygon"),
        (config("cameras: [{name: a\n"), "cameras.yaml, line"),
    ],
    ids=["unknown-key", "unknown-top-key", "two-points", "outside", "crossing", "no-yaml"],
)
def test_a_wrong_configuration_is_2(capsys, folder: Path, make: Make, says: str) -> None:
    line = refused(capsys, folder, ["count", "synthetic:empty", "--config", make(folder)], 2)
    assert "cameras.yaml" in line
    assert says in line


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (bare_weights, "bare.safetensors has no crowdmon header"),
        (pickled_weights, "it looks like a pickle"),
        (lambda _: "nosuch.safetensors", "no weights file at nosuch.safetensors"),
    ],
)
def test_wrong_weights_are_4(capsys, folder: Path, make: Make, says: str) -> None:
    assert says in refused(capsys, folder, ["count", "synthetic:empty", "--weights", make(folder)], 4)


@pytest.mark.parametrize("option", ["--csv", "--snapshot"])
@pytest.mark.parametrize(
    ("place", "says"), [("nowhere/out.png", "no folder nowhere"), ("d.png", "is a folder")]
)
def test_a_place_that_cannot_be_written_is_6(
    capsys, folder: Path, option: str, place: str, says: str
) -> None:
    (folder / "d.png").mkdir()
    assert main(["count", "synthetic:empty", "--duration", "1", option, place]) == 6
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["d.png"]


@pytest.mark.parametrize(
    "make",
    [
        picture((60, 80), "grey.png"),
        picture((60, 80, 4), "rgba.png"),
        picture((60, 80, 3), "deep.png", np.uint16),
        picture((60, 80), "deep-grey.png", np.uint16),
        picture((200, 20000, 3), "wide.png"),
    ],
    ids=["grey", "rgba", "16-bit", "16-bit-grey", "20000x200"],
)
def test_odd_pictures_are_counted(folder: Path, monkeypatch, make: Make) -> None:
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())
    assert main(["count", make(folder), "--csv", "out.csv", "--snapshot", "out.png"]) == 0
    (row,) = read_csv(folder / "out.csv")
    assert row["count"] == pytest.approx(12.0)
    assert cv2.imread("out.png") is not None
