"""Write a file whole or not at all; and find out early whether there is a place for it.

The only place where a file is written under another name and then moved: the name leads, at every moment,
either to the former content or to the whole new one, also after a power cut.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from crowdmon.errors import SinkError
from crowdmon.places import is_too_long, short_name


def check_place(path: Path, *, kind: str = "file", replaced: bool = False) -> None:
    """Check the place of a file; nothing is created.

    Args:
        path: where it is to go.
        kind: what it is, for messages, such as ``CSV file``.
        replaced: it is written under another name beside its own, so the folder must take files too.

    Raises:
        SinkError: the folder is missing or nothing can be written there.
    """
    if is_too_long(path):
        raise SinkError(f"cannot write {path}: the name is too long", "Choose a shorter one")
    if path.is_dir():
        raise SinkError(f"{path} is a folder, not a file", f"Give the name of a {kind}")
    if not path.parent.is_dir():
        raise SinkError(f"cannot write {path}: there is no folder {path.parent}", "Create it first")
    needed = [path] if path.exists() else [path.parent]
    if replaced:
        needed.append(path.parent)
    if not all(os.access(place, os.W_OK) for place in needed):
        raise SinkError(f"cannot write {path}: permission denied", "Choose another place")


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write a file so that it holds, at every moment, either what it held before or ``data``.

    Args:
        path: the file; a link is followed. A pipe or a device is written to as it is.
        data: its new content.
        mode: its permissions; those of a new file if None.

    Raises:
        OSError: it cannot be written; what was there is untouched.
    """
    with replacing(path) as part:
        part.write_bytes(data)
        if mode is not None:
            part.chmod(mode)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a temporary file beside ``path`` that takes its place at the end of the block.

    Args:
        path: the file to replace; a link is followed. For a pipe or a device its own path is lent, because
            a file in its place would end it.

    Yields:
        The path to write to. If the block fails, it is removed and ``path`` stays as it was.

    Raises:
        OSError: the file cannot be kept or moved. What the block raises passes on.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        yield target
        return
    part = part_of(target)
    try:
        yield part
        install(part, target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def part_of(target: Path) -> Path:
    """Return a name of a temporary file beside ``target``, which a disk takes if it takes that one."""
    return target.with_name(f"{_start_of(target)}{os.getpid()}-{secrets.token_hex(4)}.part")


def install(part: Path, target: Path) -> None:
    """Move a finished file to its place, so that a power cut leaves the old one or the new one.

    Args:
        part: the finished file, on the same disk.
        target: where it goes.

    Raises:
        OSError: the disk cannot keep it, or the place cannot be written.
    """
    _sync(part, os.O_RDWR)
    part.replace(target)
    # Only then does the new name survive a power cut. Windows cannot open a folder and need not.
    if os.name == "posix":
        _sync(target.parent, os.O_RDONLY)


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files of ``path`` that belong to programs that no longer run; never raises."""
    target = Path(os.path.realpath(path))
    start, end = _start_of(target), ".part"
    with contextlib.suppress(OSError):
        for one in target.parent.iterdir():
            if not (one.name.startswith(start) and one.name.endswith(end)):
                continue
            pid = one.name[len(start) : -len(end)].partition("-")[0]
            if pid.isdecimal() and not _runs(int(pid)) and stat.S_ISREG(one.lstat().st_mode):
                one.unlink(missing_ok=True)


def _start_of(target: Path) -> str:
    """Return how the names of the temporary files of ``target`` begin."""
    return f".{short_name(target.name, room=40)}."


def _sync(path: Path, flags: int) -> None:
    """Ask the disk to keep what was written."""
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _runs(pid: int) -> bool:
    """Whether that process may still write."""
    if os.name == "nt":
        return False  # there a file that a program has open cannot be removed
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
