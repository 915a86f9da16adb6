"""Groups, alarm rules and the history follow the cameras: what is renamed is renamed there too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crowdmon.config.alarms import MemberConfig, TargetConfig
from crowdmon.config.app import AppConfig
from crowdmon.config.identity import with_ids
from crowdmon.config.models import CameraConfig

_Names = Mapping[tuple[str, str | None], tuple[str, str | None]]
"""Camera and ROI (None for the whole picture) as they were called, and as they are called now."""


def with_cameras(config: AppConfig, cameras: Sequence[CameraConfig]) -> AppConfig:
    """Return a configuration with other cameras and ROIs.

    A camera or ROI that stands in the same place under another name was renamed, and groups and rules follow.
    What they name and is gone they go on naming, so that a ROI that comes back has its rules back: see
    :meth:`AppConfig.fitting`. What is renamed keeps its id, and what is new gets one that nothing else has.
    """
    names = _renamed(config.cameras, cameras)
    cameras = _identified(config.cameras, cameras, names)
    groups = [
        group.model_copy(update={"members": tuple(_member(one, names) for one in group.members)})
        for group in config.groups
    ]
    alarms = [alarm.model_copy(update={"target": _target(alarm.target, names)}) for alarm in config.alarms]
    changed = {"cameras": tuple(cameras), "groups": tuple(groups), "alarms": tuple(alarms)}
    return config.model_copy(update=changed)


def _identified(
    before: Sequence[CameraConfig], after: Sequence[CameraConfig], names: _Names
) -> tuple[CameraConfig, ...]:
    """Return the cameras of ``after`` with the ids that let the history of each go on."""
    old_names = {new: old for old, new in names.items()}
    known = {camera.name: camera for camera in before}
    were = {new.name: known[old_names[new.name, None][0]] for new in after if (new.name, None) in old_names}
    found = []
    for camera in with_ids(after, were):
        old_rois = {roi.name: roi for roi in were[camera.name].rois} if camera.name in were else {}
        rois = {
            roi.name: old_rois[old]
            for roi in camera.rois
            if (old := old_names.get((camera.name, roi.name), ("", None))[1]) in old_rois
        }
        found.append(camera.model_copy(update={"rois": with_ids(camera.rois, rois)}))
    return tuple(found)


def _renamed(before: Sequence[CameraConfig], after: Sequence[CameraConfig]) -> _Names:
    names: dict[tuple[str, str | None], tuple[str, str | None]] = {}
    kept = {camera.name: camera for camera in after}
    places = zip(before, after, strict=True) if len(before) == len(after) else ()
    moved = {old.name: new for old, new in places if old.name not in kept and old.source == new.source}
    for old in before:
        new = kept.get(old.name) or moved.get(old.name)
        if new is None:
            continue
        names[old.name, None] = (new.name, None)
        ahead = [roi.name for roi in new.rois]
        behind = [roi.name for roi in old.rois]
        for place, name in enumerate(behind):
            other = ahead[place] if len(ahead) == len(behind) else name
            renamed = name not in ahead and other not in behind
            names[old.name, name] = (new.name, other if renamed else name)
    return names


def _member(member: MemberConfig, names: _Names) -> MemberConfig:
    camera, roi = names.get((member.camera, member.roi), (member.camera, member.roi))
    return member.model_copy(update={"camera": camera, "roi": roi})


def _target(target: TargetConfig, names: _Names) -> TargetConfig:
    if target.camera is None:
        return target
    camera, roi = names.get((target.camera, target.roi), (target.camera, target.roi))
    return target.model_copy(update={"camera": camera, "roi": roi})
