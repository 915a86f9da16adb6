"""Carries a density map from the picture it was counted in to the pictures that follow. No clock, no thread.

The people of a density map are taken as dots: its peaks. Each dot is followed from picture to picture, and
compared with what was there in the counted picture. A dot that is lost fades out before its person can have
left it.

Measured on the built-in plaza (40 people, day and night; 150 people), pictures of 960 pixels at 30 a second:
a dot that stands still leaves its head after 0.13 s. A dot that is followed is at most 0.12 head widths off
after 0.5 s. By then a third of the dots are lost, most of them small heads far away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from crowdmon.values import DensityMap, Frame

STAYS_S: Final = 0.13
"""Seconds for which a dot that is not followed stays on its head."""

FADES_S: Final = 0.1
"""Seconds in which a dot that was lost fades out: less than :data:`STAYS_S`."""

CARRIED_S: Final = 0.6
"""Seconds after which nothing is carried any further."""

HEADS_PER_S: Final = 7.5
"""Head widths that somebody walks in a second, at most."""

MOST_DOTS: Final = 400
"""Dots that are followed at most; others, which are weaker, do not move."""

_WIDTH: Final = 960
_WINDOW: Final = (9, 9)
_CELL: Final = 1e-3
_PEAK: Final = 0.02
_BACK: Final = 0.25
_ALIKE: Final = 8.0

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]


def peaks(density: DensityMap, most: int = MOST_DOTS) -> NDArray[np.intp]:
    """Return (row, column) of the peaks of a density map, the highest first: Nx2."""
    people = np.nan_to_num(density.people, nan=0.0, posinf=0.0, neginf=0.0)
    smooth = cv2.GaussianBlur(people, (3, 3), 0.8)
    top = (smooth >= cv2.dilate(smooth, np.ones((3, 3), np.uint8))) & (smooth > _PEAK)
    rows, columns = np.nonzero(top)
    order = np.argsort(-smooth[rows, columns], kind="stable")[:most]
    return np.stack([rows[order], columns[order]], axis=1)


class Carrier:
    """One density map on its way through the pictures after the one it was counted in."""

    def __init__(self, density: DensityMap, counted: Frame) -> None:
        """Begin at the picture that was counted; of the counted picture any size will do."""
        self.density, self._from = density, counted
        self._grid = density.grid
        self._rows, self._columns = np.nonzero(density.people > _CELL)
        self._people = density.people[self._rows, self._columns].astype(np.float64)
        found = peaks(density)
        self._owner = _owners(found, density.people.shape)[self._rows, self._columns]
        self._grey = self._first = _grey(counted)
        self._scale = self._grey.shape[1] / self._grid.width
        middle = middles(density, found)
        self._began: Points = np.ascontiguousarray(middle * self._scale, np.float32)[:, None]
        self._at: Points = self._began.copy()
        self._lost = np.full(len(found), np.inf)
        self._heat = density

    def to(self, frame: Frame) -> DensityMap:
        """Return the density map on a picture after the one given last; of an earlier one, the last map."""
        age = frame.time - self._from.time
        if frame.time <= self._heat.time:
            return self._heat
        if age <= CARRIED_S + FADES_S:
            self._follow(_grey(frame), age)
        self._heat = self._weighed(frame, age)
        return self._heat

    def _weighed(self, frame: Frame, age: float) -> DensityMap:
        weight = np.clip(1.0 - np.maximum(age - self._lost, 0.0) / FADES_S, 0.0, 1.0)
        return self._placed(frame, weight * min(1.0, max(0.0, 1.0 - (age - CARRIED_S) / FADES_S)))

    def dots(self) -> tuple[Points, NDArray[np.bool_]]:
        """Return where the dots are now, in pixels of the counted picture (Nx2), and which are followed."""
        return self._at[:, 0] / np.float32(self._scale), np.isinf(self._lost)

    def _follow(self, grey: Grey, age: float) -> None:
        before, self._grey = self._grey, grey
        if not len(self._at) or grey.shape != before.shape:
            self._lost = np.minimum(self._lost, age)
            return
        went, there, unlike = _moved(before, grey, self._at)
        back, here, _ = _moved(grey, before, went)
        good = there & here & (np.linalg.norm((back - self._at)[:, 0], axis=1) < _BACK) & (unlike < _ALIKE)
        # Against the counted picture: steps alone drift, and stay behind on the ground.
        exact, same, unlike = _moved(self._first, grey, self._began, guess=went)
        close = same & (np.linalg.norm((exact - went)[:, 0], axis=1) < 1.5)
        good &= unlike < _ALIKE
        held = np.isinf(self._lost) & good
        self._lost = np.where(held, np.inf, np.minimum(self._lost, age))
        self._at = np.where(
            (held & close)[:, None, None], exact, np.where(held[:, None, None], went, self._at)
        )

    def _placed(self, frame: Frame, weight: NDArray[np.float64]) -> DensityMap:
        grid = self._grid
        people = np.zeros(grid.rows * grid.columns)
        if len(weight) and len(self._rows):
            moved = (self._at - self._began)[:, 0] / self._scale / (grid.cell_width, grid.cell_height)
            x = self._columns + moved[self._owner, 0]
            y = self._rows + moved[self._owner, 1]
            value = self._people * weight[self._owner]
            left, top = np.floor(x), np.floor(y)
            for right in (0, 1):
                for down in (0, 1):
                    column, row = (left + right).astype(int), (top + down).astype(int)
                    share = np.abs(1 - right - (x - left)) * np.abs(1 - down - (y - top))
                    inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
                    at = (row * grid.columns + column)[inside]
                    people += np.bincount(at, (value * share)[inside], minlength=len(people))
        shape = (grid.rows, grid.columns)
        made = people.reshape(shape).astype(np.float32)
        return replace(self.density, people=made, index=frame.index, time=frame.time, pts=frame.pts)


def _owners(found: NDArray[np.intp], shape: tuple[int, ...]) -> NDArray[np.intp]:
    """Return for each cell the number of its nearest peak."""
    if not len(found):
        return np.zeros(shape, np.intp)
    away = np.ones(shape, np.uint8)
    away[found[:, 0], found[:, 1]] = 0
    _, label = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    number = np.zeros(int(label.max()) + 1, np.intp)
    number[label[found[:, 0], found[:, 1]]] = np.arange(len(found))
    owners: NDArray[np.intp] = number[label]
    return owners


def middles(density: DensityMap, found: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the middle of the people around each peak, in pixels of the counted picture: Nx2 (x, y)."""
    grid = density.grid
    people = np.pad(np.maximum(density.people.astype(np.float64), 0.0), 1)
    total, across, down = (np.full(len(found), tiny) for tiny in (1e-9, 0.0, 0.0))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            value = people[found[:, 0] + 1 + i, found[:, 1] + 1 + j]
            total, across, down = total + value, across + j * value, down + i * value
    x = (found[:, 1] + 0.5 + across / total) * grid.cell_width
    y = (found[:, 0] + 0.5 + down / total) * grid.cell_height
    return np.stack([x, y], axis=1)


def _grey(frame: Frame) -> Grey:
    height, width = frame.rgb.shape[:2]
    small = frame.rgb
    if width > _WIDTH:
        size = (_WIDTH, max(1, round(height * _WIDTH / width)))
        small = np.asarray(cv2.resize(frame.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def _moved(
    one: Grey, other: Grey, points: Points, *, guess: Points | None = None
) -> tuple[Points, NDArray[np.bool_], NDArray[np.float32]]:
    """Return where points of one picture are in another, whether they were found, and how unlike they are."""
    if guess is None:
        went, found, unlike = cv2.calcOpticalFlowPyrLK(one, other, points, None, winSize=_WINDOW, maxLevel=1)  # type: ignore[call-overload]
    else:
        went, found, unlike = cv2.calcOpticalFlowPyrLK(
            one, other, points, guess.copy(), winSize=_WINDOW, maxLevel=0, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
        )
    return np.asarray(went, np.float32), np.asarray(found)[:, 0] > 0, np.asarray(unlike, np.float32)[:, 0]
