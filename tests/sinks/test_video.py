"""A video file that is there whole or not at all, and shows what was put into it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from crowdmon.errors import ConfigError, SinkError
from crowdmon.sinks.video import Clip


def picture(grey: int, *, width: int = 96, height: int = 64) -> np.ndarray:
    rgb = np.full((height, width, 3), grey, np.uint8)
    rgb[: height // 2, : width // 2] = (220, 40, 40)
    return rgb


def shown(path: Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as file:
        return [(float(one.time or 0.0), one.to_ndarray(format="rgb24")) for one in file.decode(video=0)]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_pictures_come_back_at_their_times(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with Clip(path) as clip:
        for i, time in enumerate([100.0, 100.5, 102.25]):
            clip.write(picture(60 + 60 * i), time)
        assert (clip.size, clip.pictures) == ((96, 64), 3)
        assert not path.exists(), "its name is given to what is whole"
    seen = shown(path)
    assert [time for time, _ in seen] == pytest.approx([0.0, 0.5, 2.25], abs=0.002)
    for i, (_, rgb) in enumerate(seen):
        assert rgb[50, 80] == pytest.approx([60 + 60 * i] * 3, abs=4)
        assert rgb[8, 8] == pytest.approx([220, 40, 40], abs=12)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_colours_are_said_to_be_those_of_television(tmp_path: Path) -> None:
    with Clip(tmp_path / "a.mp4") as clip:
        clip.write(picture(90), 0.0)
    with av.open(str(tmp_path / "a.mp4")) as file:
        context = file.streams.video[0].codec_context
        next(file.decode(video=0))
        assert (int(context.colorspace), int(context.color_range)) == (1, 1)


def test_odd_pictures_and_times_that_do_not_rise(tmp_path: Path) -> None:
    with Clip(tmp_path / "a.mp4") as clip:
        for time in (5.0, 5.0, 4.0, None, 6.0):
            clip.write(picture(90, width=97, height=65), time)
        assert clip.size == (96, 64)
    times = [time for time, _ in shown(tmp_path / "a.mp4")]
    assert times == sorted(set(times))
    assert len(times) == 5
    assert times[-1] == pytest.approx(1.0, abs=0.002)


def test_pictures_without_a_time_follow_each_other(tmp_path: Path) -> None:
    with Clip(tmp_path / "a.mp4") as clip:
        for _ in range(3):
            clip.write(picture(90), None)
    assert [time for time, _ in shown(tmp_path / "a.mp4")] == pytest.approx([0.0, 0.04, 0.08], abs=0.002)


def test_what_a_killed_program_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as over:
        over.wait(30)
    left = tmp_path / f".a[1].mp4.{over.pid}.part"
    others = [
        tmp_path / f".a[1].mp4.{os.getppid()}.part",
        tmp_path / f".b.mp4.{over.pid}.part",
        tmp_path / ".a[1].mp4.old.part",
    ]
    for one in (left, *others):
        one.write_bytes(b"half a video")
    with Clip(tmp_path / "a[1].mp4") as clip:
        clip.write(picture(90), 0.0)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a[1].mp4", *others])


def test_an_error_elsewhere_keeps_what_was_written(tmp_path: Path) -> None:
    def interrupted() -> None:
        with Clip(tmp_path / "a.mp4") as clip:
            clip.write(picture(90), 0.0)
            clip.write(picture(90), 1.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(shown(tmp_path / "a.mp4")) == 2


def test_no_picture_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "old.mp4").write_bytes(b"kept")
    for name in ("new.mp4", "old.mp4"):
        with Clip(tmp_path / name):
            pass
    assert [one.name for one in tmp_path.iterdir()] == ["old.mp4"]
    assert (tmp_path / "old.mp4").read_bytes() == b"kept"


def test_a_full_disk_leaves_nothing_and_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"kept")
    clip = Clip(path)
    clip.write(picture(90), 0.0)

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(clip, "_mux", full)
    with pytest.raises(SinkError, match=r"cannot write the video .*a\.mp4: no space left on device"):
        clip.write(picture(90), 0.1)
    clip.close()
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("a.gif", ConfigError, r"End it in \.mp4"),
        ("a", ConfigError, r"End it in \.mp4"),
        ("none/a.mp4", SinkError, "there is no folder"),
        ("folder.mp4", SinkError, "is a folder"),
    ],
)
def test_a_bad_place_is_known_at_once(tmp_path: Path, name: str, kind: type, words: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(kind, match=words):
        Clip(tmp_path / name)
