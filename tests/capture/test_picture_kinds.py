"""Every kind of picture comes out alike in the application, in training and in evaluation, or is refused."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crowdmon.capture.source import open_source
from crowdmon.capture.still import picture_size, read_rgb
from crowdmon.errors import SourceError
from tests.capture import pictures
from tests.capture.pictures import PictureKind, saved, scene, tiff
from trainer.data.datasets import Dataset, Sample
from trainer.data.sources import from_dataset
from trainer.evaluate import frame_of


@functools.cache
def table() -> dict[str, PictureKind]:
    return {kind.name: kind for kind in pictures.table()}


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> object:
    """No decoder says anything of its own, whatever it is fed."""
    yield
    assert capfd.readouterr() == ("", "")


def application(path: Path) -> np.ndarray:
    with open_source(str(path)) as source:
        (picture,) = source.pictures()
        assert picture.size == (source.info.width, source.info.height)
        return picture.rgb()


@pytest.mark.parametrize("name", table())
def test_a_kind_of_picture_is_the_same_everywhere(tmp_path: Path, name: str) -> None:
    kind = table()[name]
    path = tmp_path / f"a{kind.suffix}"
    path.write_bytes(kind.data)
    shown = application(path)
    want = pictures.upright(kind.want, kind.orientation)
    assert shown.shape == want.shape
    off = np.abs(shown.astype(int) - want)
    assert (off.mean(), off.max()) <= kind.near
    assert off.max() <= kind.near[1]
    for upright in (True, False):
        sample = Sample("a", path, np.zeros((0, 2)), upright=upright)
        trained = from_dataset(Dataset("points", "train", (sample,))).item(0).rgb
        scored = frame_of(sample).rgb
        pixels = shown if upright else stored(shown, kind.orientation)
        assert (trained == pixels).all()
        assert (scored == pixels).all()
        assert picture_size(path, upright=upright) == pixels.shape[1::-1]


def stored(rgb: np.ndarray, orientation: int) -> np.ndarray:
    """Turn upright pixels back."""
    return pictures.upright(rgb, {6: 8, 8: 6}.get(orientation, orientation))


def test_there_are_forty_kinds_and_more() -> None:
    assert len(table()) >= 40


def refusal(tmp_path: Path, data: bytes, suffix: str) -> str:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_rgb(path)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


RGB = scene()
DEEP = RGB.astype(np.uint16) * 257
CMYK = np.concatenate([255 - RGB, RGB[..., :1] * 0], axis=2)


@pytest.mark.parametrize(
    "data",
    [
        tiff(CMYK.astype(np.uint16) * 257, photometric=5, bits=16),
        tiff(RGB[..., :1], photometric=1, tags={339: (3, (2,))}),  # signed
        tiff(RGB, photometric=8),  # CIELAB
        tiff(RGB, photometric=2, planar=True, tile=(32, 32)),
        tiff(RGB, photometric=32803),  # a raw photo
        tiff(RGB, photometric=2, tags={258: (3, (8, 8, 16))}),
        tiff(RGB, photometric=2, compression=50000),
        tiff(RGB, photometric=6, compression=6),  # JPEG as it was before 1995
        saved(Image.fromarray(RGB).convert("CMYK"), "TIFF", compression="jpeg"),
    ],
    ids=["cmyk-16", "signed", "lab", "tiled-planes", "raw", "depths", "zstd", "old-jpeg", "cmyk-jpeg"],
)
def test_a_tiff_that_would_come_out_wrong_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "a.tif is a TIFF" in refusal(tmp_path, data, ".tif")


def whole(data: bytes, path: Path) -> bool:
    path.write_bytes(data)
    try:
        read_rgb(path)
    except SourceError:
        return False
    return True


def riff(data: bytes) -> bytes:
    """Correct the length that a WebP says it has."""
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


CUT = (
    "jpg-420 png-rgb webp-lossless webp-lossy bmp-24 tif-raw tif-tiff_lzw tif-packbits "
    "tif-tiff_adobe_deflate tif-jpeg tif-strips tif-tiles tif-tiles-packed tif-jpeg-tiles-rgb"
)


@pytest.mark.parametrize("name", CUT.split())
def test_what_is_missing_is_never_made_up(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    image, kind = Image.fromarray(noise), table()[name]
    how = {"jpg-420": ("JPEG", {}), "png-rgb": ("PNG", {}), "webp-lossless": ("WEBP", {"lossless": True})}
    how |= {"webp-lossy": ("WEBP", {}), "bmp-24": ("BMP", {})}
    data = saved(image, how[name][0], **how[name][1]) if name in how else kind.data
    for share in (0.3, 0.6, 0.9):
        short = data[: int(len(data) * share)]
        assert not whole(short, tmp_path / f"a{kind.suffix}")
        if name.startswith("webp"):
            assert not whole(riff(short), tmp_path / "b.webp")
        if name.startswith("jpg"):
            assert not whole(short + b"\xff\xd9", tmp_path / "b.jpg")  # cut, and ended as if it were whole


def png(rows: bytes, *, interlaced: bool = False) -> bytes:
    """A PNG of the scene's size that holds these rows, sound as a container."""
    head = struct.pack(">IIBBBBB", RGB.shape[1], RGB.shape[0], 8, 2, 0, 0, interlaced)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.png_chunk(*chunk) for chunk in chunks)


def interlaced_rows() -> bytes:
    """The rows of the seven pictures of an interlaced PNG."""
    starts = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    parts = (RGB[top::down, left::across] for left, top, across, down in starts)
    return b"".join(b"\0" + row.tobytes() for part in parts for row in part)


def test_rows_that_are_missing_in_a_sound_png_are_noticed(tmp_path: Path) -> None:
    rows = b"".join(b"\0" + row.tobytes() for row in RGB)
    path = tmp_path / "a.png"
    for wanted, interlaced in ((rows, False), (interlaced_rows(), True)):
        path.write_bytes(png(wanted, interlaced=interlaced))
        assert (read_rgb(path) == RGB).all()
        for missing in (1, 400, len(wanted) // 2, len(wanted)):
            assert not whole(png(wanted[:-missing], interlaced=interlaced), path)


def test_a_text_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    """FFmpeg unpacks texts and colour profiles of any length."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    data = png(b"".join(b"\0" + row.tobytes() for row in RGB))
    at = data.index(b"IDAT") - 4
    texts = b"".join(pictures.png_chunk(b"zTXt", b"a%d\0\0" % number + packed) for number in range(40))
    path = tmp_path / "a.png"
    path.write_bytes(data[:at] + texts + data[at:])
    assert (read_rgb(path) == RGB).all()


def test_damage_in_the_middle_of_a_tiff_is_noticed(tmp_path: Path) -> None:
    for name in ("tif-tiff_adobe_deflate", "tif-strips", "tif-tiles-packed"):
        data = bytearray(table()[name].data)
        middle = len(data) // 3
        data[middle : middle + 40] = bytes(40)
        assert not whole(bytes(data), tmp_path / "a.tif"), name


def test_a_strip_that_unpacks_to_too_little_is_noticed(tmp_path: Path) -> None:
    short = zlib.compress(RGB[:40].tobytes())
    assert not whole(tiff(RGB, photometric=2, compression=8, blocks=[short]), tmp_path / "a.tif")
    tile = zlib.compress(bytes(100))
    data = tiff(RGB, photometric=2, compression=8, tile=(128, 96), blocks=[tile])
    assert not whole(data, tmp_path / "b.tif")


def test_tiles_that_do_not_fit_are_damage(tmp_path: Path) -> None:
    for data in (
        tiff(RGB, photometric=2, tile=(32, 32), blocks=[b"x" * 3072]),
        tiff(RGB, photometric=2, tile=(60000, 60000), blocks=[b"x" * 3072]),
        tiff(RGB, photometric=2, strip=9, blocks=[b"x" * 303]),
    ):
        assert "damaged" in refusal(tmp_path, data, ".tif")


def test_an_animated_webp_is_called_so(tmp_path: Path) -> None:
    image = Image.fromarray(RGB)
    data = saved(image, "WEBP", save_all=True, append_images=[image.rotate(180)])
    assert "an animated WebP" in refusal(tmp_path, data, ".webp")


def test_what_looks_like_exif_in_the_pixels_is_none(tmp_path: Path) -> None:
    """A mark is metadata only where the container puts it."""
    false = b"Exif\0\0" + pictures.EXIF[6]
    plain = RGB.copy()
    plain.reshape(-1)[900 : 900 + len(false)] = np.frombuffer(false, np.uint8)
    for suffix, form in ((".bmp", "BMP"), (".tif", "TIFF"), (".ppm", "PPM")):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(saved(Image.fromarray(plain), form))
        assert picture_size(path) == (RGB.shape[1], RGB.shape[0])
        assert read_rgb(path).shape == RGB.shape
    comment = saved(Image.fromarray(RGB), "JPEG", comment=false)
    (tmp_path / "a.jpg").write_bytes(comment)
    assert read_rgb(tmp_path / "a.jpg").shape == RGB.shape


def test_exif_as_imagemagick_wrote_it(tmp_path: Path) -> None:
    body = b"Exif\0\0" + pictures.EXIF[6]
    text = b"Raw profile type exif\0" + b"\nexif\n%8d\n%s\n" % (len(body), body.hex().encode())
    png = saved(Image.fromarray(RGB), "PNG")
    at = png.index(b"IDAT") - 4
    path = tmp_path / "a.png"
    path.write_bytes(png[:at] + pictures.png_chunk(b"tEXt", text) + png[at:])
    assert read_rgb(path).shape == (RGB.shape[1], RGB.shape[0], 3)
    assert Image.open(io.BytesIO(png)).size == (RGB.shape[1], RGB.shape[0])


@pytest.mark.parametrize("compression", ["jpeg", "tiff_lzw", "raw"])
def test_a_tiff_whose_directory_is_cut_off_is_refused(tmp_path: Path, compression: str) -> None:
    """Its directory stands at the end; without the tables it names the pixels would come out grey."""
    out = io.BytesIO()
    Image.fromarray(scene()).save(out, "TIFF", compression=compression)
    whole = out.getvalue()
    (start,) = struct.unpack("<I", whole[4:8])
    for end in range(start, len(whole) - 1, 7):
        (tmp_path / "x.tif").write_bytes(whole[:end])
        try:
            pixels = read_rgb(tmp_path / "x.tif")
        except SourceError:
            continue
        assert np.abs(pixels.astype(int) - scene()).mean() < 4, end
