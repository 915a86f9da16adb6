"""Paints a reading onto the counted frame: heatmap, ROIs and counts.

It uses only numpy and cv2, so the command line can paint without a window, in the same colours.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon import area as areas
from crowdmon import atomic, heatmap
from crowdmon.area import HeatArea
from crowdmon.errors import SinkError
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Polygon, Reading, Roi

ROI_COLOURS = (
    (108, 199, 240), (255, 158, 203), (200, 217, 106), (185, 168, 255), (227, 171, 134), (123, 227, 216),
)  # fmt: skip
"""RGB, one for each ROI in the order of the configuration, then from the start again. From the dark theme."""

SHADE = 0.45
"""How dark the parts of a picture become in which nobody was counted, 0..1."""

_FULL = (errno.ENOSPC, errno.EDQUOT)

_BACKGROUND, _TEXT, _MUTED = (14, 17, 22), (230, 237, 243), (154, 167, 180)
_SHADE = (*(round(SHADE * one) for one in _BACKGROUND), round(255 * SHADE))
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Rgb = NDArray[np.uint8]


def heat(
    density: DensityMap,
    width: int,
    height: int,
    *,
    top: float = heatmap.TOP,
    palette: str = heatmap.PALETTES[0],
    strength: float = 1.0,
) -> Rgb:
    """Return the heatmap of a whole picture, height x width x 4 RGBA, colours multiplied by alpha.

    Args:
        density: what was counted.
        width, height: of the picture to cover, in pixels.
        top: people per cell at the hot end.
        palette, strength: as :func:`crowdmon.heatmap.paint` takes them.
    """
    grid = density.grid
    columns = round(grid.columns * grid.cell_width * width / grid.width)
    rows = round(grid.rows * grid.cell_height * height / grid.height)
    # Values are interpolated, not summed: the colour means people per cell at any size on the screen.
    people = cv2.resize(
        density.people, (max(columns, width), max(rows, height)), interpolation=cv2.INTER_LINEAR
    )
    painted = heatmap.paint(
        np.asarray(people[:height, :width], np.float32), palette, top=top, strength=strength
    )
    if density.parts is not None:
        # Nobody was counted outside of the parts, which must not look like nobody being there.
        painted[~counted_pixels(density, width, height)] = _SHADE
    return painted


def counted_pixels(density: DensityMap, width: int, height: int) -> NDArray[np.bool_]:
    """Return which pixels of the picture, height x width, lie in a part that was counted."""
    grid = density.grid
    across, down = grid.cell_width * width / grid.width, grid.cell_height * height / grid.height
    inside = np.full((height, width), density.parts is None)
    for top, bottom, left, right in density.parts or ():
        inside[round(top * down) : round(bottom * down), round(left * across) : round(right * across)] = True
    return inside


def blend(rgb: Rgb, overlay: Rgb) -> Rgb:
    """Return the picture (HxWx3) under an overlay of the same size (HxWx4, multiplied by alpha)."""
    clear = 255 - overlay[..., 3:].astype(np.uint16)
    mixed: Rgb = np.minimum((rgb.astype(np.uint16) * clear + 127) // 255 + overlay[..., :3], 255).astype(
        np.uint8
    )
    return mixed


@dataclass(frozen=True)
class _Canvas:
    """A picture that is painted on, with sizes that follow its own."""

    rgb: Rgb
    unit: float

    def text(
        self, text: str, at: tuple[float, float], colour: tuple[int, int, int], *, size: float = 0.5
    ) -> tuple[int, int]:
        """Write with the bottom left corner at ``at``; return the width and height it took."""
        scale, weight = size * self.unit, max(1, round(self.unit * (2 if size > 0.8 else 1)))
        cv2.putText(self.rgb, text, (round(at[0]), round(at[1])), _FONT, scale, colour, weight, cv2.LINE_AA)
        return self.measure(text, size=size)

    def measure(self, text: str, *, size: float = 0.5) -> tuple[int, int]:
        weight = max(1, round(self.unit * (2 if size > 0.8 else 1)))
        (width, height), _ = cv2.getTextSize(text, _FONT, size * self.unit, weight)
        return width, height

    def box(self, left: float, top: float, right: float, bottom: float, colour: tuple[int, int, int]) -> None:
        cv2.rectangle(self.rgb, (round(left), round(top)), (round(right), round(bottom)), colour, cv2.FILLED)


def paint(
    frame: Frame,
    density: DensityMap,
    reading: Reading,
    rois: Sequence[Roi] = (),
    *,
    title: str = "",
    top: float = heatmap.TOP,
    palette: str = heatmap.PALETTES[0],
    strength: float = 1.0,
    area: HeatArea | None = None,
) -> Rgb:
    """Return the counted picture with all that people want to see, HxWx3 RGB.

    Heatmap and ROIs are on the picture. Total, title and legend are in a strip below it, so they hide
    nobody. Small pictures are enlarged until the words fit. Where only ROIs were counted, the rest is darker.

    Args:
        frame: the picture.
        density: the people in it, of the same moment.
        reading: of the same moment.
        rois: the camera's ROIs, in the reading's order.
        title: shown next to the total, such as the name of the camera; secrets already redacted.
        top: people per cell at the hot end of the heatmap.
        palette: of the heatmap, as :func:`crowdmon.heatmap.paint` takes it.
        strength: of the heatmap, likewise; at 0 there is no heatmap and no legend.
        area: drawn in place of the heads, if it is given.
    """
    height, width = frame.rgb.shape[:2]
    factor = max(1, -(-640 // width))
    width, height = width * factor, height * factor
    rgb = cv2.resize(frame.rgb, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    unit = float(np.clip(min(width, height * 16 / 9) / 1100, 0.9, 3.0))
    if strength > 0 and area is not None:
        layer = areas.over(area, width, height, palette=palette, strength=strength)
        layer[~counted_pixels(density, width, height)] = _SHADE
        rgb = blend(rgb, layer)
    elif strength > 0:
        rgb = blend(rgb, heat(density, width, height, top=top, palette=palette, strength=strength))
    canvas = _Canvas(np.ascontiguousarray(rgb), unit)
    for index, roi in enumerate(rois):
        colour = ROI_COLOURS[(index if roi.colour is None else roi.colour) % len(ROI_COLOURS)]
        _paint_roi(canvas, roi.polygon, f"{roi.name}  {_people(reading, roi.name)}", colour)
    strip = _Canvas(np.full((round(58 * unit), width, 3), _BACKGROUND, np.uint8), unit)
    bar = 180 * unit if strength > 0 else 0.0
    total = "ROIs only" if reading.whole is None else f"{_people(reading, WHOLE_FRAME, digits=0)} people"
    _paint_words(strip, total, title, bar)
    if bar:
        _paint_legend(strip, bar, palette)
    return np.vstack([canvas.rgb, strip.rgb])


def _people(reading: Reading, roi: str, *, digits: int = 1) -> str:
    count = reading.roi(roi).count
    return "unknown" if count is None else f"{count:.{digits}f}"


def _paint_roi(canvas: _Canvas, polygon: Polygon, label: str, colour: tuple[int, int, int]) -> None:
    height, width = canvas.rgb.shape[:2]
    corners = np.asarray(polygon) * (width - 1, height - 1)
    line = [np.round(corners).astype(np.int32)]
    unit = canvas.unit
    # A dark line under the coloured one is visible on snow and on asphalt.
    cv2.polylines(canvas.rgb, line, True, _BACKGROUND, round(4 * unit), cv2.LINE_AA)
    cv2.polylines(canvas.rgb, line, True, colour, round(2 * unit), cv2.LINE_AA)
    wide, high = canvas.measure(label)
    # At the corner nearest to the top left of the picture, and inside the picture for every shape of ROI.
    x, y = corners[np.argmin(corners.sum(axis=1))]
    left = float(np.clip(x + 6 * unit, 0, max(0, width - wide - 12 * unit)))
    top = float(np.clip(y + 6 * unit, 0, max(0, height - high - 12 * unit)))
    canvas.box(left, top, left + wide + 12 * unit, top + high + 12 * unit, _BACKGROUND)
    canvas.box(left, top, left + 3 * unit, top + high + 12 * unit, colour)
    canvas.text(label, (left + 8 * unit, top + high + 5 * unit), _TEXT)


def _paint_words(strip: _Canvas, total: str, title: str, bar: float) -> None:
    unit, width = strip.unit, strip.rgb.shape[1]
    taken, _ = strip.text(total, (14 * unit, 38 * unit), _TEXT, size=0.95)
    room = width - bar - 24 * unit - taken - 48 * unit
    while title and strip.measure(title)[0] > room:
        title = title[:-4] + "..." if len(title) > 8 else ""
    strip.text(title, (taken + 32 * unit, 36 * unit), _MUTED)


def _paint_legend(strip: _Canvas, bar: float, palette: str) -> None:
    unit, (height, width) = strip.unit, strip.rgb.shape[:2]
    left = width - bar - 24 * unit
    ramp = heatmap.colours(palette)[np.linspace(0, 255, round(bar)).astype(np.uint8)]
    rows = slice(round(10 * unit), round(22 * unit))
    strip.rgb[rows, round(left) : round(left) + len(ramp)] = ramp
    # A figure would be people per cell, which says nothing to those who look at pictures.
    for words, share in (("few", 0.0), ("many", 1.0)):
        wide, _ = strip.measure(words, size=0.4)
        strip.text(words, (left + share * (bar - wide), 35 * unit), _TEXT, size=0.4)
    words = "people"
    wide, _ = strip.measure(words, size=0.4)
    strip.text(words, (left + (bar - wide) / 2, height - 8 * unit), _MUTED, size=0.4)


def fitted(rgb: Rgb, width: int, height: int) -> Rgb:
    """Return a picture (HxWx3) as height x width. It keeps its shape, and the rest is dark."""
    if rgb.shape[:2] == (height, width):
        return rgb
    factor = min(width / rgb.shape[1], height / rgb.shape[0])
    wide, high = max(round(rgb.shape[1] * factor), 1), max(round(rgb.shape[0] * factor), 1)
    canvas = np.full((height, width, 3), _BACKGROUND, np.uint8)
    left, top = (width - wide) // 2, (height - high) // 2
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    canvas[top : top + high, left : left + wide] = cv2.resize(rgb, (wide, high), interpolation=way)
    return canvas


def write_png(rgb: Rgb, path: Path) -> None:
    """Write HxWx3 RGB as PNG, completely or not at all; SinkError if it cannot be written."""
    done, data = cv2.imencode(".png", np.ascontiguousarray(rgb[..., ::-1]))
    try:
        if not done:
            raise OSError("it cannot be encoded")
        atomic.write_whole(path, data.tobytes())
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(f"cannot write the picture {path}: {why}", _hint(error)) from error


def _hint(error: OSError) -> str:
    if error.errno is None:
        return ""  # it is about the picture, and not about the disk
    return "Make room" if error.errno in _FULL else "Check that the folder exists and the disk has room"
