"""Whether a file can be written where it is to go, found out before there is anything to write."""

from __future__ import annotations

import os
from pathlib import Path

from crowdmon.errors import SinkError


def check_place(path: Path, *, kind: str = "file", replaced: bool = False) -> None:
    """Check the place of a file; nothing is created.

    Args:
        path: where it is to go.
        kind: what it is, for messages, such as ``CSV file``.
        replaced: it is written under another name beside its own, so the folder must take files too.

    Raises:
        SinkError: the folder is missing or nothing can be written there.
    """
    if path.is_dir():
        raise SinkError(f"{path} is a folder, not a file", f"Give the name of a {kind}")
    if not path.parent.is_dir():
        raise SinkError(f"cannot write {path}: there is no folder {path.parent}", "Create it first")
    needed = [path] if path.exists() else [path.parent]
    if replaced:
        needed.append(path.parent)
    if not all(os.access(place, os.W_OK) for place in needed):
        raise SinkError(f"cannot write {path}: permission denied", "Choose another place")
