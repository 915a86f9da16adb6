"""One picture file: bytes in, decoded frame out. The name's ending is not trusted, the first bytes are."""

from __future__ import annotations

from pathlib import Path

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from crowdmon.capture.source import MIN_SIDE
from crowdmon.errors import SourceError, redact

MAX_PIXELS = 200_000_000
"""Pixels (200 megapixels); a larger picture would take gigabytes of memory to decode."""

MAX_BYTES = 1 << 30
"""Bytes of a picture file; more is not a picture but a mistake."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "mjpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"P2", "pgm"),
    (b"P5", "pgm"),
    (b"P3", "ppm"),
    (b"P6", "ppm"),
)


def codec_of(data: bytes) -> str | None:
    """Return FFmpeg's name for the format of a picture, None if it is not a known one."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((codec for start, codec in _STARTS if data.startswith(start)), None)


def read_picture(path: Path) -> tuple[VideoFrame, bytes]:
    """Decode one picture file.

    Returns:
        The frame, as stored (not turned upright), and the file's bytes.

    Raises:
        SourceError: names the file, and what is wrong with it.
    """
    label = redact(str(path))
    data = _read(path, label)
    codec = codec_of(data)
    if codec is None:
        raise SourceError(
            f"{label} is not a picture that can be read", "Give a .jpg, .png, .bmp, .webp or .tif"
        )
    frame = _decode(data, codec, label)
    if min(frame.width, frame.height) < MIN_SIDE:
        raise SourceError(
            f"{label} is {frame.width}x{frame.height} pixels", f"At least {MIN_SIDE}x{MIN_SIDE} is needed"
        )
    return frame, data


def _read(path: Path, label: str) -> bytes:
    try:
        size = path.stat().st_size
        if size == 0:
            raise SourceError(f"{label} is empty (0 bytes)", "Copy it again or remove it")
        if size > MAX_BYTES:
            raise SourceError(f"{label} has {size} bytes", f"A picture file has at most {MAX_BYTES}")
        return path.read_bytes()
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{label}: no such file", "Check the path") from None
    except OSError as error:
        raise SourceError(f"{label}: {error.strerror or error}", "Check the file and its rights") from None


def _decode(data: bytes, codec: str, label: str) -> VideoFrame:
    if _pixels(data, codec) > MAX_PIXELS:
        raise _too_large(label)
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, VideoCodecContext)
    # explode: half a picture would otherwise pass, its missing part filled with grey. The TIFF decoder
    # would refuse each tag it does not know, and refuses half a picture without being asked.
    checks = "crccheck" if codec == "tiff" else "crccheck+explode"
    context.options = {"max_pixels": str(MAX_PIXELS), "err_detect": checks}
    try:
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except av.error.ArgumentError:
        raise _too_large(label) from None
    except (av.FFmpegError, ValueError):
        frames = []
    if not frames:
        raise SourceError(
            f"{label} is damaged or of a kind that cannot be decoded", "Copy it again or remove it"
        )
    return frames[0]


def _too_large(label: str) -> SourceError:
    return SourceError(f"{label} is too large", f"A picture has at most {MAX_PIXELS // 1_000_000} megapixels")


def _pixels(data: bytes, codec: str) -> int:
    """Return the pixels a PNG announces, 0 for the other formats: their decoder holds the limit itself."""
    if codec != "png":
        return 0
    return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")
