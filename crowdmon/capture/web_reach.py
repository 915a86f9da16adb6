"""Where an address of the web may lead, and how large a playlist may be. Nothing of FFmpeg here.

Allowed are the host and port of the address that the user gave, the same host encrypted, and what the
environment variable :data:`HOSTS` names.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from crowdmon.errors import ConfigError

HOSTS = "CROWDMON_ALLOW_HOSTS"
"""Environment variable: hosts that playlists and redirects may reach too, such as
``cdn.example,b.example:8080``; ``*`` for all."""

PLAYLIST_MB = "CROWDMON_PLAYLIST_MB"
PLAYLIST_ENTRIES = "CROWDMON_PLAYLIST_ENTRIES"
"""Environment variables: what a playlist may hold at most."""

_MEGABYTES = 8
_ENTRIES = 50_000
"""A day of pieces of two seconds, with addresses that are signed at length."""

_LONGEST_HEAD = 32_768
_STATUS = re.compile(rb"HTTP/1\.\d (\d{3})")
_LOCATION = re.compile(rb"^location:[ \t]*(\S+)", re.I | re.M)
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(
    r"(?P<scheme>https?)://(?:[^@/?#\\\s]*@)?(?P<host>\[[0-9a-f:.%]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?(?=[/?#]|$)",
    re.I,
)
"""Nothing that two parsers of addresses could understand differently."""

Place = tuple[str, str, int]
"""Scheme, host and port, in lower case."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an address of the web may reach and hold.

    Attributes:
        hosts: allowed beside the address's own, as ``host`` or ``host:port``; ``*`` for all.
        most_bytes: bytes of one playlist.
        most_entries: pieces of one playlist, and of all that one address leads to while it opens.
    """

    hosts: frozenset[str] = frozenset()
    most_bytes: int = _MEGABYTES * 1_000_000
    most_entries: int = _ENTRIES

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Limits:
        """Return the limits that the environment asks for.

        Raises:
            ConfigError: a limit is no whole number above 0.
        """
        values = os.environ if env is None else env
        hosts = (host.strip().lower() for host in values.get(HOSTS, "").split(","))
        return cls(
            frozenset(host for host in hosts if host),
            _whole(values, PLAYLIST_MB, _MEGABYTES) * 1_000_000,
            _whole(values, PLAYLIST_ENTRIES, _ENTRIES),
        )

    def allows(self, place: Place, *, home: Place) -> bool:
        """Whether ``place`` may be reached from ``home``: the same one, also encrypted, or a named one."""
        scheme, host, port = place
        if host == home[1] and (port == home[2] or (home[2], place[0], port) == (80, "https", 443)):
            return (home[0], scheme) != ("https", "http")
        return bool(self.hosts & {"*", host, f"{host}:{port}"})


def _whole(values: Mapping[str, str], name: str, usual: int) -> int:
    text = values.get(name, "").strip() or str(usual)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise ConfigError(f"{name} is no whole number above 0", f"Set it to such as {usual}, or unset it")
    return int(text)


def place_of(url: str) -> Place | None:
    """Return where an address leads; None if that is not plain to see."""
    found = _PLAIN.match(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    return scheme, found["host"].lower(), int(found["port"] or _PORTS[scheme])


def redirect_of(url: str, timeout: float) -> str | None:
    """Return where an address redirects to; None if it does not, or not within ``timeout`` s."""
    place = place_of(url)
    if place is None:
        return None
    parts = urlsplit(url)
    asked = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="/?&=%:;,+@!$'()*~")
    try:
        head = _head(place, asked, until=time.monotonic() + timeout)
        status, target = _STATUS.match(head), _LOCATION.search(head)
        if status is None or target is None or int(status[1]) not in _REDIRECTS:
            return None
        where: str = target[1].decode("latin-1")
        return urljoin(url, where)
    except (OSError, ValueError):
        return None


def _head(place: Place, asked: str, *, until: float) -> bytes:
    """Ask for a page and return the head of the answer, in time and of bounded length."""
    scheme, host, port = place
    request = f"GET {asked} HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    head = b""
    with contextlib.ExitStack() as stack:
        left = max(0.1, until - time.monotonic())
        line = stack.enter_context(socket.create_connection((host.strip("[]"), port), timeout=left))
        if scheme == "https":
            context = ssl.create_default_context()
            # As FFmpeg does: cameras sign their certificates themselves.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            line = stack.enter_context(context.wrap_socket(line, server_hostname=host.strip("[]")))
        line.sendall(request)
        while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
            line.settimeout(max(0.01, until - time.monotonic()))
            more = line.recv(4096)
            if not more or time.monotonic() > until:
                break
            head += more
    return head
