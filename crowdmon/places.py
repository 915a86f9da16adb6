"""Which of a command's files are one and the same, so that no output destroys an input. Opens nothing.

What counts is what the file system says: hard and symbolic links, other spellings of a path, and names that
differ in case on a disk that does not tell them apart lead to the same file. A file that is not there yet is
known by its folder and its name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from crowdmon.errors import ConfigError

Key = tuple[object, ...]

_LONGEST_NAME = 255
"""Bytes of a name that most file systems take."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file or a folder that a command reads or writes.

    Attributes:
        option: what the user knows it by, such as ``--csv`` or ``SOURCE``.
        path: where it is, or will be.
        reads: of a folder that is read, the suffixes (lower case) of the files in it that are read.
    """

    option: str
    path: Path
    reads: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.option} {self.path}"


def check_apart(outputs: Iterable[Place], inputs: Iterable[Place] = ()) -> None:
    """Refuse an output that is also an input, and two outputs that are one file.

    Args:
        outputs: everything that will be written.
        inputs: everything that is read, whether it is there or not.

    Raises:
        ConfigError: names both options.
    """
    outputs, inputs = list(outputs), list(inputs)
    keys = [_key(one.path) for one in outputs]
    for inp in inputs:
        key = _key(inp.path)
        for out, out_key in zip(outputs, keys, strict=True):
            if out_key == key:
                raise ConfigError(
                    f"{out} is the same file as {inp}, which it would replace", f"Give {out.option} another"
                )
            if inp.reads and _is_read_in(inp, out.path):
                raise ConfigError(
                    f"{out} is one of the files that are read in {inp}, and would replace it",
                    f"Give {out.option} another",
                )
    for (one, key), (other, other_key) in combinations(zip(outputs, keys, strict=True), 2):
        if key == other_key and not _is_stream(one.path):
            raise ConfigError(f"{other} is the same file as {one}", "Give each a file of its own")


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file, which need not be there yet."""
    return _key(one) == _key(other)


def _key(path: Path) -> Key:
    """Return what is equal for equal files."""
    try:
        found = path.stat()
    except OSError:
        found = None
    if found is not None and found.st_ino:
        return ("file", found.st_dev, found.st_ino)
    real = Path(os.path.realpath(path))
    try:
        parent = real.parent.stat()
    except OSError:
        return ("path", os.path.normcase(real))
    folded = unicodedata.normalize("NFC", real.name).casefold() if folds_case(real.parent) else real.name
    return ("new", parent.st_dev, parent.st_ino, folded)


def folds_case(folder: Path) -> bool:
    """Whether a folder takes ``A`` and ``a`` for one name: its own entries tell, else the system's habit."""
    try:
        with os.scandir(folder) as entries:
            name = next((one.name for one in entries if one.name.swapcase() != one.name), None)
    except OSError:
        name = None
    if name is None:
        return sys.platform in ("win32", "darwin")
    try:
        return (folder / name).samefile(folder / name.swapcase())
    except OSError:
        return False


def _is_read_in(inp: Place, out: Path) -> bool:
    """Whether a file that is there is one of those that are read in a folder."""
    try:
        wanted = out.stat()
        with os.scandir(inp.path) as entries:
            for one in entries:
                if Path(one.name).suffix.lower() not in inp.reads:
                    continue
                # Only a link need be followed: the folder itself knows which file an entry is.
                maybe = one.is_symlink() or one.inode() == wanted.st_ino
                if maybe and os.path.samestat(Path(one).stat(), wanted):
                    return True
    except OSError:
        return False
    return False


def is_there(path: Path) -> bool:
    """Whether there is something; False, too, for a name that no disk takes, where ``Path.exists`` raises."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def is_too_long(path: Path) -> bool:
    """Whether the file system takes no name as long as this one."""
    try:
        path.lstat()
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def short_name(name: str, *, room: int) -> str:
    """Return a name for what lies beside a file, cut where a disk would not take ``room`` more bytes.

    A cut name ends in a number made from the whole one, so that each file has its own.
    """
    raw = os.fsencode(name)
    if len(raw) + room <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return os.fsencode(name)[: _LONGEST_NAME - room - len(digest)].decode(errors="ignore") + digest


def _is_stream(path: Path) -> bool:
    """Whether several may write there: a terminal, a pipe, ``/dev/null``."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
