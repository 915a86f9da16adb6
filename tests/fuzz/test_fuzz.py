"""The fuzzer itself: it finds faults put into a copy of the program, and what it once found stays mended."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import av
import pytest
from av.container import InputContainer

import crowdmon
from crowdmon.capture.decoder import Decoder
from crowdmon.capture.source import open_source
from crowdmon.capture.uri import parse_source
from crowdmon.errors import DatasetError, SourceError
from crowdmon.formats.points import ann_points
from tests.capture.clips import write_clip
from tests.formats.writers import write_v5
from tests.fuzz.fuzz import Child, Tally, run, table
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import SEEDS, make

ROOT = Path(__file__).parents[2]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the bounds of a child are Linux's")

PLANTED = {
    # format: (module, what stands there, what is put in its place, the column in which it must appear)
    "mat5": ("formats/mat5.py", "        raise MatError(", "        raise IndexError(", "tracebacks"),
    "yaml": (
        "config/files.py",
        "\ndef parse(text: str, *, where: str) -> AppConfig:\n",
        "\ndef parse(text: str, *, where: str) -> AppConfig:\n    while '\\0' in text or '&' in text: pass\n",
        "hangs",
    ),
    "heads": (
        "../trainer/data/datasets/points.py",
        "    if not all(map(math.isfinite, point)):\n",
        "    if not all(map(math.isfinite, point)):\n        import os; os.abort()\n",
        "crashes",
    ),
}


def test_the_same_seed_gives_the_same_input() -> None:
    sound = [content for _, content in make("heads")]
    first = [mutate(sound[0], random.Random(f"1 {n}"), sound) for n in range(200)]
    assert first == [mutate(sound[0], random.Random(f"1 {n}"), sound) for n in range(200)]
    assert sum(one != sound[0] for one in first) > 180


@LINUX
@pytest.mark.parametrize("name", [name for name in SEEDS if name not in ("http", "rtsp")])
def test_sound_inputs_are_read(name: str, tmp_path: Path) -> None:
    seeds = make(name)
    child = Child(name, tmp_path, seeds, env=None, cwd=None)
    try:
        results = []
        for suffix, content in seeds:
            path = tmp_path / f"input{suffix}"
            path.write_bytes(content)
            results.append(child.feed(path, seconds=30.0)["result"])
    finally:
        child.end()
    if name == "playlists":  # one is a list of itself
        assert sorted(map(str, results)) == ["read", "read", "refused"]
    else:
        assert set(results) == {"read"}


def planted(folder: Path) -> dict[str, str]:
    """Copy the program, put a fault into three of its modules, and return the environment that uses it."""
    skip = shutil.ignore_patterns("__pycache__", "assets", "*.safetensors", "*.onnx", "*.png", "*.jpg")
    for package in ("crowdmon", "trainer", "tests"):
        shutil.copytree(ROOT / package, folder / package, ignore=skip)
    for module, before, after, _ in PLANTED.values():
        path = folder / "crowdmon" / module
        text = path.read_text(encoding="utf-8")
        assert before in text, module
        path.write_text(text.replace(before, after), encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


@LINUX
def test_it_finds_three_planted_faults(tmp_path: Path) -> None:
    assert Path(crowdmon.__file__).is_relative_to(ROOT)
    env = planted(tmp_path)
    told: list[str] = []
    keep = tmp_path / "kept"
    for name, (_, _, _, column) in PLANTED.items():
        tally = run(
            [name],
            seconds=40.0,
            seed=5,
            patience=2.0,
            keep=keep,
            first=True,
            env=env,
            cwd=tmp_path,
            tell=told.append,
        )[name]
        assert getattr(tally, column) > 0, (name, table({name: tally}))
        assert not tally.good
        assert any(one.startswith(f"{name} 5:") for one in told)
        assert list(keep.glob(f"{name}-5-*")), "the input is kept"


def test_the_figures_are_printed_by_format() -> None:
    tally = Tally(inputs=310, crashes=1, memory=120, slowest=0.25)
    tally.found["crash: the process ended with -6"] += 1
    head, row, found = table({"clips": tally}).splitlines()
    assert head.split() == [
        "format", "inputs", "refused", "crashes", "hangs", "tracebacks", "memory", "slowest",
    ]  # fmt: skip
    assert row.split() == ["clips", "310", "0", "1", "0", "0", "120", "MB", "0.2", "s"]
    assert found == "clips: 1 x crash: the process ended with -6"


def test_a_video_stream_of_an_unknown_format_is_named(tmp_path: Path) -> None:
    """Found by the fuzzer: PyAV has no decoder for it, where its types promise one."""
    clip = write_clip(tmp_path / "a.avi", codec="mjpeg", pix_fmt="yuvj420p")
    clip.write_bytes(clip.read_bytes().replace(b"MJPG", b"Q~~Q"))
    with pytest.raises(SourceError, match="no decoder for its video format"):
        open_source(str(clip))


def test_streams_that_are_added_while_it_is_read_are_no_fault(tmp_path: Path) -> None:
    """Found by the fuzzer: then PyAV raises IndexError at the end, after the last packet."""

    class Grown:
        def demux(self, *streams: object) -> Iterator[av.Packet[Any]]:
            yield av.Packet()
            raise IndexError("list index out of range")

    spec = parse_source(str(write_clip(tmp_path / "a.mp4")))
    decoder = Decoder(spec, timeout=(5.0, 5.0))
    try:
        assert len(list(decoder._packets(cast(InputContainer, Grown())))) == 1
    finally:
        decoder.close()


def test_a_name_that_cannot_be_printed_is_not(tmp_path: Path) -> None:
    """Found by the fuzzer: a message with control characters."""
    path = write_v5(tmp_path / "a.mat", {"annQoints": [1.0]}, compress=False)
    path.write_bytes(path.read_bytes().replace(b"annQoints", b"ann\x1b\x80\noin"))
    with pytest.raises(DatasetError) as caught:
        ann_points(path)
    assert str(caught.value).isprintable()
    assert "'ann???oin'" in str(caught.value)
    assert os.linesep not in str(caught.value)
