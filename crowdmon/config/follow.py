"""Groups and alarm rules follow the cameras: what is renamed is renamed there too."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from crowdmon.config.alarms import MemberConfig, TargetConfig
from crowdmon.config.app import AppConfig
from crowdmon.config.fields import MisplacedError
from crowdmon.config.models import CameraConfig
from crowdmon.config.rules import check_alarms, check_groups

_log = logging.getLogger(__name__)

_Names = Mapping[tuple[str, str | None], tuple[str, str | None]]
"""Camera and ROI (None for the whole picture) as they were called, and as they are called now."""


def with_cameras(config: AppConfig, cameras: Sequence[CameraConfig]) -> AppConfig:
    """Return a configuration with other cameras and ROIs, which can be saved and loaded again.

    A camera or ROI that stands in the same place under another name was renamed, and groups and rules follow.
    A group or rule that no longer fits is taken out, and that is logged: its ROI is gone, has lost its area,
    or overlaps with another member.
    """
    names = _renamed(config.cameras, cameras)
    changed = config.model_copy(
        update={
            "cameras": tuple(cameras),
            "groups": tuple(
                group.model_copy(update={"members": tuple(_member(one, names) for one in group.members)})
                for group in config.groups
            ),
            "alarms": tuple(
                alarm.model_copy(update={"target": _target(alarm.target, names)}) for alarm in config.alarms
            ),
        }
    )
    while (error := _misplaced(changed)) is not None:
        key, place = error.loc[:2]
        left = [one for number, one in enumerate(getattr(changed, str(key))) if number != place]
        _log.warning("taken out of the configuration: %s[%s], because %s", key, place, error.message)
        changed = changed.model_copy(update={str(key): tuple(left)})
    return changed


def _misplaced(config: AppConfig) -> MisplacedError | None:
    try:
        check_groups(config.groups, config.cameras)
        check_alarms(config.alarms, config.cameras, config.groups)
    except MisplacedError as error:
        return error
    return None


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
