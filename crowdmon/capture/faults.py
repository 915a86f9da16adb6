"""FFmpeg's errors in plain words: what, where, and what to do.

The errors that come out carry no cause: FFmpeg's own hold the whole address with its password, and a
traceback would show it.
"""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from av import error as fail

from crowdmon import address
from crowdmon.capture.layout import Layout, read_layout
from crowdmon.capture.uri import SourceSpec, unencoded
from crowdmon.capture.webcams import list_webcams
from crowdmon.errors import SourceError
from crowdmon.places import is_too_long


class AccessRefusedError(SourceError):
    """The source refused the user name or password. Cameras lock accounts: do not retry at once."""


_PLAIN: tuple[tuple[type[Exception], str, str], ...] = (
    (FileNotFoundError, "no such file", "Check the path"),
    (PermissionError, "permission denied", "Check the rights of the file"),
    (ConnectionRefusedError, "connection refused", "Nothing listens there: check host and port"),
    (ConnectionResetError, "the connection was cut", "Check the network and the source"),
    (BrokenPipeError, "the connection was cut", "Check the network and the source"),
    (fail.HTTPNotFoundError, "the host has nothing under this path", "Check the path of the address"),
    (fail.HTTPServerError, "the host reports a fault of its own", "Look at the host, or try again later"),
    (fail.HTTPClientError, "the host refused the request", "Check the address and the host's settings"),
    (fail.ProtocolNotFoundError, "this build of FFmpeg cannot speak the protocol", "Use rtsp:// or http://"),
    (fail.DecoderNotFoundError, "no decoder for its video format", "Convert it to H.264"),
)
"""Errors that mean the same while opening and while reading; the more special ones first."""


def check_file(spec: SourceSpec) -> Layout:
    """Look at a file from outside; refuse what FFmpeg would wait for or whose fault it would not name.

    Raises:
        SourceError: it is missing, empty, no plain file, or an mp4 without its index.
    """
    path = Path(spec.uri)
    if is_too_long(path):
        raise SourceError(f"{spec.label}: the name is too long for this disk", "Check the path")
    if not path.exists():
        raise SourceError(f"{spec.label}: no such file", "Check the path")
    if not path.is_file():
        raise SourceError(f"{spec.label} is not a file", "Pipes and devices cannot be read")
    try:
        layout = read_layout(path)
    except OSError as error:
        raise SourceError(f"{spec.label}: {_reason(error)}", "Check the file and its rights") from None
    if layout.size == 0:
        raise SourceError(f"{spec.label} is empty (0 bytes)", "Copy or record it again")
    if layout.headless:
        raise SourceError(
            f"{spec.label} is incomplete: its index (moov) is missing",
            "The recording was cut off before its end; copy it again or repair it",
        )
    return layout


def explain_open(error: Exception, spec: SourceSpec, *, timeout: float, took: float = 0.0) -> SourceError:
    """Return what to raise when opening failed with an error of PyAV.

    Args:
        error: what PyAV raised.
        spec: the source.
        timeout: seconds that were waited for at most.
        took: seconds until the error came: FFmpeg reports some waits that time out as invalid data.
    """
    found = _explain_open(error, spec, timeout=timeout, took=took)
    # What stands before such a sign was taken for the host, or the port, so that none answered.
    answered = isinstance(error, fail.HTTPClientError | fail.HTTPServerError)
    hint = unencoded(spec.uri) if spec.kind == "network" and not answered else ""
    return SourceError(found.message, hint) if hint else found


def _explain_open(error: Exception, spec: SourceSpec, *, timeout: float, took: float) -> SourceError:
    if (known := _known(error, spec)) is not None:
        return known
    if isinstance(error, fail.ExitError | TimeoutError) or (spec.kind == "network" and took >= timeout):
        return SourceError(
            f"{spec.label}: no answer within {timeout:g} s", "Check the network and that the source is on"
        )
    if spec.kind == "network":
        return _network(error, spec)
    if isinstance(error, ValueError | EOFError | fail.ArgumentError):
        hint = "Give a video such as .mp4, .avi or .mkv"
        return SourceError(f"{spec.label} is not a video that can be read", hint)
    return SourceError(f"{spec.label}: {_reason(error)}", "Check the file and its disk")


def explain_read(error: Exception, spec: SourceSpec, *, timeout: float, done: int) -> SourceError:
    """Return what to raise when reading an open source failed with an error of PyAV.

    Args:
        error: what PyAV raised.
        spec: the source.
        timeout: seconds that were waited for.
        done: pictures read before.
    """
    if isinstance(error, fail.ExitError | TimeoutError):
        return SourceError(f"{spec.label}: no picture for {timeout:g} s", "Check that the source is on")
    if (known := _known(error, spec)) is not None:
        return known
    if spec.kind == "file":
        return SourceError(f"{spec.label} is damaged after {done} pictures", "Copy or record it again")
    return SourceError(f"{spec.label}: the connection was cut after {done} pictures", "Check the network")


def _known(error: Exception, spec: SourceSpec) -> SourceError | None:
    """Return what to raise for the errors that mean the same everywhere."""
    if isinstance(error, fail.HTTPUnauthorizedError | fail.HTTPForbiddenError):
        return AccessRefusedError(
            f"{spec.label}: the user name or password was refused",
            "Give them in the address: scheme://USER:PASSWORD@HOST/PATH",
        )
    if spec.kind == "webcam" and not isinstance(error, fail.ExitError | TimeoutError):
        return _webcam(error, spec)
    for kind, message, hint in _PLAIN:
        if isinstance(error, kind):
            return SourceError(f"{spec.label}: {message}", hint)
    return None


def _webcam(error: Exception, spec: SourceSpec) -> SourceError:
    cameras = ", ".join(f"{source} ({name})" for source, name in list_webcams())
    found = f"Cameras found: {cameras}" if cameras else "No camera was found"
    if Path(spec.uri).is_file():
        found = f"For the file of that name write ./{spec.uri}. {found}"
    if isinstance(error, FileNotFoundError):
        return SourceError(f"camera {spec.label} does not exist", found)
    if isinstance(error, PermissionError):
        return SourceError(f"camera {spec.label}: permission denied", "Ask for access to it (group 'video')")
    if getattr(error, "errno", None) == errno.EBUSY:
        return SourceError(f"camera {spec.label} is in use", "Close the other program that shows it")
    return SourceError(f"camera {spec.label}: {_reason(error)}", found)


def _network(error: Exception, spec: SourceSpec) -> SourceError:
    broken = isinstance(error, EOFError) or getattr(error, "errno", None) == errno.EIO
    parts = address.parse(address.public(spec.uri))  # of an odd address, the host too may be a secret
    host = parts.host.strip("[]*") if parts is not None else ""
    if broken and host and not _resolves(host):
        return SourceError(f"{spec.label}: there is no host {host}", "Check the name and the network")
    if broken:
        return SourceError(f"{spec.label}: the connection ended without a picture", "Check the address")
    if isinstance(error, fail.InvalidDataError | fail.ArgumentError):
        return SourceError(f"{spec.label}: what it sends is not a video", "Check the path of the address")
    return SourceError(f"{spec.label}: {_reason(error)}", "Check the address and the network")


def _resolves(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return True


def _reason(error: Exception) -> str:
    """FFmpeg's words without the address it appends."""
    return str(getattr(error, "strerror", None) or type(error).__name__)
