"""Pictures as the H.264 stream a network camera sends: one access unit a picture, in order."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

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
