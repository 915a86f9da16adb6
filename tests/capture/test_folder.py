from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdmon.capture.folder import FolderSource, natural_key
from crowdmon.capture.limits import MEGAPIXELS
from crowdmon.capture.picture_header import codec_of
from crowdmon.capture.source import open_source
from crowdmon.errors import SourceError
from tests.capture.clips import corners, encoded, number_of, numbered, quarters, with_exif


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> object:
    """No decoder says anything of its own, whatever it is fed."""
    yield
    assert capfd.readouterr() == ("", "")


def one(path: Path) -> np.ndarray:
    with open_source(str(path)) as source:
        assert (source.info.kind, source.info.frames, source.info.live) == ("file", 1, False)
        (picture,) = source.pictures()
        assert (picture.index, picture.pts) == (0, 0.0)
        assert picture.size == (source.info.width, source.info.height)
        return picture.rgb()


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(str(path))
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".ppm"])
def test_each_kind_of_picture(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix.upper()}"
    path.write_bytes(encoded(quarters(), suffix))
    rgb = one(path)
    assert rgb.shape == (48, 64, 3)
    assert np.abs(rgb[::11, ::15].astype(int) - quarters()[::11, ::15]).max() <= 12


def test_the_name_may_lie_about_the_kind(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(quarters(), ".png"))
    assert corners(one(tmp_path / "a.jpg")) == ("red", "green", "blue", "white")


def test_grey_alpha_and_deep_pictures_become_rgb(tmp_path: Path) -> None:
    rgb = quarters()
    grey = rgb[..., 1]
    opaque = np.dstack([rgb, np.full(rgb.shape[:2], 90, np.uint8)])
    for name, pixels, want in [
        ("grey", grey, np.dstack([grey] * 3)),
        ("alpha", opaque, rgb),
        ("deep", rgb.astype(np.uint16) * 257, rgb),
        ("deepgrey", grey.astype(np.uint16) * 257, np.dstack([grey] * 3)),
    ]:
        (tmp_path / f"{name}.png").write_bytes(encoded(pixels, ".png"))
        assert np.abs(one(tmp_path / f"{name}.png").astype(int) - want).max() <= 1, name
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    (tmp_path / "grey.jpg").write_bytes(encoded(ramp, ".jpg"))
    got = one(tmp_path / "grey.jpg")
    assert np.abs(got.astype(int) - ramp[..., None]).max() <= 2  # full range, not video's 16..235


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (1, ("red", "green", "blue", "white")),
        (2, ("green", "red", "white", "blue")),
        (3, ("white", "blue", "green", "red")),
        (6, ("blue", "red", "white", "green")),
        (8, ("green", "white", "red", "blue")),
    ],
)
def test_a_photo_stands_upright(tmp_path: Path, value: int, want: tuple[str, ...]) -> None:
    (tmp_path / "a.jpg").write_bytes(with_exif(encoded(quarters(96, 48), ".jpg"), value))
    rgb = one(tmp_path / "a.jpg")
    assert rgb.shape == ((96, 48, 3) if value in (6, 8) else (48, 96, 3))
    assert corners(rgb) == want


def test_a_folder_comes_in_natural_order_without_what_is_no_picture(tmp_path: Path) -> None:
    for index, name in enumerate(["img1.png", "img2.png", "IMG3.jpg", "img10.png", "img20.png"]):
        (tmp_path / name).write_bytes(encoded(numbered(index=index), Path(name).suffix))
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "._img1.png").write_bytes(b"\0")
    (tmp_path / "sub.png").mkdir()
    with open_source(str(tmp_path)) as source:
        info = source.info
        assert (info.kind, info.frames, info.fps, info.duration) == ("folder", 5, 1.0, 5.0)
        pictures = list(source.pictures())
        assert [number_of(p.rgb()) for p in pictures] == [0, 1, 2, 3, 4]
        assert [(p.index, p.pts) for p in pictures] == [(i, float(i)) for i in range(5)]
        for target, want in [(2.0, 2), (3.7, 3), (-1, 0), (99, 4)]:
            source.seek(target)
            assert number_of(next(source.pictures()).rgb()) == want
    assert list(source.pictures()) == []


def test_pictures_of_different_sizes(tmp_path: Path) -> None:
    for index, size in enumerate([(64, 48), (128, 40), (33, 200)]):
        (tmp_path / f"{index}.png").write_bytes(encoded(numbered(*size), ".png"))
    with open_source(str(tmp_path)) as source:
        assert [p.size for p in source.pictures()] == [(64, 48), (128, 40), (33, 200)]


def folder_with_damage(folder: Path, damaged: set[int], number: int = 4) -> Path:
    """Pictures of which some end in their middle."""
    for index in range(number):
        data = encoded(numbered(320, 240, index=index), ".jpg")
        (folder / f"{index}.jpg").write_bytes(data[: len(data) // 2] if index in damaged else data)
    return folder


@pytest.mark.parametrize("damaged", [{2}, {0}, {0, 1}, {3}, {1, 2}])
def test_a_damaged_picture_is_named_and_the_next_one_follows(
    tmp_path: Path, damaged: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    with open_source(str(folder_with_damage(tmp_path, damaged))) as source:
        assert isinstance(source, FolderSource)
        assert source.info.frames == 4
        pictures = list(source.pictures())
        sound = [index for index in range(4) if index not in damaged]
        assert [p.index for p in pictures] == sound
        assert [number_of(p.rgb()) for p in pictures] == sound
        assert [p.pts for p in pictures] == [float(index) for index in sound]
        source.seek(0.0)
        assert [p.index for p in source.pictures()] == sound
        assert source.left_out == len(damaged)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(damaged)  # each once, however often it is come by
    for line, index in zip(said, sorted(damaged), strict=True):
        assert f"{index}.jpg is damaged" in line


def test_a_folder_of_damaged_pictures_is_refused(tmp_path: Path) -> None:
    assert "none of its 4 pictures can be read" in refusal(folder_with_damage(tmp_path, {0, 1, 2, 3}))


def test_small_large_and_empty_pictures_are_left_out_as_well(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(encoded(numbered(8, 8), ".png"))
    (tmp_path / "2.png").touch()
    (tmp_path / "3.png").write_bytes(png_header(20_000, 10_001))
    (tmp_path / "4.png").write_text("text")
    (tmp_path / "5.png").write_bytes(encoded(numbered(index=5), ".png"))
    with open_source(str(tmp_path)) as source:
        assert [number_of(p.rgb()) for p in source.pictures()] == [5]
        assert isinstance(source, FolderSource)
        assert source.left_out == 4
        assert source.trouble.startswith("4 of ")
        assert source.trouble.endswith(", ...")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif", ".ppm"])
def test_half_a_picture_is_damaged(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    data = encoded(noise, suffix)
    (tmp_path / f"a{suffix}").write_bytes(data[: len(data) // 2])
    assert f"a{suffix} is damaged" in refusal(tmp_path / f"a{suffix}")


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    assert "the folder holds no picture" in refusal(tmp_path)


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "tiny.png").write_bytes(encoded(numbered()[:1, :1], ".png"))
    (tmp_path / "flat.png").write_bytes(encoded(numbered(64, 31), ".png"))
    assert "empty.png is empty (0 bytes)" in refusal(tmp_path / "empty.png")
    assert "text.jpg is not a picture" in refusal(tmp_path / "text.jpg")
    assert "tiny.png is 1x1 pixels" in refusal(tmp_path / "tiny.png")
    assert "flat.png is 64x31 pixels" in refusal(tmp_path / "flat.png")
    assert "gone.png: no such file" in refusal(tmp_path / "gone.png")


def test_a_very_wide_picture_is_legal(tmp_path: Path) -> None:
    wide = np.zeros((200, 20000), np.uint8)
    wide[:, 10000:] = 200
    (tmp_path / "wide.png").write_bytes(encoded(wide, ".png"))
    with open_source(str(tmp_path / "wide.png")) as source:
        assert (source.info.width, source.info.height) == (20000, 200)
        small = next(source.pictures()).rgb((200, 2))
    assert small[0, 20].max() < 5
    assert small[0, 180].min() > 195


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces much and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(100))
    blocks = [
        struct.pack(">I", len(b) - 4) + b + struct.pack(">I", zlib.crc32(b)) for b in (head, data, b"IEND")
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(blocks)


@pytest.mark.parametrize("size", [(20_000, 10_001), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    assert size[0] * size[1] > MEGAPIXELS * 1e6
    (tmp_path / "bomb.png").write_bytes(png_header(*size))
    assert "bomb.png is too large" in refusal(tmp_path / "bomb.png")
    bmp = bytearray(encoded(quarters(), ".bmp"))
    bmp[18:26] = struct.pack("<ii", *size)
    (tmp_path / "bomb.bmp").write_bytes(bmp)
    assert "bomb.bmp" in refusal(tmp_path / "bomb.bmp")


@given(names=st.lists(st.text(min_size=1, max_size=8)))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    keys = sorted(natural_key(name) for name in names)
    assert keys == sorted(natural_key(name) for name in reversed(names))


@given(a=st.integers(0, 10**12), b=st.integers(0, 10**12))
def test_numbers_in_names_count_by_value(a: int, b: int) -> None:
    assert (natural_key(f"seq_{a}.jpg") < natural_key(f"seq_{b}.jpg")) == (a < b)


@given(st.binary(max_size=40))
def test_any_bytes_have_a_known_kind_or_none(data: bytes) -> None:
    assert codec_of(data) in {None, "mjpeg", "png", "bmp", "tiff", "pgm", "ppm", "webp"}
