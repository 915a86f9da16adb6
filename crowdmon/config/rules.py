"""Whether groups and alarm rules fit the cameras, and what the engine gets of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from itertools import combinations, pairwise

from crowdmon.config.alarms import CLEAR_SHARE, AlarmConfig, GroupConfig, MemberConfig
from crowdmon.config.fields import MisplacedError
from crowdmon.config.models import CameraConfig, RoiConfig
from crowdmon.geometry import overlap
from crowdmon.track.alarms import VALID, Measure, Rule, Second, Stage, Target
from crowdmon.track.schedule import Schedule
from crowdmon.values import WHOLE_FRAME, Level

MOST_OVERLAP = 0.01
"""Share of the smaller of two ROIs that may lie in the other: a common edge is never drawn exactly twice."""

_Loc = tuple[int | str, ...]

_OR_AREA = "; or give a ROI its area_m2, or its camera a ground plane"


def check_groups(groups: Sequence[GroupConfig], cameras: Sequence[CameraConfig]) -> None:
    """Raise :class:`MisplacedError` if a member is not there, or if two count the same people."""
    for number, group in enumerate(groups):
        for place, member in enumerate(group.members):
            _check_place(member.camera, member.roi, cameras, ("groups", number, "members", place))
        for (_, one), (place, other) in combinations(enumerate(group.members), 2):
            if one.camera == other.camera and _overlap(one, other, cameras):
                raise MisplacedError(
                    f"it overlaps with {_named(one)} of camera '{one.camera}': people in both count twice",
                    "Allowed: members that do not overlap",
                    loc=("groups", number, "members", place),
                    value=other.roi or WHOLE_FRAME,
                )


def check_alarms(
    alarms: Sequence[AlarmConfig], cameras: Sequence[CameraConfig], groups: Sequence[GroupConfig]
) -> None:
    """Raise :class:`MisplacedError` if a rule is about what is not there, or if its levels cross."""
    for number, alarm in enumerate(alarms):
        at: _Loc = ("alarms", number)
        of, group = alarm.target, None
        if of.camera is not None:
            _check_place(of.camera, of.roi, cameras, (*at, "of"))
        else:
            group = next((one for one in groups if one.name == of.group), None)
            if group is None:
                raise _unknown("group", of.group, (one.name for one in groups), (*at, "of", "group"))
        _check_measure(alarm, group, cameras, at)
        _check_stages(alarm, group, at)


def to_rule(
    alarm: AlarmConfig, cameras: Sequence[CameraConfig], groups: Sequence[GroupConfig], zone: tzinfo | None
) -> Rule:
    """Return a rule for the engine; what it is about is there."""
    group = next((one for one in groups if one.name == alarm.target.group), None)
    members: Sequence[MemberConfig] = group.members if group else ()
    if alarm.target.camera is not None:
        members = [MemberConfig(camera=alarm.target.camera, roi=alarm.target.roi)]
    known = {one.name: one for one in cameras}
    return Rule(
        name=alarm.name,
        members=tuple(target_of(one, known[one.camera]) for one in members),
        group=group.name if group else None,
        measure=Measure(alarm.measure),
        stages=tuple(_stages(alarm, group)),
        repeat=alarm.repeat,
        cooldown=alarm.cooldown,
        schedule=Schedule(tuple(shift.to_shift() for shift in alarm.schedule), zone),
        tell=alarm.tell,
        then=Second(alarm.then.after, alarm.then.tell) if alarm.then else None,
    )


def target_of(member: MemberConfig, camera: CameraConfig) -> Target:
    """Return a member for the engine: where people are counted, and for how long a reading of it holds."""
    slow = 3.0 / camera.rate if camera.rate else 0.0
    valid = max(VALID, camera.unknown_after or 0.0, slow)
    roi = next((one for one in camera.rois if one.name == member.roi), None)
    ids = camera.id or "", (roi.id if roi else None) or ""
    return Target(member.camera, member.roi or WHOLE_FRAME, valid, *ids)


def _stages(alarm: AlarmConfig, group: GroupConfig | None) -> Iterable[Stage]:
    for key, stage in alarm.stages:
        above, clear = stage.above, stage.clear
        if alarm.measure == "unknown":
            above = clear = 0.5  # between counted, 0, and unknown, 1
        elif above is None and group is not None:
            above = group.capacity
        if above is not None:
            yield Stage(Level(key), above, stage.hold, CLEAR_SHARE * above if clear is None else clear)


def _check_measure(
    alarm: AlarmConfig, group: GroupConfig | None, cameras: Sequence[CameraConfig], at: _Loc
) -> None:
    if alarm.measure not in ("per_m2", "local_per_m2"):
        return
    local = alarm.measure == "local_per_m2"
    if group is not None:
        why, instead = "a group has no area", ""
    elif local and (alarm.target.roi is None or not _has_ground(alarm, cameras)):
        why, instead = "the floor is not known there", "; or name a ROI, and give its camera a ground plane"
    elif not _has_area(alarm, cameras):
        why, instead = "the area is not known there", _OR_AREA
    else:
        return
    allowed = f"Allowed: count, unknown{instead}"
    raise MisplacedError(why, allowed, loc=(*at, "measure"), value=alarm.measure)


def _check_stages(alarm: AlarmConfig, group: GroupConfig | None, at: _Loc) -> None:
    if alarm.measure == "unknown":
        return
    for key, stage in alarm.stages:
        if stage.above is None and (group is None or group.capacity is None):
            raise MisplacedError(
                "it has no level",
                "Allowed: above, a number greater than 0; or the capacity of a group",
                loc=(*at, key, "above"),
                value=None,
            )
    for one in _stages(alarm, group):
        if one.clear > one.above:
            raise MisplacedError(
                f"clear is higher than above = {one.above:g}",
                "Allowed: up to above",
                loc=(*at, one.level.value, "clear"),
                value=one.clear,
            )
    for low, high in pairwise(_stages(alarm, group)):
        for what in ("above", "clear"):
            first, second = getattr(low, what), getattr(high, what)
            if first >= second:
                raise MisplacedError(
                    f"it is not above {low.level.value}.{what} = {first:g}",
                    "Allowed: amber < red < critical",
                    loc=(*at, high.level.value, what),
                    value=second,
                )


def _check_place(camera: str, roi: str | None, cameras: Sequence[CameraConfig], at: _Loc) -> None:
    known = next((one for one in cameras if one.name == camera), None)
    if known is None:
        raise _unknown("camera", camera, (one.name for one in cameras), (*at, "camera"))
    if roi is None and not known.whole_picture:
        raise MisplacedError(
            f"of camera '{camera}' only the ROIs are counted (whole_picture: false)",
            f"Allowed: {', '.join(one.name for one in known.rois) or 'no ROI is there'}",
            loc=(*at, "roi"),
            value=None,
        )
    if _roi(known, roi) is None:
        raise _unknown("ROI", roi, (one.name for one in known.rois), (*at, "roi"))


def _unknown(what: str, name: str | None, known: Iterable[str], loc: _Loc) -> MisplacedError:
    names = ", ".join(known)
    return MisplacedError(
        f"there is no such {what}", f"Allowed: {names or 'none is there'}", loc=loc, value=name
    )


def _roi(camera: CameraConfig, name: str | None) -> RoiConfig | CameraConfig | None:
    """Return a camera's ROI, the camera itself for its whole picture, None if there is none of that name."""
    return camera if name is None else next((one for one in camera.rois if one.name == name), None)


def _has_ground(alarm: AlarmConfig, cameras: Sequence[CameraConfig]) -> bool:
    return any(one.name == alarm.target.camera and one.ground is not None for one in cameras)


def _has_area(alarm: AlarmConfig, cameras: Sequence[CameraConfig]) -> bool:
    camera = next((one for one in cameras if one.name == alarm.target.camera), None)
    roi = _roi(camera, alarm.target.roi) if camera else None
    known = camera is not None and camera.ground is not None
    return isinstance(roi, RoiConfig) and (roi.area_m2 is not None or known)


def _named(member: MemberConfig) -> str:
    return f"'{member.roi}'" if member.roi else "the whole picture"


def _overlap(one: MemberConfig, other: MemberConfig, cameras: Sequence[CameraConfig]) -> bool:
    """Whether two members of one camera share more of the picture than a common edge."""
    if one.roi is None or other.roi is None or one.roi == other.roi:
        return True
    camera = next(camera for camera in cameras if camera.name == one.camera)
    polygons = {roi.name: roi.polygon for roi in camera.rois}
    return overlap(polygons[one.roi], polygons[other.roi]) > MOST_OVERLAP
