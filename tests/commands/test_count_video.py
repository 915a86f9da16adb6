"""``crowdmon count --video``: the clip shows what was counted, hides whom it should, and is whole or gone."""

from __future__ import annotations

import os
import signal
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from crowdmon.__main__ import main
from crowdmon.errors import SinkError, SourceError
from crowdmon.heatmap import colours
from crowdmon.sinks.csv_file import read_csv
from crowdmon.sinks.video import Clip
from crowdmon.values import DensityMap, Frame, Grid
from tests.capture.clips import write_clip
from tests.fakes import FakeCounter, FakeSource
from tests.fakes import density_of as even


class Corner(FakeCounter):
    """Sees somebody in the picture's top left corner only."""

    def count(self, frame: Frame) -> DensityMap:
        flat = even(1.0, frame)
        people = np.zeros_like(flat.people)
        people[:3, :3] = 0.5
        grid: Grid = flat.grid
        return DensityMap(people, grid, frame.camera, frame.index, frame.time, frame.pts)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> FakeCounter:
    fake = Corner()
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: fake)
    return fake


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", frames=10, fps=10)


def shown(path: Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as file:
        return [(float(one.time or 0.0), one.to_ndarray(format="rgb24")) for one in file.decode(video=0)]


def test_every_counted_picture_is_in_the_video_at_its_time(
    counter: FakeCounter, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, csv = tmp_path / "out.mp4", tmp_path / "out.csv"
    words = ["--csv", str(csv), "--every", "0.2", "--start", "2026-05-01T12:00:00+02:00"]
    assert main(["count", str(clip), "--video", str(video), *words]) == 0
    times = [time for time, _ in shown(video)]
    assert times == pytest.approx([row["media_time_s"] for row in read_csv(csv)], abs=0.002)
    assert times == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8], abs=0.002)
    assert f"; the video in {video}\n" in capsys.readouterr().out
    assert sorted(one.name for one in tmp_path.iterdir()) == ["clip.mp4", "out.csv", "out.mp4"]


def test_the_configuration_says_how_it_is_painted(counter: FakeCounter, clip: Path, tmp_path: Path) -> None:
    seen = {}
    for palette, heat in (("viridis", 1), ("inferno", 1), ("inferno", 0)):
        config, video = tmp_path / "c.yaml", tmp_path / "out.mp4"
        config.write_text(
            "cameras: [{name: a, source: x, rois: [{name: q, polygon: [[0.5,0.5],[1,0.5],[1,1]]}]}]\n"
            f"display: {{palette: {palette}, heat: {heat}}}\n"
        )
        assert main(["count", str(clip), "--config", str(config), "--video", str(video)]) == 0
        seen[palette, heat] = shown(video)[0][1][4:12, 4:12].mean(axis=(0, 1))
    hot = {name: colours(name)[255].astype(float) for name in ("viridis", "inferno")}
    towards = hot["viridis"] - hot["inferno"]
    assert (seen["viridis", 1] - seen["inferno", 1]) @ towards > 0.3 * (towards @ towards)
    assert np.abs(seen["inferno", 1] - seen["inferno", 0]).max() > 20


def block(rgb: np.ndarray, *, row: int, column: int, size: int) -> float:
    """How much the pixels of a block differ from each other."""
    part = rgb[row : row + size, column : column + size].astype(float)
    return float(part.std(axis=(0, 1)).max())


@pytest.mark.parametrize("way", ["option", "configuration"])
def test_people_can_be_made_unrecognisable(
    counter: FakeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3)).astype(np.uint8)

    def given() -> FakeSource:
        source = FakeSource(3, size=(640, 360))
        monkeypatch.setattr("tests.fakes.FakePicture.rgb", lambda self, size=None: noise)
        return source

    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: given())
    plain, hidden = tmp_path / "plain.mp4", tmp_path / "hidden.mp4"
    picture = tmp_path / "hidden.png"
    config = tmp_path / "c.yaml"
    config.write_text("cameras: [{name: a, source: clip.mp4}]\ndisplay: {pixelate: true, heat: 0}\n")
    words = ["--pixelate"] if way == "option" else ["--config", str(config)]
    assert main(["count", "clip.mp4", "--video", str(plain)]) == 0
    assert main(["count", "clip.mp4", "--video", str(hidden), "--snapshot", str(picture), *words]) == 0
    before, after = shown(plain)[0][1], shown(hidden)[0][1]
    assert block(before, row=10, column=10, size=9) > 15
    assert block(after, row=10, column=10, size=9) < 8
    assert block(after, row=300, column=500, size=9) > 15, "where nobody is nothing is hidden"


def test_ctrl_c_leaves_a_video_that_plays(
    counter: FakeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(index: int) -> None:
        if index == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(
        "crowdmon.commands.count_source.open_source", lambda text: FakeSource(None, wait=press)
    )
    assert main(["count", "clip.mp4", "--video", str(tmp_path / "out.mp4")]) == 130
    assert len(shown(tmp_path / "out.mp4")) == 5
    assert [one.name for one in tmp_path.iterdir()] == ["out.mp4"]


def test_a_source_that_breaks_off_leaves_what_was_counted(
    counter: FakeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FakeSource(4, error=SourceError("clip.mp4: broken after 0.2 s", "Copy it again"))
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: broken)
    assert main(["count", "clip.mp4", "--video", str(tmp_path / "out.mkv")]) == 3
    assert len(shown(tmp_path / "out.mkv")) == 4


def test_pictures_of_all_sizes_share_one_video(counter: FakeCounter, tmp_path: Path) -> None:
    import cv2

    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, (width, height) in enumerate([(700, 400), (400, 700), (901, 503)]):
        cv2.imwrite(str(folder / f"{i}.png"), np.full((height, width, 3), 120, np.uint8))
    assert main(["count", str(folder), "--video", str(tmp_path / "out.mp4")]) == 0
    seen = shown(tmp_path / "out.mp4")
    assert [time for time, _ in seen] == pytest.approx([0.0, 1.0, 2.0], abs=0.002)
    assert len({rgb.shape for _, rgb in seen}) == 1
    # The upright one stands in the middle, dark at both sides.
    assert seen[1][1][200, 5].max() < 40 < seen[1][1][200, 350].min()


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("out.gif", 2, "is no video's name. End it in .mp4, .mkv, .mov"),
        ("none/out.mp4", 6, "there is no folder"),
    ],
)
def test_a_video_that_cannot_be_written_is_known_first(
    counter: FakeCounter, clip: Path, tmp_path: Path, capsys, name: str, code: int, words: str
) -> None:
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--video", str(tmp_path / name), "--csv", str(csv)]) == code
    assert words in capsys.readouterr().err
    assert counter.frames == []
    assert not csv.exists()


def test_a_disk_that_fills_is_6_and_leaves_no_video_but_whole_rows(
    counter: FakeCounter, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    from crowdmon.sinks.video import Clip

    mux = Clip._mux

    def full(self: Clip, picture: object) -> None:
        if self.pictures == 3:
            raise OSError(28, "No space left on device")
        mux(self, picture)

    monkeypatch.setattr(Clip, "_mux", full)
    csv = tmp_path / "out.csv"
    assert main(["count", str(clip), "--video", str(tmp_path / "out.mp4"), "--csv", str(csv)]) == 6
    assert "no space left on device" in capsys.readouterr().err
    assert len(read_csv(csv)) == 4
    assert sorted(one.name for one in tmp_path.iterdir()) == ["clip.mp4", "out.csv"]


def test_being_terminated_is_an_interruption(
    counter: FakeCounter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # If the signal came too early or too late, that is a failure of this test, and not the end of all.
    first = signal.signal(signal.SIGTERM, lambda *_: None)
    before = signal.getsignal(signal.SIGTERM)

    def terminate(index: int) -> None:
        if index == 5:
            os.kill(os.getpid(), signal.SIGTERM)

    source = FakeSource(200, wait=terminate)
    monkeypatch.setattr("crowdmon.commands.count_source.open_source", lambda text: source)
    assert main(["count", "clip.mp4", "--video", str(tmp_path / "out.mp4")]) == 130
    assert 1 <= len(shown(tmp_path / "out.mp4")) < 200
    assert [one.name for one in tmp_path.iterdir()] == ["out.mp4"]
    assert signal.getsignal(signal.SIGTERM) == before
    signal.signal(signal.SIGTERM, first)


def claims(path: Path, *, frames: int, seconds: int) -> Path:
    """An AVI whose header says how long each picture is shown."""
    with av.open(str(path), "w", format="avi") as file:
        stream = file.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        for _ in range(frames):
            file.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"))
            )
        file.mux(stream.encode())
    data = bytearray(path.read_bytes())
    struct.pack_into("<II", data, data.index(b"strh") + 28, seconds, 1)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("frames", [4, 300])
def test_pictures_of_2_to_the_31_seconds_make_no_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, frames: int
) -> None:
    monkeypatch.setattr("crowdmon.commands.count.make_counter_factory", lambda *_: lambda: FakeCounter())
    clip = claims(tmp_path / "clip.avi", frames=frames, seconds=1 << 31)
    for suffix in (".mp4", ".mov"):
        assert main(["count", str(clip), "--video", str(tmp_path / f"o{suffix}")]) == 6
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "a picture comes 596,523 hours after the one before" in err
        assert [one.name for one in tmp_path.iterdir()] == ["clip.avi"], "nothing is left"
    assert main(["count", str(clip), "--snapshot", str(tmp_path / "o.png")]) == 0
    code = main(["count", str(clip), "--video", str(tmp_path / "o.mkv")])
    left = {one.name for one in tmp_path.iterdir()} - {"clip.avi", "o.png"}
    assert (code, left) in [(0, {"o.mkv"}), (6, set())]


def test_whatever_ffmpeg_raises_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = Clip(tmp_path / "o.mp4")

    def fails(_: object) -> None:
        raise av.error.PatchWelcomeError(0, "not yet implemented", "o.mp4")

    clip.write(np.zeros((64, 64, 3), np.uint8), 0.0)
    monkeypatch.setattr(clip, "_mux", fails)
    with pytest.raises(SinkError, match="cannot write the video"):
        clip.write(np.zeros((64, 64, 3), np.uint8), 1.0)
    assert list(tmp_path.iterdir()) == []
