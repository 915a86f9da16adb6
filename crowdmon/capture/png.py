"""PNG pictures: only what belongs to the pixels is decoded, and only if all of it is there."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from crowdmon.capture.picture_header import png_chunks

_VALUES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type -> values a pixel."""

_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column and row, and steps, of the seven pictures of an interlaced one."""

_PIECE = 1 << 20


def pixels_only(png: bytes) -> bytes:
    """Return a PNG without what does not belong to its pixels: packed texts may hold gigabytes.

    Raises:
        ValueError: rows are missing, which FFmpeg would fill up without a word.
    """
    kept, packed, header = [png[:8]], [], b""
    for name, start, stop in png_chunks(png):
        if name[:1].isupper() or name == b"tRNS":
            kept.append(png[start - 8 : stop + 4])
        if name == b"IHDR":
            header = png[start:stop]
        elif name == b"IDAT":
            packed.append(png[start:stop])
    if len(header) != 13 or not _holds(packed, _bytes(header)):
        raise ValueError("rows are missing")
    return b"".join(kept)


def _bytes(header: bytes) -> int:
    """Return how long the rows of a PNG are, unpacked."""
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    pixel = bits * _VALUES.get(colour, 1)
    if not interlaced:
        return int(height * (1 + -(-width * pixel // 8)))
    total = 0
    for left, top, across, down in _PASSES:
        wide, high = -(-(width - left) // across), -(-(height - top) // down)
        if wide > 0 and high > 0:
            total += high * (1 + -(-wide * pixel // 8))
    return total


def _holds(packed: Sequence[bytes], wanted: int) -> bool:
    """Whether so many bytes come out; a piece at a time, so that it takes no memory."""
    unpacker, done = zlib.decompressobj(), 0
    try:
        for piece in packed:
            while piece and done < wanted:
                done += len(unpacker.decompress(piece, _PIECE))
                piece = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return done >= wanted
