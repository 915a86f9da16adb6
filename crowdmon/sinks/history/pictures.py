"""The pictures of spot checks and alarms that somebody wanted to keep: PNG files beside the history.

They show people. So each goes by itself after some time, and can be deleted before.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crowdmon.errors import SinkError
from crowdmon.picture import write_png

LOOK_EVERY = 3600.0
"""Seconds between two looks for pictures that are too old."""

_NAME = re.compile(r"(\d{8}T\d{6})\d{3}Z[^/\\]*\.png")
_TIME = "%Y%m%dT%H%M%S"
_NOT_IN_NAMES = re.compile(r"[^\w-]+")

_log = logging.getLogger(__name__)


def folder_of(history: Path | str) -> Path:
    """Return the folder of the pictures that belong to a history file."""
    return Path(f"{history}.pictures")


def keep_picture(history: Path | str, rgb: NDArray[np.uint8], *, camera: str, time: float) -> str:
    """Keep the picture of a spot check, or of an alarm; not for the window's thread.

    Args:
        history: the history file.
        rgb: HxWx3 uint8, RGB.
        camera: its name.
        time: epoch seconds of the picture.

    Returns:
        The name of its file, for :attr:`crowdmon.facts.SpotCheck.picture`.

    Raises:
        SinkError: it cannot be written.
    """
    folder = folder_of(history)
    try:
        folder.mkdir(exist_ok=True)
        # Not for everybody on the machine: it shows people.
        folder.chmod(0o700)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SinkError(
            f"cannot make the folder {folder}: {why}", "Check the folder of the history"
        ) from error
    name = picture_name(camera, time)
    write_png(rgb, folder / name)
    return name


def picture_name(camera: str, time: float) -> str:
    """Return a file name that says when and where; the time in it decides when the file goes."""
    moment = datetime.fromtimestamp(time, UTC)
    words = _NOT_IN_NAMES.sub("-", camera).strip("-")[:40]
    return f"{moment:{_TIME}}{moment.microsecond // 1000:03}Z{f'-{words}' if words else ''}.png"


def alarm_words(alarm: str) -> str:
    """Return what stands in the name of the picture of an alarm, in the place of a camera's name."""
    return f"alarm-{alarm}"


def alarm_picture(alarm: str, time: float) -> str:
    """Return the file name of the picture of an alarm: by its rule, and the time when it was raised."""
    return picture_name(alarm_words(alarm), time)


def picture_of(history: Path | str, name: str | None) -> Path | None:
    """Return where a kept picture is; None if none was kept, or it is gone."""
    if not name or Path(name).name != name:
        return None
    path = folder_of(history) / name
    return path if path.is_file() else None


def delete_picture(history: Path | str, name: str) -> bool:
    """Delete a kept picture; return whether there was one.

    Raises:
        SinkError: it cannot be deleted.
    """
    path = picture_of(history, name)
    if path is None:
        return False
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SinkError(f"cannot delete {path}: {(error.strerror or str(error)).lower()}") from error
    return True


class Pictures:
    """Deletes the pictures of a history file that are too old."""

    def __init__(self, history: Path, *, keep: float) -> None:
        """Look in the folder of ``history``; each picture is kept for ``keep`` seconds."""
        self._folder, self._keep = folder_of(history), keep
        self._next_look = float("-inf")

    def remove_old(self, *, now: float, ticks: float) -> list[str]:
        """Delete what is too old, if an hour has passed since the last look.

        Args:
            now: epoch seconds.
            ticks: seconds on a clock that nobody sets.

        Returns:
            The names of the files deleted.

        Raises:
            OSError: one cannot be deleted.
        """
        if ticks < self._next_look:
            return []
        self._next_look = ticks + LOOK_EVERY
        if not self._folder.is_dir():
            return []
        gone = []
        for path in sorted(self._folder.iterdir()):
            taken = _taken(path)
            if taken is not None and taken < now - self._keep:
                path.unlink(missing_ok=True)
                gone.append(path.name)
        if gone:
            _log.info("%d old pictures of spot checks and alarms deleted in %s", len(gone), self._folder)
        return gone


def _taken(path: Path) -> float | None:
    """Return the time in a picture's name; None for a file that is none of ours."""
    match = _NAME.fullmatch(path.name)
    if match is None or not path.is_file():
        return None
    try:
        return datetime.strptime(match[1], _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
