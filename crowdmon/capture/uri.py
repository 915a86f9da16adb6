"""What a user types as SOURCE, taken apart. Nothing is opened here and PyAV is not loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit

from crowdmon.address import parse, public
from crowdmon.capture.kinds import KINDS
from crowdmon.errors import ConfigError
from crowdmon.places import is_there

STREAM_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp", "tcp")
"""Schemes that deliver pictures at their own pace."""

WEB_SCHEMES = ("http", "https")
"""Schemes that may hold a clip or a live stream; only opening tells."""

SCHEMES = (*STREAM_SCHEMES, *WEB_SCHEMES)

_SCHEME = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")
_WEBCAM = re.compile(r"^(\d{1,3}|/dev/video\d+|video=.+)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source, understood but not opened.

    Attributes:
        kind: a key of :data:`~crowdmon.capture.kinds.KINDS`: file, folder, network, webcam, synthetic.
        uri: what to open, secrets included; never show it. A path for files and folders.
        label: the same for people: what could be a secret replaced by ``***``.
        live: whether its pictures come at their own pace and cannot be asked for again. Of an
            http address only opening tells: it counts as live here.
        scheme: lower case, for network sources; empty otherwise.
    """

    kind: str
    uri: str
    label: str
    live: bool
    scheme: str = ""


def parse_source(
    text: str, *, label: str | None = None, is_folder: Callable[[str], bool] | None = None
) -> SourceSpec:
    """Understand one SOURCE.

    Args:
        text: a path, an address, ``0`` or ``/dev/video0``, or ``synthetic:NAME?people=40&seed=1``.
        label: shown instead of ``text``, for when ``text`` had its ``${NAME}`` expanded.
        is_folder: how to tell a folder from a file; the file system by default.

    Raises:
        ConfigError: the text is empty or its scheme is unknown.
    """
    text = text.strip()
    shown = public(label.strip() if label is not None else text)
    if not text:
        raise ConfigError("the source is empty", "Give a file, a folder, an address, 0 or synthetic:plaza")
    if "\0" in text:
        raise ConfigError("the source holds a NUL character", "Give a plain path or address")
    for name, kind in KINDS.items():
        if kind.prefix and text.startswith(kind.prefix):
            return SourceSpec(name, text, shown, live=kind.live)
    if text.startswith("file:"):
        path = _file_path(text)
        if not path or "\0" in path:
            what = "holds a NUL character" if path else "names no file"
            raise ConfigError(f"{shown}: the address {what}", "Write file:///FOLDER/FILE, or the path alone")
        if "%" in text and label in (None, text):  # as people know it, not as an address writes it
            shown = path.encode(errors="backslashreplace").decode()
        return _path(path, shown, is_folder)
    if _WEBCAM.match(text):
        return SourceSpec("webcam", text, shown, live=True)
    if found := _SCHEME.match(text):
        return _address(text, found["scheme"].lower(), shown)
    return _path(text, shown, is_folder)


def _file_path(text: str) -> str:
    """Return the path of ``file:PATH`` as it stands, of ``file://HOST/PATH`` decoded."""
    if not text.startswith("file://"):
        return text.removeprefix("file:")
    parts = urlsplit(text)
    raw = text[len("file://") + len(parts.netloc) :].encode(errors="surrogateescape")
    path = os.fsdecode(unquote_to_bytes(raw))  # a name on a disk need not be UTF-8
    drive = re.match(r"^/[A-Za-z]:[/\\]", path)
    return path[1:] if drive else path


def _address(text: str, scheme: str, shown: str) -> SourceSpec:
    if scheme not in SCHEMES:
        raise ConfigError(
            f"{shown}: the scheme {scheme}:// is unknown", f"Known are {', '.join(SCHEMES)} and synthetic:"
        )
    rest = text[len(scheme) :]
    if (hint := unencoded(text)) and not _sound_port(text):
        raise ConfigError(f"{shown}: its user name or password ends the address", hint)
    port = parts.port if (parts := parse(text)) else None
    if port and not (re.fullmatch(r"\d{1,5}", port, re.ASCII) and 1 <= int(port) <= 65535):
        raise ConfigError(
            f"{shown}: the port is no number from 1 to 65535", "Write HOST:PORT; an IPv6 HOST stands in [ ]"
        )
    if not _has_host(text, scheme):
        raise ConfigError(f"{shown}: the address names no host", f"Write {scheme}://HOST/PATH")
    return SourceSpec("network", scheme + rest, shown, live=True, scheme=scheme)


def unencoded(text: str) -> str:
    """Return what to write instead if the user name or password holds what ends the host of an address.

    Empty if there is nothing of that kind. An ``@`` in the path of an address without a password looks alike.
    """
    parts = parse(text)
    found = [sign for sign in "/?#" if parts is not None and sign in (parts.userinfo or "")]
    instead = ", ".join(f"{quote(sign, safe='')} for {sign}" for sign in found)
    return f"In a user name or password write {instead}" if found else ""


def _sound_port(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.port is not None or not parts.netloc.endswith(":")
    except ValueError:
        return False


def _has_host(text: str, scheme: str) -> bool:
    """Whether the address names a host; rtp and udp may listen on a port alone."""
    try:
        parts = urlsplit(text)
    except ValueError:  # such as an IPv6 address without its closing bracket
        return False
    return bool(parts.hostname) or (scheme in ("udp", "rtp", "srt", "tcp") and bool(parts.netloc))


def _path(path: str, shown: str, is_folder: Callable[[str], bool] | None) -> SourceSpec:
    folder = is_folder(path) if is_folder else is_there(Path(path)) and Path(path).is_dir()
    return SourceSpec("folder" if folder else "file", path, shown, live=False)
