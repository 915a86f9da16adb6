"""What of a SOURCE lies on this machine's disks, so that nothing is written over it. Opens nothing."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from crowdmon.capture.source import PICTURE_SUFFIXES
from crowdmon.capture.uri import parse_source
from crowdmon.config import AppConfig, expand_secrets
from crowdmon.errors import ConfigError
from crowdmon.places import Place


def local_place(source: str, option: str = "SOURCE") -> Place | None:
    """Return the file or folder that a SOURCE reads; None for cameras, scenes, and what cannot be told.

    Args:
        source: with ``${NAME}`` where secrets are.
        option: what the user knows it by.
    """
    try:
        spec = parse_source(expand_secrets(source), label=source)
    except ConfigError:
        return None
    if spec.kind not in ("file", "folder"):
        return None
    return Place(option, Path(spec.uri), PICTURE_SUFFIXES if spec.kind == "folder" else frozenset())


def places_of(config: AppConfig, *, typed: Collection[str] = ()) -> list[Place]:
    """Return what a configuration reads or keeps: sources on this machine's disks, weights, the history.

    Args:
        config: cameras and ``record:``.
        typed: sources that the user typed, so that messages call them so.
    """
    found = [
        local_place(one.source, "SOURCE" if one.source in typed else f"the source of camera '{one.name}',")
        for one in config.cameras
    ]
    weights = [
        Place(f"the weights of camera '{one.name}',", Path(one.weights).expanduser())
        for one in config.cameras
        if one.weights is not None
    ]
    return [*(one for one in found if one is not None), *weights, *history_places(config)]


def history_places(config: AppConfig) -> list[Place]:
    """Return the files of ``record: history``, if one is named."""
    named = config.record.history
    return [] if named is None else database_places(Path(named).expanduser(), "record.history")


def database_places(history: Path, option: str) -> list[Place]:
    """Return a history file and what SQLite keeps beside it."""
    return [Place(option, Path(f"{history}{end}")) for end in ("", "-wal", "-shm", "-journal")]
