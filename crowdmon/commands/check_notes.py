"""What ``crowdmon check`` points out though it works: ROIs that count nobody, rules that never fire. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from crowdmon.config import AppConfig, CameraConfig
from crowdmon.config.alarms import AlarmConfig, GroupConfig
from crowdmon.geometry import polygon_area
from crowdmon.track.ground import camera_of, feet_to_heads, region_of, to_floor
from crowdmon.track.schedule import MINUTES_A_DAY
from crowdmon.values import GroundPlane, Roi

MOST_PER_M2 = 12.0
"""People on a square metre: more has never been measured, and no rule above it is ever raised."""

_LOST = 0.1
"""Share of a ROI with heads out of the picture from which it is pointed out."""


def roi_notes(camera: CameraConfig, *, width: int, height: int) -> Iterator[str]:
    """Yield what is wrong with where a camera's ROIs lie on its floor, in a picture of this size."""
    if camera.ground is None:
        return
    plane, aspect = camera.ground.to_plane(), width / height
    if camera_of(plane, aspect) is None or feet_to_heads(plane, aspect) is None:
        return
    for roi in camera.to_rois():
        yield from _note(roi, plane, aspect)


def _note(roi: Roi, plane: GroundPlane, aspect: float) -> Iterator[str]:
    name = f"ROI '{roi.name}'"
    if not np.isfinite(to_floor(plane, roi.polygon)).all():
        yield (
            f"{name} reaches above the horizon: its people per m2 are not known, and people are counted in "
            "it as it is drawn. Draw it on the floor"
        )
        return
    region = region_of(roi, aspect)
    if region.floor is None or not _inside(region.heads):
        yield (
            f"the heads above {name} are out of the picture: it counts 0 people, always. "
            "Draw it farther from the camera, or turn the camera"
        )
        return
    if region.entered or not region.area_m2:
        return
    lost = 1.0 - (region.counted_m2 or 0.0) / region.area_m2
    if lost > _LOST:
        yield (
            f"of {100 * lost:.0f} % of {name} the heads are out of the picture: "
            "who stands there is not counted"
        )


def _inside(polygon: Sequence[tuple[float, float]]) -> bool:
    """Whether a polygon has any part in the picture."""
    low, high = np.min(polygon, axis=0), np.max(polygon, axis=0)
    return bool((high > 0.0).all() and (low < 1.0).all() and polygon_area(polygon) > 0.0)


def rule_notes(config: AppConfig) -> Iterator[str]:
    """Yield which alarm rules, or parts of them, never do anything, and why."""
    for alarm in config.alarms:
        name = f"the alarm rule '{alarm.name}'"
        loud = alarm.red is not None or alarm.critical is not None
        if alarm.repeat is not None and not loud:
            yield f"{name} repeats nothing: only red and critical are repeated"
        for key, stage in alarm.stages:
            if alarm.measure in ("per_m2", "local_per_m2") and (stage.above or 0.0) > MOST_PER_M2:
                yield f"{name} never gets {key}: nobody has measured more than {MOST_PER_M2:g} people per m2"
        yield from _too_short(alarm, name)
    named = {alarm.target.group for alarm in config.alarms}
    for group in config.groups:
        if group.name not in named:
            yield from _unwatched(group)


def _unwatched(group: GroupConfig) -> Iterator[str]:
    if group.capacity is not None:
        yield f"no alarm rule is about the group '{group.name}': its capacity is only in reports"


def _too_short(alarm: AlarmConfig, name: str) -> Iterator[str]:
    """Yield the levels that must last for longer than any shift of the rule."""
    shifts = [one.to_shift() for one in alarm.schedule]
    if not shifts or _whole_days(alarm):
        return
    longest = 60.0 * max((one.end - one.start) % MINUTES_A_DAY or MINUTES_A_DAY for one in shifts)
    for key, stage in alarm.stages:
        if stage.hold > longest:
            yield (
                f"{name} never gets {key}: it must last for {stage.hold:g} s, and its longest shift has "
                f"{longest:g} s"
            )


def _whole_days(alarm: AlarmConfig) -> bool:
    """Whether shifts may follow on each other without an end."""
    shifts = [one.to_shift() for one in alarm.schedule]
    ends = {one.end % MINUTES_A_DAY for one in shifts}
    return any(one.start in ends for one in shifts)
