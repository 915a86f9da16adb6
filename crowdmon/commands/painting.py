"""The pictures that ``crowdmon count`` leaves: painted alike for the snapshot and for the video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crowdmon import heatmap, picture, privacy
from crowdmon.config import DisplayConfig
from crowdmon.sinks.video import Clip
from crowdmon.values import DensityMap, Frame, Reading, Roi


@dataclass(frozen=True, kw_only=True, slots=True)
class PaintStyle:
    """How pictures are painted.

    Attributes:
        palette: one of :data:`crowdmon.heatmap.PALETTES`.
        heat: strength of the heatmap, 0..1.
        pixelate: make people unrecognisable.
    """

    palette: str = heatmap.PALETTES[0]
    heat: float = 1.0
    pixelate: bool = False

    @classmethod
    def of(cls, display: DisplayConfig, *, pixelate: bool = False) -> Self:
        """Return what a configuration says; ``pixelate`` is the command line's word for it."""
        return cls(
            palette=display.palette or heatmap.PALETTES[0],
            heat=1.0 if display.heat is None else display.heat,
            pixelate=pixelate or bool(display.pixelate),
        )


PLAIN = PaintStyle()


def painted(
    frame: Frame, density: DensityMap, reading: Reading, rois: Sequence[Roi], style: PaintStyle
) -> NDArray[np.uint8]:
    """Return a counted picture for people, HxWx3 RGB, with its camera and time below."""
    if style.pixelate:
        frame = replace(frame, rgb=privacy.pixelate(frame.rgb, density))
    try:
        moment = datetime.fromtimestamp(frame.time).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):  # a file may claim any time
        moment = "time unknown"
    return picture.paint(
        frame,
        density,
        reading,
        rois,
        title=f"{frame.camera}  {moment}",
        palette=style.palette,
        strength=style.heat,
    )


class Video:
    """Writes the pictures that are counted, at their times: each is shown until the next was counted."""

    def __init__(self, clip: Clip, rois: Sequence[Roi], style: PaintStyle) -> None:
        self._clip, self._rois, self._style = clip, rois, style

    def add(self, frame: Frame | None, density: DensityMap | None, reading: Reading) -> None:
        """Write one picture, if one was counted; SinkError if that fails."""
        if frame is None or density is None:
            return
        rgb = painted(frame, density, reading, self._rois, self._style)
        if size := self._clip.size:
            # A camera that changed its resolution, a folder of all sorts: a video has one size.
            rgb = picture.fitted(rgb, *size) if _differs(rgb, size) else rgb
        self._clip.write(rgb, frame.time)


def _differs(rgb: NDArray[np.uint8], size: tuple[int, int]) -> bool:
    """Whether a picture is more than an odd last row or column away from the video's size."""
    return (rgb.shape[1] // 2 * 2, rgb.shape[0] // 2 * 2) != size
