"""One picture file: bytes in, decoded frame out. The name's ending is not trusted, the first bytes are.

The application, training and evaluation all read pictures here, so that they see the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from crowdmon.capture import limits
from crowdmon.capture.chroma import full_chroma
from crowdmon.capture.orientation import UPRIGHT, Orientation, of_exif
from crowdmon.capture.picture import Scalers
from crowdmon.capture.picture_header import FileBytes, PictureHeader, read_header
from crowdmon.capture.png import pixels_only
from crowdmon.capture.tiff import TiffError, decode_tiff
from crowdmon.errors import SourceError, redact

MAX_BYTES = 1 << 30
"""Bytes of a picture file; more is not a picture but a mistake."""

_MILLION = 1_000_000
_PADDING = 1 << 16
_AGAIN = "Copy it again or remove it"


@dataclass(frozen=True, eq=False, slots=True)
class Still:
    """A decoded picture file.

    Attributes:
        frame: its pixels, as stored.
        turn: how to turn them upright.
    """

    frame: VideoFrame
    turn: Orientation


def read_picture(path: Path, *, megapixels: float | None = None) -> Still:
    """Decode one picture file.

    Args:
        path: the file.
        megapixels: millions of pixels it may have, as many as the process allows by default; more are
            refused before they are decoded.

    Raises:
        SourceError: names the file, and what is wrong with it.
    """
    label = redact(str(path))
    most = limits.allowed().megapixels if megapixels is None else megapixels
    data = _read(path, label)
    header = read_header(data)
    if header is None:
        raise SourceError(
            f"{label} is not a picture that can be read", "Give a .jpg, .png, .bmp, .webp or .tif"
        )
    _check(header, label, most)
    return Still(_decode(data, header.codec, label, most), of_exif(header.exif))


def read_rgb(path: Path, *, upright: bool = True, megapixels: float | None = None) -> NDArray[np.uint8]:
    """Return the pixels of one picture file, HxWx3 uint8 RGB, whatever it stores.

    Args:
        path: the file.
        upright: turn it as its rotation tag says; else the pixels stay as they are stored.
        megapixels: as :func:`read_picture` takes them.

    Raises:
        SourceError: names the file, and what is wrong with it.
    """
    still = read_picture(path, megapixels=megapixels)
    rgb = _rgb(still.frame)
    return still.turn.apply(rgb) if upright and still.turn != UPRIGHT else rgb


def picture_size(path: Path, *, upright: bool = True) -> tuple[int, int] | None:
    """Return (width, height) from a picture file's header, in microseconds; None if it has none."""
    try:
        with FileBytes(path) as data:
            header = read_header(data)
    except OSError:
        return None
    if header is None or header.size is None:
        return None
    return of_exif(header.exif).size(header.size) if upright else header.size


def _rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    return Scalers().rgb(frame, (frame.width, frame.height))


def _read(path: Path, label: str) -> bytes:
    try:
        size = path.stat().st_size
        if size == 0:
            raise SourceError(f"{label} is empty (0 bytes)", _AGAIN)
        if size > MAX_BYTES:
            raise SourceError(f"{label} has {size} bytes", f"A picture file has at most {MAX_BYTES}")
        return path.read_bytes()
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{label}: no such file", "Check the path") from None
    except OSError as error:
        raise SourceError(f"{label}: {error.strerror or error}", "Check the file and its rights") from None


def _check(header: PictureHeader, label: str, megapixels: float) -> None:
    """Refuse by its header what is not to be decoded: SourceError."""
    if header.animated:
        raise SourceError(
            f"{label} is an animated WebP, which cannot be read", "Save it as a video, or one picture of it"
        )
    if header.size is not None and header.size[0] * header.size[1] > megapixels * _MILLION:
        raise _too_large(label, megapixels, header.size)


def _decode(data: bytes, codec: str, label: str, megapixels: float) -> VideoFrame:
    # The header was looked at. FFmpeg holds its limit against padded rows, and knows of frames in frames.
    decode = partial(_decode_bytes, most=round(2 * megapixels * _MILLION) + _PADDING)
    try:
        if codec == "tiff":
            return decode_tiff(data, decode=decode, rgb=_rgb)
        return full_chroma(decode(pixels_only(data) if codec == "png" else data, codec))
    except av.error.ArgumentError:
        raise _too_large(label, megapixels) from None
    except TiffError as error:
        raise SourceError(f"{label} is a TIFF {error}", "Save it as .png or .jpg") from None
    except (av.FFmpegError, ValueError):
        raise SourceError(f"{label} is damaged or of a kind that cannot be decoded", _AGAIN) from None


def _decode_bytes(data: bytes, codec: str, *, most: int) -> VideoFrame:
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, VideoCodecContext)
    # explode: half a picture would otherwise pass, its missing part filled with grey. idct: as libjpeg.
    context.options = {"max_pixels": str(most), "err_detect": "crccheck+explode", "idct": "int"}
    frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    if not frames:
        raise ValueError("no picture came out")
    return frames[0]


def _too_large(label: str, megapixels: float, size: tuple[int, int] | None = None) -> SourceError:
    pixels = f", {size[0]}x{size[1]} pixels" if size else ""
    return SourceError(
        f"{label} is too large{pixels}",
        f"At most {megapixels:g} megapixels are read; allow more with --max-megapixels, or shrink it",
    )
