"""Rows of a history file as the facts that they were. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crowdmon.facts import Event, SpotCheck
from crowdmon.sinks.history.names import Series
from crowdmon.sinks.history.sums import Sum
from crowdmon.values import Level, Reading, ReadingState, RoiReading


def of_rows(rows: Sequence[tuple[Series, tuple[Any, ...]]]) -> Reading:
    """Return a reading from its rows: time, state, frame, media, five cells of the ROI, the weights."""
    one, (time, state, frame, media, *_, weights) = rows[0]
    rois = []
    for series, cells in rows:
        count, smoothed, per_m2, level, local = cells[4:9]
        known = Level(level) if level is not None else None
        roi_id = series.roi_key if series.roi_key != series.roi else ""
        rois.append(RoiReading(series.roi, count, smoothed, per_m2, known, local, roi_id))
    return _reading(one, time, tuple(rois), ReadingState(state), frame, media, weights)


def of_minute(rows: Sequence[tuple[Series, Sum]]) -> Reading:
    """Return what stands for the readings of a camera in a minute: the mean, at its start."""
    rois = []
    for series, minute in rows:
        mean = minute.mean
        # People per m2 go with people, for the area is the same through the minute.
        share = mean / minute.most if mean is not None and minute.most else None
        per_m2 = minute.per_m2 * share if minute.per_m2 is not None and share is not None else minute.per_m2
        roi_id = series.roi_key if series.roi_key != series.roi else ""
        rois.append(
            RoiReading(series.roi, mean, density_per_m2=per_m2, local_per_m2=minute.local_per_m2, id=roi_id)
        )
    state = ReadingState.OK if any(minute.n for _, minute in rows) else ReadingState.UNKNOWN
    return _reading(rows[0][0], float(rows[0][1].start), tuple(rois), state, None, None, None)


def of_event(row: Sequence[Any]) -> Event:
    """Return an event from its row."""
    time, kind, camera, roi, who, detail, camera_id, roi_id = row
    return Event(time, kind, camera, roi, who, detail, camera_id or "", roi_id or "")


def of_check(row: Sequence[Any]) -> SpotCheck:
    """Return a spot check from its row; ids that are names are left out."""
    (
        time,
        camera,
        roi,
        camera_name,
        roi_name,
        truth,
        count,
        weights,
        who,
        note,
        heads,
        width,
        height,
        picture,
    ) = row
    return SpotCheck(
        time=time,
        camera=camera_name,
        camera_id=camera if camera != camera_name else "",
        roi=roi_name,
        roi_id=roi if roi != roi_name else "",
        truth=truth,
        count=count,
        weights=weights,
        who=who,
        note=note,
        heads=tuple((x, y) for x, y in json.loads(heads)),
        size=(width, height),
        picture=picture,
    )


def _reading(
    one: Series,
    time: float,
    rois: tuple[RoiReading, ...],
    state: ReadingState,
    frame: int | None,
    media: float | None,
    weights: str | None,
) -> Reading:
    camera_id = one.camera_key if one.camera_key != one.camera else ""
    return Reading(time, one.camera, rois, state, frame, media, camera_id=camera_id, weights=weights or "")
