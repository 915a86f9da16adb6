"""From a density map to a reading: one multiplication per ROI. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import CountingError
from crowdmon.geometry import coverage
from crowdmon.track.ground import region_of
from crowdmon.track.neighbourhood import local_per_m2
from crowdmon.values import (
    WHOLE_FRAME,
    Box,
    Cells,
    DensityMap,
    Grid,
    Polygon,
    Reading,
    ReadingState,
    Roi,
    RoiReading,
)

_UNSEEN = 1e-4
"""Cells of a ROI that may lie outside of what was counted: what rounding leaves at its border."""


def boxes_of(rois: Sequence[Roi], aspect: float) -> tuple[Box, ...]:
    """Return the parts of a picture in which the people of ROIs are looked for, one a ROI.

    Args:
        rois: valid ROIs.
        aspect: the picture's width divided by its height.
    """
    return tuple(_box_of(roi, aspect) for roi in rois)


def answers(density: DensityMap, rois: Sequence[Roi], *, whole: bool) -> bool:
    """Whether all that is measured was counted: every ROI, and the whole picture if that is wanted."""
    if density.parts is None:
        return True
    return not whole and all(_was_counted(roi, density) for roi in rois)


def measure(density: DensityMap, rois: Sequence[Roi] = (), *, whole: bool = True) -> Reading:
    """Count the people of the whole picture and of each ROI.

    ROIs may overlap: who stands in two counts in both, and once in the whole picture. Where a ROI is drawn on
    the floor, people are counted where their heads are above it (see :mod:`crowdmon.track.ground`).

    Args:
        density: people per cell of one picture.
        rois: valid ROIs, in the order of the reading.
        whole: whether the whole picture is wanted. It is left out too where only parts were counted.

    Returns:
        A reading in state ok with the whole picture first; nothing is smoothed yet (see
        :mod:`crowdmon.track.smooth`). A ROI that lies outside of what was counted has no count.

    Raises:
        CountingError: the density map holds values that are not numbers, or its picture has no time.
    """
    people = density.people.astype(np.float64)
    if not math.isfinite(total := float(people.sum())):
        raise CountingError(f"{density.camera}: the density of picture {density.index} is not a number")
    if not math.isfinite(density.time) or not math.isfinite(density.pts or 0.0):
        raise CountingError(f"{density.camera}: the time of picture {density.index} is not a number")
    counted = [RoiReading(WHOLE_FRAME, total)] if whole and density.parts is None else []
    for roi in rois:
        if not _was_counted(roi, density):
            counted.append(RoiReading(roi.name, None, id=roi.id))
            continue
        region = region_of(roi, density.grid.width / density.grid.height)
        inside, share = _shares(region.heads, density.grid)
        count = float((people[inside] * share).sum())
        per_m2 = count / region.counted_m2 if region.counted_m2 else None
        local = local_per_m2(people, roi, density.grid)
        counted.append(RoiReading(roi.name, count, density_per_m2=per_m2, local_per_m2=local, id=roi.id))
    return Reading(
        time=density.time,
        camera=density.camera,
        rois=tuple(counted),
        frame=density.index,
        pts=density.pts,
        weights=density.weights,
    )


def not_counted(
    camera: str,
    rois: Sequence[Roi],
    *,
    time: float,
    state: ReadingState,
    whole: bool = True,
    camera_id: str = "",
) -> Reading:
    """Return the reading of a moment at which nothing new was counted: no number anywhere.

    Args:
        camera: its name.
        rois: its ROIs.
        time: epoch seconds.
        state: stale or unknown.
        whole: whether the whole picture is counted.
        camera_id: of the camera; empty for the same as its name.
    """
    if state is ReadingState.OK:
        raise ValueError("a reading without a count is never ok")
    picture = (RoiReading(WHOLE_FRAME, None),) if whole else ()
    empty = (*picture, *(RoiReading(roi.name, None, id=roi.id) for roi in rois))
    return Reading(time, camera, empty, state, camera_id=camera_id)


@lru_cache(maxsize=256)
def _shares(polygon: Polygon, grid: Grid) -> tuple[tuple[slice, slice], NDArray[np.float64]]:
    """Return the rows and columns of cells that a polygon reaches, and its share of each of them."""
    covered = coverage(polygon, grid)
    rows, columns = (np.flatnonzero(covered.any(axis=axis)) for axis in (1, 0))
    inside = tuple(slice(one[0], one[-1] + 1) if len(one) else slice(0, 0) for one in (rows, columns))
    return (inside[0], inside[1]), covered[inside].astype(np.float64)


@lru_cache(maxsize=256)
def _box_of(roi: Roi, aspect: float) -> Box:
    corners = np.array(region_of(roi, aspect).heads)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return left, top, right, bottom


def _was_counted(roi: Roi, density: DensityMap) -> bool:
    if density.parts is None:
        return True
    heads = region_of(roi, density.grid.width / density.grid.height).heads
    return _unseen(heads, density.grid, density.parts) <= _UNSEEN


@lru_cache(maxsize=256)
def _unseen(polygon: Polygon, grid: Grid, parts: tuple[Cells, ...]) -> float:
    """Return how many cells of a polygon lie outside of parts."""
    covered = coverage(tuple(polygon), grid).copy()
    for top, bottom, left, right in parts:
        covered[top:bottom, left:right] = 0.0
    return float(covered.sum(dtype=np.float64))
