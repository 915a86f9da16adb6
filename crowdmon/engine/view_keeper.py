"""Brings what is known of the cameras' views to disk and back; for the sink thread alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crowdmon.config import RecordConfig
from crowdmon.engine.camera import Camera
from crowdmon.engine.view_files import KeptView, ViewFiles, read, write
from crowdmon.errors import describe

_log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks whether somebody confirmed a view from outside."""

SAVE_EVERY = 300.0
"""Seconds between two times that a view is kept which only followed the light."""

Stamp = tuple[int, int, int]


@dataclass
class _File:
    """One camera's file, and what is known of it."""

    camera: Camera
    path: Path
    stamp: Stamp | None
    news: int = 0
    looked: float = 0.0
    saved: float = 0.0


class ViewKeeper:
    """Reads and writes the files of all cameras."""

    def __init__(self, files: ViewFiles | None) -> None:
        """Keep nothing if ``files`` is None."""
        self._files = files
        self._known: dict[str, _File] = {}
        self._failed = False

    def step(self, cameras: Mapping[str, Camera], record: RecordConfig, now: float, *, last: bool) -> None:
        """Give cameras what is known of their views, take notice of confirmations, and keep what is new.

        Args:
            cameras: as they are now.
            record: decides where the files are.
            now: monotonic seconds.
            last: the program ends: keep everything.
        """
        if self._files is None:
            return
        for name, camera in cameras.items():
            path = self._files.path(camera.config, record)
            if path is None:
                camera.recall_view(None)
                continue
            known = self._known.get(name)
            if known is None or known.path != path:
                known = self._known[name] = _File(camera, path, _stamp(path), saved=now)
            if known.camera is not camera:
                known.camera, known.news = camera, -1
            self._one(known, now, last=last)
        self._known = {name: one for name, one in self._known.items() if name in cameras}

    def _one(self, known: _File, now: float, *, last: bool) -> None:
        camera = known.camera
        if not camera.view_ready:
            camera.recall_view(read(known.path))
        if now - known.looked >= LOOK_EVERY:
            known.looked = now
            if (stamp := _stamp(known.path)) != known.stamp:
                known.stamp = stamp
                kept = read(known.path)
                if kept is not None and kept.confirmed:
                    camera.confirm_view(looked=True)
        news, kept = camera.kept_view()
        if kept is not None and (last or news != known.news or now - known.saved >= SAVE_EVERY):
            known.news, known.saved = news, now
            self._save(known, kept)

    def _save(self, known: _File, kept: KeptView) -> None:
        try:
            write(known.path, kept)
            known.stamp, self._failed = _stamp(known.path), False
        except OSError as error:
            if not self._failed:
                self._failed = True
                _log.warning("the view of a camera cannot be kept in %s: %s", known.path, describe(error))


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
