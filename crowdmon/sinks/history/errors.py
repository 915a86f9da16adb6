"""What SQLite and the system say when a history cannot be written, in words a person can act on."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from crowdmon.errors import SinkError

_LEAST_ROOM = 128 * 1024
"""Free bytes below which SQLite cannot make the files it keeps beside the history."""

_FULL = ("the disk is full", "Make room")
_LOCKED = ("another program holds it locked", "Close that program; it is tried again until then")
_READ_ONLY = ("it is read-only", "Make the file, its folder and its disk writable")
_WHY = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": ("permission denied", "Make the file and its folder writable"),
    "SQLITE_NOTADB": ("it is not a history file", "Choose another file for the history"),
    "SQLITE_CORRUPT": (
        "it is damaged",
        "Move it and the files beside it away, a new one is begun; `sqlite3 FILE .recover` may save it",
    ),
}


def failed(path: Path, error: Exception) -> SinkError:
    """Return what a person can do about an error of SQLite or the system."""
    if isinstance(error, SinkError):
        return error
    if not path.parent.is_dir():
        return SinkError(f"cannot write {path}: there is no folder {path.parent}", "Bring the folder back")
    if path.is_dir():
        return SinkError(f"cannot write {path}: it is a folder", "Choose a file for the history")
    name = getattr(error, "sqlite_errorname", "")
    for known, (why, hint) in _WHY.items():
        if name == known or name.startswith(f"{known}_"):
            return SinkError(f"cannot write {path}: {why}", hint)
    # SQLite often says no more than "disk I/O error" or "unable to open": the disk itself knows better.
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return SinkError(f"cannot write {path}: {_READ_ONLY[0]}", _READ_ONLY[1])
    with contextlib.suppress(OSError):
        if shutil.disk_usage(path.parent).free < _LEAST_ROOM:
            return SinkError(f"cannot write {path}: {_FULL[0]}", _FULL[1])
    why = str(getattr(error, "strerror", None) or error).lower()
    return SinkError(f"cannot write {path}: {why}", "Check that the disk is there and has room")
