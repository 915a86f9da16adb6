"""What a picture file says of itself: format, size and EXIF, found by walking its container. No decoding.

A walker steps from one segment, chunk or directory to the next by the lengths they give. So it finds what it
looks for wherever that stands, and takes no pixels that happen to look like a mark for one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

_MOST_STEPS = 1_000_000
_MOST_EXIF = 1 << 20
"""Bytes a packed EXIF block may unpack to."""

_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LONELY_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_PNG = b"\x89PNG\r\n\x1a\n"
_EXIF = b"Exif\0\0"


class Bytes(Protocol):
    """What is walked: bytes, or a file of which only the parts asked for are read."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...


class FileBytes:
    """A file that is read where it is looked at; a context manager. OSError if it cannot be."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = self._file.seek(0, 2)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What a picture file says of itself.

    Attributes:
        codec: FFmpeg's name for its format.
        size: stored (width, height) in pixels; None if it does not say, which a sound file does.
        exif: a TIFF structure with its metadata; empty if there is none.
        animated: it is a WebP of several pictures.
    """

    codec: str
    size: tuple[int, int] | None = None
    exif: bytes = b""
    animated: bool = False


_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "mjpeg"),
    (_PNG, "png"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"P2", "pgm"),
    (b"P5", "pgm"),
    (b"P3", "ppm"),
    (b"P6", "ppm"),
)


def codec_of(data: Bytes) -> str | None:
    """Return FFmpeg's name for the format of a picture, None if it is not a known one."""
    head = data[:12]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((codec for start, codec in _STARTS if head.startswith(start)), None)


def read_header(data: Bytes) -> PictureHeader | None:
    """Walk a picture file; None if it is of no known format."""
    codec = codec_of(data)
    if codec is None:
        return None
    try:
        return _WALKERS[codec](data)
    except (struct.error, ValueError):  # it ends where more was announced
        return PictureHeader(codec)


def _jpeg(data: Bytes) -> PictureHeader:
    size, exif = None, b""
    for marker, start, stop in jpeg_segments(data):
        if marker == 0xE1 and not exif and data[start : start + 6] == _EXIF:
            exif = data[start + 6 : stop]
        elif marker in _FRAME_MARKERS and size is None:
            height, width = struct.unpack(">HH", data[start + 1 : start + 5])
            size = (width, height) if width and height else None
    return PictureHeader("mjpeg", size, exif)


def jpeg_segments(data: Bytes) -> Iterator[tuple[int, int, int]]:
    """Give (marker, first byte, end) of each segment of a JPEG up to its pixels."""
    at = 2
    for _ in range(_MOST_STEPS):
        head = data[at : at + 4]
        if len(head) < 2:
            return
        if head[0] != 0xFF or head[1] in (0x00, 0xFF):  # filler, or bytes between two segments
            at += 1
            continue
        if head[1] in (0xD9, 0xDA) or len(head) < 4:
            return
        if head[1] in _LONELY_MARKERS:
            at += 2
            continue
        length = int.from_bytes(head[2:4], "big")
        yield head[1], at + 4, at + 2 + length
        at += 2 + max(2, length)


def png_chunks(data: Bytes) -> Iterator[tuple[bytes, int, int]]:
    """Give (name, first byte, end) of each chunk of a PNG up to its end; the last one may be cut off."""
    at = len(_PNG)
    for _ in range(_MOST_STEPS):
        head = data[at : at + 8]
        if len(head) < 8:
            return
        stop = at + 8 + int.from_bytes(head[:4], "big")
        yield head[4:], at + 8, stop
        if head[4:] == b"IEND":
            return
        at = stop + 4


def _png(data: Bytes) -> PictureHeader:
    size, exif, profile = None, b"", b""
    for name, start, stop in png_chunks(data):
        if name == b"IHDR":
            width, height = struct.unpack(">II", data[start : start + 8])
            size = (width, height)
        elif name == b"eXIf" and not exif:
            exif = data[start:stop]
        elif name in (b"zTXt", b"tEXt") and not profile:
            profile = _raw_profile(data[start : min(stop, start + _MOST_EXIF)], packed=name == b"zTXt")
    return PictureHeader("png", size, exif or profile)


def _raw_profile(text: bytes, *, packed: bool) -> bytes:
    """Return the EXIF block that ImageMagick wrote as text before PNG had a chunk for it."""
    keyword, _, rest = text.partition(b"\0")
    if keyword not in (b"Raw profile type exif", b"Raw profile type APP1"):
        return b""
    try:
        if packed:
            rest = zlib.decompressobj().decompress(rest[1:], _MOST_EXIF)
        words = rest.split(maxsplit=2)
        return bytes.fromhex(words[2].decode("ascii")) if len(words) == 3 else b""
    except (zlib.error, ValueError):
        return b""


def _webp(data: Bytes) -> PictureHeader:
    size, canvas, exif, animated = None, None, b"", False
    at = 12
    for _ in range(_MOST_STEPS):
        head = data[at : at + 18]
        if len(head) < 8:
            break
        name, length, body = head[:4], int.from_bytes(head[4:8], "little"), head[8:]
        if name == b"VP8X" and len(body) >= 10:
            animated = bool(body[0] & 2)
            canvas = (1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
        elif name == b"VP8 " and size is None and len(body) >= 10:
            size = (
                int.from_bytes(body[6:8], "little") & 0x3FFF,
                int.from_bytes(body[8:10], "little") & 0x3FFF,
            )
        elif name == b"VP8L" and size is None and len(body) >= 5:
            bits = int.from_bytes(body[1:5], "little")
            size = (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        elif name in (b"ANIM", b"ANMF"):
            animated = True
        elif name == b"EXIF" and not exif:
            exif = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return PictureHeader("webp", size or canvas, exif, animated)


def _tiff(data: Bytes) -> PictureHeader:
    tags = tiff_tags(data)
    width, height = (next(iter(tags.get(tag, ())), 0) for tag in (256, 257))
    # Its own directory is what EXIF copies; the tag that matters is put into one that is small.
    exif = exif_of(next(iter(tags[274]))) if tags.get(274) else b""
    return PictureHeader("tiff", (width, height) if width and height else None, exif)


def exif_of(orientation: int) -> bytes:
    """Return the smallest EXIF block that holds an orientation (0..65535)."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 274, 3, 1, orientation & 0xFFFF, 0, 0)


_TIFF_TYPES = {1: "B", 3: "H", 4: "I", 5: "II", 7: "B"}
_MOST_VALUES = 1 << 22


def tiff_order(data: Bytes) -> str:
    """Return how a TIFF structure orders its bytes, as :mod:`struct` writes it; empty if it is none."""
    return {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(data[:4]), "")


def tiff_tags(data: Bytes, *, needed: Collection[int] = ()) -> dict[int, tuple[int, ...]]:
    """Return the whole numbers in the first directory of a TIFF structure, by tag, less what is cut off.

    Of a fraction the numerator comes first and then the denominator.

    Args:
        data: begins with the structure.
        needed: tags of which nothing may be cut off; with any, the directory must be whole.

    Raises:
        struct.error: the directory itself is cut off, or what is needed of it.
    """
    order = tiff_order(data)
    if not order:
        return {}
    (at,) = struct.unpack(f"{order}I", data[4:8])
    (entries,) = struct.unpack(f"{order}H", data[at : at + 2])
    table = data[at + 2 : at + 2 + 12 * entries]
    if needed and len(table) < 12 * entries:
        raise struct.error("the directory is cut off")
    tags: dict[int, tuple[int, ...]] = {}
    for place in range(0, len(table) - 11, 12):
        tag, kind, count = struct.unpack(f"{order}HHI", table[place : place + 8])
        letter = _TIFF_TYPES.get(kind)
        if letter is None or not 0 < count <= _MOST_VALUES or tag in tags:
            continue
        long = count * struct.calcsize(f"={letter}")
        (where,) = struct.unpack(f"{order}I", table[place + 8 : place + 12])
        raw = table[place + 8 : place + 8 + long] if long <= 4 else data[where : where + long]
        if len(raw) == long:
            tags[tag] = struct.unpack(f"{order}{count * len(letter)}{letter[0]}", raw)
        elif tag in needed:
            raise struct.error(f"tag {tag} is cut off")
    return tags


def _bmp(data: Bytes) -> PictureHeader:
    head = data[:26]
    old = int.from_bytes(head[14:18], "little") == 12
    width, height = struct.unpack("<HH", head[18:22]) if old else struct.unpack("<ii", head[18:26])
    return PictureHeader("bmp", (abs(width), abs(height)))


def _pnm(data: Bytes) -> PictureHeader:
    words: list[bytes] = []
    for line in data[:65536].splitlines():
        words += line.partition(b"#")[0].split()
        if len(words) >= 4:  # the kind, width, height, and what is behind them
            break
    return PictureHeader(codec_of(data) or "ppm", (int(words[1]), int(words[2])) if len(words) > 2 else None)


_WALKERS = {
    "mjpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
    "bmp": _bmp,
    "pgm": _pnm,
    "ppm": _pnm,
}
