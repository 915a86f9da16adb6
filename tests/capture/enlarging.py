"""What squeezed pixels cost of the count, by how they are enlarged: ``python -m tests.capture.enlarging``.

Pictures of ShanghaiTech Part B's validation split are squeezed as an encoder does it and enlarged again.
"""

from __future__ import annotations

import argparse
import sys

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from crowdmon.counting.counter import Counter
from crowdmon.values import Frame
from trainer.data.datasets import load

WAYS = ("bilinear", "area", "bicubic", "lanczos", "spline", "sinc")
FACTORS = (1.42, 2.0, 2.91)
_COMMON = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def main() -> int:
    """Print a row a way and factor: how much of the count is lost, and the difference from the whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=3, help="take every so many pictures")
    each = parser.parse_args().each
    counter = Counter()
    whole: list[float] = []
    found: dict[tuple[float, str], list[float]] = {}
    for sample in load("shanghaitech_b", None, "val").samples[::each]:
        rgb = sample.read()
        height, width = rgb.shape[:2]
        whole.append(counter.count(Frame(rgb)).count)
        frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
        for factor in FACTORS:
            squeezed = VideoReformatter().reformat(
                frame,
                width=round(width / factor / 2) * 2,
                height=height,
                format="yuv420p",
                dst_colorspace=Colorspace.ITU601,
                interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
            )
            squeezed.colorspace = Colorspace.ITU601
            for way in WAYS:
                wide = VideoReformatter().reformat(
                    squeezed,
                    width=width,
                    height=height,
                    format="rgb24",
                    interpolation=Interpolation[way.upper()] | _COMMON,
                )
                count = counter.count(Frame(np.ascontiguousarray(wide.to_ndarray()))).count
                found.setdefault((factor, way), []).append(count)
    sys.stdout.write(f"{len(whole)} pictures, {sum(whole):.0f} people counted in them whole\n")
    for (factor, way), counts in found.items():
        off = float(np.abs(np.subtract(counts, whole)).mean())
        lost = 100 * (sum(counts) / sum(whole) - 1)
        sys.stdout.write(f"{factor:<5} {way:<9} {lost:+6.1f} %   {off:5.2f} people a picture\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
