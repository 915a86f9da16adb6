"""Small pictures of many kinds, made on the spot, and what their pixels must be."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.capture.clips import with_exif

Rgb = NDArray[np.uint8]
WIDTH, HEIGHT = 101, 75
"""Odd on purpose: colours at half resolution end beside the last pixel."""

_TYPES = {3: "H", 4: "I", 7: "B"}
EXIF = {value: b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, value, 0, 0) for value in range(1, 9)}


def scene(width: int = WIDTH, height: int = HEIGHT) -> Rgb:
    """Smooth colours, different in each corner."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    wave = 100 * np.sin(x / 17) * np.cos(y / 13) + 128
    return np.stack([x * 255 / (width - 1), y * 255 / (height - 1), wave], -1).astype(np.uint8)


def tiff(
    pixels: NDArray[np.integer],
    *,
    photometric: int,
    bits: int = 8,
    compression: int = 1,
    order: str = "<",
    tile: tuple[int, int] | None = None,
    strip: int | None = None,
    planar: bool = False,
    predictor: bool = False,
    blocks: list[bytes] | None = None,
    tags: dict[int, tuple[int, tuple[int, ...]]] | None = None,
) -> bytes:
    """Write a TIFF of HxWxC values; ``blocks`` are its strips or tiles where they are packed already."""
    height, width, samples = pixels.shape
    planes = [pixels[..., [one]] for one in range(samples)] if planar else [pixels]
    if blocks is None:
        cut = [one for plane in planes for one in _cut(plane, tile, strip or height)]
        raw = [_packed(one, bits, order, predictor=predictor) for one in cut]
        blocks = [zlib.compress(one) for one in raw] if compression == 8 else raw
    entries: dict[int, tuple[int, tuple[int, ...]]] = {
        256: (4, (width,)), 257: (4, (height,)), 258: (3, (bits,) * samples), 259: (3, (compression,)),
        262: (3, (photometric,)), 277: (3, (samples,)), 284: (3, (1 + planar,)), **(tags or {}),
    }  # fmt: skip
    if predictor:
        entries[317] = (3, (2,))
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    starts = []
    for block in blocks:
        starts.append(len(data))
        data += block + bytes(len(block) % 2)
    lengths = tuple(len(block) for block in blocks)
    if tile:
        entries |= {322: (4, (tile[0],)), 323: (4, (tile[1],)), 324: (4, tuple(starts)), 325: (4, lengths)}
    else:
        entries |= {273: (4, tuple(starts)), 278: (4, (strip or height,)), 279: (4, lengths)}
    table = b""
    for tag, (kind, values) in sorted(entries.items()):
        raw_values = struct.pack(f"{order}{len(values)}{_TYPES[kind]}", *values)
        if len(raw_values) <= 4:
            place = raw_values + bytes(4 - len(raw_values))
        else:
            place = struct.pack(f"{order}I", len(data))
            data += raw_values + bytes(len(raw_values) % 2)
        table += struct.pack(f"{order}HHI", tag, kind, len(values)) + place
    struct.pack_into(f"{order}I", data, 4, len(data))
    return bytes(data) + struct.pack(f"{order}H", len(entries)) + table + bytes(4)


def _cut(plane: NDArray[np.integer], tile: tuple[int, int] | None, strip: int) -> Iterator[Any]:
    height, width = plane.shape[:2]
    wide, high = tile or (width, strip)
    for top in range(0, height, high):
        for left in range(0, width, wide):
            part = plane[top : top + high, left : left + wide]
            short = (high - part.shape[0], wide - part.shape[1]) if tile else (0, 0)
            yield np.pad(part, ((0, short[0]), (0, short[1]), (0, 0)), mode="edge")


def _packed(values: NDArray[np.integer], bits: int, order: str, *, predictor: bool) -> bytes:
    if bits >= 8:
        numbers = values.astype(np.int64)
        if predictor:
            numbers[:, 1:] -= values[:, :-1].astype(np.int64)
            numbers %= 1 << bits
        return np.ascontiguousarray(numbers).astype(f"{order}u{bits // 8}").tobytes()
    rows = []
    for row in values.reshape(len(values), -1):
        digits = "".join(format(int(value), f"0{bits}b") for value in row)
        digits += "0" * (-len(digits) % 8)
        rows.append(int(digits, 2).to_bytes(len(digits) // 8, "big"))
    return b"".join(rows)


def saved(image: Image.Image, form: str, **how: Any) -> bytes:
    """Encode with Pillow."""
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_with_exif(png: bytes, orientation: int, *, behind: bool) -> bytes:
    """Put the orientation of a PNG before its pixels, or behind them."""
    at = png.index(b"IEND" if behind else b"IDAT") - 4
    return png[:at] + png_chunk(b"eXIf", EXIF[orientation]) + png[at:]


def jpeg_tiles(rgb: Rgb, side: int, photometric: int) -> bytes:
    """A TIFF of JPEG tiles that are whole JPEGs, without shared tables."""
    mode = {1: "L", 2: "RGB", 6: "RGB"}[photometric]
    pixels = np.pad(rgb, ((0, -len(rgb) % side), (0, -rgb.shape[1] % side), (0, 0)), mode="edge")
    how = {"quality": 97, "subsampling": 0, **({"keep_rgb": True} if photometric == 2 else {})}
    blocks = [
        saved(Image.fromarray(pixels[y : y + side, x : x + side]).convert(mode), "JPEG", **how)
        for y in range(0, pixels.shape[0], side)
        for x in range(0, pixels.shape[1], side)
    ]
    values = rgb if photometric != 1 else rgb[..., :1]
    return tiff(values, photometric=photometric, compression=7, tile=(side, side), blocks=blocks)


def ycbcr_tiff(rgb: Rgb, packing: str) -> bytes:
    """A TIFF that stores colours at half resolution, in a video's range, and says so."""
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p", dst_colorspace=5)
    encoder = av.CodecContext.create("tiff", "w")
    encoder.width, encoder.height, encoder.pix_fmt = rgb.shape[1], rgb.shape[0], "yuv420p"
    encoder.time_base, encoder.options = Fraction(1, 25), {"compression_algo": packing}
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def long_lzw_tiff(orientation: int) -> tuple[bytes, Rgb]:
    """A packed TIFF above 256 kB whose directory stands at its end, and its pixels as they are stored."""
    noise = np.random.default_rng(4).integers(0, 256, (420, 600, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), "TIFF", compression="tiff_lzw", tiffinfo={274: orientation})
    assert len(data) > 1 << 18
    return data, noise


@dataclass(frozen=True)
class SourceKind:
    """A row of the table.

    Attributes:
        name: format, compression, depth, colours.
        suffix: of the file's name.
        data: the file.
        want: stored HxWx3 pixels.
        near: mean and largest difference that is allowed.
        orientation: EXIF's.
    """

    name: str
    suffix: str
    data: bytes
    want: Rgb
    near: tuple[float, int] = (0.0, 0)
    orientation: int = 1


def table() -> Iterator[SourceKind]:
    """Give all kinds of pictures, each a little file."""
    rgb = scene()
    image, grey = Image.fromarray(rgb), rgb[..., 0]
    grey3 = np.repeat(grey[..., None], 3, axis=2)
    deep, one = rgb.astype(np.uint16) * 257, grey[..., None]
    bit = (grey > 127).astype(np.uint8)[..., None]
    bit3 = np.repeat(bit * 255, 3, axis=2)
    palette = image.quantize(16)
    palette3 = np.asarray(palette.convert("RGB"))
    exact, deeper, jpeg, cmyk = (0.0, 0), (0.6, 1), (0.2, 4), (1.3, 6)

    def of(
        name: str, data: bytes, want: Rgb = rgb, near: tuple[float, int] = exact, turn: int = 1
    ) -> SourceKind:
        return SourceKind(name, f".{name.partition('-')[0]}", data, want, near, turn)

    def decoded(data: bytes) -> Rgb:
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def lossy(name: str, data: bytes, near: tuple[float, int] = jpeg, turn: int = 1) -> SourceKind:
        return of(name, data, decoded(data), near, turn)

    yield of("png-rgb", saved(image, "PNG"))
    yield of("png-grey", saved(Image.fromarray(grey), "PNG"), grey3)
    yield of("png-one-bit", saved(Image.fromarray(bit[..., 0] * 255).convert("1"), "PNG"), bit3)
    yield of("png-palette", saved(palette, "PNG"), palette3)
    yield of("png-palette-4-bits", saved(palette, "PNG", bits=4), palette3)
    yield of("png-transparent", saved(image.convert("RGBA"), "PNG"))
    yield of("png-grey-transparent", saved(Image.fromarray(grey).convert("LA"), "PNG"), grey3)
    yield of("png-grey-16", saved(Image.fromarray(deep[..., 0]), "PNG"), grey3, deeper)
    yield of("png-of-several", saved(image, "PNG", save_all=True, append_images=[image.rotate(180)]))
    for name, how in {
        "444": {"subsampling": 0},
        "422": {"subsampling": 1},
        "420": {"subsampling": 2},
    }.items():
        yield lossy(f"jpg-{name}", saved(image, "JPEG", quality=95, **how))
    yield lossy("jpg-progressive", saved(image, "JPEG", quality=95, progressive=True))
    yield lossy("jpg-rgb", saved(image, "JPEG", quality=95, keep_rgb=True))
    yield lossy("jpg-grey", saved(Image.fromarray(grey), "JPEG", quality=95))
    yield lossy("jpg-cmyk", saved(image.convert("CMYK"), "JPEG", quality=95), cmyk)
    yield lossy("jpg-of-several", saved(image, "MPO", save_all=True, append_images=[image.rotate(180)]))
    yield lossy("webp-lossy", saved(image, "WEBP", quality=90), (0.4, 4))
    yield of("webp-lossless", saved(image, "WEBP", lossless=True, exact=True))
    yield of("bmp-24", saved(image, "BMP"))
    yield of("bmp-palette", saved(palette, "BMP"), palette3)
    yield of("bmp-one-bit", saved(Image.fromarray(bit[..., 0] * 255).convert("1"), "BMP"), bit3)
    yield of("ppm-rgb", saved(image, "PPM"))
    yield of("pgm-grey-16", saved(Image.fromarray(deep[..., 0]), "PPM"), grey3, deeper)
    for packing in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield of(f"tif-{packing}", saved(image, "TIFF", compression=packing))
    yield of(
        "tif-fax", saved(Image.fromarray(bit[..., 0] * 255).convert("1"), "TIFF", compression="group4"), bit3
    )
    yield lossy("tif-jpeg", saved(image, "TIFF", compression="jpeg", quality=95))
    yield lossy("tif-jpeg-grey", saved(Image.fromarray(grey), "TIFF", compression="jpeg", quality=95))
    yield lossy("tif-jpeg-ycbcr", saved(image.convert("YCbCr"), "TIFF", compression="jpeg", quality=95))
    for number, name in ((1, "grey"), (2, "rgb"), (6, "ycbcr")):
        yield lossy(f"tif-jpeg-tiles-{name}", jpeg_tiles(rgb, 32, number))
    yield lossy("tif-ycbcr", saved(image.convert("YCbCr"), "TIFF", compression="tiff_lzw"), (0.1, 1))
    for packing in ("raw", "lzw", "deflate"):
        halved = ycbcr_tiff(rgb, packing)
        yield of(f"tif-ycbcr-420-{packing}", halved, near=(1.5, 20))
    yield of("tif-cmyk", saved(image.convert("CMYK"), "TIFF"), near=cmyk)
    yield of("tif-palette", saved(palette, "TIFF"), palette3)
    yield of("tif-transparent", saved(image.convert("RGBA"), "TIFF"))
    yield of("tif-grey-16", tiff(deep[..., :1], photometric=1, bits=16), grey3, deeper)
    yield of("tif-white-is-0", tiff(255 - one, photometric=0), grey3)
    yield of("tif-white-is-0-one-bit", tiff(1 - bit, photometric=0, bits=1), bit3)
    yield of("tif-grey-4-bits", tiff(one // 16, photometric=1, bits=4), grey3 // 16 * 17)
    for order in "<>":
        yield of(
            f"tif-rgb-16-{order}",
            tiff(deep, photometric=2, bits=16, order=order, predictor=True),
            near=deeper,
        )
    yield of("tif-planes", tiff(rgb, photometric=2, planar=True, compression=8))
    yield of("tif-strips", tiff(rgb, photometric=2, strip=9, compression=8, predictor=True))
    yield of("tif-tiles", tiff(rgb, photometric=2, tile=(32, 48)))
    yield of("tif-tiles-packed", tiff(rgb, photometric=2, tile=(64, 64), compression=8, predictor=True))
    yield of(
        "tif-tiles-16-bits", tiff(deep, photometric=2, bits=16, tile=(64, 64), compression=8), near=deeper
    )
    for turn in range(2, 9):
        yield lossy(f"jpg-turned-{turn}", with_exif(saved(image, "JPEG", quality=95), turn), turn=turn)
    for turn in (3, 6, 7):
        yield of(f"png-turned-{turn}", png_with_exif(saved(image, "PNG"), turn, behind=False), turn=turn)
        yield of(
            f"png-turned-behind-{turn}", png_with_exif(saved(image, "PNG"), turn, behind=True), turn=turn
        )
        yield of(f"tif-turned-{turn}", saved(image, "TIFF", tiffinfo={274: turn}), turn=turn)
        exif = b"Exif\0\0" + EXIF[turn]
        yield of(f"webp-turned-{turn}", saved(image, "WEBP", lossless=True, exact=True, exif=exif), turn=turn)
        yield lossy(f"webp-lossy-turned-{turn}", saved(image, "WEBP", quality=90, exif=exif), (0.4, 4), turn)
        yield of(f"tif-long-turned-{turn}", *long_lzw_tiff(turn), turn=turn)


def upright(rgb: Rgb, orientation: int) -> Rgb:
    """Turn stored pixels as EXIF says, by the standard's own words."""
    turns: dict[int, Callable[[Rgb], Rgb]] = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2), 6: lambda a: a[::-1].transpose(1, 0, 2),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2), 8: lambda a: a[:, ::-1].transpose(1, 0, 2),
    }  # fmt: skip
    return turns[orientation](rgb)
