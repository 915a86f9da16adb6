"""One writer at a time: a file that a program writes is locked, and the system frees it however that ends.

On a disk that knows no locks, such as some network disks, nothing is locked, which is said at debug level.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from crowdmon.errors import SinkError
from crowdmon.places import is_there, short_name

_log = logging.getLogger(__name__)

_FAR = 1 << 30
"""Where Windows locks a byte: away from what is written, for nobody else could read it."""

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""What the system says if another program holds a lock; everything else means that it has none."""


def take(file: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed.

    Args:
        file: its descriptor, open for writing.
        shared: others that share it, too, may hold it at the same time.

    Returns:
        False if another program holds it; True also where the disk knows no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            if not shared:  # it knows no lock that is shared
                at = os.lseek(file, 0, os.SEEK_CUR)
                os.lseek(file, _FAR, os.SEEK_SET)
                try:
                    msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
                finally:
                    os.lseek(file, at, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        _log.debug("this disk knows no locks: %s", error.strerror or error)
    return True


def in_use(path: Path, who: str = "") -> SinkError:
    """Return what to raise for a file that another program writes."""
    by = f"process {who}" if who.isdecimal() else "another program"
    return SinkError(f"{path} is being written by {by}", "Wait until that has ended, or choose another file")


@contextlib.contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Hold a file's place inside of the block, whether the file is there yet or not.

    The lock is a file beside it, ``.NAME.lock``, that is gone afterwards; one that a killed program left
    holds nobody up. Pipes and devices are not held.

    Raises:
        SinkError: another program holds it.
    """
    target = Path(os.path.realpath(path))
    if is_there(target) and not target.is_file():
        yield
        return
    place = target.with_name(f".{short_name(target.name, room=6)}.lock")
    file = _held(place, path)
    if file is None:
        yield
        return
    try:
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        # Removed while it is held, so that a program that opened it meanwhile finds out that it has gone.
        with contextlib.suppress(OSError):
            place.unlink()
        os.close(file)
        if sys.platform == "win32":  # there an open file cannot be removed
            with contextlib.suppress(OSError):
                place.unlink()


def _held(place: Path, path: Path) -> int | None:
    """Return the lock file, open and locked; None where none can be made."""
    while True:
        try:
            file = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError as error:
            _log.debug("cannot lock %s: %s", path, error.strerror or error)
            return None
        try:
            if not take(file):
                raise in_use(path, os.read(file, 32).decode("ascii", "replace").strip())
            if os.path.samestat(os.fstat(file), place.stat()):
                return file
        except FileNotFoundError:  # its holder ended and removed it in between
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
