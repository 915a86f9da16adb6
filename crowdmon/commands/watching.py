"""Which alarm rules are watched while sources are counted."""

from __future__ import annotations

from collections.abc import Collection

import click

from crowdmon.config import AppConfig
from crowdmon.config.alarms import AlarmConfig, GroupConfig
from crowdmon.errors import redact


def watched(known: AppConfig, *, together: bool) -> AppConfig:
    """Return a configuration with the groups and alarm rules that can be watched; say which can not.

    Args:
        known: the cameras that are counted, and all groups and rules of the file.
        together: whether the cameras are counted at the same time. Of sources that are counted one after the
            other no group of several is ever seen at one moment.
    """
    counted = {camera.name for camera in known.cameras}
    groups = tuple(one for one in known.groups if _cameras(one) <= counted)
    absent = [one.name for one in known.alarms if not _about(one, known.groups) <= counted]
    apart = [
        one.name
        for one in known.alarms
        if not together and one.name not in absent and len(_about(one, known.groups)) > 1
    ]
    _say(absent, "about cameras that are not counted here")
    _say(apart, "about several sources, and these are counted one after the other")
    left_out = {*absent, *apart}
    alarms = tuple(one for one in known.alarms if one.name not in left_out)
    return known.model_copy(update={"groups": groups, "alarms": alarms})


def _cameras(group: GroupConfig) -> set[str]:
    return {member.camera for member in group.members}


def _about(alarm: AlarmConfig, groups: Collection[GroupConfig]) -> set[str]:
    """Return the cameras that a rule needs."""
    if alarm.target.camera is not None:
        return {alarm.target.camera}
    return set().union(*(_cameras(group) for group in groups if group.name == alarm.target.group))


def _say(names: list[str], why: str) -> None:
    if not names:
        return
    shown = ", ".join(f"'{name}'" for name in names[:3]) + (
        f" and {len(names) - 3} more" if names[3:] else ""
    )
    one = len(names) == 1
    what = f"rule {shown} is not watched: it is" if one else f"rules {shown} are not watched: they are"
    click.echo(redact(f"crowdmon: the alarm {what} {why}"), err=True)
