"""From a density map to a reading: one multiplication per ROI. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from crowdmon.errors import CountingError
from crowdmon.geometry import coverage
from crowdmon.track.ground import region_of
from crowdmon.track.neighbourhood import local_per_m2
from crowdmon.values import WHOLE_FRAME, DensityMap, Reading, ReadingState, Roi, RoiReading


def measure(density: DensityMap, rois: Sequence[Roi] = ()) -> Reading:
    """Count the people of the whole picture and of each ROI.

    ROIs may overlap: who stands in two counts in both, and once in the whole picture. Where a ROI is drawn on
    the floor, people are counted where their heads are above it (see :mod:`crowdmon.track.ground`).

    Args:
        density: people per cell of one picture.
        rois: valid ROIs, in the order of the reading.

    Returns:
        A reading in state ok with the whole picture first; nothing is smoothed yet (see
        :mod:`crowdmon.track.smooth`).

    Raises:
        CountingError: the density map holds values that are not numbers, or its picture has no time.
    """
    people = density.people.astype(np.float64)
    if not math.isfinite(total := float(people.sum())):
        raise CountingError(f"{density.camera}: the density of picture {density.index} is not a number")
    if not math.isfinite(density.time) or not math.isfinite(density.pts or 0.0):
        raise CountingError(f"{density.camera}: the time of picture {density.index} is not a number")
    counted = [RoiReading(WHOLE_FRAME, total)]
    for roi in rois:
        region = region_of(roi, density.grid.width / density.grid.height)
        count = float((people * coverage(region.heads, density.grid)).sum())
        per_m2 = count / region.counted_m2 if region.counted_m2 else None
        local = local_per_m2(people, roi, density.grid)
        counted.append(RoiReading(roi.name, count, density_per_m2=per_m2, local_per_m2=local, id=roi.id))
    return Reading(
        time=density.time,
        camera=density.camera,
        rois=tuple(counted),
        frame=density.index,
        pts=density.pts,
    )


def not_counted(
    camera: str, rois: Sequence[Roi], *, time: float, state: ReadingState, camera_id: str = ""
) -> Reading:
    """Return the reading of a moment at which nothing new was counted: no number anywhere.

    Args:
        camera: its name.
        rois: its ROIs.
        time: epoch seconds.
        state: stale or unknown.
        camera_id: of the camera; empty for the same as its name.
    """
    if state is ReadingState.OK:
        raise ValueError("a reading without a count is never ok")
    empty = (RoiReading(WHOLE_FRAME, None), *(RoiReading(roi.name, None, id=roi.id) for roi in rois))
    return Reading(time, camera, empty, state, camera_id=camera_id)
