"""H.264 clips of the synthetic plaza for the RTSP server of these tests, encoded on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from crowdmon.bench.clip import write_clip
from crowdmon.scene import Plaza
from tests.capture.clips import Rgb


def plaza(frames: int, *, size: tuple[int, int] = (160, 96), fps: float = 12.5) -> list[Rgb]:
    """Pictures of the plaza, people walking and the sensor's noise in them."""
    scene = Plaza(people=20, width=size[0], height=size[1], fps=fps)
    return [np.array(scene.render(number / fps).rgb) for number in range(frames)]


def encode(pictures: list[Rgb], *, fps: float = 12.5, gop: int = 12) -> list[bytes]:
    """Encode pictures of one size, in two slices each; returns an access unit a picture."""
    context = av.CodecContext.create("libx264", "w")
    context.height, context.width = pictures[0].shape[:2]
    rate = Fraction(fps).limit_denominator(1000)
    context.framerate, context.time_base, context.pix_fmt = rate, 1 / rate, "yuv420p"
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "annexb=1:scenecut=0:slices=2",
    }
    context.gop_size, context.max_b_frames = gop, 0
    units = []
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts = number
        units += [bytes(packet) for packet in context.encode(frame)]
    units += [bytes(packet) for packet in context.encode(None)]
    assert len(units) == len(pictures)
    return units


def write(path: Path, units: list[bytes], *, fps: float = 12.5) -> Path:
    """Write a clip as ``rtsp_server.py`` reads it."""
    return write_clip(path, units, fps=fps)
