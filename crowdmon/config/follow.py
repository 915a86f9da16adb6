"""Groups and alarm rules follow the cameras: what is renamed is renamed there too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crowdmon.config.alarms import MemberConfig, TargetConfig
from crowdmon.config.app import AppConfig
from crowdmon.config.models import CameraConfig

_Names = Mapping[tuple[str, str | None], tuple[str, str | None]]
"""Camera and ROI (None for the whole picture) as they were called, and as they are called now."""


def with_cameras(config: AppConfig, cameras: Sequence[CameraConfig]) -> AppConfig:
    """Return a configuration with other cameras and ROIs.

    A camera or ROI that stands in the same place under another name was renamed, and groups and rules follow.
    What they name and is gone they go on naming, so that a ROI that comes back has its rules back: see
    :meth:`AppConfig.fitting`.
    """
    names = _renamed(config.cameras, cameras)
    groups = [
        group.model_copy(update={"members": tuple(_member(one, names) for one in group.members)})
        for group in config.groups
    ]
    alarms = [alarm.model_copy(update={"target": _target(alarm.target, names)}) for alarm in config.alarms]
    changed = {"cameras": tuple(cameras), "groups": tuple(groups), "alarms": tuple(alarms)}
    return config.model_copy(update=changed)


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
