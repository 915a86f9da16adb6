"""The values that all parts exchange: ``Frame -> DensityMap -> Reading``.

All are frozen and hold numpy arrays or plain numbers. They never refer to a thread, a widget or a
tensor. Times are seconds since the epoch (``time``) or seconds of media time (``pts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

WHOLE_FRAME = "frame"
"""The reserved ROI name of the whole picture, always the first ROI of a reading."""


Box = tuple[float, float, float, float]
"""A part of a picture as (left, top, right, bottom), in fractions 0..1 of its width and height."""

Cells = tuple[int, int, int, int]
"""A part of a density map as (top, bottom, left, right), in cells; bottom and right lie outside of it."""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One picture of one camera.

    Attributes:
        rgb: HxWx3 uint8, RGB, read-only.
        camera: name of the camera.
        index: number of the picture since the source was opened, from 0.
        time: epoch seconds at capture.
        pts: media seconds since the start of the source; None where the source has none.
        size: (width, height) of the source's own picture, in pixels; ``rgb`` may be smaller when
            its consumer asked for less.
        asked: the parts in which people are to be counted; None for the whole picture.
    """

    rgb: NDArray[np.uint8]
    camera: str = ""
    index: int = 0
    time: float = 0.0
    pts: float | None = None
    size: tuple[int, int] = (0, 0)
    asked: tuple[Box, ...] | None = None

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or self.rgb.dtype != np.uint8:
            raise ValueError(f"a frame is HxWx3 uint8, not {self.rgb.shape} {self.rgb.dtype}")
        self.rgb.flags.writeable = False
        if self.size == (0, 0):
            object.__setattr__(self, "size", (self.rgb.shape[1], self.rgb.shape[0]))


@dataclass(frozen=True, slots=True)
class Grid:
    """How density cells lie on a picture. It is hashable, because it is a key of the coverage cache.

    The grid starts at the top left corner of the picture. Its last row and column may reach beyond the
    picture. Their values belong to the part inside.

    Attributes:
        rows, columns: number of cells.
        cell_width, cell_height: size of a cell, in pixels of the picture.
        width, height: the picture's size, in pixels.
    """

    rows: int
    columns: int
    cell_width: float
    cell_height: float
    width: float
    height: float


@dataclass(frozen=True, eq=False, slots=True)
class DensityMap:
    """People per cell of a picture; the sum is the head count of the whole picture.

    Density scale and padding of the network are already undone.

    Attributes:
        people: hxw float32, people per cell, >= 0.
        grid: the positions of the cells on the picture.
        camera, index, time, pts: those of the counted frame.
        took: seconds the counting took.
        parts: the cells that were counted; None for all. The others hold 0, which says nothing about them.
        weights: short name of the weights that counted; empty if it is not known.
    """

    people: NDArray[np.float32]
    grid: Grid
    camera: str = ""
    index: int = 0
    time: float = 0.0
    pts: float | None = None
    took: float = 0.0
    parts: tuple[Cells, ...] | None = None
    weights: str = ""

    def __post_init__(self) -> None:
        if self.people.shape != (self.grid.rows, self.grid.columns):
            raise ValueError(f"{self.people.shape} cells on a grid of {self.grid}")
        self.people.flags.writeable = False

    @property
    def count(self) -> float:
        """People in the whole picture; where only parts were counted, in these."""
        return float(self.people.sum(dtype=np.float64))

    def was_counted(self, row: int, column: int) -> bool:
        """Whether a cell was counted."""
        return self.parts is None or any(
            top <= row < bottom and left <= column < right for top, bottom, left, right in self.parts
        )


class ReadingState(StrEnum):
    """Whether the count of a reading is new. Unknown is never 0."""

    OK = "ok"
    STALE = "stale"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """How crowded a ROI is, and how high an alarm, in rising order."""

    NONE = "none"
    AMBER = "amber"
    RED = "red"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class RoiReading:
    """One ROI's share of a reading.

    Attributes:
        roi: the ROI's name; :data:`WHOLE_FRAME` for the whole picture.
        count: people, None unless the state is ok.
        count_smoothed: people, exponentially smoothed; None unless the state is ok.
        density_per_m2: people per square metre; None without a known ground area.
        level: how crowded it is by ``levels:`` of the configuration; None without them, or without a count.
        local_per_m2: the most people per square metre in any 3x3 m of its floor; None without a ground plane.
        id: what it is called for ever, whatever its name; empty for the same as the name.
    """

    roi: str
    count: float | None
    count_smoothed: float | None = None
    density_per_m2: float | None = None
    level: Level | None = None
    local_per_m2: float | None = None
    id: str = ""

    @property
    def key(self) -> str:
        """What it is kept by, so that its history goes on when it gets another name."""
        return self.id or self.roi


@dataclass(frozen=True, slots=True)
class Reading:
    """What was counted on one camera at one moment.

    Attributes:
        time: epoch seconds the picture was captured.
        camera: name of the camera.
        rois: the whole picture first, then each ROI in the configuration's order. The whole picture is left
            out where only the ROIs are counted.
        state: ok only for a newly counted frame.
        frame: index of the frame counted; None unless the state is ok.
        pts: media seconds of the frame; None where the source has none.
        camera_id: what the camera is called for ever, whatever its name; empty for the same as the name.
        weights: short name of the weights that counted; empty where nothing was counted, or it is not known.
    """

    time: float
    camera: str
    rois: tuple[RoiReading, ...]
    state: ReadingState = ReadingState.OK
    frame: int | None = None
    pts: float | None = None
    camera_id: str = ""
    weights: str = ""

    @property
    def camera_key(self) -> str:
        """What the camera is kept by, so that its history goes on when it gets another name."""
        return self.camera_id or self.camera

    @property
    def whole(self) -> RoiReading | None:
        """The reading of the whole picture; None where only the ROIs are counted."""
        return next((one for one in self.rois if one.roi == WHOLE_FRAME), None)

    def roi(self, name: str = WHOLE_FRAME) -> RoiReading:
        """Return the reading of one ROI; KeyError if there is none of that name."""
        for one in self.rois:
            if one.roi == name:
                return one
        raise KeyError(name)


class CameraState(StrEnum):
    """What a camera is doing."""

    CONNECTING = "connecting"
    LIVE = "live"
    PAUSED = "paused"
    STALE = "stale"
    RECONNECTING = "reconnecting"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a camera, for people to read.

    Attributes:
        state: see :class:`CameraState`.
        message: one calm sentence without secrets; empty if there is no problem.
        since: epoch seconds the state began.
        fps_in, fps_counted: pictures a second received and counted, over the last seconds.
        age: seconds since the last picture arrived; None before the first.
        attempt: number of the current attempt to connect, 0 once connected.
        skipped: pictures received and not counted, since the start.
    """

    state: CameraState
    message: str = ""
    since: float = 0.0
    fps_in: float = 0.0
    fps_counted: float = 0.0
    age: float | None = None
    attempt: int = 0
    skipped: int = 0


Polygon = Sequence[tuple[float, float]]
"""Corner points (x, y) in fractions 0..1 of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class GroundPlane:
    """The floor that a camera sees; see :mod:`crowdmon.track.ground` for what follows from it.

    Attributes:
        to_picture: the 3x3 matrix, row by row, that takes (x, y, 1) in metres on the floor to fractions 0..1
            of the picture; its third result is above 0 in front of the camera.
        head_height: how tall people stand, in metres.
        camera_height: metres of the camera above the floor; None if it follows from the matrix.
        estimated: it comes from a perspective map and not from points; what follows is marked as an estimate.
    """

    to_picture: tuple[float, ...]
    head_height: float = 1.7
    camera_height: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Roi:
    """A region of interest: a simple polygon in fractions of the picture.

    Attributes:
        name: unique on its camera; not :data:`WHOLE_FRAME`.
        polygon: at least three corner points in 0..1, not crossing itself.
        area_m2: ground area in square metres as somebody entered it, None if nobody did.
        colour: index of its colour in the palette of ROIs; None to take the one for its position. Two ROIs
            that differ only in colour are equal.
        plane: the floor its camera sees, None if that is unknown: then people are counted whose heads are in
            the polygon.
        at_heads: with a plane, whether the polygon is drawn where heads are and not on the floor.
        id: what it is called for ever, whatever its name; empty for the same as the name.
    """

    name: str
    polygon: tuple[tuple[float, float], ...] = field(default=())
    area_m2: float | None = None
    colour: int | None = field(default=None, compare=False)
    plane: GroundPlane | None = None
    at_heads: bool = False
    id: str = ""

    @property
    def key(self) -> str:
        """What it is kept by; see :attr:`RoiReading.key`."""
        return self.id or self.name

    @property
    def place(self) -> tuple[object, ...]:
        """What decides where in the picture its people are counted."""
        return self.polygon, self.plane, self.at_heads
