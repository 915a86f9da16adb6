"""A clip as a network camera sends it: H.264, one access unit a picture, in order; and its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from numpy.typing import NDArray

from crowdmon.errors import CrowdmonError


def access_units(
    pictures: Iterable[NDArray[np.uint8]], *, fps: float, gop: int, megabits: float
) -> list[bytes]:
    """Encode pictures of one size, without pictures that refer to later ones, as cameras do.

    Args:
        pictures: HxWx3 each, RGB, sides even; at least one.
        fps: pictures a second.
        gop: pictures from one key frame to the next.
        megabits: a second, at most.

    Returns:
        An access unit a picture, start codes in it (Annex B); each key frame brings its parameter sets.

    Raises:
        CrowdmonError: FFmpeg has no H.264 encoder here.
    """
    units: list[bytes] = []
    context: av.VideoCodecContext | None = None
    for number, rgb in enumerate(pictures):
        if context is None:
            context = _encoder(rgb.shape[1], rgb.shape[0], fps=fps, gop=gop, megabits=megabits)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")
        frame.pts = number
        units += [bytes(packet) for packet in context.encode(frame)]
    if context is not None:
        units += [bytes(packet) for packet in context.encode(None)]
    return units


def write_clip(path: Path, units: Sequence[bytes], *, fps: float) -> Path:
    """Write access units, each after its length in four bytes, the pictures a second as a line above."""
    path.write_bytes(f"{fps}\n".encode() + b"".join(len(unit).to_bytes(4, "big") + unit for unit in units))
    return path


def read_clip(path: Path) -> tuple[list[bytes], float]:
    """Return the access units of a clip and its pictures a second."""
    head, _, rest = path.read_bytes().partition(b"\n")
    units, at = [], 0
    while at < len(rest):
        size = int.from_bytes(rest[at : at + 4], "big")
        units.append(rest[at + 4 : at + 4 + size])
        at += 4 + size
    return units, float(head)


def _encoder(width: int, height: int, *, fps: float, gop: int, megabits: float) -> av.VideoCodecContext:
    try:
        context = av.VideoCodecContext.create("libx264", "w")
    except UnknownCodecError as error:
        raise CrowdmonError("FFmpeg has no H.264 encoder here", "pip install av brings one") from error
    rate = Fraction(fps).limit_denominator(1001)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = rate, 1 / rate
    context.bit_rate, context.gop_size, context.max_b_frames = round(1e6 * megabits), gop, 0
    kilobits = round(1000 * megabits)
    params = f"annexb=1:scenecut=0:sliced-threads=0:vbv-maxrate={kilobits}:vbv-bufsize={kilobits}"
    context.options = {"preset": "veryfast", "tune": "zerolatency", "x264-params": params}
    return context
