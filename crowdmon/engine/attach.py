"""The socket between a service and a window of the same user: where it is, and whole messages over it.

There is no open port. The socket is a file in a folder that only its user can enter, and each side checks
that the other is the same user where the system tells.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path

from crowdmon.errors import CrowdmonError, SourceError

AVAILABLE = hasattr(socket, "AF_UNIX") and hasattr(os, "getuid")
"""Whether this system has such sockets; Windows has none in Python."""

MAX_BYTES = 512 * 1024 * 1024
"""A longer message is refused: several pictures of 50 megapixels fit."""

LONGEST = 100
"""Bytes that the path of a socket may have: Linux takes 107, macOS 103."""

UNIT_FOLDER = "/run/crowdmon"
"""What the unit file calls RuntimeDirectory: other folders of the service are its own and cannot be seen."""

_LENGTH = struct.Struct("<Q")
_CREDENTIALS = struct.Struct("3i")


def places_of(config: Path, environment: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Return where the socket of the service that watches a configuration may be; nothing is created.

    A service listens at the first. A window looks at all of them, because the two may have been started with
    other environments: by systemd, by a login, over ssh, by cron.

    Args:
        config: the configuration file, which may be named in several ways.
        environment: ``XDG_RUNTIME_DIR`` of it says where sockets go; the process's own if None.
    """
    found = os.environ if environment is None else environment
    named = found.get("XDG_RUNTIME_DIR", "")
    user = os.getuid()
    bases = [
        named if Path(named).is_absolute() else "",
        f"/run/user/{user}",
        UNIT_FOLDER,
        tempfile.gettempdir(),
        "/tmp",
    ]
    name = hashlib.sha256(os.path.realpath(config).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    there = [
        Path(base) / f"crowdmon-{user}" / f"{name}.sock" for base in bases if base and Path(base).is_dir()
    ]
    return tuple(dict.fromkeys(one for one in there if len(os.fsencode(one)) < LONGEST))


def place_of(config: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Return where a service listens: the first of :func:`places_of` whose folder it can write to.

    Raises:
        CrowdmonError: there is none.
    """
    for place in places_of(config, environment):
        if os.access(place.parent.parent, os.W_OK | os.X_OK):
            return place
    raise CrowdmonError(
        "there is no folder for the socket", "Set XDG_RUNTIME_DIR to a folder of your own with a short name"
    )


def found_at(config: Path, environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the socket at which a service of this user answers; None if none does."""
    for place in places_of(config, environment) if AVAILABLE else ():
        if (connection := connected(place)) is not None:
            connection.close()
            return place
    return None


def own_folder(folder: Path) -> None:
    """Make the folder of the socket, or check the one that is there.

    Raises:
        CrowdmonError: it belongs to somebody else, or others can enter it and pretend to be the service.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise CrowdmonError(
            f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()}",
            "Set XDG_RUNTIME_DIR to a folder of your own",
        ) from error
    if not _own(found):
        raise CrowdmonError(
            f"{folder} is not a folder of yours alone", "Remove it, or set XDG_RUNTIME_DIR to one of your own"
        )


def _own(found: os.stat_result) -> bool:
    """Whether this is a folder of this user, which nobody else can enter."""
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def listen(place: Path) -> socket.socket:
    """Return a listening socket; one that a killed service left is replaced.

    Raises:
        CrowdmonError: another service listens there, or nothing can be made there.
    """
    own_folder(place.parent)
    if (other := connected(place)) is not None:
        other.close()
        raise CrowdmonError(f"another service listens at {place}", "Stop it first")
    place.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(place))
        place.chmod(0o600)
        listening.listen(8)
    except OSError as error:
        listening.close()
        raise CrowdmonError(
            f"cannot listen at {place}: {(error.strerror or str(error)).lower()}",
            "Set XDG_RUNTIME_DIR to a folder with a shorter name",
        ) from error
    return listening


def connected(place: Path, *, timeout: float = 2.0) -> socket.socket | None:
    """Return a connection to the service; None if there is none, or it is not this user's."""
    if not AVAILABLE:
        return None
    try:
        if not _own(place.parent.lstat()):  # anybody may make folders beside it, and answer there
            return None
    except OSError:
        return None
    out = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    out.settimeout(timeout)
    try:
        out.connect(str(place))
    except OSError:
        out.close()
        return None
    if not same_user(out):
        out.close()
        return None
    return out


def same_user(connection: socket.socket) -> bool:
    """Whether the other end is a process of this user, or of root; True where the system does not tell."""
    wanted = getattr(socket, "SO_PEERCRED", None)
    if wanted is None:
        return True
    raw = connection.getsockopt(socket.SOL_SOCKET, wanted, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    return user in (os.getuid(), 0)


def send(connection: socket.socket, message: bytes) -> None:
    """Send one message whole; OSError if the other end has gone."""
    connection.sendall(_LENGTH.pack(len(message)))
    connection.sendall(message)


def receive(connection: socket.socket) -> bytes | None:
    """Return the next message; None if the other end closed the connection between two messages.

    Raises:
        SourceError: it is longer than :data:`MAX_BYTES`, or ends in the middle.
        OSError: the connection broke, or nothing came in time.
    """
    head = _read(connection, _LENGTH.size, whole=False)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_BYTES:
        raise SourceError(f"a message of {length} bytes is too long", "Update crowdmon")
    return _read(connection, length)


def _read(connection: socket.socket, length: int, *, whole: bool = True) -> bytes | None:
    found = bytearray(length)
    view, at = memoryview(found), 0
    while at < length:
        got = connection.recv_into(view[at:], length - at)
        if not got:
            if at == 0 and not whole:
                return None
            raise SourceError("the connection ended in the middle of a message", "Start the service again")
        at += got
    return bytes(found)
