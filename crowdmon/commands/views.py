"""``crowdmon views``: what is known of each camera's view, and confirming one without a window."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from crowdmon.config import CameraConfig, load
from crowdmon.engine.view_files import KeptView, ViewFiles, digest, read, write
from crowdmon.errors import ConfigError, SinkError, describe


def run(config: Path, confirm: Sequence[str]) -> int:
    """Confirm the views of the cameras named, then say a line about each camera."""
    known = load(config)
    names = [camera.name for camera in known.cameras]
    for name in confirm:
        if name not in names:
            raise ConfigError(f"{config} has no camera '{name}'", f"Its cameras are {', '.join(names)}")
    files = ViewFiles(config)
    for camera in known.cameras:
        path = files.path(camera, known.record)
        assert path is not None  # there is a configuration file
        if camera.name in confirm:
            _confirm(path, camera)
        click.echo(f"{camera.name}: {_state(path, camera)}")
    if not known.cameras:
        click.echo(f"{config} names no camera")
    return 0


def _confirm(path: Path, camera: CameraConfig) -> None:
    try:
        write(path, KeptView(None, digest(camera), confirmed=True))
    except OSError as error:
        raise SinkError(f"cannot write {path}: {describe(error)}", "Make its folder writable") from None


def _state(path: Path, camera: CameraConfig) -> str:
    if not camera.watch_view:
        return "not watched (watch_view: false)"
    kept = read(path)
    if kept is None:
        return "nothing is known of its view yet"
    if kept.memory is None:
        return "confirmed; learned again when the camera runs"
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))
    if kept.memory.changed:
        return f"the view has changed, kept {since}; look at it, then --confirm '{camera.name}'"
    return f"known, kept {since}"
