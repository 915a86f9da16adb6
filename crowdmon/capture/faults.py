"""FFmpeg's errors in plain words: what, where, and what to do.

The errors that come out carry no cause: FFmpeg's own hold the whole address with its password, and a
traceback would show it.
"""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from urllib.parse import urlsplit

from av import error as fail

from crowdmon.capture.layout import read_layout
from crowdmon.capture.uri import SourceSpec
from crowdmon.errors import SourceError


class AccessRefusedError(SourceError):
    """The source refused the user name or password. Cameras lock accounts: do not retry at once."""


def explain(error: Exception, spec: SourceSpec, *, timeout: float) -> SourceError:
    """Return what to raise instead of an error of PyAV.

    Args:
        error: what PyAV raised.
        spec: the source.
        timeout: seconds that were waited for.
    """
    if isinstance(error, fail.HTTPUnauthorizedError | fail.HTTPForbiddenError):
        return AccessRefusedError(
            f"{spec.label}: the user name or password was refused",
            "Check both; they may stand in the address",
        )
    if isinstance(error, fail.ExitError | TimeoutError):
        return SourceError(
            f"{spec.label}: no answer within {timeout:g} s", "Check the network and that the source is on"
        )
    for kind, message, hint in _PLAIN:
        if isinstance(error, kind):
            return SourceError(f"{spec.label}: {message}", hint)
    if spec.kind == "network":
        return _network(error, spec)
    if spec.kind == "file" and isinstance(error, ValueError | fail.ArgumentError):
        return _not_a_video(spec)
    return SourceError(f"{spec.label}: {_reason(error)}", _HINTS.get(spec.kind, ""))


_HINTS = {"webcam": "Check that the camera is plugged in and that no other program uses it"}

_PLAIN: tuple[tuple[type[Exception], str, str], ...] = (
    (FileNotFoundError, "no such file", "Check the path"),
    (PermissionError, "permission denied", "Check the rights of the file or device"),
    (ConnectionRefusedError, "connection refused", "Nothing listens there: check host and port"),
    (ConnectionResetError, "the connection was cut", "Check the network and the source"),
    (BrokenPipeError, "the connection was cut", "Check the network and the source"),
    (fail.HTTPNotFoundError, "the host has nothing under this path", "Check the path of the address"),
    (fail.ProtocolNotFoundError, "this build of FFmpeg cannot speak the protocol", "Use rtsp:// or http://"),
    (fail.DecoderNotFoundError, "no decoder for its video format", "Convert it to H.264"),
)


def _network(error: Exception, spec: SourceSpec) -> SourceError:
    host = urlsplit(spec.uri).hostname
    if getattr(error, "errno", None) == errno.EIO and host and not _resolves(host):
        return SourceError(f"{spec.label}: there is no host {host}", "Check the name and the network")
    if isinstance(error, EOFError):
        return SourceError(f"{spec.label}: the connection ended without a picture", "Check the source")
    if isinstance(error, fail.InvalidDataError | fail.ArgumentError):
        return SourceError(f"{spec.label}: what it sends is not a video", "Check the path of the address")
    return SourceError(f"{spec.label}: {_reason(error)}", "Check the address and the network")


def _resolves(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return True


def _not_a_video(spec: SourceSpec) -> SourceError:
    layout = read_layout(Path(spec.uri))
    if layout.size == 0:
        return SourceError(f"{spec.label} is empty (0 bytes)", "Copy or record it again")
    if layout.headless:
        return SourceError(
            f"{spec.label} is incomplete: its index (moov) is missing",
            "The recording was cut off before its end; copy it again or repair it",
        )
    return SourceError(
        f"{spec.label} is not a video that can be read", "Give a video such as .mp4, .avi or .mkv"
    )


def _reason(error: Exception) -> str:
    """FFmpeg's words without the address it appends."""
    return str(getattr(error, "strerror", None) or type(error).__name__)
