"""What a video file says about its own length, read from a few bytes of it. No decoding.

Tells a recording that was cut off from one that simply ends, which FFmpeg does not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 10_000
_NO_LENGTH = (0, 0xFFFFFFFF)  # an avi that was written as a stream, or is still being written
_MP4_STARTS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The outer frame of a file.

    Attributes:
        size: bytes the file has.
        declared: bytes it says it has; None if it does not say.
        headless: it is an mp4 or mov without its index.
    """

    size: int
    declared: int | None = None
    headless: bool = False

    @property
    def cut(self) -> bool:
        """Whether bytes are missing at its end."""
        return self.declared is not None and self.size < self.declared


def read_layout(path: Path) -> Layout:
    """Read the outer frame of an mp4, avi or mkv, of other files only the size; OSError if unreadable."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(64)
        if head[4:8] in _MP4_STARTS:
            return _mp4(file, size)
    if head[:4] == b"RIFF":
        length = int.from_bytes(head[4:8], "little")
        return Layout(size, None if length in _NO_LENGTH else length + 8)
    return Layout(size, _matroska(head) if head[:4] == b"\x1a\x45\xdf\xa3" else None)


def _mp4(file: BinaryIO, size: int) -> Layout:
    """Walk the boxes of an mp4: 4 bytes of size, 4 of name; size 1 means 8 more bytes of size."""
    at, indexed = 0, False
    for _ in range(_MOST_BOXES):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            break
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:  # up to the end of the file
            length = size - at
        if length < 8:
            break
        at += length
        # A still picture in this container (avif, heic) has a "meta" box in its place.
        indexed = indexed or (header[4:8] in (b"moov", b"meta") and at <= size)
    return Layout(size, at, headless=not indexed)


def _matroska(head: bytes) -> int | None:
    """Return the end of the segment that follows the EBML header; None while it is unknown."""
    header, at = _vint(head, 4)
    if header is None or head[at + header : at + header + 4] != b"\x18\x53\x80\x67":
        return None
    length, at = _vint(head, at + header + 4)
    return None if length is None else at + length


def _vint(data: bytes, at: int) -> tuple[int | None, int]:
    """Read EBML's variable length number; (None, next) if it means unknown or is broken."""
    if at >= len(data) or data[at] == 0:
        return None, at
    width = 9 - data[at].bit_length()
    raw = data[at : at + width]
    bits = 7 * width
    value = int.from_bytes(raw, "big") & ((1 << bits) - 1)
    unknown = len(raw) < width or value == (1 << bits) - 1
    return (None if unknown else value), at + width
