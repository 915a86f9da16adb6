"""A reading as a picture: heatmap, ROIs and counts painted onto the frame that was counted.

numpy and cv2 only, so that the command line paints without a window and both show the same colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon import heatmap
from crowdmon.errors import SinkError
from crowdmon.values import WHOLE_FRAME, DensityMap, Frame, Polygon, Reading, Roi

ROI_COLOURS = (
    (108, 199, 240), (255, 158, 203), (200, 217, 106), (185, 168, 255), (227, 171, 134), (123, 227, 216),
)  # fmt: skip
"""RGB, one a ROI in the configuration's order, then from the start again; those of the dark window."""

_BACKGROUND, _TEXT, _MUTED = (14, 17, 22), (230, 237, 243), (154, 167, 180)
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Rgb = NDArray[np.uint8]


def heat(density: DensityMap, width: int, height: int, *, top: float = heatmap.TOP) -> Rgb:
    """Return the heatmap of a whole picture, height x width x 4 RGBA, colours multiplied by alpha.

    Args:
        density: what was counted.
        width, height: of the picture to cover, in pixels.
        top: people per cell at the hot end.
    """
    grid = density.grid
    columns = round(grid.columns * grid.cell_width * width / grid.width)
    rows = round(grid.rows * grid.cell_height * height / grid.height)
    # Values are interpolated, not sums: the colour says people per cell, whatever the size on screen.
    people = cv2.resize(
        density.people, (max(columns, width), max(rows, height)), interpolation=cv2.INTER_LINEAR
    )
    return heatmap.paint(np.asarray(people[:height, :width], np.float32), top=top)


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
) -> Rgb:
    """Return the counted picture as a picture for people, HxWx3 RGB.

    Heatmap and ROIs lie on the picture; total, title and legend stand in a strip below it, so that
    they hide nobody. Small pictures are enlarged until the words fit.

    Args:
        frame, density, reading: of the same moment.
        rois: the camera's ROIs, in the reading's order.
        title: said beside the total, such as the camera's name; secrets already redacted.
        top: people per cell at the hot end of the heatmap.
    """
    height, width = frame.rgb.shape[:2]
    factor = max(1, -(-640 // width))
    width, height = width * factor, height * factor
    rgb = cv2.resize(frame.rgb, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    unit = float(np.clip(min(width, height * 16 / 9) / 1100, 0.9, 3.0))
    canvas = _Canvas(np.ascontiguousarray(blend(rgb, heat(density, width, height, top=top))), unit)
    for index, roi in enumerate(rois):
        colour = ROI_COLOURS[(index if roi.colour is None else roi.colour) % len(ROI_COLOURS)]
        _paint_roi(canvas, roi.polygon, f"{roi.name}  {_people(reading, roi.name)}", colour)
    strip = _Canvas(np.full((round(58 * unit), width, 3), _BACKGROUND, np.uint8), unit)
    _paint_strip(strip, f"{_people(reading, WHOLE_FRAME, digits=0)} people", title, top)
    return np.vstack([canvas.rgb, strip.rgb])


def _people(reading: Reading, roi: str, *, digits: int = 1) -> str:
    count = reading.roi(roi).count
    return "unknown" if count is None else f"{count:.{digits}f}"


def _paint_roi(canvas: _Canvas, polygon: Polygon, label: str, colour: tuple[int, int, int]) -> None:
    height, width = canvas.rgb.shape[:2]
    corners = np.asarray(polygon) * (width - 1, height - 1)
    line = [np.round(corners).astype(np.int32)]
    unit = canvas.unit
    # A dark line under the coloured one reads on snow and on asphalt.
    cv2.polylines(canvas.rgb, line, True, _BACKGROUND, round(4 * unit), cv2.LINE_AA)
    cv2.polylines(canvas.rgb, line, True, colour, round(2 * unit), cv2.LINE_AA)
    wide, high = canvas.measure(label)
    # At the corner nearest the picture's top left, and inside the picture whatever the ROI's shape.
    x, y = corners[np.argmin(corners.sum(axis=1))]
    left = float(np.clip(x + 6 * unit, 0, max(0, width - wide - 12 * unit)))
    top = float(np.clip(y + 6 * unit, 0, max(0, height - high - 12 * unit)))
    canvas.box(left, top, left + wide + 12 * unit, top + high + 12 * unit, _BACKGROUND)
    canvas.box(left, top, left + 3 * unit, top + high + 12 * unit, colour)
    canvas.text(label, (left + 8 * unit, top + high + 5 * unit), _TEXT)


def _paint_strip(strip: _Canvas, total: str, title: str, top: float) -> None:
    unit, (height, width) = strip.unit, strip.rgb.shape[:2]
    taken, _ = strip.text(total, (14 * unit, 38 * unit), _TEXT, size=0.95)
    bar = 180 * unit
    left = width - bar - 24 * unit
    room = left - taken - 48 * unit
    while title and strip.measure(title)[0] > room:
        title = title[:-4] + "..." if len(title) > 8 else ""
    strip.text(title, (taken + 32 * unit, 36 * unit), _MUTED)
    ramp = heatmap.colours("inferno")[np.linspace(0, 255, round(bar)).astype(np.uint8)]
    rows = slice(round(10 * unit), round(22 * unit))
    strip.rgb[rows, round(left) : round(left) + len(ramp)] = ramp
    for tick in heatmap.TICKS:
        share = tick / heatmap.TOP
        words = f"{share * top:.3g}{'+' if share == 1 else ''}"
        wide, _ = strip.measure(words, size=0.4)
        x = left + share * bar - wide / 2
        strip.text(words, (min(x, width - wide - 4 * unit), 35 * unit), _TEXT, size=0.4)
    words = "people per cell"
    wide, _ = strip.measure(words, size=0.4)
    strip.text(words, (left + (bar - wide) / 2, height - 8 * unit), _MUTED, size=0.4)


def write_png(rgb: Rgb, path: Path) -> None:
    """Write HxWx3 RGB as PNG, whole or not at all; SinkError if it cannot be written."""
    done, data = cv2.imencode(".png", np.ascontiguousarray(rgb[..., ::-1]))
    part = path.with_name(path.name + ".part")
    try:
        if not done:
            raise OSError("it cannot be encoded")
        part.write_bytes(data.tobytes())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SinkError(f"cannot write the picture {path}: {error.strerror or error}") from error
