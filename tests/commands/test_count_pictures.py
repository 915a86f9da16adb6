"""``crowdmon count`` over picture files: damaged and very large ones."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from crowdmon.__main__ import main
from crowdmon.capture import limits
from crowdmon.sinks.csv_file import read_csv
from tests.capture.clips import encoded, numbered
from tests.capture.pictures import png_chunk
from tests.fakes import FakeCounter


@pytest.fixture(autouse=True)
def counter(monkeypatch: pytest.MonkeyPatch) -> FakeCounter:
    """Count without a network: 10 people, and one more with each picture."""
    fake = FakeCounter(lambda frame: 10.0 + frame.index)
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fake)
    monkeypatch.setattr(limits, "_allowed", limits.Limits())
    return fake


def folder(path: Path, *, damaged: set[int], number: int = 5) -> Path:
    path.mkdir()
    for index in range(number):
        data = encoded(numbered(320, 240, index=index), ".jpg")
        (path / f"{index}.jpg").write_bytes(data[: len(data) // 2] if index in damaged else data)
    return path


def blank(path: Path, width: int, height: int) -> Path:
    """A grey PNG that is small as a file."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    chunks = [(b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks))
    return path


@pytest.mark.parametrize("damaged", [{0}, {2}, {4}, {0, 1, 3}])
def test_a_damaged_picture_is_named_left_out_and_counted(
    tmp_path: Path, damaged: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    csv = tmp_path / "out.csv"
    assert main(["count", str(folder(tmp_path / "f", damaged=damaged)), "--csv", str(csv)]) == 3
    sound = [index for index in range(5) if index not in damaged]
    assert [row["count"] for row in read_csv(csv)] == [10.0 + index for index in sound]
    assert [row["media_time_s"] for row in read_csv(csv)] == [float(index) for index in sound]
    out, err = capsys.readouterr()
    assert f"{len(sound)} pictures counted, {len(damaged)} that cannot be read left out" in out
    for index in damaged:
        assert f"{index}.jpg is damaged" in err


def test_several_folders_are_all_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    csv = tmp_path / "out.csv"
    sources = [
        folder(tmp_path / "a", damaged={1}),
        folder(tmp_path / "b", damaged={0, 1, 2, 3, 4}),
        tmp_path / "gone.jpg",
        folder(tmp_path / "c", damaged=set()),
    ]
    assert main(["count", *map(str, sources), "--csv", str(csv)]) == 3
    assert [row["camera"] for row in read_csv(csv)] == ["a"] * 4 + ["c"] * 5
    out, err = capsys.readouterr()
    assert "9 pictures of 4 sources counted, 1 that cannot be read left out" in out
    assert "none of its 5 pictures can be read" in err
    assert "gone.jpg: no such file" in err


def test_a_damaged_picture_alone_among_sound_sources_tells_in_the_exit_status(tmp_path: Path) -> None:
    sources = [folder(tmp_path / "a", damaged={1}), folder(tmp_path / "c", damaged=set())]
    assert main(["count", *map(str, sources)]) == 3
    assert main(["count", str(sources[1])]) == 0


def test_a_picture_above_fifty_megapixels_needs_leave(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large = blank(tmp_path / "large.png", 10_000, 5_001)
    assert main(["count", str(large)]) == 3
    err = capsys.readouterr().err
    assert "large.png is too large, 10000x5001 pixels" in err
    assert "--max-megapixels" in err
    assert len(err.splitlines()) == 1
    small = blank(tmp_path / "small.png", 400, 300)
    assert main(["count", str(small), "--max-megapixels", "0.1"]) == 3
    assert main(["count", str(small), "--max-megapixels", "0.12"]) == 0
    assert main(["count", str(large)]) == 3  # the next command has the usual limit again
    for wrong in ("0", "-1", "nan", "inf"):
        assert main(["count", str(small), "--max-megapixels", wrong]) == 2


def test_a_large_picture_is_counted_if_it_may(tmp_path: Path) -> None:
    assert main(["count", str(blank(tmp_path / "a.png", 10_000, 5_001)), "--max-megapixels", "51"]) == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells the most memory used")
def test_a_picture_that_is_refused_takes_no_memory(tmp_path: Path) -> None:
    bomb = blank(tmp_path / "bomb.png", 60_000, 15_000)
    told = (
        "import re, sys; from crowdmon.__main__ import main; code = main(['count', sys.argv[1]]); "
        "print(code, re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run([sys.executable, "-c", told, str(bomb)], capture_output=True, text=True, check=True)
    code, kilobytes = map(int, done.stdout.split())
    assert code == 3
    assert kilobytes < 400_000
