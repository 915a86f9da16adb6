from __future__ import annotations

import gc
import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from crowdmon.capture.decoder import Decoder
from crowdmon.capture.picture import AvPicture
from crowdmon.capture.source import Source, open_source
from crowdmon.errors import SourceError
from tests.capture.clips import BLUE, GREEN, RED, WHITE, corners, number_of, numbered, quarters, write_clip


def numbers(source: Source) -> list[int]:
    return [number_of(picture.rgb()) for picture in source.pictures()]


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mkv", "libx264", "yuv444p10le"),
        ("a.mp4", "mpeg4", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.ts", "mpeg2video", "yuv422p"),
        ("a.mkv", "ffv1", "gray"),
        ("a.mkv", "ffv1", "gray16le"),
        ("a.mkv", "ffv1", "yuva420p"),
        ("a.mkv", "ffv1", "bgra"),
        ("a.mov", "png", "rgb24"),
        ("a.flv", "flv1", "yuv420p"),
        ("a.gif", "gif", "rgb8"),
    ],
)
def test_every_kind_of_clip_becomes_rgb(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    fps = 24 if name.endswith("ts") else 10
    clip = write_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, fps=fps)
    with open_source(str(clip)) as source:
        info = source.info
        assert (info.kind, info.width, info.height, info.live) == ("file", 64, 48, False)
        assert info.fps == pytest.approx(fps, rel=0.01)
        pictures = list(source.pictures())
    assert [picture.index for picture in pictures] == list(range(20))
    assert [picture.pts for picture in pictures] == pytest.approx([i / fps for i in range(20)], abs=0.006)
    for picture in pictures:
        rgb = picture.rgb()
        assert rgb.shape == (48, 64, 3)
        assert rgb.dtype == np.uint8
        assert not rgb.flags.writeable
        assert number_of(rgb) == picture.index
    assert pictures[5].rgb().min() < 40  # the whole range is used, whatever the clip's own is
    assert pictures[5].rgb().max() > 215


def test_an_interlaced_clip(tmp_path: Path) -> None:
    fields = {"x264-params": "interlaced=1:tff=1"}
    clip = write_clip(tmp_path / "a.mp4", codec="libx264", encoder=fields, size=(96, 64))
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == (96, 64)
        assert numbers(source) == list(range(20))


@pytest.mark.parametrize(
    ("size", "codec", "tags"),
    [
        ((64, 48), "libx264", {}),
        ((1280, 720), "libx264", {"color_range": "tv", "colorspace": "bt709"}),
        ((64, 48), "mjpeg", {}),
    ],
)
def test_colours_survive(tmp_path: Path, size: tuple[int, int], codec: str, tags: dict[str, str]) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = write_clip(
        tmp_path / "a.mkv", codec=codec, pix_fmt=pix_fmt, paint=quarters, size=size, frames=2, encoder=tags
    )
    with open_source(str(clip)) as source:
        rgb = next(source.pictures()).rgb().astype(int)
    height, width = rgb.shape[:2]
    for (y, x), colour in zip(itertools.product((1, 3), (1, 3)), (RED, GREEN, BLUE, WHITE), strict=True):
        pixel = rgb[y * height // 4, x * width // 4]
        if not tags:  # the clip was painted in the matrix its reader assumes
            assert np.abs(pixel - colour).max() <= 12, (pixel, colour)
    assert corners(rgb.astype(np.uint8)) == ("red", "green", "blue", "white")


@pytest.mark.parametrize("size", [(65, 49), (33, 131), (1366, 50)])
def test_odd_sizes(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = write_clip(
        tmp_path / "a.mkv", codec="libx264", pix_fmt="yuv444p", size=size, paint=quarters, frames=2
    )
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == size
        rgb = next(source.pictures()).rgb()
    assert rgb.shape == (size[1], size[0], 3)
    assert corners(rgb) == ("red", "green", "blue", "white")


ROTATIONS = {
    (0.0, False): ("red", "green", "blue", "white"),
    (90.0, False): ("green", "white", "red", "blue"),
    (180.0, False): ("white", "blue", "green", "red"),
    (270.0, False): ("blue", "red", "white", "green"),
    (0.0, True): ("green", "red", "white", "blue"),
}


@pytest.mark.parametrize("rotate", ROTATIONS)
def test_rotation_turns_size_and_pixels(tmp_path: Path, rotate: tuple[float, bool]) -> None:
    clip = write_clip(tmp_path / "a.mp4", rotate=rotate, paint=quarters, frames=3, size=(96, 48))
    size = (48, 96) if rotate[0] in (90.0, 270.0) else (96, 48)
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == size
        picture = next(source.pictures())
        assert picture.size == size
        assert corners(picture.rgb()) == ROTATIONS[rotate]
        small = picture.rgb((size[0] // 2, size[1] // 2))
        assert small.shape == (size[1] // 2, size[0] // 2, 3)
        assert corners(small) == ROTATIONS[rotate]


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", aspect=Fraction(4, 3), size=(96, 64), frames=2, paint=quarters)
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == (128, 64)
        assert next(source.pictures()).rgb().shape == (64, 128, 3)


def test_a_senseless_aspect_is_ignored_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_clip(tmp_path / "a.mkv", aspect=Fraction(9, 1), size=(96, 64), frames=2)
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == (96, 64)
        assert [p.size for p in source.pictures()] == [(96, 64)] * 2
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert "9 times as wide as high" in said[0]


# Table E-1 of H.264 and H.265, then MPEG-2 and MPEG-4: half D1 and fields at 4:3, 16:9 and 2.21:1.
STANDARD_PIXELS = (
    "1:1 12:11 10:11 16:11 40:33 24:11 20:11 32:11 80:33 18:11 15:11 64:33 160:99 4:3 3:2 2:1 "
    "24:11 32:11 221:61 27:11 8:15 32:45 6:11 4:9 5:11 20:33 59:54 118:81 2:5"
)


@pytest.mark.parametrize("ratio", sorted(set(STANDARD_PIXELS.split())))
def test_the_pixels_of_the_standards_are_believed(
    tmp_path: Path, ratio: str, caplog: pytest.LogCaptureFixture
) -> None:
    aspect = Fraction(*map(int, ratio.split(":")))
    clip = write_clip(
        tmp_path / "a.mp4", aspect=aspect, size=(352, 576), frames=2, paint=quarters, codec="libx264"
    )
    with open_source(str(clip)) as source:
        assert (source.info.width, source.info.height) == (round(352 * aspect), 576)
        assert next(source.pictures()).rgb().shape == (576, round(352 * aspect), 3)
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_enlarged_pixels_stay_sharp(tmp_path: Path) -> None:
    """Bilinear enlargement blurs, and blurred people are not counted."""
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, 0::4], stripes[:, 1::4] = 235, 235

    clip = write_clip(
        tmp_path / "a.mkv", aspect=Fraction(32, 11), size=(64, 64), frames=1, paint=lambda *_: stripes,
        codec="libx264", pix_fmt="yuv444p", encoder={"qp": "0"},
    )  # fmt: skip
    with open_source(str(clip)) as source:
        wide = next(source.pictures()).rgb()
    assert wide.shape == (64, 186, 3)
    assert wide[32, 20:166].std() > 0.85 * stripes[32, 8:56].std()


def test_a_size_is_converted_once_and_scaled_exactly(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", frames=2, size=(128, 96))
    with open_source(str(clip)) as source:
        picture = next(source.pictures())
        small = picture.rgb((31, 17))
        assert small.shape == (17, 31, 3)
        assert picture.rgb((31, 17)) is small
        assert picture.rgb() is picture.rgb((128, 96))


def test_a_change_of_resolution_in_mid_stream_is_survived(tmp_path: Path) -> None:
    first = write_clip(tmp_path / "1.ts", codec="mpeg2video", fps=25, frames=10, size=(64, 48))
    second = write_clip(tmp_path / "2.ts", codec="mpeg2video", fps=25, frames=10, size=(128, 96), start=10)
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with open_source(str(both)) as source:
        seen = [(number_of(p.rgb()), p.size, p.rgb((40, 30)).shape, p.pts) for p in source.pictures()]
        assert (source.info.width, source.info.height) == (64, 48)
    assert {size for number, size, *_ in seen if number < 10} == {(64, 48)}
    assert {size for number, size, *_ in seen if number >= 10} == {(128, 96)}
    # the picture in flight at the change may be lost, no other
    assert [number for number, *_ in seen] in ([*range(9), *range(10, 20)], list(range(20)))
    times = [pts for *_, pts in seen]
    assert all(a < b for a, b in itertools.pairwise(times))


def test_a_stream_without_time_stamps_follows_its_frame_rate(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.h264", codec="libx264", container="h264", fps=25)
    with open_source(str(clip)) as source:
        assert not source.info.seekable
        assert source.info.duration is None
        pictures = list(source.pictures())
        with pytest.raises(SourceError, match="cannot seek in"):
            source.seek(0)
    assert len(pictures) == 20
    gaps = [b.pts - a.pts for a, b in itertools.pairwise(pictures)]  # type: ignore[operator]
    assert pictures[0].pts == 0
    assert gaps == pytest.approx([gaps[0]] * 19)
    assert gaps[0] > 0


def test_time_starts_at_zero_whatever_the_file_says(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", codec="libx264", times=lambda i: 1000 + i)
    with open_source(str(clip)) as source:
        assert [p.pts for p in source.pictures()] == pytest.approx([i / 10 for i in range(20)], abs=0.002)
        source.seek(1.5)
        assert number_of(next(source.pictures()).rgb()) == 15


SEEKS = (1.5, 0.0, 9.9, 5.0, 5.05, 4.999, 0.1, 3.14159, 20.0, -3.0)


@pytest.mark.parametrize(
    ("name", "codec", "encoder"),
    [
        ("a.mp4", "libx264", {"g": "25", "bf": "3"}),
        ("a.mp4", "libx264", {"g": "250", "bf": "2"}),
        ("a.mkv", "libx264", {"g": "12", "bf": "2", "x264-params": "open-gop=1"}),
        ("a.ts", "libx264", {"g": "25", "bf": "2"}),
        ("a.avi", "mpeg4", {"g": "30"}),
        ("a.mp4", "mjpeg", {}),
    ],
)
def test_seeking_is_exact_to_the_picture(
    tmp_path: Path, name: str, codec: str, encoder: dict[str, str]
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = write_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, frames=100, encoder=encoder)
    with open_source(str(clip)) as source:
        assert source.info.seekable
        for target in SEEKS:
            source.seek(target)
            want = min(max(int(target * 10 + 1e-6), 0), 99)
            got = list(itertools.islice(source.pictures(), 3))
            assert [number_of(p.rgb()) for p in got] == list(range(want, min(want + 3, 100)))
            assert [p.index for p in got] == list(range(want, min(want + 3, 100)))
            assert got[0].pts == pytest.approx(want / 10, abs=0.002)


def test_seeking_to_a_pictures_own_time_finds_it_again(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", codec="libx264", frames=60, times=lambda i: i + i * i // 20)
    with open_source(str(clip)) as source:
        times = [picture.pts for picture in source.pictures()]
        for number in (40, 3, 17, 59):
            source.seek(times[number] or 0.0)
            assert number_of(next(source.pictures()).rgb()) == number


def test_a_file_can_be_read_again_from_the_start_after_its_end(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    with open_source(str(clip)) as source:
        assert numbers(source) == list(range(20))
        assert numbers(source) == []
        source.seek(0)
        assert numbers(source) == list(range(20))


def test_a_second_iterator_goes_on_where_the_first_stood(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    with open_source(str(clip)) as source:
        first = list(itertools.islice(source.pictures(), 7))
        assert [p.index for p in first] == list(range(7))
        assert numbers(source) == list(range(7, 20))


def test_closing_twice_and_reading_afterwards_is_harmless(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    source = open_source(str(clip))
    pictures = source.pictures()
    kept = next(pictures)
    source.close()
    source.close()
    assert list(pictures) == []
    assert number_of(kept.rgb()) == 0  # a picture outlives its source
    with pytest.raises(SourceError, match="cannot seek in"):
        source.seek(0)


def test_pictures_are_freed_without_the_garbage_collector(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", rotate=(90.0, False))
    gc.collect()
    gc.disable()
    try:
        with open_source(str(clip)) as source:
            for picture in source.pictures():
                picture.rgb()
        del source, picture
        left = [one for one in gc.get_objects() if isinstance(one, AvPicture | Decoder | av.VideoFrame)]
        assert len(left) <= 1  # PyAV ties the frame whose side data was looked at to itself
    finally:
        gc.enable()


def test_nothing_stays_open(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4")
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("open files are listed on Linux only")

    def count() -> int:
        return sum(
            1
            for one in descriptors.iterdir()
            if one.is_symlink() and str(one.resolve()).startswith(str(tmp_path))
        )

    small = write_clip(tmp_path / "small.mp4", size=(16, 16))
    with open_source(str(clip)) as source:
        next(source.pictures())
        assert count() == 1
    with pytest.raises(SourceError):
        open_source(str(small))
    assert count() == 0


def test_the_largest_video_stream_is_taken_and_covers_are_not_video(tmp_path: Path) -> None:
    path = tmp_path / "two.mkv"
    with av.open(path, "w") as out:
        small, large = out.add_stream("mpeg4", rate=10), out.add_stream("mpeg4", rate=10)
        for stream, size in ((small, (64, 48)), (large, (128, 96))):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for index in range(5):
            for stream, size in ((small, (64, 48)), (large, (128, 96))):
                frame = av.VideoFrame.from_ndarray(numbered(*size, index), "rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 10)
                out.mux(stream.encode(frame))
        for stream in (small, large):
            out.mux(stream.encode())
    with open_source(str(path)) as source:
        assert (source.info.width, source.info.height) == (128, 96)
        assert numbers(source) == list(range(5))


def test_odd_file_names_are_only_names(tmp_path: Path) -> None:
    for name in ("100%d.avi", "a b.avi", "x:y.avi", "-i.avi", "ünï.avi", "concat:a|b.avi", "clip.avi?x=1"):
        clip = write_clip(tmp_path / "plain.avi", frames=3)
        clip.rename(tmp_path / name)
        with open_source(str(tmp_path / name)) as source:
            assert numbers(source) == [0, 1, 2]


@pytest.mark.parametrize(
    ("codec", "pix_fmt"), [("mpeg4", "yuv420p"), ("rawvideo", "yuyv422"), ("ffv1", "bgr0")]
)
def test_fingerprints_tell_pictures_apart(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    clip = write_clip(
        tmp_path / "a.mkv",
        paint=lambda width, height, index: numbered(width, height, min(index, 10)),
        codec=codec,
        pix_fmt=pix_fmt,
        size=(66, 50),
        encoder={"qmin": "2", "qmax": "2"} if codec == "mpeg4" else None,
    )
    with open_source(str(clip)) as source:
        found = [picture.fingerprint() for picture in source.pictures()]
    assert len(set(found[:11])) == 11
    assert len(set(found[11:])) <= 3, "the same picture, but for what its encoder does to it"
