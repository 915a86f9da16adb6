"""TIFF pictures: what FFmpeg reads wrongly without a word is put right, or refused, before it is decoded.

FFmpeg gives black for tiles and for JPEG compression, and takes YCbCr for a video's. Here tiles and JPEG
strips are decoded one by one and put together; a kind that is not known to come out right is refused. FFmpeg
gets a directory with nothing in it but what it needs, and may then be as strict as it can be.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from crowdmon.capture.chroma import full_chroma
from crowdmon.capture.picture_header import jpeg_segments, tiff_order, tiff_tags

_RAW, _JPEG, _DEFLATE = 1, 7, (8, 32946)
_COMPRESSIONS = {_RAW, 2, 3, 4, 5, _JPEG, *_DEFLATE, 32773}
_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _CMYK, _YCBCR = 0, 1, 2, 3, 5, 6
_KINDS: dict[int, dict[int, set[int]]] = {
    _WHITE_IS_0: {1: {1, 2, 4, 8, 16}},
    _BLACK_IS_0: {1: {1, 2, 4, 8, 16}, 2: {8, 16}},
    _RGB: {3: {8, 16}, 4: {8, 16}},
    _PALETTE: {1: {1, 2, 4, 8}},
    _CMYK: {4: {8}},
    _YCBCR: {3: {8}},
}
"""Photometric interpretation -> values a pixel -> bits a value that are known to come out right."""

_JPEG_FORMATS = {_WHITE_IS_0: ("gray",), _BLACK_IS_0: ("gray",), _RGB: ("gbrp",), _YCBCR: ("yuv",)}
_HANDED_ON = (256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 530)
_NEEDED = frozenset({*_HANDED_ON, 322, 323, 324, 325, 339, 347, 529, 532})
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_LONG = frozenset({256, 257, 273, 278, 279, 292, 293})

Decode = Callable[[bytes, str], VideoFrame]
Rgb = NDArray[np.uint8]


class TiffError(ValueError):
    """A TIFF of a kind that is not decoded; the text ends the sentence "it is a TIFF ..."."""


@dataclass(frozen=True, slots=True)
class _Block:
    left: int
    top: int
    data: bytes


class _Tiff:
    """The first picture of a TIFF, with the defaults of the standard filled in."""

    def __init__(self, data: bytes) -> None:
        self.data, self.order = data, tiff_order(data)
        try:
            self.tags = tiff_tags(data, needed=_NEEDED)
        except struct.error:
            raise ValueError("cut short") from None
        self.width, self.height = self._one(256, 0), self._one(257, 0)
        self.compression, self.photometric = self._one(259, 1), self._one(262, -1)
        self.samples, self.planar = self._one(277, 1), self._one(284, 1)
        bits = self.tags.get(258, (1,))
        self.bits = bits[0] if len(set(bits)) == 1 else 0
        self.tiled = 322 in self.tags

    def _one(self, tag: int, default: int) -> int:
        return next(iter(self.tags.get(tag, ())), default)

    def check(self) -> None:
        """Refuse what is not known to come out right: TiffError, ValueError if it is damaged."""
        if not self.width or not self.height:
            raise ValueError("it has no size")
        if self.compression not in _COMPRESSIONS:
            raise TiffError(f"of compression {self.compression}, which cannot be read")
        if self.bits not in _KINDS.get(self.photometric, {}).get(self.samples, set()):
            raise TiffError(
                f"of a kind that cannot be read: photometric interpretation {self.photometric}, "
                f"{self.samples} values a pixel of {self.bits or 'different'} bits"
            )
        if not set(self.tags.get(339, (1,))) <= {1, 4}:
            raise TiffError("of signed or floating-point values, which cannot be read")
        if self.planar != 1 and self.samples > 1 and (self.photometric != _RGB or self.by_blocks):
            raise TiffError("with its colours stored one after the other, which cannot be read")
        if self.compression == _JPEG and (self.photometric not in _JPEG_FORMATS or self.bits != 8):
            raise TiffError("with JPEG compression of a kind that cannot be read")

    @property
    def by_blocks(self) -> bool:
        """Whether FFmpeg cannot read it whole."""
        return self.tiled or self.compression == _JPEG

    def block_size(self) -> tuple[int, int]:
        """Return (width, height) of its tiles or strips."""
        if self.tiled:
            return self._one(322, 0), self._one(323, 0)
        return self.width, min(self._one(278, self.height) or self.height, self.height)

    def blocks(self) -> list[_Block]:
        """Return its tiles or strips, unpacked if they are deflated; ValueError if some are missing."""
        width, height = self.block_size()
        if not width or not height or width * height > 4 * (self.width + 64) * (self.height + 64):
            raise ValueError("its tiles do not fit it")
        planes = range(self.samples if self.planar != 1 else 1)
        tops, lefts = range(0, self.height, height), range(0, self.width, width)
        places = [(left, top) for _ in planes for top in tops for left in lefts]
        starts, lengths = (self.tags.get(tag, ()) for tag in ((324, 325) if self.tiled else (273, 279)))
        if not len(starts) == len(lengths) == len(places):
            raise ValueError("parts of it are missing")
        return [
            self._block(left, top, self.data[start : start + length], length)
            for (left, top), start, length in zip(places, starts, lengths, strict=True)
        ]

    def _block(self, left: int, top: int, data: bytes, length: int) -> _Block:
        if len(data) < length or not length:
            raise ValueError("cut short")
        if self.compression not in _DEFLATE:
            return _Block(left, top, data)
        # FFmpeg takes what a damaged block gives until then for the whole.
        high = self.block_size()[1]
        rows = high if self.tiled else min(high, self.height - top)
        if self._one(266, 1) == 2:
            data = data.translate(_MIRRORED)
        unpacker = zlib.decompressobj()
        try:
            raw = unpacker.decompress(data, self._bytes(high) + 1)
        except zlib.error:
            raise ValueError("damaged") from None
        if len(raw) < self._bytes(rows) or not unpacker.eof:
            raise ValueError("parts of it are missing")
        return _Block(left, top, raw[: self._bytes(rows)])

    def _bytes(self, rows: int) -> int:
        """Return how long so many rows of a block are, unpacked."""
        width = self.block_size()[0]
        if self.photometric == _YCBCR:
            across, down = self._subsampling()
            return -(-width // across) * -(-rows // down) * (across * down + 2)
        return rows * -(-width * self.bits * (self.samples if self.planar == 1 else 1) // 8)

    def _subsampling(self) -> tuple[int, int]:
        """Return how many pixels across and down share a colour."""
        if self.photometric != _YCBCR:
            return 1, 1
        across, down = (*self.tags.get(530, ()), 2, 2)[:2]
        if across not in (1, 2, 4) or down not in (1, 2, 4):
            raise ValueError("its colours are damaged")
        return across, down

    def whole(self) -> bytes:
        """Return it as FFmpeg reads it: its strips, and a directory of what is needed."""
        blocks = [block.data for block in self.blocks()]
        starts, at = [], 8
        for block in blocks:
            starts.append(at)
            at += len(block)
        # FFmpeg wants whole colours in a strip; where the picture ends within one, the rest is cut off again.
        down = self._subsampling()[1]
        high = -(-self.height // down) * down
        tags = {257: (high,), 273: tuple(starts), 279: tuple(len(block) for block in blocks)}
        return self._written(b"".join(blocks), tags)

    def alone(self, block: _Block) -> bytes:
        """Return one tile as a TIFF of its own."""
        width, height = self.block_size()
        tags = {256: (width,), 257: (height,), 273: (8,), 278: (height,), 279: (len(block.data),)}
        return self._written(block.data, tags)

    def _written(self, body: bytes, tags: Mapping[int, tuple[int, ...]]) -> bytes:
        kept = {tag: self.tags[tag] for tag in _HANDED_ON if tag in self.tags} | dict(tags)
        if self.compression in _DEFLATE:
            kept |= {259: (_RAW,), 266: (1,)}
        body += bytes(len(body) % 2)
        head = self.data[:4] + struct.pack(f"{self.order}I", 8 + len(body))
        return head + body + _directory(self.order, kept, at=8 + len(body))

    def jpeg(self, block: _Block) -> bytes:
        """Return a tile or strip as a JPEG of its own, with the tables all share and its colours named."""
        # FFmpeg would guess the colours by the numbers of the components; this segment tells.
        told = b"\xff\xee\x00\x0eAdobe" + struct.pack(">HHHB", 100, 0, 0, int(self.photometric == _YCBCR))
        tables = _segments(bytes(self.tags.get(347, ())))[0]
        own, rest = _segments(block.data)
        return b"\xff\xd8" + tables + told + own + rest

    def coloured(self, frame: VideoFrame) -> VideoFrame:
        """Say of a YCbCr frame what its numbers mean; others as they are."""
        if self.photometric == _YCBCR and self.compression != _JPEG:
            weights = self.tags.get(529, (299, 1000))
            frame.colorspace = Colorspace.ITU709 if weights[0] < 0.25 * weights[1] else Colorspace.ITU601
            black = self.tags.get(532, (0, 1))
            frame.color_range = ColorRange.MPEG if black[0] >= 8 * max(1, black[1]) else ColorRange.JPEG
        return full_chroma(frame)


def decode_tiff(data: bytes, *, decode: Decode, rgb: Callable[[VideoFrame], Rgb]) -> VideoFrame:
    """Decode the first picture of a TIFF.

    Args:
        data: the file.
        decode: decodes a picture of one of FFmpeg's codecs, or raises.
        rgb: returns the pixels of a frame.

    Raises:
        TiffError: it is of a kind that would not come out right.
        ValueError: it is damaged; and what ``decode`` raises.
    """
    tiff = _Tiff(data)
    tiff.check()
    if not tiff.by_blocks:
        frame = tiff.coloured(decode(tiff.whole(), "tiff"))
        if frame.height == tiff.height:
            return frame
        return VideoFrame.from_ndarray(np.ascontiguousarray(rgb(frame)[: tiff.height]), "rgb24")
    canvas = np.zeros((tiff.height, tiff.width, 3), np.uint8)
    wide, high = tiff.block_size()
    for block in tiff.blocks():
        if tiff.compression == _JPEG:
            frame = decode(tiff.jpeg(block), "mjpeg")
            if not frame.format.name.startswith(_JPEG_FORMATS[tiff.photometric]):
                raise TiffError("with JPEG compression of a kind that cannot be read")
        else:
            frame = decode(tiff.alone(block), "tiff")
        pixels = rgb(tiff.coloured(frame))
        room = canvas[block.top : block.top + high, block.left : block.left + wide]
        if pixels.shape[0] < room.shape[0] or pixels.shape[1] < room.shape[1]:
            raise ValueError("its parts do not fit it")
        room[:] = pixels[: room.shape[0], : room.shape[1]]
    if tiff.compression == _JPEG and tiff.photometric == _WHITE_IS_0:
        np.subtract(255, canvas, out=canvas)
    return VideoFrame.from_ndarray(canvas, "rgb24")


def _segments(jpeg: bytes) -> tuple[bytes, bytes]:
    """Return the segments of a JPEG before its pixels, less what names its colours, and what follows them."""
    if not jpeg:
        return b"", b""
    kept, end = b"", 2
    for marker, start, stop in jpeg_segments(jpeg):
        if marker not in (0xE0, 0xEE):
            kept += jpeg[start - 4 : stop]
        end = stop
    return kept, jpeg[end:]


def _directory(order: str, tags: Mapping[int, tuple[int, ...]], *, at: int) -> bytes:
    """Return a TIFF directory that stands at byte ``at``, with what it refers to behind it."""
    table, behind = b"", b""
    room = at + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        kind, letter = (4, "I") if tag in _LONG else (3, "H")
        raw = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(raw) <= 4:
            field = raw + bytes(4 - len(raw))
        else:
            field = struct.pack(f"{order}I", room + len(behind))
            behind += raw + bytes(len(raw) % 2)
        table += struct.pack(f"{order}HHI", tag, kind, len(values)) + field
    return struct.pack(f"{order}H", len(tags)) + table + bytes(4) + behind
