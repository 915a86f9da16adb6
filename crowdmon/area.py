"""Heat as an area: where it was crowded in the last seconds, smoothed over about a person's width. Pure.

One count says where the network saw heads in one picture. An operator wants to see where it is full. So the
counts of :data:`AVERAGE_S` are averaged, and each person is spread over about their own width. With a ground
plane the result is people per square metre; else people on the square of a person's width in the picture,
which has no unit that means anything to people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.heatmap import FULL_FROM, OPACITY, colours
from crowdmon.track.ground import cell_areas, head_sizes
from crowdmon.values import DensityMap, Grid, GroundPlane

AVERAGE_S: Final = 2.0
"""Seconds over which counts are averaged."""

TOP: Final = 4.0
"""People per square metre at the end of the scale, which is that of their root, so that few are seen too."""

TICKS: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""The ticks of the legend, people per square metre."""

LINES: Final = (0.5, 1.0, 2.0)
"""People per square metre along which lines are drawn."""

PERSON_M: Final = 0.5
"""A person's width, in metres."""

_PERSON: Final = 0.025
"""A person's width as a part of the picture's, where nothing is known of the floor."""

_HEADS_WIDE: Final = 2.0
_STEPS: Final = (0.5, 1.0, 2.0, 4.0)
_FINER: Final = 4

Line = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class HeatArea:
    """Where it is crowded.

    Attributes:
        per_m2: rows x columns, people per square metre; without a ground plane people on the square of a
            person's width, on a scale on which both are alike.
        grid: where the cells lie.
        measured: whether it is people per square metre.
        lines: along each of :data:`LINES` the closed lines, Nx2 points in fractions of the picture.
        counted: the last count, which knows where nobody was counted.
    """

    per_m2: NDArray[np.float32]
    grid: Grid
    measured: bool
    lines: tuple[tuple[float, tuple[Line, ...]], ...] = ()
    counted: DensityMap | None = None

    def at(self, x: float, y: float) -> float | None:
        """Return the people per m2 at a point in fractions of the picture; None where nobody counted."""
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            return None
        row = min(int(y * self.grid.height / self.grid.cell_height), self.grid.rows - 1)
        column = min(int(x * self.grid.width / self.grid.cell_width), self.grid.columns - 1)
        if self.counted is not None and not self.counted.was_counted(row, column):
            return None
        return float(self.per_m2[row, column])


def position(per_m2: float | NDArray[np.float32]) -> float | NDArray[np.float32]:
    """Return the place 0..1 of people per square metre on the colour scale."""
    share: float | NDArray[np.float32] = np.sqrt(np.clip(np.asarray(per_m2) / TOP, 0.0, 1.0))
    return share


def recent(maps: Sequence[DensityMap]) -> list[DensityMap]:
    """Return those of the last :data:`AVERAGE_S` that are of the same picture size as the last one."""
    last = maps[-1]
    return [one for one in maps if one.grid == last.grid and 0.0 <= last.time - one.time <= AVERAGE_S]


def area_of(maps: Sequence[DensityMap], plane: GroundPlane | None = None) -> HeatArea:
    """Return the heat of the last of some density maps, averaged with those before; see :func:`recent`."""
    used = recent(maps)
    grid = used[-1].grid
    people = np.zeros(used[-1].people.shape, np.float32)
    for one in used:
        people += np.nan_to_num(one.people, nan=0.0, posinf=0.0) / np.float32(len(used))
    areas = None if plane is None else cell_areas(plane, grid)
    if plane is None or areas is None or not np.isfinite(areas).any():
        wide = _PERSON * grid.width
        square = wide * wide / (grid.cell_width * grid.cell_height)
        smooth = _blurred(people, (wide / grid.cell_width, wide / grid.cell_height)) * np.float32(
            square / PERSON_M**2
        )
        return replace(_with_lines(smooth, grid, measured=False), counted=used[-1])
    smooth = _blurred_by_row(people, plane, grid)
    # A cell that reaches above the horizon has no floor.
    floor = np.where(np.isfinite(areas), np.maximum(areas, 1e-6), np.inf)
    found = _with_lines((smooth / floor).astype(np.float32), grid, measured=True)
    return replace(found, counted=used[-1])


def paint(area: HeatArea, palette: str, *, strength: float = 1.0) -> NDArray[np.uint8]:
    """Return its colours, some pixels a cell: hxwx4 uint8 RGBA, colours multiplied by alpha already."""
    share = np.asarray(position(_finer(area.per_m2)), np.float32)
    level = np.clip(share * 255.0 + 0.5, 0, 255).astype(np.uint8)
    painted: NDArray[np.uint8] = table(palette, OPACITY * strength)[level]
    return painted


def over(
    area: HeatArea, width: int, height: int, *, palette: str, strength: float = 1.0
) -> NDArray[np.uint8]:
    """Return its colours for a picture of a size in pixels: height x width x 4 RGBA, multiplied by alpha."""
    grid = area.grid
    columns = round(grid.columns * grid.cell_width * width / grid.width)
    rows = round(grid.rows * grid.cell_height * height / grid.height)
    size = (max(columns, width), max(rows, height))
    painted = cv2.resize(paint(area, palette, strength=strength), size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(painted[:height, :width], np.uint8)


@lru_cache
def table(palette: str, opacity: float = OPACITY) -> NDArray[np.uint8]:
    """Return 256x4 uint8 RGBA of the colour scale, colours multiplied by alpha."""
    alpha = min(opacity, OPACITY) * np.clip(np.linspace(0.0, 1.0, 256) / FULL_FROM - 0.15, 0.0, 1.0)
    rgba = np.empty((256, 4), np.uint8)
    rgba[:, :3] = np.round(colours(palette) * alpha[:, None])
    rgba[:, 3] = np.round(255 * alpha)
    rgba.flags.writeable = False
    return rgba


def _blurred(people: NDArray[np.float32], sigma: tuple[float, float]) -> NDArray[np.float32]:
    across, down = (max(one, 0.3) for one in sigma)
    blurred = cv2.GaussianBlur(people, (0, 0), across, sigmaY=down, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32)


def _blurred_by_row(people: NDArray[np.float32], plane: GroundPlane, grid: Grid) -> NDArray[np.float32]:
    """Blur each row by the width of a person there, out of a few blurs of the whole."""
    height = max(int(grid.height), 1)
    heads = head_sizes(plane, width=int(grid.width), height=height)
    at = np.clip(((np.arange(grid.rows) + 0.5) * grid.cell_height).astype(int), 0, height - 1)
    wanted = np.nan_to_num(heads[at] * _HEADS_WIDE / grid.cell_width, nan=_STEPS[0])
    place = np.interp(np.log(np.maximum(wanted, 1e-3)), np.log(_STEPS), np.arange(len(_STEPS)))
    blurs = [_blurred(people, (step, step)) for step in _STEPS]
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(_STEPS) - 1)
    part = (place - low).astype(np.float32)[:, None]
    rows = np.arange(grid.rows)
    stack = np.stack(blurs)
    mixed: NDArray[np.float32] = stack[low, rows] * (1 - part) + stack[high, rows] * part
    return mixed


def _finer(values: NDArray[np.float32]) -> NDArray[np.float32]:
    size = (values.shape[1] * _FINER, values.shape[0] * _FINER)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _with_lines(per_m2: NDArray[np.float32], grid: Grid, *, measured: bool) -> HeatArea:
    fine = np.pad(_finer(per_m2), 1)
    scale = np.array([grid.cell_width / grid.width, grid.cell_height / grid.height], np.float32) / _FINER
    lines: list[tuple[float, tuple[Line, ...]]] = []
    for level in LINES:
        found, _ = cv2.findContours((fine >= level).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        kept = [one[:, 0].astype(np.float32) for one in found if len(one) >= 4 * _FINER]
        lines.append((level, tuple(np.asarray(_rounded(one - 0.5) * scale, np.float32) for one in kept)))
    return HeatArea(per_m2, grid, measured, tuple(lines))


def _rounded(line: Line) -> Line:
    """Return a closed line without the steps of its pixels."""
    width = 5
    around = np.concatenate([line[-(width // 2) :], line, line[: width // 2]])
    kernel = np.ones(width, np.float32) / width
    columns = [np.convolve(around[:, i], kernel, mode="valid") for i in (0, 1)]
    return np.stack(columns, axis=1).astype(np.float32)[:: _FINER // 2]
