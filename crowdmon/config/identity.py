"""The ids of cameras and ROIs: what their history is kept by, whatever their names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import TypeVar

from crowdmon.config.models import CameraConfig, RoiConfig

LONGEST = 64
"""Characters of a name or an id, at most."""

One = TypeVar("One", CameraConfig, RoiConfig)


def renamed(one: One, name: str) -> One:
    """Return a camera or ROI with another name; what it is kept by stays."""
    return one.model_copy(update={"name": name, "id": None if one.key == name else one.key})


def free_id(name: str, taken: Collection[str]) -> str | None:
    """Return the id for something new: None, which is its name, unless something else is kept by that."""
    if name not in taken:
        return None
    return next(found for n in count(2) if (found := f"{name[: LONGEST - 6]} {n}") not in taken)


def with_ids(after: Sequence[One], before: Mapping[str, One]) -> tuple[One, ...]:
    """Return cameras or ROIs with the ids that let their history go on.

    Args:
        after: all of them as they are now.
        before: what each was, by its name now; nothing for one that is new.
    """
    keys: dict[str, str] = {}
    taken: set[str] = set()

    def give(name: str, key: str | None) -> None:
        if key is not None and key not in taken and name not in keys:
            keys[name] = key
            taken.add(key)

    for one in after:
        give(one.name, one.id)
    for one in after:
        give(one.name, before[one.name].key if one.name in before else None)
    for one in after:
        if one.name not in keys:
            give(one.name, free_id(one.name, taken) or one.name)
    return tuple(
        one.model_copy(update={"id": None if keys[one.name] == one.name else keys[one.name]}) for one in after
    )
