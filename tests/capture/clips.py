"""Clips and pictures made on the spot, with content that tells which picture it is and which way is up."""

from __future__ import annotations

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 30), (40, 40, 220), (230, 230, 230)


def quarters(width: int = 64, height: int = 48, index: int = 0) -> Rgb:
    """Red, green / blue, white: each corner has its own colour. ``index`` changes nothing."""
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2], rgb[: height // 2, width // 2 :] = RED, GREEN
    rgb[height // 2 :, : width // 2], rgb[height // 2 :, width // 2 :] = BLUE, WHITE
    return rgb


def numbered(width: int = 64, height: int = 48, index: int = 0) -> Rgb:
    """Eight upright bars, black or white: the binary digits of ``index``."""
    rgb = np.empty((height, width, 3), np.uint8)
    for bit in range(8):
        left, right = bit * width // 8, (bit + 1) * width // 8
        rgb[:, left:right] = 235 if index >> bit & 1 else 20
    return rgb


def number_of(rgb: Rgb) -> int:
    """Read back what :func:`numbered` painted, at any size."""
    width = rgb.shape[1]
    centres = [(2 * bit + 1) * width // 16 for bit in range(8)]
    return sum(int(rgb[rgb.shape[0] // 2, x].mean() > 128) << bit for bit, x in enumerate(centres))


def corners(rgb: Rgb) -> tuple[str, str, str, str]:
    """Name the colours top left, top right, bottom left, bottom right."""
    height, width = rgb.shape[:2]
    names = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}

    def name(y: int, x: int) -> str:
        pixel = rgb[y, x].astype(int)
        return min(names, key=lambda one: float(np.abs(pixel - names[one]).sum()))

    top, bottom, left, right = height // 4, 3 * height // 4, width // 4, 3 * width // 4
    return name(top, left), name(top, right), name(bottom, left), name(bottom, right)


def write_clip(
    path: Path,
    *,
    paint: Callable[[int, int, int], Rgb] = numbered,
    size: tuple[int, int] = (64, 48),
    frames: int = 20,
    fps: int = 10,
    codec: str = "mpeg4",
    pix_fmt: str = "yuv420p",
    rotate: tuple[float, bool] | None = None,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    encoder: dict[str, str] | None = None,
    start: int = 0,
    times: Callable[[int], int] | None = None,
    container: str | None = None,
) -> Path:
    """Write a clip.

    Args:
        rotate: (degrees counter-clockwise, mirrored left to right) for the display matrix.
        aspect: of a pixel.
        options: of the container. encoder: of the encoder.
        start: number of the first picture, as painted.
        times: time stamp of each picture, in units of 1/fps.
    """
    with av.open(path, "w", format=container, options=options or {}) as out:
        stream = out.add_stream(codec, rate=fps, options=encoder or {})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if aspect is not None:
            stream.sample_aspect_ratio = aspect
        if rotate is not None:
            stream.set_display_rotation(rotate[0], hflip=rotate[1])
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(paint(*size, start + index), "rgb24")
            frame.pts, frame.time_base = (times(index) if times else index), Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def write_sound(path: Path) -> Path:
    """Write a second of silence."""
    with av.open(path, "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), layout="mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def cut(path: Path, share: float, name: str) -> Path:
    """Copy the first part of a file beside it."""
    data = path.read_bytes()
    short = path.with_name(name)
    short.write_bytes(data[: int(len(data) * share)])
    return short


def encoded(pixels: NDArray[np.generic], suffix: str) -> bytes:
    """Encode HxW, HxWx3 RGB or HxWx4 RGBA as a picture file."""
    if pixels.ndim == 3:
        order = [2, 1, 0, 3][: pixels.shape[2]]
        pixels = np.ascontiguousarray(pixels[..., order])
    done, data = cv2.imencode(suffix, pixels)
    assert done
    return data.tobytes()


def with_exif(jpeg: bytes, orientation: int, *, order: str = "<") -> bytes:
    """Put an EXIF orientation into a JPEG."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
